/* What a calendar says of one office today: days left, done, late. */
#include "store/hall/cycle.h"

#include "base/clock.h"
#include "store/look/asof.h"
#include "store/review/signoff.h"

#define PATH_LEN 32
#define DAY_S 86400

/* What is known of one office in one year. */
struct stand {
	struct store *s;
	struct branch *office, *hall;
	int year;
	int64_t now;
	int offset_min;
	enum signoff_state state;
	cJSON *assessment, *decision;
	struct cycle_submission first, last;
	int64_t first_decision; /* time; 0 = none */
};

static int64_t
day_number(int64_t t, int offset_min)
{
	int64_t local = t + (int64_t)offset_min * 60;

	return local >= 0 ? local / DAY_S : (local - DAY_S + 1) / DAY_S;
}

int64_t
cycle_days(const char *date, int offset_min, int64_t now)
{
	int64_t t;

	if (clock_parse(date, offset_min, 0, &t, NULL) < 0)
		return 0;
	return day_number(t, offset_min) - day_number(now, offset_min);
}

static void
stand_release(struct stand *st)
{
	cJSON_Delete(st->assessment);
	cJSON_Delete(st->decision);
}

static int
find_first_decision(struct stand *st, struct err *e)
{
	char path[PATH_LEN];
	int rc;

	snprintf(path, sizeof(path), "decisions/%d.json", st->year);
	rc = db_one_int(store_db(st->s), &st->first_decision, e,
	    "SELECT v.time FROM record r JOIN touch t ON t.record = r.id"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path = ?2 ORDER BY t.revision LIMIT 1",
	    "is", st->hall->id, path);
	return rc == ERR_NOT_FOUND ? 0 : rc;
}

static int
stand_read(struct stand *st, struct store *s, const char *office, int year,
    int64_t now, struct err *e)
{
	int rc;

	memset(st, 0, sizeof(*st));
	st->s = s;
	st->year = year;
	st->now = now;
	st->offset_min = store_conf(s)->offset_min;
	if ((rc = store_branch(s, office, "office", &st->office, e)) < 0 ||
	    (rc = store_branch(s, office, "hall", &st->hall, e)) < 0 ||
	    (rc = signoff_read(s, office, year, &st->state, &st->assessment,
		 &st->decision, e)) < 0)
		return rc;
	if (json_get(st->assessment, "submission") != NULL &&
	    ((rc = cycle_submission(s, st->office, year, 1, &st->first, e)) <
		    0 ||
		(rc = cycle_submission(s, st->office, year, 0, &st->last, e)) <
		    0))
		return rc;
	return st->decision != NULL ? find_first_decision(st, e) : 0;
}

/* Actions of the plan that were not dropped, and how many of them have a text
 * at this follow-up. */
static int
count_followed(struct stand *st, const char *which, int *ret_n, int *ret_done,
    struct err *e)
{
	struct db *db = store_db(st->s);
	sqlite3_stmt *q = NULL;
	char from[PATH_LEN], to[PATH_LEN];
	cJSON *rec;
	const char *status;
	int rc;

	*ret_n = *ret_done = 0;

	snprintf(from, sizeof(from), "%d/actions/", st->year);
	snprintf(to, sizeof(to), "%d/actions0", st->year);
	rc = db_stmt(db, &q, e,
	    "SELECT bytes, path FROM record WHERE branch = ?1 AND path > ?2"
	    " AND path < ?3 AND bytes IS NOT NULL",
	    "iss", st->office->id, from, to);
	while (rc >= 0 && (rc = db_step(db, q, e)) > 0) {
		rec = NULL;
		rc = asof_parse(sqlite3_column_blob(q, 0),
		    (size_t)sqlite3_column_bytes(q, 0),
		    (const char *)sqlite3_column_text(q, 1), &rec, e);
		status = json_str(rec, "status");
		if (rc == 0 &&
		    (status == NULL || strcmp(status, "dropped") != 0)) {
			++*ret_n;
			*ret_done +=
			    json_str(json_get(rec, "followup"), which) != NULL;
		}
		cJSON_Delete(rec);
	}
	db_reset(q);
	return rc;
}

struct due {
	int done, late;
};

static struct due
due_submit(const struct stand *st, const char *date)
{
	struct due d = { st->first.n > 0, 0 };

	d.late = cycle_is_late(date, st->first.received,
	    st->first.received != 0 ? st->first.offset_min : st->offset_min,
	    st->now);
	return d;
}

static struct due
due_review(const struct stand *st, const char *date)
{
	struct due d = { st->first_decision != 0, 0 };

	if (st->first.n > 0) /* before there is nothing to review */
		d.late = cycle_is_late(
		    date, st->first_decision, st->offset_min, st->now);
	return d;
}

static int
was_returned(const struct stand *st)
{
	const char *verdict = json_str(st->decision, "verdict");

	return verdict != NULL && strcmp(verdict, "returned") == 0;
}

static struct due
due_correct(const struct stand *st, const char *date)
{
	struct due d = { 0, 0 };

	if (st->last.n > 1 &&
	    (st->state == SIGNOFF_SUBMITTED || st->state == SIGNOFF_ACCEPTED)) {
		d.done = 1;
		d.late = cycle_is_late(date, st->last.received,
		    st->last.received != 0 ? st->last.offset_min
					   : st->offset_min,
		    st->now);
	} else if (st->state == SIGNOFF_ACCEPTED) {
		d.done = 1; /* there was nothing to correct */
	} else if (st->state == SIGNOFF_RETURNED ||
		   (st->state == SIGNOFF_REOPENED && was_returned(st))) {
		d.late = cycle_is_late(date, 0, st->offset_min, st->now);
	}
	return d;
}

static struct due
due_final(const struct stand *st, const char *date)
{
	struct due d = { st->state == SIGNOFF_ACCEPTED, 0 };
	const char *time = json_str(st->decision, "time");
	int64_t t = 0;

	if (d.done && time != NULL &&
	    clock_parse(time, st->offset_min, 0, &t, NULL) < 0)
		t = 0;
	if (st->state != SIGNOFF_NONE)
		d.late = cycle_is_late(date, t, st->offset_min, st->now);
	return d;
}

static int
due_of(struct stand *st, const char *name, const char *date, struct due *ret,
    struct err *e)
{
	int n, done, rc;

	if (strcmp(name, "submit") == 0) {
		*ret = due_submit(st, date);
	} else if (strcmp(name, "review") == 0) {
		*ret = due_review(st, date);
	} else if (strcmp(name, "correct") == 0) {
		*ret = due_correct(st, date);
	} else if (strcmp(name, "final") == 0) {
		*ret = due_final(st, date);
	} else {
		rc = count_followed(st,
		    strcmp(name, "followup6") == 0 ? "m6" : "m12", &n, &done,
		    e);
		if (rc < 0)
			return rc;
		/* without a plan there is nothing to follow up */
		ret->done = n > 0 && done == n;
		ret->late =
		    done < n && cycle_is_late(date, 0, st->offset_min, st->now);
	}
	return 0;
}

static int
push_due(cJSON *list, const char *name, const char *date, int64_t days,
    struct due d, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	int rc;

	if ((rc = json_put_str(one, "name", name, e)) < 0 ||
	    (rc = json_put_str(one, "date", date, e)) < 0 ||
	    (rc = json_put_int(one, "days", days, e)) < 0 ||
	    (rc = json_put_bool(one, "done", d.done, e)) < 0 ||
	    (rc = json_put_bool(one, "late", d.late, e)) < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

static int
list_dues(struct stand *st, const cJSON *calendar, cJSON *list, struct err *e)
{
	const char *date;
	struct due d;
	size_t i;
	int rc = 0;

	for (i = 0; i < cycle_n_dues && rc == 0; i++) {
		date = json_str(json_get(calendar, "due"), cycle_dues[i]);
		if (date == NULL)
			continue;
		if ((rc = due_of(st, cycle_dues[i], date, &d, e)) == 0)
			rc = push_due(list, cycle_dues[i], date,
			    cycle_days(date, st->offset_min, st->now), d, e);
	}
	return rc;
}

int
cycle_due(struct store *s, const char *office, int year, int64_t now,
    cJSON **ret, struct err *e)
{
	cJSON *calendar = NULL, *list = cJSON_CreateArray();
	struct stand st;
	int rc;

	memset(&st, 0, sizeof(st));
	if (list == NULL)
		return err_nomem(e);
	if ((rc = cycle_read(s, office, year, &calendar, e)) < 0 ||
	    calendar == NULL)
		goto out;
	if ((rc = stand_read(&st, s, office, year, now, e)) == 0)
		rc = list_dues(&st, calendar, list, e);
out:
	stand_release(&st);
	cJSON_Delete(calendar);
	if (rc < 0)
		cJSON_Delete(list);
	else
		*ret = list;
	return rc;
}
