/* The dossier of a hall: a row for each office, and what proves all. */
#include "store/audit/dossier_state.h"

#include "base/clock.h"
#include "store/hall/registry.h"
#include "store/look/asof.h"
#include "store/view/compare.h"

struct province_maker {
	struct store *s;
	int year;
	cJSON *rows;    /* of compare_run() */
	cJSON *offices; /* filled */
	struct buf signers;
};

static const cJSON *
row_of(const struct province_maker *m, const char *code)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, m->rows) {
		const char *is = json_str(one, "office");

		if (is != NULL && strcmp(is, code) == 0)
			return one;
	}
	return NULL;
}

/* The newest year that any office has opened. */
static int
newest_year(struct province_maker *m, struct err *e)
{
	struct db *db = store_db(m->s);
	sqlite3_stmt *st = NULL;
	int rc;

	if (m->year != 0)
		return 0;
	/* per branch one look-up: a path that begins with a year ends there */
	rc = db_stmt(db, &st, e,
	    "SELECT max((SELECT path FROM record WHERE branch = b.id"
	    " AND path > '2' AND path < '3' ORDER BY path DESC LIMIT 1))"
	    " FROM branch b WHERE b.name = 'office'",
	    "");
	if (rc == 0 && (rc = db_step(db, st, e)) > 0 &&
	    sqlite3_column_type(st, 0) != SQLITE_NULL)
		m->year = (int)strtol(
		    (const char *)sqlite3_column_text(st, 0), NULL, 10);
	db_reset(st);
	if (rc >= 0 && m->year == 0) {
		rc = err_set(
		    e, ERR_NOT_FOUND, 0, "no office has opened a year yet");
		err_hint(e, "offices open one with: pmqa assess open YEAR");
	}
	return rc < 0 ? rc : 0;
}

static int
put_scores(
    const struct province_maker *m, const char *code, cJSON *one, struct err *e)
{
	const cJSON *row = row_of(m, code);
	const char *state = json_str(row, "state");
	int rc;

	if ((rc = json_put_str(
		 one, "state", state != NULL ? state : "none", e)) < 0 ||
	    (rc = json_put_bool(one, "late", json_bool(row, "late", 0), e)) <
		0 ||
	    (rc = json_put_str(one, "total", json_str(row, "total"), e)) < 0)
		return rc;
	return json_put_str(one, "committee", json_str(row, "committee"), e);
}

static int
put_tips(struct dossier *d, cJSON *one, struct err *e)
{
	char hex[41];
	int rc;

	commit_hex(d->m.b->tip, hex);
	if ((rc = json_put_str(
		 one, "commit", d->m.b->has_tip ? hex : NULL, e)) < 0)
		return rc;
	commit_hex(d->m.hall->tip, hex);
	if ((rc = json_put_str(
		 one, "hall_commit", d->m.hall->has_tip ? hex : NULL, e)) < 0)
		return rc;
	return dossier_put_revision(d, one, e);
}

static int
on_office(void *arg, const char *code, struct err *e)
{
	struct province_maker *m = arg;
	cJSON *one = cJSON_CreateObject(), *registry = NULL;
	struct dossier d;
	const char *name;
	int rc;

	if ((rc = json_push(m->offices, one, e)) < 0 ||
	    (rc = dossier_begin(&d, m->s, code, m->year, 0, e)) < 0 ||
	    (rc = registry_read(m->s, code, &registry, e)) < 0)
		return rc;
	name = json_str(json_get(registry, "office"), "name");
	if ((rc = json_put_str(one, "code", code, e)) == 0 &&
	    (rc = json_put_str(one, "name", name != NULL ? name : code, e)) ==
		0 &&
	    (rc = registry_add_signers(registry, code, &m->signers, e)) == 0 &&
	    (rc = put_scores(m, code, one, e)) == 0 &&
	    (rc = dossier_put_counts(&d, one, e)) == 0 &&
	    (rc = put_tips(&d, one, e)) == 0)
		rc = dossier_put_receipts(&d, one, 1, e);
	cJSON_Delete(registry);
	return rc;
}

/* --- sections --- */

static int
section_head(void *arg, struct report_part *p, struct err *e)
{
	struct province_maker *m = arg;
	const struct conf *c = store_conf(m->s);
	cJSON *hall = cJSON_CreateObject();
	char time[CLOCK_TEXT];
	int rc;

	clock_rfc3339(time, clock_now(), c->offset_min);
	if ((rc = json_put(p->out, "hall", hall, e)) < 0 ||
	    (rc = json_put_str(hall, "code", c->code, e)) < 0 ||
	    (rc = json_put_str(hall, "name", c->name, e)) < 0 ||
	    (rc = json_put_int(p->out, "year", m->year, e)) < 0)
		return rc;
	return json_put_str(p->out, "made", time, e);
}

static int
read_rows(struct province_maker *m, struct err *e)
{
	cJSON *years = cJSON_CreateArray(), *doc = NULL;
	char year[16];
	int rc;

	snprintf(year, sizeof(year), "%d", m->year);
	if ((rc = json_push_str(years, year, e)) == 0 &&
	    (rc = compare_run(m->s, years, NULL, &doc, e)) == 0)
		m->rows = cJSON_DetachItemFromObjectCaseSensitive(doc, "rows");
	cJSON_Delete(years);
	cJSON_Delete(doc);
	return rc;
}

static int
read_offices(struct province_maker *m, struct err *e)
{
	int rc;

	if (m->offices != NULL)
		return 0;
	if ((m->offices = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	registry_add_hall(m->s, &m->signers);
	if ((rc = read_rows(m, e)) < 0)
		return rc;
	return store_each_office(m->s, on_office, m, e);
}

static int
section_offices(void *arg, struct report_part *p, struct err *e)
{
	struct province_maker *m = arg;
	cJSON *copy;
	int rc = read_offices(m, e);

	if (rc < 0)
		return rc;
	if ((copy = cJSON_Duplicate(m->offices, 1)) == NULL)
		return err_nomem(e);
	return report_part_list(p, "offices", "offices", copy, e);
}

static int
section_proofs(void *arg, struct report_part *p, struct err *e)
{
	struct province_maker *m = arg;
	cJSON *out = cJSON_CreateObject();
	int rc = read_offices(m, e);

	if (rc < 0 || (rc = buf_ok(&m->signers, e)) < 0 ||
	    (rc = json_put_str(out, "signers", buf_str(&m->signers), e)) < 0 ||
	    (rc = json_put_str(out, "principal", store_device(m->s), e)) < 0 ||
	    (rc = dossier_put_log(m->s, out, e)) < 0 ||
	    (rc = dossier_put_urls(m->s, out, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	return report_part_put(p, "proofs", out, e);
}

static const struct report_section sections[] = {
	{ "head", section_head },
	{ "offices", section_offices },
	{ "proofs", section_proofs },
};

#define N_SECTIONS (sizeof(sections) / sizeof(sections[0]))

int
dossier_province(
    struct store *s, int year, const char *cursor, cJSON **ret, struct err *e)
{
	struct province_maker m = { .s = s, .year = year, .signers = BUF_INIT };
	struct report_part p;
	int began = 0, rc;

	if (store_conf(s)->role != ROLE_HALL) {
		err_set(e, ERR_USAGE, 0,
		    "only a hall has a dossier over all offices");
		err_hint(e, "name an office: --office CODE");
		return ERR_USAGE;
	}
	if ((rc = report_part_begin(
		 &p, cursor, REPORT_PART_ROOM, sections, N_SECTIONS, e)) < 0)
		return rc;
	if ((rc = asof_begin(s, &began, e)) == 0 &&
	    (rc = newest_year(&m, e)) == 0)
		rc = report_part_run(&p, sections, N_SECTIONS, &m, e);
	rc = asof_end(s, began, rc, e);
	if (rc == 0) {
		*ret = p.out;
		p.out = NULL;
	}
	report_part_release(&p);
	cJSON_Delete(m.rows);
	cJSON_Delete(m.offices);
	buf_release(&m.signers);
	return rc;
}
