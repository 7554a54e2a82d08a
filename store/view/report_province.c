/* The report over all offices of a hall. */
#include "store/view/report.h"

#include "base/clock.h"
#include "store/hall/cycle.h"
#include "store/hall/practice.h"
#include "store/look/asof.h"
#include "store/view/compare.h"
#include "store/view/report_part.h"

struct province {
	struct store *s;
	int year;
	int has_before; /* some office opened the year before */
	cJSON *rows;    /* of the year, from compare; NULL until needed */
	cJSON *before, *categories;
	cJSON *calendar; /* cycle_show() */
};

/* --- which years there are --- */

static int
newest_of(void *arg, const char *office, struct err *e)
{
	struct province *v = arg;
	int year = 0;
	int rc = store_cycle(v->s, office, 0, &year, NULL, e);

	if (rc == ERR_NOT_FOUND) /* nothing opened yet */
		return 0;
	if (rc == 0 && year > v->year)
		v->year = year;
	return rc;
}

static int
has_opened(void *arg, const char *office, struct err *e)
{
	struct province *v = arg;
	struct branch *b = NULL;
	char path[32];
	int64_t n = 0;
	int rc;

	if (v->has_before)
		return 0;
	if ((rc = store_branch(v->s, office, "office", &b, e)) < 0)
		return rc;
	snprintf(path, sizeof(path), "%d/assessment.json", v->year - 1);
	rc = db_one_int(store_db(v->s), &n, e,
	    "SELECT count(*) FROM record WHERE branch = ?1 AND path = ?2"
	    " AND bytes IS NOT NULL",
	    "is", b->id, path);
	v->has_before = n > 0;
	return rc;
}

static int
choose_year(struct province *v, int year, struct err *e)
{
	int rc;

	v->year = year;
	if (year == 0 && (rc = store_each_office(v->s, newest_of, v, e)) < 0)
		return rc;
	if (v->year == 0) {
		err_set(e, ERR_NOT_FOUND, 0,
		    "no office has opened an assessment yet");
		err_hint(e, "offices open a year: pmqa assess open YEAR");
		return ERR_NOT_FOUND;
	}
	return store_each_office(v->s, has_opened, v, e);
}

/* --- the offices' rows --- */

/* Rows of the year before give their total alone. */
static int
put_before(cJSON *list, const cJSON *row, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(one, "office", json_str(row, "office"), e)) <
		0 ||
	    (rc = json_put_str(one, "total", json_str(row, "total"), e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

/* When it was submitted and received: what the calendar tells of the office. */
static int
put_times(const struct province *v, cJSON *row, struct err *e)
{
	const char *code = json_str(row, "office");
	const cJSON *o, *found = NULL;
	int rc;

	cJSON_ArrayForEach (o, json_get(v->calendar, "offices")) {
		const char *is = json_str(o, "code");

		if (code != NULL && is != NULL && strcmp(code, is) == 0)
			found = o;
	}
	rc = json_put_str(row, "submitted", json_str(found, "submitted"), e);
	return rc < 0 ? rc
		      : json_put_str(
			    row, "received", json_str(found, "received"), e);
}

static int
sort_rows(struct province *v, cJSON *rows, struct err *e)
{
	cJSON *r, *next;
	int rc = 0;

	for (r = rows->child; r != NULL && rc == 0; r = next) {
		int64_t year = json_int(r, "year", 0);

		next = r->next;
		if (year == v->year - 1)
			rc = put_before(v->before, r, e);
		if (rc < 0 || year != v->year)
			continue;
		if ((rc = put_times(v, r, e)) == 0)
			rc = json_push(
			    v->rows, cJSON_DetachItemViaPointer(rows, r), e);
	}
	return rc;
}

/* Once a part: comparison and calendar of the year. */
static int
read_rows(struct province *v, struct err *e)
{
	cJSON *years, *doc = NULL, *rows;
	char text[16];
	int rc = 0;

	if (v->rows != NULL)
		return 0;
	v->rows = cJSON_CreateArray();
	v->before = cJSON_CreateArray();
	years = cJSON_CreateArray();
	if (v->rows == NULL || v->before == NULL)
		rc = err_nomem(e);
	for (int y = v->has_before ? v->year - 1 : v->year;
	     rc == 0 && y <= v->year; y++) {
		snprintf(text, sizeof(text), "%d", y);
		rc = json_push_str(years, text, e);
	}
	if (rc == 0)
		rc = compare_run(v->s, years, NULL, &doc, e);
	if (rc == 0)
		rc = cycle_show(v->s, "", v->year, &v->calendar, e);
	rows = json_get(doc, "rows");
	if (rc == 0 && rows == NULL)
		rc = err_set(e, ERR_DAMAGED, 0,
		    "the report lacks its part '%s'", "rows");
	if (rc == 0)
		rc = sort_rows(v, rows, e);
	if (rc == 0)
		v->categories =
		    cJSON_DetachItemFromObjectCaseSensitive(doc, "categories");
	cJSON_Delete(years);
	cJSON_Delete(doc);
	return rc;
}

/* --- the summary --- */

struct sums {
	int64_t offices, opened, submitted, accepted, late;
	int64_t total, n_total; /* hundredths */
	int64_t committee, n_committee;
};

/* "412.50" in hundredths; -1 for none. */
static int64_t
hundredths(const char *s)
{
	int64_t v = 0;
	int after = -1;

	if (s == NULL || s[0] == '\0')
		return -1;
	for (; *s != '\0' && v < INT64_MAX / 1000; s++) {
		if (*s == '.' && after < 0)
			after = 0;
		else if (*s < '0' || *s > '9' || after == 2)
			return -1;
		else {
			v = v * 10 + (*s - '0');
			after += after >= 0;
		}
	}
	for (after = after < 0 ? 0 : after; after < 2; after++)
		v *= 10;
	return v;
}

static void
sum_row(struct sums *x, const cJSON *row)
{
	const char *state = json_str(row, "state");
	int64_t total = hundredths(json_str(row, "total"));
	int64_t committee = hundredths(json_str(row, "committee"));

	if (state == NULL || strcmp(state, "none") == 0)
		return;
	x->opened++;
	x->submitted += strcmp(state, "open") != 0;
	x->accepted += strcmp(state, "accepted") == 0;
	if (total >= 0) {
		x->total += total;
		x->n_total++;
	}
	if (committee >= 0) {
		x->committee += committee;
		x->n_committee++;
	}
}

static int
count_office(void *arg, const char *office, struct err *e)
{
	struct sums *x = arg;

	(void)office;
	(void)e;
	x->offices++;
	return 0;
}

/* A mean of scores, rounded half away from zero; null when there are none. */
static int
put_mean(cJSON *out, const char *key, int64_t sum, int64_t n, struct err *e)
{
	char text[32];
	int64_t v;

	if (n == 0)
		return json_put(out, key, cJSON_CreateNull(), e);
	v = (2 * sum + n) / (2 * n);
	snprintf(text, sizeof(text), "%lld.%02lld", (long long)(v / 100),
	    (long long)(v % 100));
	return json_put_str(out, key, text, e);
}

static int
put_summary(struct province *v, struct report_part *p, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	const cJSON *r;
	struct sums x = { 0 };
	int rc;

	if ((rc = json_put(p->out, "summary", out, e)) < 0 ||
	    (rc = store_each_office(v->s, count_office, &x, e)) < 0)
		return rc;
	cJSON_ArrayForEach (r, v->rows) {
		sum_row(&x, r);
		x.late += json_bool(r, "late", 0);
	}
	if ((rc = json_put_int(out, "offices", x.offices, e)) < 0 ||
	    (rc = json_put_int(out, "opened", x.opened, e)) < 0 ||
	    (rc = json_put_int(out, "submitted", x.submitted, e)) < 0 ||
	    (rc = json_put_int(out, "accepted", x.accepted, e)) < 0 ||
	    (rc = json_put_int(out, "late", x.late, e)) < 0 ||
	    (rc = put_mean(out, "mean", x.total, x.n_total, e)) < 0)
		return rc;
	return put_mean(out, "mean_committee", x.committee, x.n_committee, e);
}

/* --- sections --- */

static int
section_head(void *arg, struct report_part *p, struct err *e)
{
	struct province *v = arg;
	const struct conf *conf = store_conf(v->s);
	cJSON *hall = cJSON_CreateObject();
	char text[CLOCK_TEXT];
	int rc;

	if ((rc = json_put(p->out, "hall", hall, e)) < 0 ||
	    (rc = json_put_str(hall, "code", conf->code, e)) < 0 ||
	    (rc = json_put_str(hall, "name", conf->name, e)) < 0)
		return rc;
	clock_rfc3339(text, clock_now(), conf->offset_min);
	if ((rc = json_put_str(p->out, "made", text, e)) < 0 ||
	    (rc = read_rows(v, e)) < 0 || (rc = put_summary(v, p, e)) < 0)
		return rc;
	rc = report_part_put(
	    p, "due", cJSON_Duplicate(json_get(v->calendar, "due"), 1), e);
	if (rc == 0)
		rc = report_part_put(p, "categories", v->categories, e);
	v->categories = NULL;
	return rc;
}

static int
section_offices(void *arg, struct report_part *p, struct err *e)
{
	struct province *v = arg;
	cJSON *rows;
	int rc = read_rows(v, e);

	if (rc < 0)
		return rc;
	rows = v->rows;
	v->rows = NULL;
	return report_part_list(p, "offices", "offices", rows, e);
}

static int
section_before(void *arg, struct report_part *p, struct err *e)
{
	struct province *v = arg;
	cJSON *before;
	int rc = v->before != NULL ? 0 : read_rows(v, e);

	if (rc < 0)
		return rc;
	before = v->before;
	v->before = NULL;
	return report_part_list(p, "before", "before", before, e);
}

/* Those of the year: others have been in earlier reports. */
static int
section_practices(void *arg, struct report_part *p, struct err *e)
{
	struct province *v = arg;
	cJSON *doc = NULL, *list, *c, *next;
	int rc = practice_list(v->s, NULL, NULL, &doc, e);

	if (rc < 0)
		return rc;
	list = cJSON_DetachItemFromObjectCaseSensitive(doc, "practices");
	cJSON_Delete(doc);
	for (c = list != NULL ? list->child : NULL; c != NULL; c = next) {
		next = c->next;
		if (json_int(c, "year", 0) != v->year)
			cJSON_Delete(cJSON_DetachItemViaPointer(list, c));
	}
	return report_part_list(p, "practices", "practices", list, e);
}

static const struct report_section sections[] = {
	{ "head", section_head },
	{ "offices", section_offices },
	{ "before", section_before },
	{ "practices", section_practices },
};

#define N_SECTIONS (sizeof(sections) / sizeof(sections[0]))

static int
run(struct store *s, int year, const char *cursor, size_t room, cJSON **ret,
    struct err *e)
{
	struct province v = { .s = s };
	struct report_part p;
	int began = 0, rc;

	if (store_conf(s)->role == ROLE_OFFICE)
		return err_set(e, ERR_USAGE, 0,
		    "the report over all offices is made at a hall");
	if ((rc = report_part_begin(
		 &p, cursor, room, sections, N_SECTIONS, e)) < 0)
		return rc;
	if ((rc = asof_begin(s, &began, e)) == 0 &&
	    (rc = choose_year(&v, year, e)) == 0 &&
	    (rc = json_put_int(p.out, "year", v.year, e)) == 0)
		rc = report_part_run(&p, sections, N_SECTIONS, &v, e);
	rc = asof_end(s, began, rc, e);
	if (rc == 0) {
		*ret = p.out;
		p.out = NULL;
	}
	report_part_release(&p);
	cJSON_Delete(v.rows);
	cJSON_Delete(v.before);
	cJSON_Delete(v.categories);
	cJSON_Delete(v.calendar);
	return rc;
}

int
report_province(struct store *s, int year, cJSON **ret, struct err *e)
{
	return run(s, year, NULL, 0, ret, e);
}

int
report_province_part(
    struct store *s, int year, const char *cursor, cJSON **ret, struct err *e)
{
	return run(s, year, cursor, REPORT_PART_ROOM, ret, e);
}
