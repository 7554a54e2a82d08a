/* Histories by every way to ask, against the plain scan of a made-up branch of
 * some thousand revisions. */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/look/spans.h"
#include "store/view/query.h"
#include "tests/support/sample.h"

#define ROWS 3500
#define START 1600000000

static struct test_office office;
static uint64_t rnd;
static int64_t branch;

static int64_t
below(int64_t n)
{
	return (int64_t)(test_random(&rnd) % (uint64_t)n);
}

/* Rows as saves make them: two devices, five people, times that mostly grow
 * but of a device that was away for long. */
static void
add_rows(struct db *db)
{
	static const char *const actions[] = { "set", "tick", "untick" };
	unsigned char id[20] = { 1 }, content[32] = { 0 };
	int64_t n[2] = { 0, 0 }, i, time;
	char name[24], login[24], device[16];
	struct err e = { 0 };

	for (i = 0; i < ROWS; i++) {
		int which = below(40) == 0;

		n[which]++;
		time = START + i * 60 - (which ? below(200000) : below(5));
		snprintf(name, sizeof(name), "%c%lld", which ? 'b' : 'a',
		    (long long)n[which]);
		snprintf(device, sizeof(device), "9105-%c", which ? 'b' : 'a');
		snprintf(login, sizeof(login), "user%d",
		    (int)below(5) * (int)below(5));
		id[1] = (unsigned char)(i >> 8);
		id[2] = (unsigned char)i;
		assert_ok(
		    db_run(db, &e,
			"INSERT INTO revision(branch, name, device,"
			" sequence, commit_id, content, time, offset_min,"
			" login, person, action, edition, subject, reason,"
			" bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, 420,"
			" ?8, ?8, ?9, 'x', '', ?10, 0)",
			"issibbisss", branch, name, device, n[which], id,
			sizeof(id), content, sizeof(content), time, login,
			actions[below(3)], below(50) == 0 ? "เหตุ" : ""),
		    &e);
	}
}

static int
up(void **state)
{
	struct err e = { 0 };
	struct branch *b = NULL;
	struct db *db;

	rnd = test_seed();
	if (test_libraries_up(state) != 0)
		return -1;
	test_office_make(&office);
	db = store_db(office.store);
	assert_ok(store_branch(office.store, "", "office", &b, &e), &e);
	branch = b->id;
	assert_ok(db_begin(db, &e), &e);
	add_rows(db);
	assert_ok(db_run(db, &e, "UPDATE branch SET n = ?2 WHERE id = ?1", "ii",
		      branch, (int64_t)ROWS),
	    &e);
	assert_ok(db_commit(db, &e), &e);
	return 0;
}

static int
down(void **state)
{
	test_office_remove(&office);
	return test_libraries_down(state);
}

static int64_t
one(const char *sql)
{
	struct err e = { 0 };
	int64_t n = -1;

	assert_ok(db_one_int(store_db(office.store), &n, &e, sql, ""), &e);
	return n;
}

/* All pages of a question: names, newest first. */
static void
all_pages(struct query_history q, struct buf *ret)
{
	struct err e = { 0 };
	cJSON *page = NULL;
	const cJSON *r;
	char cursor[40];
	int pages = 0;

	do {
		cJSON_Delete(page);
		page = NULL;
		assert_ok(query_history(office.store, &q, &page, &e), &e);
		cJSON_ArrayForEach (r, json_get(page, "revisions")) {
			buf_printf(ret, "%s ", json_str(r, "revision"));
		}
		snprintf(cursor, sizeof(cursor), "%s",
		    json_str(page, "next") != NULL ? json_str(page, "next")
						   : "");
		q.cursor = cursor;
		assert_true(pages++ < 3 * ROWS);
	} while (json_str(page, "next") != NULL);
	cJSON_Delete(page);
}

/* The same by a scan of the table. */
static void
by_scan(const struct query_history *q, struct buf *ret, int64_t *ret_n)
{
	struct db *db = store_db(office.store);
	sqlite3_stmt *st = NULL;
	struct err e = { 0 };

	*ret_n = 0;
	assert_ok(db_stmt(db, &st, &e,
		      "SELECT name FROM revision WHERE branch = ?1"
		      " AND (?2 IS NULL OR login = ?2)"
		      " AND (?3 IS NULL OR substr(name, 1, 1) = ?3)"
		      " AND (?4 IS NULL OR action = ?4)"
		      " AND time >= ?5 AND (?6 = 0 OR time <= ?6)"
		      " AND (?7 IS NULL OR instr(reason, ?7) > 0)"
		      " AND id >= ?8 AND (?9 = 0 OR id <= ?9)"
		      " ORDER BY id DESC",
		      "isssiisii", branch, q->person, q->device, q->action,
		      q->since, q->until, q->text, q->from_row, q->to_row),
	    &e);
	while (db_step(db, st, &e) > 0) {
		buf_printf(
		    ret, "%s ", (const char *)sqlite3_column_text(st, 0));
		(*ret_n)++;
	}
	db_reset(st);
}

static void
expect_same(const struct query_history *q)
{
	struct buf got = BUF_INIT, want = BUF_INIT;
	struct err e = { 0 };
	cJSON *stat = NULL;
	int64_t n = 0, counted = 0;
	struct query_history s = *q;
	char cursor[40];

	all_pages(*q, &got);
	by_scan(q, &want, &n);
	assert_string_equal(buf_str(&got), buf_str(&want));
	do {
		assert_ok(query_history_stat(office.store, &s, &stat, &e), &e);
		counted += json_int(stat, "revisions", 0);
		snprintf(cursor, sizeof(cursor), "%s",
		    json_str(stat, "next") != NULL ? json_str(stat, "next")
						   : "");
		s.cursor = cursor;
		cJSON_Delete(stat);
	} while (cursor[0] != '\0');
	assert_int_equal(counted, n);
	buf_release(&got);
	buf_release(&want);
}

static void
random_question(struct query_history *q, char login[24])
{
	static const char *const actions[] = { "set", "tick", "nothing" };
	int64_t from = START + below((int64_t)ROWS * 60);

	memset(q, 0, sizeof(*q));
	q->office = "";
	q->limit = 1 + (int)below(400);
	q->work = 1 + below(3000);
	if (below(3) == 0) {
		snprintf(login, 24, "user%d", (int)below(17));
		q->person = login;
	}
	if (below(3) == 0)
		q->device = below(2) == 0 ? "a" : "b";
	if (below(3) == 0)
		q->action = actions[below(3)];
	if (below(2) == 0)
		q->since = from;
	if (below(2) == 0)
		q->until = from + below(100000);
	if (below(4) == 0)
		q->text = "เหตุ";
	if (below(4) == 0) {
		q->from_row = 1 + below(ROWS);
		q->to_row = q->from_row + below(500);
	}
}

static void
many_questions(int n)
{
	struct query_history q;
	char login[24];

	for (; n > 0; n--) {
		random_question(&q, login);
		expect_same(&q);
	}
}

static void
test_history__pages_and_counts_are_what_a_scan_finds(void **state)
{
	(void)state;
	assert_int_equal(one("SELECT count(*) FROM span"), 0);
	many_questions(15);
}

static void
test_history__and_so_by_spans(void **state)
{
	struct err e = { 0 };
	int64_t wrong = -1;
	int left = 0;

	(void)state;
	assert_ok(spans_write(office.store, 2, &left, &e), &e);
	assert_int_equal(left, 1);
	assert_int_equal(one("SELECT count(*) FROM span"), 2);
	many_questions(10);
	assert_ok(spans_write(office.store, 9, &left, &e), &e);
	assert_int_equal(left, 0);
	assert_int_equal(one("SELECT count(*) FROM span"), ROWS / SPANS_ROWS);
	assert_ok(spans_check(store_db(office.store), &wrong, &e), &e);
	assert_int_equal(wrong, 0);
	many_questions(15);
}

static void
test_history__a_time_leaps_over_spans(void **state)
{
	int64_t first = 0, last = 0;
	struct err e = { 0 };

	(void)state;
	/* the first hour: rows of the first span alone, but for those of the
	 * machine that was away */
	assert_int_equal(
	    spans_before(store_db(office.store), branch, 1 + SPANS_ROWS, 0,
		START + 3600, &first, &last, &e),
	    1);
	assert_int_equal(first, 1);
	assert_int_equal(last, SPANS_ROWS);
	/* no span has a time to come; what is in none is looked at */
	assert_int_equal(spans_before(store_db(office.store), branch, INT64_MAX,
			     START + 100000000, INT64_MAX, &first, &last, &e),
	    1);
	assert_int_equal(first, ROWS / SPANS_ROWS * SPANS_ROWS + 1);
	assert_int_equal(spans_before(store_db(office.store), branch, first,
			     START + 100000000, INT64_MAX, &first, &last, &e),
	    0);
}

/* A span that lies would hide revisions: it is found. Those behind a rewind
 * go. */
static void
test_history__spans_are_checked_and_cut(void **state)
{
	struct db *db = store_db(office.store);
	struct err e = { 0 };
	int64_t wrong = 0;

	(void)state;
	assert_ok(db_run(db, &e,
		      "UPDATE span SET high = high - 1 WHERE last ="
		      " (SELECT min(last) FROM span)",
		      ""),
	    &e);
	assert_ok(spans_check(db, &wrong, &e), &e);
	assert_int_equal(wrong, 1);
	assert_ok(db_run(db, &e,
		      "UPDATE span SET high = high + 1 WHERE last ="
		      " (SELECT min(last) FROM span)",
		      ""),
	    &e);
	assert_ok(spans_cut(db, branch, 2 * SPANS_ROWS - 1, &e), &e);
	assert_int_equal(one("SELECT count(*) FROM span"), 1);
	assert_ok(spans_check(db, &wrong, &e), &e);
	assert_int_equal(wrong, 0);
}

static void
test_history__says_what_cannot_be_asked(void **state)
{
	struct query_history q = { .office = "", .limit = 5, .device = "" };
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	assert_err(query_history(office.store, &q, &v, &e), ERR_INVALID, &e,
	    "a device is named like 9105-b");
	q.device = "-b";
	assert_err(query_history(office.store, &q, &v, &e), ERR_INVALID, &e,
	    "a device is named like 9105-b");
	q.device = NULL;
	q.late = 1;
	q.branch = "hall";
	assert_err(query_history(office.store, &q, &v, &e), ERR_USAGE, &e,
	    "bind the office's revisions");
	assert_null(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_history__pages_and_counts_are_what_a_scan_finds),
		cmocka_unit_test(test_history__and_so_by_spans),
		cmocka_unit_test(test_history__a_time_leaps_over_spans),
		cmocka_unit_test(test_history__spans_are_checked_and_cut),
		cmocka_unit_test(test_history__says_what_cannot_be_asked),
	};

	return cmocka_run_group_tests_name("history", tests, up, down);
}
