/* query_diff(): what differs between two moments of an office, or between two
 * offices. */
#include "store/look/named.h"
#include "store/look/scene.h"
#include "store/record/record.h"
#include "store/save/brief.h"
#include "store/view/query.h"

/* Up to so many revisions between the two: their touches are looked at; beyond,
 * each record is asked whether it was touched. */
#define FEW 256
#define PATH_LEN NAMED_PATH

/* One side of the comparison. */
struct side {
	struct branch *b;
	struct moment m;
	int64_t at; /* its row of the branch */
};

struct span {
	struct store *s;
	const struct query_diff *q;
	struct side from, to;
	const char *to_text;
	int year;            /* 0: all */
	char path[PATH_LEN]; /* "" or the one record */
	cJSON *out, *list;
};

/* --- what is asked --- */

/* 1 the hall's branch; 0 the office's; -1: whatever the other one says. */
static int
wants_hall(const struct moment *m)
{
	return m->kind == MOMENT_REVISION ? m->of_hall : -1;
}

/* 'h' of "h7", 'o' of "a3"; 0 of what is no revision's name. */
static char
letter_of(const char *text)
{
	size_t n;

	if (text == NULL || text[0] < 'a' || text[0] > 'z')
		return 0;
	n = strspn(text + 1, "0123456789");
	if (n == 0 || text[1 + n] != '\0')
		return 0;
	return text[0] == 'h' ? 'h' : 'o';
}

/* What cannot be compared is told by the names alone, whether they exist or
 * not. */
static int
check_letters(const char *from, const char *to, struct err *e)
{
	char a = letter_of(from), b = letter_of(to);

	if (a == 0 || b == 0 || a == b)
		return 0;
	return err_set(e, ERR_INVALID, 0,
	    "'%s' and '%s' are of different branches", from, to);
}

static int
find_branch(struct span *sp, struct side *side, const char *office, int hall,
    struct err *e)
{
	int rc = store_branch(
	    sp->s, office, hall == 1 ? "hall" : "office", &side->b, e);

	if (rc == 0)
		side->at = moment_row(&side->m, side->b);
	return rc;
}

static int
find_sides(struct span *sp, struct err *e)
{
	const struct query_diff *q = sp->q;
	const char *with = q->with != NULL ? q->with : q->office;
	int a, b, rc;

	sp->to_text = q->to == NULL && q->with != NULL ? q->from : q->to;
	if ((rc = check_letters(q->from, sp->to_text, e)) < 0 ||
	    (rc = moment_find(
		 sp->s, q->office, sp->year, q->from, &sp->from.m, e)) < 0 ||
	    (rc = moment_find(
		 sp->s, with, sp->year, sp->to_text, &sp->to.m, e)) < 0)
		return rc;
	a = wants_hall(&sp->from.m);
	b = wants_hall(&sp->to.m);
	if (a >= 0 && b >= 0 && a != b)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' and '%s' are of different branches", q->from,
		    sp->to_text);
	if (q->with != NULL && (a == 1 || b == 1))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is a revision of the hall: offices are compared by "
		    "their own",
		    a == 1 ? q->from : sp->to_text);
	a = a > b ? a : b;
	if ((rc = find_branch(sp, &sp->from, q->office, a, e)) < 0)
		return rc;
	return find_branch(sp, &sp->to, with, a, e);
}

/* The year that is needed: for an item, for two offices, for a sign-off. */
static int
find_year(struct span *sp, struct err *e)
{
	const char *record = sp->q->record;
	const struct edition *ed;

	sp->year = sp->q->year;
	if (sp->year != 0 ||
	    (sp->q->with == NULL &&
		(record == NULL || strchr(record, '/') != NULL)))
		return 0;
	return store_cycle(sp->s, sp->q->office, 0, &sp->year, &ed, e);
}

/* "1.1", "profile", "pa1" and "2565/items/1.1" to a path. */
static int
find_path(struct span *sp, struct err *e)
{
	const char *record = sp->q->record, *field = sp->q->field;
	enum record_branch of =
	    sp->from.b->name[0] == 'h' ? RECORD_HALL : RECORD_OFFICE;
	const struct edition *ed = NULL;
	const struct edition_item *it;
	struct record_path rp;
	int rc;

	if (record == NULL)
		return 0;
	if (edition_is_item(record) &&
	    ((rc = store_cycle(
		  sp->s, sp->q->office, sp->year, &sp->year, &ed, e)) < 0 ||
		(rc = edition_find_item(ed, record, &it, e)) < 0))
		return rc;
	if ((rc = named_path(record, of, sp->year, sp->path, e)) < 0 ||
	    (rc = named_parse(sp->path, of, &rp, e)) < 0)
		return rc;
	return field != NULL ? named_field(&rp, field, e) : 0;
}

/* --- one record --- */

/* 1 if the field is the one asked for, or below it. */
static int
is_wanted(const char *want, const char *field)
{
	size_t len;

	if (want == NULL)
		return 1;
	len = strlen(want);
	return field != NULL && strncmp(field, want, len) == 0 &&
	       (field[len] == '\0' || field[len] == '.');
}

static void
drop_others(cJSON *changes, const char *want)
{
	cJSON *c, *next;

	for (c = changes->child; c != NULL; c = next) {
		next = c->next;
		if (!is_wanted(want, json_str(c, "field")))
			cJSON_Delete(cJSON_DetachItemViaPointer(changes, c));
	}
}

/* {"record","changes"} appended to list, if anything differs. */
static int
push_record(cJSON *list, const char *name, cJSON *changes, struct err *e)
{
	cJSON *r = NULL;
	int rc;

	if (changes->child == NULL) {
		cJSON_Delete(changes);
		return 0;
	}
	r = cJSON_CreateObject();
	if ((rc = json_put(r, "changes", changes, e)) < 0 ||
	    (rc = json_put_str(r, "record", name, e)) < 0) {
		cJSON_Delete(r);
		return rc;
	}
	return json_push(list, r, e);
}

static int
diff_record(struct span *sp, const char *path, struct err *e)
{
	const struct side *from = &sp->from, *to = &sp->to;
	struct asof old = { 0 }, new_ = { 0 };
	struct record_path rp;
	cJSON *changes = NULL;
	int rc;

	/* allowed_signers is no record: it follows registry.json, which is */
	if (record_path_parse(path,
		from->b->name[0] == 'h' ? RECORD_HALL : RECORD_OFFICE, &rp,
		NULL) < 0)
		return 0;
	if ((rc = asof_record(sp->s, from->b, path, from->at, &old, e)) < 0 ||
	    (rc = asof_record(sp->s, to->b, path, to->at, &new_, e)) < 0 ||
	    (rc = record_diff(rp.type, old.rec, new_.rec, &changes, e)) < 0)
		goto out;
	drop_others(changes, sp->q->field);
	rc = push_record(sp->list, rp.name, changes, e);
out:
	asof_release(&old);
	asof_release(&new_);
	return rc;
}

/* Each path of the statement's rows; it is stepped to its end first, as the
 * records are read by others. */
static int
diff_rows(struct span *sp, sqlite3_stmt *st, struct err *e)
{
	cJSON *paths = cJSON_CreateArray();
	const cJSON *p;
	int rc;

	while ((rc = db_step(store_db(sp->s), st, e)) > 0)
		if ((rc = json_push_str(paths,
			 (const char *)sqlite3_column_text(st, 0), e)) < 0)
			break;
	db_reset(st);
	cJSON_ArrayForEach (p, paths) {
		if (rc < 0)
			break;
		rc = diff_record(sp, p->valuestring, e);
	}
	cJSON_Delete(paths);
	return rc;
}

/* --- which records --- */

static int
base_of(struct span *sp, const struct side *side, int64_t *ret, struct err *e)
{
	*ret = ASOF_NOW;
	return side->at == ASOF_NOW
		   ? 0
		   : asof_base(sp->s, side->b, side->at, ret, e);
}

/* What differs between two revisions was touched after the older of the places
 * where their lines leave the branch's: within (low, high]. */
static int
find_range(struct span *sp, int64_t *low, int64_t *high, struct err *e)
{
	int64_t from = 0, to = 0;
	int rc;

	if ((rc = base_of(sp, &sp->from, &from, e)) < 0 ||
	    (rc = base_of(sp, &sp->to, &to, e)) < 0)
		return rc;
	*low = from < to ? from : to;
	*high = sp->from.at > sp->to.at ? sp->from.at : sp->to.at;
	return 0;
}

/* Row ids of other branches may lie between those of this one. */
static int
are_few(struct span *sp, int64_t low, int64_t high, int *ret, struct err *e)
{
	int64_t n = 0;
	int rc = db_one_int(store_db(sp->s), &n, e,
	    "SELECT count(*) FROM (SELECT 1 FROM revision"
	    " INDEXED BY revision_branch WHERE branch = ?1 AND id > ?2"
	    " AND id <= ?3 LIMIT ?4)",
	    "iiii", sp->from.b->id, low, high, (int64_t)FEW + 1);

	*ret = n <= FEW;
	return rc;
}

/* The records of the year alone, or (0) all. */
static void
year_bounds(const struct span *sp, char from[16], char to[16])
{
	snprintf(from, 16, "%s", "");
	snprintf(to, 16, "%s", "\x7f");
	if (sp->q->year != 0) {
		snprintf(from, 16, "%d/", sp->q->year);
		snprintf(to, 16, "%d0", sp->q->year); /* '0' follows '/' */
	}
}

static int
diff_touched(struct span *sp, struct err *e)
{
	struct db *db = store_db(sp->s);
	int64_t low = 0, high = 0;
	sqlite3_stmt *st = NULL;
	char from[16], to[16];
	int few = 0, rc;

	if ((rc = find_range(sp, &low, &high, e)) < 0 ||
	    (rc = are_few(sp, low, high, &few, e)) < 0)
		return rc;
	year_bounds(sp, from, to);
	if (few)
		rc = db_stmt(db, &st, e,
		    "SELECT path FROM record WHERE id IN"
		    " (SELECT t.record FROM revision v"
		    "  INDEXED BY revision_branch JOIN touch t"
		    "  ON t.revision = v.id WHERE v.branch = ?1"
		    "  AND v.id > ?2 AND v.id <= ?3)"
		    " AND path >= ?4 AND path < ?5 ORDER BY path",
		    "iiiss", sp->from.b->id, low, high, from, to);
	else
		rc = db_stmt(db, &st, e,
		    "SELECT path FROM record r WHERE branch = ?1"
		    " AND path >= ?4 AND path < ?5 AND EXISTS"
		    " (SELECT 1 FROM touch t WHERE t.record = r.id"
		    "  AND t.revision > ?2 AND t.revision <= ?3)"
		    " ORDER BY path",
		    "iiiss", sp->from.b->id, low, high, from, to);
	return rc < 0 ? rc : diff_rows(sp, st, e);
}

/* Names of actions and of what an office added mean nothing at another one:
 * answers and profile are compared. */
static int
diff_offices(struct span *sp, struct err *e)
{
	char items[24], profile[24];
	sqlite3_stmt *st = NULL;
	int rc;

	/* nothing else of a year is between the two */
	snprintf(items, sizeof(items), "%d/items/", sp->year);
	snprintf(profile, sizeof(profile), "%d/profile.json", sp->year);
	rc = db_stmt(store_db(sp->s), &st, e,
	    "SELECT path FROM record WHERE branch IN (?1, ?2)"
	    " AND path > ?3 AND path <= ?4 GROUP BY path ORDER BY path",
	    "iiss", sp->from.b->id, sp->to.b->id, items, profile);
	return rc < 0 ? rc : diff_rows(sp, st, e);
}

/* --- the answer --- */

static int
put_heads(struct span *sp, struct err *e)
{
	const struct query_diff *q = sp->q;
	const char *from = q->from != NULL ? q->from : "now";
	const char *to = sp->to_text != NULL ? sp->to_text : "now";
	int rc;

	if ((rc = json_put_str(sp->out, "from", from, e)) < 0 ||
	    (rc = json_put_str(sp->out, "to", to, e)) < 0 ||
	    (rc = json_put_str(sp->out, "office", sp->from.b->office, e)) < 0 ||
	    (rc = json_put_str(sp->out, "with",
		 q->with != NULL ? sp->to.b->office : NULL, e)) < 0 ||
	    (rc = json_put_str(sp->out, "branch", sp->from.b->name, e)) < 0 ||
	    (rc = moment_put(sp->out, "from_at", from, &sp->from.m, e)) < 0)
		return rc;
	return moment_put(sp->out, "to_at", to, &sp->to.m, e);
}

static int
diff_all(struct span *sp, struct err *e)
{
	int rc;

	if ((rc = find_year(sp, e)) < 0 || (rc = find_sides(sp, e)) < 0 ||
	    (rc = find_path(sp, e)) < 0 || (rc = put_heads(sp, e)) < 0)
		return rc;
	sp->list = cJSON_CreateArray();
	if ((rc = json_put(sp->out, "records", sp->list, e)) < 0)
		return rc;
	if (sp->path[0] != '\0')
		rc = diff_record(sp, sp->path, e);
	else if (sp->q->with != NULL)
		rc = diff_offices(sp, e);
	else
		rc = diff_touched(sp, e);
	return rc < 0 ? rc : brief_cut(sp->out, e);
}

int
query_diff_of(
    struct store *s, const struct query_diff *q, cJSON **ret, struct err *e)
{
	struct span sp = { .s = s, .q = q };
	int began = 0, rc;

	if ((sp.out = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = asof_begin(s, &began, e)) == 0)
		rc = diff_all(&sp, e);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(sp.out);
		return rc;
	}
	*ret = sp.out;
	return 0;
}

int
query_diff(struct store *s, const char *office, const char *from,
    const char *to, cJSON **ret, struct err *e)
{
	const struct query_diff q = {
		.office = office, .from = from, .to = to
	};

	return query_diff_of(s, &q, ret, e);
}
