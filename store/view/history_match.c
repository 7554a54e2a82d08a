#include "store/view/history_match.h"

#include "base/clock.h"
#include "store/hall/cycle.h"
#include "store/look/asof.h"
#include "store/review/signoff.h"

/* Microseconds, roughly. */
#define WORK_ROW 3
#define WORK_LOOK 4
#define WORK_BLOB 150
#define PATH_LEN 96

/* --- years --- */

static void
take_due(const struct history_match *m, const char *day, int64_t *ret)
{
	if (day == NULL ||
	    clock_parse(day, store_conf(m->s)->offset_min, 1, ret, NULL) < 0)
		*ret = INT64_MAX;
}

static int
read_due(
    struct history_match *m, int year, struct history_year *y, struct err *e)
{
	cJSON *calendar = NULL;
	const cJSON *due;
	int rc = cycle_read(m->s, m->b->office, year, &calendar, e);

	if (rc < 0)
		return rc;
	due = json_get(calendar, "due");
	take_due(m, json_str(due, "submit"), &y->due);
	take_due(m, json_str(due, "correct"), &y->due_correct);
	cJSON_Delete(calendar);
	return 0;
}

/* The row that signed off the n-th time or later; INT64_MAX: none did. */
static int
find_submission(
    struct history_match *m, int year, int64_t n, int64_t *ret, struct err *e)
{
	char path[PATH_LEN];
	int rc;

	snprintf(path, sizeof(path), "%d/assessment.json", year);
	rc = db_one_int(store_db(m->s), ret, e,
	    "SELECT t.revision FROM record r JOIN touch t ON t.record = r.id"
	    " JOIN change c ON c.revision = t.revision AND c.record = r.id"
	    " AND c.field = 'submission.n' WHERE r.branch = ?1"
	    " AND r.path = ?2 AND CAST(c.new AS INTEGER) >= ?3 AND t.side = 0"
	    " ORDER BY t.revision LIMIT 1",
	    "isi", m->b->id, path, n);
	if (rc != ERR_NOT_FOUND)
		return rc;
	*ret = INT64_MAX;
	return 0;
}

/* The lower of *first and the submission that this decision returned. */
static int
take_returned(struct history_match *m, const struct branch *hall,
    sqlite3_stmt *st, int64_t *first, struct err *e)
{
	unsigned char blob[COMMIT_ID_LEN];
	cJSON *rec = NULL;
	const char *verdict;
	int64_t of;
	int rc;

	if (sqlite3_column_bytes(st, 0) != COMMIT_ID_LEN)
		return 0;
	memcpy(blob, sqlite3_column_blob(st, 0), sizeof(blob));
	m->work += WORK_BLOB;
	if ((rc = asof_blob(m->s, hall, blob, &rec, e)) < 0)
		return rc;
	verdict = json_str(rec, "verdict");
	of = json_int(rec, "of", 0);
	if (verdict != NULL && strcmp(verdict, "returned") == 0 && of > 0 &&
	    of < *first)
		*first = of;
	cJSON_Delete(rec);
	return 0;
}

/* From the first return on it is the day of the correction that counts. */
static int
read_returned(
    struct history_match *m, int year, struct history_year *y, struct err *e)
{
	struct db *db = store_db(m->s);
	struct branch *hall = NULL;
	sqlite3_stmt *st = NULL;
	int64_t first = INT64_MAX;
	char path[PATH_LEN];
	int rc;

	y->returned = INT64_MAX;
	if ((rc = store_branch(m->s, m->b->office, "hall", &hall, e)) < 0)
		return rc;
	snprintf(path, sizeof(path), "decisions/%d.json", year);
	rc = db_stmt(db, &st, e,
	    "SELECT t.blob FROM record r JOIN touch t ON t.record = r.id"
	    " WHERE r.branch = ?1 AND r.path = ?2 ORDER BY t.revision",
	    "is", hall->id, path);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0)
		rc = take_returned(m, hall, st, &first, e);
	db_reset(st);
	if (rc < 0 || first == INT64_MAX)
		return rc;
	return find_submission(m, year, first, &y->returned, e);
}

static int
find_year(struct history_match *m, int year, const struct history_year **ret,
    struct err *e)
{
	struct history_year *y;
	int i, rc;

	for (i = 0; i < m->n_years; i++) {
		if (m->years[i].year == year) {
			*ret = &m->years[i];
			return 0;
		}
	}
	if (m->n_years == HISTORY_YEARS)
		m->n_years = 0; /* more years than anybody has: anew */
	y = &m->years[m->n_years];
	m->work += WORK_BLOB;
	if ((rc = read_due(m, year, y, e)) < 0 ||
	    (rc = find_submission(m, year, 1, &y->submitted, e)) < 0 ||
	    (rc = read_returned(m, year, y, e)) < 0)
		return rc;
	y->year = year;
	m->n_years++;
	*ret = y;
	return 0;
}

/* Comments, and what is done about an action of the plan, are meant to go on
 * after the sign-off: only what the sign-off covers counts. */
static int
is_covered(struct history_match *m, const struct record_path *rp,
    int64_t record, int64_t revision, struct err *e)
{
	struct db *db = store_db(m->s);
	sqlite3_stmt *st = NULL;
	int rc, found = 0;

	if (strcmp(rp->type->name, "assessment") == 0)
		return 1;
	rc = db_stmt(db, &st, e,
	    "SELECT field FROM change WHERE revision = ?1 AND record = ?2",
	    "ii", revision, record);
	while (rc >= 0 && !found && (rc = db_step(db, st, e)) > 0)
		found = signoff_act_of(rp, (const char *)sqlite3_column_text(
					       st, 0)) == SIGNOFF_DO_EDIT;
	db_reset(st);
	return rc < 0 ? rc : found;
}

/* One touched file against what is asked about its year. */
static int
touch_matches(struct history_match *m, sqlite3_stmt *row, int64_t record,
    const char *path, struct err *e)
{
	int64_t revision = sqlite3_column_int64(row, ROW_ID);
	const struct query_history *q = m->q;
	const struct history_year *y = NULL;
	struct record_path rp;
	int64_t when, due;
	int rc;

	m->work += WORK_LOOK;
	if (record_path_parse(path, m->branch, &rp, NULL) < 0 || rp.year == 0)
		return 0;
	if (q->year != 0 && rp.year != q->year)
		return 0;
	if (!q->late && !q->after_submission)
		return 1;
	if ((rc = find_year(m, rp.year, &y, e)) < 0)
		return rc;
	when = sqlite3_column_int64(
	    row, sqlite3_column_type(row, ROW_RECEIVED) == SQLITE_NULL
		     ? ROW_TIME
		     : ROW_RECEIVED);
	due = revision > y->returned ? y->due_correct : y->due;
	if ((q->late && when <= due) ||
	    (q->after_submission && revision <= y->submitted))
		return 0;
	return is_covered(m, &rp, record, revision, e);
}

static int
year_matches(struct history_match *m, sqlite3_stmt *row, struct err *e)
{
	struct db *db = store_db(m->s);
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT r.id, r.path FROM touch t JOIN record r ON r.id = t.record"
	    " WHERE t.revision = ?1 AND (?2 = 0 OR t.record = ?2)",
	    "ii", sqlite3_column_int64(row, ROW_ID), m->record);
	while (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		if ((rc = touch_matches(m, row, sqlite3_column_int64(st, 0),
			 (const char *)sqlite3_column_text(st, 1), e)) != 0)
			break;
	}
	db_reset(st);
	return rc;
}

/* --- the row --- */

static const char *
column(sqlite3_stmt *row, int col)
{
	const char *s = (const char *)sqlite3_column_text(row, col);

	return s != NULL ? s : "";
}

/* "9105-b", or the letter alone. */
static int
is_device(sqlite3_stmt *row, const char *device)
{
	if (device[1] == '\0')
		return column(row, ROW_NAME)[0] == device[0];
	return strcmp(column(row, ROW_DEVICE), device) == 0;
}

static int
has_field(struct history_match *m, sqlite3_stmt *row, struct err *e)
{
	int64_t one = 0;
	int rc;

	m->work += WORK_LOOK;
	rc = db_one_int(store_db(m->s), &one, e,
	    "SELECT 1 FROM change WHERE revision = ?1 AND record = ?2"
	    " AND field = ?3",
	    "iis", sqlite3_column_int64(row, ROW_ID), m->record, m->q->field);
	if (rc == ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : 1;
}

int
history_match(struct history_match *m, sqlite3_stmt *row, struct err *e)
{
	const struct query_history *q = m->q;
	int64_t time = sqlite3_column_int64(row, ROW_TIME);
	int rc = 1;

	m->work += WORK_ROW;
	if (time < m->since || time > m->until ||
	    (q->action != NULL &&
		strcmp(column(row, ROW_ACTION), q->action) != 0) ||
	    (q->device != NULL && !is_device(row, q->device)))
		return 0;
	if (m->person != NULL)
		rc = history_text_in(column(row, ROW_PERSON), m->person, e);
	else if (q->person != NULL)
		rc = strcmp(column(row, ROW_LOGIN), q->person) == 0;
	if (rc > 0 && q->field != NULL)
		rc = has_field(m, row, e);
	/* of a record that was asked for the year is known */
	if (rc > 0 && ((q->year != 0 && m->record == 0) || q->late ||
			  q->after_submission))
		rc = year_matches(m, row, e);
	if (rc > 0 && m->text.folded != NULL)
		rc = history_text_match(&m->text, row, &m->work, e);
	return rc;
}
