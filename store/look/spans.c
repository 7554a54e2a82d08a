#include "store/look/spans.h"

/* The branch that has a whole span too few: its id, where its last span ends
 * (0: it has none). */
static int
find_lacking(
    struct db *db, int64_t *ret_branch, int64_t *ret_last, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int rc;

	rc = db_stmt(db, &st, e,
	    "SELECT b.id, ifnull(s.last, 0) FROM branch b LEFT JOIN span s"
	    " ON s.branch = b.id AND s.last ="
	    "  (SELECT max(last) FROM span WHERE branch = b.id)"
	    " WHERE b.n - ifnull(s.n, 0) >= ?1 LIMIT 1",
	    "i", (int64_t)SPANS_ROWS);
	if (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		*ret_branch = sqlite3_column_int64(st, 0);
		*ret_last = sqlite3_column_int64(st, 1);
	}
	db_reset(st);
	return rc;
}

static int
add_span(struct db *db, int64_t branch, int64_t after, struct err *e)
{
	return db_run(db, e,
	    "INSERT INTO span(branch, first, last, low, high, n)"
	    " SELECT ?1, min(id), max(id), min(time), max(time),"
	    "  count(*) + ifnull((SELECT n FROM span WHERE branch = ?1"
	    "   AND last = ?2), 0)"
	    " FROM (SELECT id, time FROM revision WHERE branch = ?1 AND id > ?2"
	    "  ORDER BY id LIMIT ?3)",
	    "iii", branch, after, (int64_t)SPANS_ROWS);
}

static int
write_some(struct db *db, int max, int *ret_left, struct err *e)
{
	int64_t branch = 0, last = 0;
	int i, rc = 0;

	*ret_left = 0;
	for (i = 0; i <= max; i++) {
		if ((rc = find_lacking(db, &branch, &last, e)) <= 0)
			return rc;
		if (i < max && (rc = add_span(db, branch, last, e)) < 0)
			return rc;
	}
	*ret_left = 1;
	return 0;
}

int
spans_write(struct store *s, int max, int *ret_left, struct err *e)
{
	struct db *db = store_db(s);
	int64_t branch = 0, last = 0;
	int rc;

	*ret_left = 0;
	/* nothing to do costs no transaction and no fsync */
	if ((rc = find_lacking(db, &branch, &last, e)) <= 0 ||
	    (rc = db_begin(db, e)) < 0)
		return rc;
	if ((rc = write_some(db, max, ret_left, e)) < 0) {
		db_rollback(db, NULL);
		return rc;
	}
	return db_commit(db, e);
}

int
spans_cut(struct db *db, int64_t branch, int64_t row, struct err *e)
{
	return db_run(db, e, "DELETE FROM span WHERE branch = ?1 AND last > ?2",
	    "ii", branch, row);
}

static int
last_covered(struct db *db, int64_t branch, int64_t *ret, struct err *e)
{
	return db_one_int(db, ret, e,
	    "SELECT ifnull(max(last), 0) FROM span WHERE branch = ?1", "i",
	    branch);
}

int
spans_before(struct db *db, int64_t branch, int64_t before, int64_t since,
    int64_t until, int64_t *ret_first, int64_t *ret_last, struct err *e)
{
	sqlite3_stmt *st = NULL;
	int64_t covered = 0;
	int rc;

	if ((rc = last_covered(db, branch, &covered, e)) < 0)
		return rc;
	if (before > covered + 1) {
		*ret_first = covered + 1;
		*ret_last = before - 1;
		return 1;
	}
	rc = db_stmt(db, &st, e,
	    "SELECT first, last FROM span WHERE branch = ?1 AND first < ?2"
	    " AND high >= ?3 AND low <= ?4 ORDER BY last DESC LIMIT 1",
	    "iiii", branch, before, since, until);
	if (rc >= 0 && (rc = db_step(db, st, e)) > 0) {
		*ret_first = sqlite3_column_int64(st, 0);
		*ret_last = sqlite3_column_int64(st, 1);
		if (*ret_last >= before)
			*ret_last = before - 1;
	}
	db_reset(st);
	return rc;
}

int
spans_check(struct db *db, int64_t *ret_wrong, struct err *e)
{
	return spans_check_from(db, 0, 0, ret_wrong, e);
}

int
spans_check_from(struct db *db, int64_t branch, int64_t after,
    int64_t *ret_wrong, struct err *e)
{
	return db_one_int(db, ret_wrong, e,
	    "SELECT count(*) FROM span s LEFT JOIN span p"
	    " ON p.branch = s.branch AND p.last = (SELECT max(last) FROM span"
	    "  WHERE branch = s.branch AND last < s.last)"
	    " WHERE (?1 = 0 OR s.branch = ?1) AND s.last > ?2"
	    " AND (s.first, s.last, s.low, s.high, s.n) IS NOT"
	    "  (SELECT min(v.id), max(v.id), min(v.time), max(v.time),"
	    "   count(*) + ifnull(p.n, 0) FROM revision v"
	    "   WHERE v.branch = s.branch AND v.id > ifnull(p.last, 0)"
	    "   AND v.id <= s.last)",
	    "ii", branch, after);
}
