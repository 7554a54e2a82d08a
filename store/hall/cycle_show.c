/* The years that are known, and one of them over all offices. */
#include "store/hall/cycle.h"

#include "base/clock.h"
#include "store/hall/publish.h"
#include "store/hall/registry.h"
#include "store/look/asof.h"
#include "store/review/signoff.h"

#define YEARS_MAX 256
#define AFTER_ALL 10000 /* later than any year */

/* --- years --- */

struct years {
	int year[YEARS_MAX];
	cJSON *calendar[YEARS_MAX]; /* NULL: none */
	int opened[YEARS_MAX];
	size_t n;
};

static size_t
year_slot(struct years *y, int year)
{
	size_t i;

	for (i = 0; i < y->n && y->year[i] != year; i++)
		continue;
	if (i == y->n && i < YEARS_MAX)
		y->year[y->n++] = year;
	return i;
}

static int
add_calendar(void *arg, const char *path, const cJSON *rec, struct err *e)
{
	struct years *y = arg;
	size_t i =
	    year_slot(y, (int)strtol(path + strlen("cycles/"), NULL, 10));

	if (i == YEARS_MAX || y->calendar[i] != NULL)
		return 0;
	y->calendar[i] = cJSON_Duplicate(rec, 1);
	return y->calendar[i] == NULL ? err_nomem(e) : 0;
}

static int
opened_years(struct store *s, const struct branch *office, struct years *y,
    struct err *e)
{
	struct db *db = store_db(s);
	sqlite3_stmt *st = NULL;
	size_t i;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT path FROM record WHERE branch = ?1 AND path > '2' AND"
	    " path < '3' AND path GLOB '*/assessment.json'"
	    " AND bytes IS NOT NULL",
	    "i", office->id);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		i = year_slot(
		    y, (int)strtol(
			   (const char *)sqlite3_column_text(st, 0), NULL, 10));
		if (i < YEARS_MAX)
			y->opened[i] = 1;
	}
	db_reset(st);
	return rc;
}

struct office_years {
	struct store *s;
	struct years *y;
};

static int
opened_at(void *arg, const char *office, struct err *e)
{
	struct office_years *o = arg;
	struct branch *b = NULL;
	int rc = store_branch(o->s, office, "office", &b, e);

	return rc < 0 ? rc : opened_years(o->s, b, o->y, e);
}

static int
gather_years(
    struct store *s, const char *office, struct years *y, struct err *e)
{
	struct office_years o = { s, y };
	struct branch *hall = NULL;
	int rc;

	if (store_conf(s)->role != ROLE_OFFICE && office[0] == '\0') {
		rc = publish_each(s, "cycles", add_calendar, y, e);
		return rc < 0 ? rc : store_each_office(s, opened_at, &o, e);
	}
	if ((rc = store_branch(s, office, "hall", &hall, e)) < 0 ||
	    (rc = asof_each(s, hall, "cycles", add_calendar, y, e)) < 0)
		return rc;
	return opened_at(&o, office, e);
}

static void
years_release(struct years *y)
{
	size_t i;

	for (i = 0; i < y->n; i++)
		cJSON_Delete(y->calendar[i]);
	free(y);
}

/* Index of the greatest year below the given one; YEARS_MAX if none. */
static size_t
year_before(const struct years *y, int below)
{
	size_t i, best = YEARS_MAX;

	for (i = 0; i < y->n; i++)
		if (y->year[i] < below &&
		    (best == YEARS_MAX || y->year[i] > y->year[best]))
			best = i;
	return best;
}

static int
push_year(cJSON *list, const struct years *y, size_t i, struct err *e)
{
	cJSON *one = cJSON_CreateObject(), *due;
	const cJSON *calendar = y->calendar[i];
	int rc;

	due = json_get(calendar, "due") != NULL
		  ? cJSON_Duplicate(json_get(calendar, "due"), 1)
		  : cJSON_CreateObject();
	if ((rc = json_put(one, "due", due, e)) < 0 ||
	    (rc = json_put_int(one, "year", y->year[i], e)) < 0 ||
	    (rc = json_put_str(
		 one, "edition", json_str(calendar, "edition"), e)) < 0 ||
	    (rc = json_put_bool(one, "calendar", calendar != NULL, e)) < 0 ||
	    (rc = json_put_bool(one, "opened", y->opened[i], e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

int
cycle_list(struct store *s, const char *office, cJSON **ret, struct err *e)
{
	struct years *y = calloc(1, sizeof(*y));
	cJSON *out = cJSON_CreateObject(), *list = cJSON_CreateArray();
	int below = AFTER_ALL, rc;
	size_t i;

	if ((rc = json_put(out, "cycles", list, e)) < 0)
		goto out;
	if (y == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	if ((rc = gather_years(s, office, y, e)) < 0)
		goto out;
	while (rc == 0 && (i = year_before(y, below)) < YEARS_MAX) {
		below = y->year[i];
		rc = push_year(list, y, i, e);
	}
out:
	if (y != NULL)
		years_release(y);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

/* --- one year --- */

/* The year that is meant when none is named: the one that is worked on, else
 * the newest calendar's. */
static int
current_year(struct store *s, const char *office, int *ret, struct err *e)
{
	struct years *y;
	size_t i;
	int rc = ERR_NOT_FOUND;

	if (store_conf(s)->role == ROLE_OFFICE || office[0] != '\0')
		rc = store_cycle(s, office, 0, ret, NULL, e);
	if (rc != ERR_NOT_FOUND)
		return rc;
	if ((y = calloc(1, sizeof(*y))) == NULL)
		return err_nomem(e);
	if ((rc = gather_years(s, office, y, e)) == 0) {
		if ((i = year_before(y, AFTER_ALL)) < YEARS_MAX) {
			*ret = y->year[i];
		} else {
			rc = err_set(
			    e, ERR_NOT_FOUND, 0, "there is no calendar yet");
			err_hint(e, "the hall writes it: pmqa hall cycle YEAR "
				    "due.submit=DATE");
		}
	}
	years_release(y);
	return rc;
}

/* What the hall sees of its offices in a year. */
struct overview {
	struct store *s;
	int year;
	int64_t now;
	const char *due; /* of the submission, or NULL */
	cJSON *offices;
	cJSON *dues; /* all offices' together */
	int n_joined;
};

static int
put_time(cJSON *out, const char *key, int64_t t, int offset_min, struct err *e)
{
	char text[CLOCK_TEXT];

	if (t == 0)
		return json_put_str(out, key, NULL, e);
	clock_rfc3339(text, t, offset_min);
	return json_put_str(out, key, text, e);
}

static int
put_name(struct store *s, const char *office, cJSON *out, struct err *e)
{
	cJSON *registry = NULL;
	int rc = registry_read(s, office, &registry, e);

	if (rc < 0)
		return rc;
	rc = json_put_str(
	    out, "name", json_str(json_get(registry, "office"), "name"), e);
	cJSON_Delete(registry);
	return rc;
}

/* {"code","name","state","submitted","received","late"} */
static int
fill_office(struct overview *o, const char *office, cJSON *one, struct err *e)
{
	struct cycle_submission first, last;
	enum signoff_state state = SIGNOFF_NONE;
	cJSON *assessment = NULL, *decision = NULL;
	struct branch *b = NULL;
	int late, offset = store_conf(o->s)->offset_min, rc;

	rc = signoff_read(
	    o->s, office, o->year, &state, &assessment, &decision, e);
	cJSON_Delete(assessment);
	cJSON_Delete(decision);
	if (rc < 0)
		return rc;

	if ((rc = store_branch(o->s, office, "office", &b, e)) < 0 ||
	    (rc = cycle_submission(o->s, b, o->year, 1, &first, e)) < 0 ||
	    (rc = cycle_submission(o->s, b, o->year, 0, &last, e)) < 0 ||
	    (rc = put_name(o->s, office, one, e)) < 0)
		return rc;
	late = cycle_is_late(o->due, first.received,
	    first.received != 0 ? first.offset_min : offset, o->now);
	if ((rc = json_put_str(one, "code", office, e)) < 0 ||
	    (rc = json_put_str(one, "state", signoff_name(state), e)) < 0 ||
	    (rc = put_time(
		 one, "submitted", last.time, last.time_offset_min, e)) < 0 ||
	    (rc = put_time(
		 one, "received", last.received, last.offset_min, e)) < 0)
		return rc;
	return json_put_bool(one, "late", late, e);
}

static cJSON *
due_named(const cJSON *dues, const char *name)
{
	cJSON *c;

	cJSON_ArrayForEach (c, dues) {
		const char *is = json_str(c, "name");

		if (is != NULL && strcmp(is, name) == 0)
			return c;
	}
	return NULL;
}

/* done: all offices are; late: one is. */
static int
join_dues(cJSON *all, const cJSON *dues, int first, struct err *e)
{
	const cJSON *one;
	cJSON *into;
	int rc = 0;

	cJSON_ArrayForEach (one, dues) {
		if ((into = due_named(all, json_str(one, "name"))) == NULL)
			continue;
		rc = json_put_bool(into, "done",
		    (first || json_bool(into, "done", 0)) &&
			json_bool(one, "done", 0),
		    e);
		if (rc == 0)
			rc = json_put_bool(into, "late",
			    json_bool(into, "late", 0) ||
				json_bool(one, "late", 0),
			    e);
		if (rc < 0)
			break;
	}
	return rc;
}

/* An office that lacks the calendar still counts nowhere. */
static int
look_at(void *arg, const char *office, struct err *e)
{
	struct overview *o = arg;
	cJSON *one = cJSON_CreateObject(), *dues = NULL;
	int rc;

	if ((rc = fill_office(o, office, one, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	if ((rc = json_push(o->offices, one, e)) < 0 ||
	    (rc = cycle_due(o->s, office, o->year, o->now, &dues, e)) < 0)
		return rc;
	if (cJSON_GetArraySize(dues) > 0)
		rc = join_dues(o->dues, dues, o->n_joined++ == 0, e);
	cJSON_Delete(dues);
	return rc;
}

/* The dates alone, nothing done and nobody late: what offices are joined to. */
static int
plain_dues(struct overview *o, const cJSON *calendar, struct err *e)
{
	int offset = store_conf(o->s)->offset_min, rc = 0;
	const char *date;
	cJSON *one;
	size_t i;

	if ((o->dues = cJSON_CreateArray()) == NULL)
		return err_nomem(e);
	for (i = 0; i < cycle_n_dues && rc == 0; i++) {
		date = json_str(json_get(calendar, "due"), cycle_dues[i]);
		if (date == NULL)
			continue;
		one = cJSON_CreateObject();
		if ((rc = json_put_str(one, "name", cycle_dues[i], e)) < 0 ||
		    (rc = json_put_str(one, "date", date, e)) < 0 ||
		    (rc = json_put_int(one, "days",
			 cycle_days(date, offset, o->now), e)) < 0 ||
		    (rc = json_put_bool(one, "done", 0, e)) < 0 ||
		    (rc = json_put_bool(one, "late", 0, e)) < 0) {
			cJSON_Delete(one);
			return rc;
		}
		rc = json_push(o->dues, one, e);
	}
	return rc;
}

static int
show_offices(
    struct overview *o, const cJSON *calendar, cJSON *out, struct err *e)
{
	int rc;

	o->due = json_str(json_get(calendar, "due"), "submit");
	if ((rc = plain_dues(o, calendar, e)) < 0)
		return rc;
	o->offices = cJSON_CreateArray();
	if ((rc = json_put(out, "offices", o->offices, e)) < 0)
		return rc;
	return store_each_office(o->s, look_at, o, e);
}

static int
fill_show(struct store *s, const char *office, int year, const cJSON *calendar,
    cJSON *out, struct err *e)
{
	struct overview o = { .s = s, .year = year, .now = clock_now() };
	int rc;

	if ((rc = json_put_int(out, "year", year, e)) < 0 ||
	    (rc = json_put(out, "fields",
		 calendar != NULL ? cJSON_Duplicate(calendar, 1)
				  : cJSON_CreateNull(),
		 e)) < 0)
		return rc;
	if (store_conf(s)->role != ROLE_OFFICE && office[0] == '\0')
		rc = show_offices(&o, calendar, out, e);
	else
		rc = cycle_due(s, office, year, o.now, &o.dues, e);
	if (rc < 0) {
		cJSON_Delete(o.dues);
		return rc;
	}
	return json_put(out, "due", o.dues, e);
}

static int
show_year(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e)
{
	cJSON *calendar = NULL, *out = NULL;
	int rc;

	if (year == 0 && (rc = current_year(s, office, &year, e)) < 0)
		return rc;
	if ((rc = cycle_read(s, office, year, &calendar, e)) < 0)
		return rc;
	out = cJSON_CreateObject();
	rc = fill_show(s, office, year, calendar, out, e);
	cJSON_Delete(calendar);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

int
cycle_show(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e)
{
	cJSON *out = NULL;
	int began, rc;

	if ((rc = asof_begin(s, &began, e)) < 0)
		return rc;
	rc = show_year(s, office, year, &out, e);
	if ((rc = asof_end(s, began, rc, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}
