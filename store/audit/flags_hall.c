#include "store/audit/flags_hall.h"

#include "store/hall/cycle.h"
#include "store/look/asof.h"

#define PATH_LEN 40

static void
take_due(const cJSON *due, const char *name, char ret[16])
{
	const char *date = json_str(due, name);

	if (date != NULL)
		snprintf(ret, 16, "%s", date);
}

static int
read_calendar(struct flags_year *y, const char *office, struct err *e)
{
	cJSON *calendar = NULL;
	int rc = cycle_read(y->s, office, y->year, &calendar, e);

	if (rc == 0) {
		take_due(json_get(calendar, "due"), "submit", y->due_submit);
		take_due(json_get(calendar, "due"), "correct", y->due_correct);
	}
	cJSON_Delete(calendar);
	return rc;
}

static struct flags_submission *
find_submission(struct flags_year *y, int n)
{
	size_t i;

	for (i = 0; i < y->n_subs; i++)
		if (y->subs[i].n == n)
			return &y->subs[i];
	return NULL;
}

/* One state of the decision's record: rec is borrowed, its items taken. */
static int
take_decision(struct flags_year *y, int rev, cJSON *rec, struct err *e)
{
	const char *verdict = json_str(rec, "verdict");
	struct flags_submission *sub;
	struct flags_decision *d;

	if ((d = FLAGS_MORE(y, decisions)) == NULL)
		return err_nomem(e);
	d->of = (int)json_int(rec, "of", 0);
	d->accepted = verdict != NULL && strcmp(verdict, "accepted") == 0;
	d->rev = rev;
	d->items = cJSON_DetachItemFromObjectCaseSensitive(rec, "items");
	if ((sub = find_submission(y, d->of)) == NULL)
		return 0;
	sub->decided++;
	if (d->accepted && sub->accepted < 0)
		sub->accepted = (int)y->n_decisions - 1;
	if (!d->accepted && sub->returned < 0)
		sub->returned = (int)y->n_decisions - 1;
	return 0;
}

static int
read_decision(struct flags_year *y, sqlite3_stmt *st, struct err *e)
{
	unsigned char blob[COMMIT_ID_LEN];
	cJSON *rec = NULL;
	int rev = -1, rc;

	if (sqlite3_column_bytes(st, FLAGS_REV_COLS) != COMMIT_ID_LEN)
		return 0;
	memcpy(blob, sqlite3_column_blob(st, FLAGS_REV_COLS), sizeof(blob));
	if ((rc = flags_year_push(y, st, 1, &rev, e)) == 0 &&
	    (rc = asof_blob(y->s, y->hall, blob, &rec, e)) == 0)
		rc = take_decision(y, rev, rec, e);
	cJSON_Delete(rec);
	return rc;
}

static int
read_decisions(struct flags_year *y, struct err *e)
{
	struct db *db = store_db(y->s);
	sqlite3_stmt *st = NULL;
	char path[PATH_LEN];
	int rc;

	snprintf(path, sizeof(path), "decisions/%d.json", y->year);
	rc = db_stmt(db, &st, e,
	    "SELECT " FLAGS_REV ", t.blob FROM record r"
	    " JOIN touch t ON t.record = r.id"
	    " JOIN revision v ON v.id = t.revision"
	    " WHERE r.branch = ?1 AND r.path = ?2 ORDER BY t.revision",
	    "is", y->hall->id, path);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = read_decision(y, st, e);
	db_reset(st);
	return rc;
}

int
flags_hall_read(struct flags_year *y, const char *office, struct err *e)
{
	char dir[PATH_LEN];
	int rc;

	snprintf(dir, sizeof(dir), "reviews/%d", y->year);
	if ((rc = read_calendar(y, office, e)) < 0 ||
	    (rc = read_decisions(y, e)) < 0)
		return rc;
	return asof_below(y->s, y->hall, dir, &y->reviews, e);
}

int
flags_hall_corrects(
    const struct flags_year *y, const struct flags_submission *after)
{
	size_t i;

	if (after == NULL)
		return 0;
	for (i = 0; i < y->n_subs; i++)
		if (y->subs[i].n <= after->n && y->subs[i].returned >= 0)
			return 1;
	return 0;
}

const char *
flags_hall_due(const struct flags_year *y, const struct flags_submission *after)
{
	const char *due =
	    flags_hall_corrects(y, after) ? y->due_correct : y->due_submit;

	return due[0] != '\0' ? due : NULL;
}

int
flags_hall_saw(const struct flags_year *y, const struct flags_submission *sub,
    const char *item)
{
	const cJSON *review = json_get(y->reviews, item), *c;

	if (sub->decided > 0 ||
	    json_int(json_get(review, "consensus"), "of", 0) >= sub->n)
		return 1;
	cJSON_ArrayForEach (c, json_get(review, "assessors"))
		if (json_int(c, "of", 0) >= sub->n)
			return 1;
	return 0;
}

int
flags_hall_asked(const struct flags_year *y, const struct flags_submission *sub,
    const char *item)
{
	const cJSON *c;
	size_t i;

	for (i = 0; i < y->n_decisions; i++) {
		if (y->decisions[i].of != sub->n || y->decisions[i].accepted)
			continue;
		/* an item, or its whole category */
		cJSON_ArrayForEach (c, y->decisions[i].items)
			if (cJSON_IsString(c) &&
			    (strcmp(c->valuestring, item) == 0 ||
				(strlen(c->valuestring) == 1 &&
				    c->valuestring[0] == item[0])))
				return 1;
	}
	return 0;
}
