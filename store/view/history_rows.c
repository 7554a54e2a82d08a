#include "store/view/history_rows.h"

#include "store/look/spans.h"

/* Each gives ids, at most as many as its last parameter says. */
#define SQL_BRANCH                                                             \
	"SELECT id FROM revision WHERE branch = ?1 AND id BETWEEN ?2 AND ?3"   \
	" ORDER BY id DESC LIMIT ?4"
#define SQL_OLDEST                                                             \
	"SELECT id FROM revision WHERE branch = ?1 AND id > ?2"                \
	" ORDER BY id LIMIT ?3"
#define SQL_RECORD                                                             \
	"SELECT revision FROM touch WHERE record = ?1 AND revision < ?2"       \
	" ORDER BY revision DESC LIMIT ?3"
#define SQL_LOGIN                                                              \
	"SELECT id FROM revision WHERE branch = ?1 AND login = ?2 AND id < ?3" \
	" ORDER BY id DESC LIMIT ?4"
/* a device's revisions have sequences without gaps (store/admit) */
#define SQL_DEVICE                                                             \
	"WITH RECURSIVE s(n) AS (SELECT ?3 UNION ALL SELECT n - 1 FROM s"      \
	" WHERE n > 1 LIMIT ?4)"                                               \
	" SELECT v.id FROM s CROSS JOIN revision v"                            \
	" ON v.branch = ?1 AND v.name = ?2 || s.n"

static int
take_ids(struct history_rows *r, sqlite3_stmt *st, struct err *e)
{
	struct db *db = store_db(r->s);
	int rc = 0;

	r->n = 0;
	r->at = 0;
	while (r->n < HISTORY_ROWS && (rc = db_step(db, st, e)) > 0)
		r->ids[r->n++] = sqlite3_column_int64(st, 0);
	db_reset(st);
	if (rc < 0)
		return rc;
	if (r->n > 0)
		r->before = r->ids[r->n - 1];
	return 0;
}

/* --- all of the branch --- */

static int
fill_branch(struct history_rows *r, struct err *e)
{
	int any = r->since == INT64_MIN && r->until == INT64_MAX;
	int64_t first = 0, last = r->before - 1;
	sqlite3_stmt *st = NULL;
	int rc;

	for (;;) {
		if (!any) {
			rc = spans_before(store_db(r->s), r->b->id, r->before,
			    r->since, r->until, &first, &last, e);
			if (rc < 0)
				return rc;
			if (rc == 0)
				break;
		}
		rc = db_stmt(store_db(r->s), &st, e, SQL_BRANCH, "iiii",
		    r->b->id, first, last, (int64_t)HISTORY_ROWS);
		if (rc < 0 || (rc = take_ids(r, st, e)) < 0)
			return rc;
		if (r->n > 0 || any)
			break;
		r->before = first; /* nothing (more) of this stretch */
	}
	r->ended = r->n == 0;
	return 0;
}

static int
fill_oldest(struct history_rows *r, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = db_stmt(store_db(r->s), &st, e, SQL_OLDEST, "iii", r->b->id,
	    r->before, (int64_t)HISTORY_ROWS);

	if (rc < 0 || (rc = take_ids(r, st, e)) < 0)
		return rc;
	r->ended = r->n == 0;
	return 0;
}

/* --- by a record, a person --- */

static int
fill_record(struct history_rows *r, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = db_stmt(store_db(r->s), &st, e, SQL_RECORD, "iii", r->record,
	    r->before, (int64_t)HISTORY_ROWS);

	if (rc < 0 || (rc = take_ids(r, st, e)) < 0)
		return rc;
	r->ended = r->n == 0;
	return 0;
}

static int
fill_login(struct history_rows *r, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc = db_stmt(store_db(r->s), &st, e, SQL_LOGIN, "isii", r->b->id,
	    r->login, r->before, (int64_t)HISTORY_ROWS);

	if (rc < 0 || (rc = take_ids(r, st, e)) < 0)
		return rc;
	r->ended = r->n == 0;
	return 0;
}

/* --- by a device --- */

/* 1 if the device's n-th revision stands below r->before. */
static int
is_below(struct history_rows *r, int64_t n, struct err *e)
{
	char name[24];
	int64_t id = 0;
	int rc;

	snprintf(name, sizeof(name), "%c%lld", r->letter, (long long)n);
	rc = db_one_int(store_db(r->s), &id, e,
	    "SELECT id FROM revision WHERE branch = ?1 AND name = ?2", "is",
	    r->b->id, name);
	if (rc == ERR_NOT_FOUND)
		return 0;
	return rc < 0 ? rc : id < r->before;
}

/* The greatest sequence that stands below: ids grow with it. 0: none. */
static int
find_sequence(struct history_rows *r, int64_t *ret, struct err *e)
{
	int64_t low = 0, high = 1, mid;
	int rc;

	while ((rc = is_below(r, high, e)) > 0 && high < INT64_MAX / 4) {
		low = high;
		high *= 2;
	}
	while (rc >= 0 && high - low > 1) {
		mid = low + (high - low) / 2;
		if ((rc = is_below(r, mid, e)) > 0)
			low = mid;
		else
			high = mid;
	}
	*ret = low;
	return rc < 0 ? rc : 0;
}

static int
fill_device(struct history_rows *r, struct err *e)
{
	const char letter[2] = { r->letter, '\0' };
	sqlite3_stmt *st = NULL;
	int64_t n = 0;
	int rc;

	if ((rc = find_sequence(r, &n, e)) < 0)
		return rc;
	r->n = 0;
	r->at = 0;
	if (n > 0) {
		rc = db_stmt(store_db(r->s), &st, e, SQL_DEVICE, "isii",
		    r->b->id, letter, n, (int64_t)HISTORY_ROWS);
		if (rc < 0 || (rc = take_ids(r, st, e)) < 0)
			return rc;
	}
	r->ended = r->n == 0;
	return 0;
}

int
history_rows_next(struct history_rows *r, int64_t *ret, struct err *e)
{
	int rc = 0;

	*ret = 0;
	if (r->at == r->n && !r->ended) {
		switch (r->by) {
		case HISTORY_BY_BRANCH:
			rc = fill_branch(r, e);
			break;
		case HISTORY_BY_OLDEST:
			rc = fill_oldest(r, e);
			break;
		case HISTORY_BY_RECORD:
			rc = fill_record(r, e);
			break;
		case HISTORY_BY_LOGIN:
			rc = fill_login(r, e);
			break;
		case HISTORY_BY_DEVICE:
			rc = fill_device(r, e);
			break;
		}
	}
	if (rc < 0 || r->at == r->n)
		return rc;
	if (r->ids[r->at] < r->stop) {
		r->at = r->n;
		r->ended = 1;
		return 0;
	}
	*ret = r->ids[r->at++];
	return 0;
}
