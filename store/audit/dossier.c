#include "store/audit/dossier_state.h"

#include "base/clock.h"
#include "store/look/asof.h"
#include "store/review/signoff.h"

/* --- what the sections share --- */

int
dossier_begin(struct dossier *d, struct store *s, const char *office, int year,
    int with_edition, struct err *e)
{
	int rc;

	memset(d, 0, sizeof(*d));
	d->m.s = s;
	d->m.office = office;
	d->m.year = year;
	if ((rc = store_branch(s, office, "office", &d->m.b, e)) < 0 ||
	    (rc = store_branch(s, office, "hall", &d->m.hall, e)) < 0 ||
	    (with_edition && (rc = store_cycle(s, office, year, &d->m.year,
				  &d->m.ed, e)) < 0))
		return rc;
	/* '0' follows '/' */
	snprintf(d->from, sizeof(d->from), "%d/", d->m.year);
	snprintf(d->to, sizeof(d->to), "%d0", d->m.year);
	snprintf(
	    d->reviews_from, sizeof(d->reviews_from), "reviews/%d/", d->m.year);
	snprintf(
	    d->reviews_to, sizeof(d->reviews_to), "reviews/%d0", d->m.year);
	snprintf(
	    d->decision, sizeof(d->decision), "decisions/%d.json", d->m.year);
	return 0;
}

int
dossier_stmt(struct dossier *d, sqlite3_stmt **ret, const char *sql,
    int64_t limit, struct err *e)
{
	return db_stmt(store_db(d->m.s), ret, e, sql, "ississsi", d->m.b->id,
	    d->from, d->to, d->m.hall->id, d->reviews_from, d->reviews_to,
	    d->decision, limit);
}

int
dossier_put_time(const struct dossier *d, cJSON *out, const char *key,
    int64_t t, struct err *e)
{
	return report_put_time(&d->m, out, key, t, e);
}

int
dossier_put_list(cJSON *out, const char *key, const char *text, struct err *e)
{
	cJSON *list = cJSON_CreateArray();
	char one[120];
	size_t len;
	int rc = json_put(out, key, list, e);

	while (rc == 0 && text != NULL && *text != '\0') {
		len = strcspn(text, ",");
		snprintf(one, sizeof(one), "%.*s", (int)len, text);
		rc = json_push_str(list, one, e);
		text += len + (text[len] == ',');
	}
	return rc;
}

const char *
dossier_side(const struct dossier *d, int64_t branch)
{
	return branch == d->m.b->id ? "office" : "hall";
}

/* {"code","name"}; null without a code. */
static int
put_named(cJSON *out, const char *key, const char *code, const char *name,
    struct err *e)
{
	cJSON *obj;
	int rc;

	if (code == NULL)
		return json_put(out, key, cJSON_CreateNull(), e);
	obj = cJSON_CreateObject();
	if ((rc = json_put(out, key, obj, e)) < 0 ||
	    (rc = json_put_str(obj, "code", code, e)) < 0)
		return rc;
	return json_put_str(obj, "name", name != NULL ? name : code, e);
}

/* The office by its own record, the hall by its registry. */
static int
put_names(struct dossier *d, cJSON *out, struct err *e)
{
	const struct conf *conf = store_conf(d->m.s);
	struct asof office = { 0 }, registry = { 0 };
	const cJSON *hall;
	const char *code;
	int rc;

	if ((rc = asof_record(
		 d->m.s, d->m.b, "office.json", ASOF_NOW, &office, e)) < 0 ||
	    (rc = asof_record(d->m.s, d->m.hall, "registry.json", ASOF_NOW,
		 &registry, e)) < 0)
		goto out;
	hall = json_get(registry.rec, "hall");
	code = json_str(hall, "code");
	rc = put_named(
	    out, "office", d->m.b->office, json_str(office.rec, "name"), e);
	if (rc == 0 && code == NULL && conf->role == ROLE_HALL)
		rc = put_named(out, "hall", conf->code, conf->name, e);
	else if (rc == 0)
		rc = put_named(out, "hall", code, json_str(hall, "name"), e);
out:
	asof_release(&office);
	asof_release(&registry);
	return rc;
}

int
dossier_put_counts(struct dossier *d, cJSON *out, struct err *e)
{
	static const char *const names[] = { "revisions", "merges",
		"unreceived", "people", "devices" };
	struct db *db = store_db(d->m.s);
	cJSON *counts = cJSON_CreateObject();
	sqlite3_stmt *st = NULL;
	int rc;

	if ((rc = json_put(out, "counts", counts, e)) < 0)
		return rc;
	/* a merge that left nothing but a conflict wrote none of the year's
	 * records: the conflict's own record says of which year it is */
	rc = dossier_stmt(d, &st,
	    DOSSIER_WITH
	    "SELECT count(*), (SELECT count(*) FROM revision m"
	    "  WHERE m.action = 'merge' AND m.id IN (SELECT id FROM own UNION"
	    "  SELECT c.revision FROM record r JOIN touch t ON t.record = r.id"
	    "  JOIN change c ON c.revision = t.revision AND c.record = r.id"
	    "  WHERE r.branch = ?1 AND r.path > 'conflicts/'"
	    "  AND r.path < 'conflicts0' AND c.field = 'record'"
	    "  AND c.new LIKE '\"' || ?2 || '%')),"
	    " coalesce(sum(v.received IS NULL AND v.branch = ?1), 0),"
	    " count(DISTINCT v.login), count(DISTINCT v.device)"
	    " FROM own JOIN revision v ON v.id = own.id WHERE ?8 >= 0",
	    0, e);
	if (rc < 0 || (rc = db_step(db, st, e)) < 0)
		goto out;
	for (int i = 0; rc > 0 && i < 5; i++) {
		int put = json_put_int(
		    counts, names[i], sqlite3_column_int64(st, i), e);

		if (put < 0)
			rc = put;
	}
out:
	db_reset(st);
	return rc < 0 ? rc : 0;
}

/* --- the document --- */

int
dossier_put_revision(struct dossier *d, cJSON *out, struct err *e)
{
	struct db *db = store_db(d->m.s);
	sqlite3_stmt *st = NULL;
	int rc = db_stmt(db, &st, e,
	    "SELECT name FROM revision WHERE branch = ?1 AND side = 0"
	    " ORDER BY id DESC LIMIT 1",
	    "i", d->m.b->id);

	if (rc == 0 && (rc = db_step(db, st, e)) >= 0)
		rc = json_put_str(out, "revision",
		    rc > 0 ? (const char *)sqlite3_column_text(st, 0) : NULL,
		    e);
	db_reset(st);
	return rc;
}

static int
section_head(void *arg, struct report_part *p, struct err *e)
{
	struct dossier *d = arg;
	cJSON *state = NULL;
	int rc;

	if ((rc = put_names(d, p->out, e)) < 0 ||
	    (rc = dossier_put_time(d, p->out, "made", clock_now(), e)) < 0 ||
	    (rc = json_put_str(p->out, "role",
		 conf_role_name(store_conf(d->m.s)->role), e)) < 0 ||
	    (rc = json_put_str(p->out, "edition", edition_id(d->m.ed), e)) <
		0 ||
	    (rc = dossier_put_revision(d, p->out, e)) < 0 ||
	    (rc = dossier_put_counts(d, p->out, e)) < 0 ||
	    (rc = signoff_state(d->m.s, d->m.office, d->m.year, &state, e)) < 0)
		return rc;
	return report_part_put(p, "state", state, e);
}

static const struct report_section sections[] = {
	{ "head", section_head },
	{ "people", dossier_section_people },
	{ "devices", dossier_section_devices },
	{ "records", dossier_section_records },
	{ "months", dossier_section_months },
	{ "milestones", dossier_section_milestones },
	{ "signoffs", report_section_signoffs },
	{ "scores", dossier_section_scores },
	{ "evidence", dossier_section_evidence },
	{ "proofs", dossier_section_proofs },
};

#define N_SECTIONS (sizeof(sections) / sizeof(sections[0]))

/* What each part says of itself: from what it was made. */
static int
put_identity(struct dossier *d, cJSON *out, struct err *e)
{
	char hex[41];
	int rc;

	commit_hex(d->m.b->tip, hex);
	if ((rc = json_put_int(out, "year", d->m.year, e)) < 0 ||
	    (rc = json_put_str(
		 out, "commit", d->m.b->has_tip ? hex : NULL, e)) < 0)
		return rc;
	commit_hex(d->m.hall->tip, hex);
	return json_put_str(
	    out, "hall_commit", d->m.hall->has_tip ? hex : NULL, e);
}

int
dossier_office(struct store *s, const char *office, int year,
    const char *cursor, cJSON **ret, struct err *e)
{
	struct report_part p;
	struct dossier d;
	int began = 0, rc;

	if ((rc = report_part_begin(
		 &p, cursor, REPORT_PART_ROOM, sections, N_SECTIONS, e)) < 0)
		return rc;
	if ((rc = asof_begin(s, &began, e)) == 0 &&
	    (rc = dossier_begin(&d, s, office, year, 1, e)) == 0 &&
	    (rc = put_identity(&d, p.out, e)) == 0)
		rc = report_part_run(&p, sections, N_SECTIONS, &d, e);
	rc = asof_end(s, began, rc, e);
	if (rc == 0) {
		*ret = p.out;
		p.out = NULL;
	}
	report_part_release(&p);
	return rc;
}
