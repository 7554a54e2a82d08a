#include "store/hall/cycle.h"

#include "base/clock.h"
#include "store/hall/publish.h"
#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/state.h" /* the shelf */

#define PATH_LEN 32

const char *const cycle_dues[] = { "submit", "review", "correct", "final",
	"followup6", "followup12" };
const size_t cycle_n_dues = sizeof(cycle_dues) / sizeof(cycle_dues[0]);

static int
is_hall(const struct store *s)
{
	return store_conf(s)->role != ROLE_OFFICE;
}

/* --- reading --- */

int
cycle_read(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e)
{
	struct buf bytes = BUF_INIT;
	struct branch *hall = NULL;
	char path[PATH_LEN];
	int rc;

	snprintf(path, sizeof(path), "cycles/%d.json", year);
	if (is_hall(s) && office[0] == '\0') {
		rc = publish_get(s, path, ret, e);
	} else if ((rc = store_branch(s, office, "hall", &hall, e)) == 0) {
		rc = store_record(s, hall, path, &bytes, NULL, e);
		if (rc == 0)
			rc = asof_parse(
			    buf_str(&bytes), bytes.len, path, ret, e);
	}
	if (rc == ERR_NOT_FOUND && (hall != NULL || office[0] == '\0')) {
		*ret = NULL;
		rc = 0;
	}
	buf_release(&bytes);
	return rc;
}

/* The level whose list of exceptions names this item or category. */
static enum level
exception(const cJSON *cycle, const char *name)
{
	const cJSON *targets = json_get(cycle, "targets");
	int l;

	for (l = 0; l < N_LEVELS; l++)
		if (json_holds(
			json_get(targets, level_name((enum level)l)), name))
			return (enum level)l;
	return LEVEL_NONE;
}

enum level
cycle_target(const cJSON *cycle, const struct edition_item *it)
{
	const char *all = json_str(cycle, "target");
	enum level level = exception(cycle, it->id);
	int l;

	if (level == LEVEL_NONE)
		level = exception(cycle, it->category);
	for (l = 0; level == LEVEL_NONE && all != NULL && l < N_LEVELS; l++)
		if (strcmp(all, level_name((enum level)l)) == 0)
			level = (enum level)l;
	return level;
}

int
cycle_is_late(const char *due, int64_t received, int offset_min, int64_t now)
{
	int64_t end;

	if (due == NULL || clock_parse(due, offset_min, 1, &end, NULL) < 0)
		return 0;
	return (received != 0 ? received : now) > end;
}

int
cycle_submission(struct store *s, const struct branch *office, int year, int n,
    struct cycle_submission *ret, struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	char path[PATH_LEN], count[16] = "";
	int rc;

	memset(ret, 0, sizeof(*ret));
	snprintf(path, sizeof(path), "%d/assessment.json", year);
	if (n > 0)
		snprintf(count, sizeof(count), "%d", n);
	/* few revisions touch an assessment: they are looked at newest first;
	 * a merge passes on a sign-off that was made on its other side */
	rc = db_stmt(db, &st, e,
	    "SELECT c.new, v.time, v.offset_min, v.received,"
	    " (SELECT p.offset_min FROM receipt p WHERE p.office = ?3"
	    "  AND p.time = v.received LIMIT 1)"
	    " FROM record r JOIN touch t ON t.record = r.id"
	    " JOIN change c ON c.revision = t.revision AND c.record = r.id"
	    "  AND c.field = 'submission.n'"
	    " JOIN revision m ON m.id = t.revision"
	    " JOIN revision v ON v.id = CASE m.action WHEN 'merge' THEN"
	    "  ifnull((SELECT max(o.id) FROM touch p"
	    "   JOIN change d ON d.revision = p.revision"
	    "    AND d.record = p.record AND d.field = 'submission.n'"
	    "   JOIN revision o ON o.id = p.revision"
	    "   WHERE p.record = r.id AND p.side = 1 AND p.revision < m.id"
	    "   AND d.new = c.new AND o.action <> 'merge'), m.id)"
	    "  ELSE m.id END"
	    " WHERE r.branch = ?1 AND r.path = ?2 AND c.new IS NOT NULL"
	    " AND (?4 = '' OR c.new = ?4) AND t.side = 0"
	    " ORDER BY t.revision DESC LIMIT 1",
	    "isss", office->id, path, office->office, count);
	if (rc < 0 || (rc = db_step(db, st, e)) <= 0)
		goto out;
	ret->n =
	    (int)strtol((const char *)sqlite3_column_text(st, 0), NULL, 10);
	ret->time = sqlite3_column_int64(st, 1);
	ret->time_offset_min = sqlite3_column_int(st, 2);
	ret->received = sqlite3_column_int64(st, 3);
	ret->offset_min = sqlite3_column_type(st, 4) != SQLITE_NULL
			      ? sqlite3_column_int(st, 4)
			      : store_conf(s)->offset_min;
	rc = 0;
out:
	db_reset(st);
	return rc;
}

/* --- writing --- */

/* Due dates in the order of the year: a slip of a year shows at once. */
static int
check_order(const cJSON *rec, struct err *e)
{
	const cJSON *dues = json_get(rec, "due");
	const char *before = NULL, *name = NULL, *due;
	size_t i;
	int rc;

	for (i = 0; i < cycle_n_dues; i++) {
		if ((due = json_str(dues, cycle_dues[i])) == NULL)
			continue;
		if (before != NULL && strcmp(due, before) < 0) {
			rc = err_set(e, ERR_INVALID, 0,
			    "due.%s (%s) would be before due.%s (%s)",
			    cycle_dues[i], due, name, before);
			err_hint(e, "give the dates that move in one command");
			return rc;
		}
		before = due;
		name = cycle_dues[i];
	}
	return 0;
}

static int
in_edition(const struct edition *ed, const char *name)
{
	size_t i;

	for (i = 0; i < edition_n_categories(ed); i++)
		if (strcmp(edition_category_at(ed, i, NULL, NULL), name) == 0)
			return 1;
	return edition_item(ed, name) != NULL;
}

/* Exceptions name what the edition has, each once. */
static int
check_targets(const cJSON *rec, const struct edition *ed, struct err *e)
{
	const cJSON *targets = json_get(rec, "targets"), *c;
	int l, m;

	for (l = 0; l < N_LEVELS; l++) {
		cJSON_ArrayForEach (
		    c, json_get(targets, level_name((enum level)l))) {
			if (ed != NULL && !in_edition(ed, c->valuestring))
				return err_set(e, ERR_INVALID, 0,
				    "edition '%s' has no item or category "
				    "'%.20s'",
				    edition_id(ed), c->valuestring);
			for (m = 0; m < l; m++)
				if (json_holds(json_get(targets,
						   level_name((enum level)m)),
					c->valuestring))
					return err_set(e, ERR_INVALID, 0,
					    "'%.20s' has two target levels",
					    c->valuestring);
		}
	}
	return 0;
}

/* The calendar's edition must be one that the hall can publish. */
static int
check_calendar(struct store *s, const cJSON *rec, struct err *e)
{
	const char *id = json_str(rec, "edition");
	const struct edition *ed = NULL;
	struct buf bytes = BUF_INIT;
	char newest[72];
	int rc;

	if ((rc = check_order(rec, e)) < 0)
		return rc;
	if (id == NULL) {
		if ((rc = shelf_newest(s, newest, e)) < 0)
			return rc;
		id = newest;
	}
	rc = shelf_read_file(s, id, NULL, &bytes, e);
	if (rc == 0)
		rc = shelf_edition(s, &bytes, &ed, NULL, e);
	buf_release(&bytes);
	return rc < 0 ? rc : check_targets(rec, ed, e);
}

/* One field that a person gave as a text; null or "" removes it. */
static int
put_field(cJSON *rec, const struct record_type *type, const cJSON *given,
    struct err *e)
{
	const struct field *f = record_field(type, given->string);
	struct buf known = BUF_INIT;
	cJSON *v = NULL;
	size_t i;
	int rc;

	if (f == NULL || strcmp(f->name, "cycle") == 0) {
		for (i = 1; i < type->n_fields; i++)
			buf_printf(&known, "%s%s", i > 1 ? ", " : "",
			    type->fields[i].name);
		rc = err_set(e, ERR_INVALID, 0,
		    "unknown field '%.60s'; there are: %s", given->string,
		    buf_str(&known));
		buf_release(&known);
		return rc;
	}
	if (!cJSON_IsString(given) && !cJSON_IsNull(given))
		return err_set(e, ERR_INVALID, 0, "'%s' takes a text or null",
		    given->string);
	if (cJSON_IsString(given) &&
	    (rc = record_value(f, given->valuestring, &v, e)) < 0)
		return rc;
	return record_put(rec, given->string, v, e);
}

/* {"cycle","fields","published"}; takes over published. */
static int
set_result(
    int year, const cJSON *rec, cJSON *published, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	int rc = json_put(out, "published", published, e);

	if (rc == 0)
		rc = json_put_int(out, "cycle", year, e);
	if (rc == 0)
		rc = json_put(out, "fields", cJSON_Duplicate(rec, 1), e);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

int
cycle_set(struct store *s, const struct ask *a, const cJSON *fields,
    cJSON **ret, struct err *e)
{
	struct record_path rp;
	char path[PATH_LEN];
	cJSON *rec = NULL, *published = NULL;
	const cJSON *given;
	int rc;

	if (!is_hall(s))
		return err_set(e, ERR_USAGE, 0,
		    "this is an office: only a hall writes the calendar");
	snprintf(path, sizeof(path), "cycles/%d.json", a->year);
	if ((rc = record_path_parse(path, RECORD_HALL, &rp, e)) < 0)
		return rc;
	if (!cJSON_IsObject(fields) || fields->child == NULL)
		return err_set(e, ERR_USAGE, 0, "no field is named");
	if ((rc = cycle_read(s, "", a->year, &rec, e)) < 0)
		return rc;
	if (rec == NULL) {
		rec = cJSON_CreateObject();
		rc = json_put_int(rec, "cycle", a->year, e);
	}
	cJSON_ArrayForEach (given, fields) {
		if (rc == 0)
			rc = put_field(rec, rp.type, given, e);
	}
	if (rc < 0 || (rc = check_calendar(s, rec, e)) < 0 ||
	    (rc = publish_put(s, path, rec, e)) < 0 ||
	    (rc = publish_all(s, a->person, NULL, a->reason, &published, e)) <
		0)
		goto out;
	rc = set_result(a->year, rec, published, ret, e);
out:
	cJSON_Delete(rec);
	return rc;
}
