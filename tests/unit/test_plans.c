/*
 * Whatever asks about the past is answered by an index: every statement that
 * the questions below prepare is listened to, and SQLite is asked how it goes
 * about it. Nothing has to be entered here for a new statement to be seen; a
 * new question has.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/look/moment.h"
#include "store/look/spans.h"
#include "store/save/journal.h"
#include "store/view/blame.h"
#include "store/view/query.h"
#include "store/view/search.h"
#include "tests/support/sample.h"

#define SEEN_MAX 300

struct seen {
	char *sql[SEEN_MAX];
	int n;
};

/* Tables that grow with the history, or with the number of records. */
static const char *const large[] = { "revision", "touch", "change", "record",
	"search_text" };

static int
on_statement(unsigned kind, void *arg, void *p, void *x)
{
	struct seen *seen = arg;
	const char *sql = sqlite3_sql(p);
	int i;

	(void)kind;
	(void)x;
	if (sql == NULL || strncmp(sql, "EXPLAIN", 7) == 0)
		return 0;
	for (i = 0; i < seen->n; i++)
		if (strcmp(seen->sql[i], sql) == 0)
			return 0;
	if (seen->n < SEEN_MAX)
		seen->sql[seen->n++] = strdup(sql);
	return 0;
}

static void
listen_to(struct seen *seen)
{
	memset(seen, 0, sizeof(*seen));
	sqlite3_trace_v2(db_handle(store_db(sample_office.store)),
	    SQLITE_TRACE_STMT, on_statement, seen);
}

static void
stop_listening(void)
{
	sqlite3_trace_v2(
	    db_handle(store_db(sample_office.store)), 0, NULL, NULL);
}

/* 1 if the name that a plan says is this table, or stands for it. */
static int
means(const char *sql, const char *name, size_t len, const char *table)
{
	char pair[80];
	const char *at;

	if (strlen(table) == len && strncmp(table, name, len) == 0)
		return 1;
	snprintf(pair, sizeof(pair), "%s %.*s", table, (int)len, name);
	for (at = sql; (at = strstr(at, pair)) != NULL; at++)
		if ((at == sql || at[-1] == ' ' || at[-1] == '(') &&
		    strchr(" ,)", at[strlen(pair)]) != NULL)
			return 1;
	return 0;
}

/* One line of a plan: 1 if it goes through a table that grows, or through a
 * whole branch of it. */
static int
is_slow(const char *sql, const char *detail)
{
	const char *name;
	size_t i, len;

	if (strncmp(detail, "SCAN ", 5) == 0)
		name = detail + 5;
	else if (strncmp(detail, "SEARCH ", 7) == 0 &&
		 (strstr(detail, "(branch=?)") != NULL ||
		     strchr(detail, '(') == NULL))
		name = detail + 7;
	else
		return 0;
	len = strcspn(name, " ");
	for (i = 0; i < sizeof(large) / sizeof(large[0]); i++)
		if (means(sql, name, len, large[i]))
			return 1;
	return 0;
}

/* How many of the statements seen are slow; each is printed. */
static int
count_slow(const struct seen *seen)
{
	sqlite3 *h = db_handle(store_db(sample_office.store));
	struct buf explain = BUF_INIT;
	sqlite3_stmt *st = NULL;
	const char *detail;
	int i, n = 0;

	for (i = 0; i < seen->n; i++) {
		buf_clear(&explain);
		buf_printf(&explain, "EXPLAIN QUERY PLAN %s", seen->sql[i]);
		assert_int_equal(
		    sqlite3_prepare_v2(h, buf_str(&explain), -1, &st, NULL),
		    SQLITE_OK);
		while (sqlite3_step(st) == SQLITE_ROW) {
			detail = (const char *)sqlite3_column_text(st, 3);
			if (!is_slow(seen->sql[i], detail))
				continue;
			print_error("%s\n  %s\n", detail, seen->sql[i]);
			n++;
		}
		sqlite3_finalize(st);
	}
	buf_release(&explain);
	return n;
}

static void
forget(struct seen *seen)
{
	int i;

	for (i = 0; i < seen->n; i++)
		free(seen->sql[i]);
	seen->n = 0;
}

/* No statement that was seen is slow, and some were seen. */
static void
expect_quick(struct seen *seen, int at_least)
{
	int n = seen->n, slow;

	stop_listening();
	assert_true(n < SEEN_MAX);
	slow = count_slow(seen);
	forget(seen);
	assert_int_equal(slow, 0);
	assert_true(n >= at_least);
}

/* --- questions --- */

static void
ask_history(const struct query_history *q)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(query_history(sample_office.store, q, &v, &e), &e);
	cJSON_Delete(v);
	v = NULL;
	assert_ok(query_history_stat(sample_office.store, q, &v, &e), &e);
	cJSON_Delete(v);
}

static void
test_plans__history_is_answered_by_index(void **state)
{
	const struct query_history questions[] = {
		{ .office = "", .limit = 50 },
		{ .office = "", .limit = 2, .cursor = "a5" },
		{ .office = "", .limit = 50, .record = "1.1" },
		{ .office = "",
		    .limit = 50,
		    .record = "1.1",
		    .field = "explanation.basic",
		    .text = "ก" },
		{ .office = "", .limit = 50, .person = "somchai" },
		{ .office = "", .limit = 50, .person = "สมชาย" },
		{ .office = "", .limit = 50, .device = "a" },
		{ .office = "", .limit = 50, .action = "tick" },
		{ .office = "", .limit = 50, .text = "ไม่มีที่ไหน" },
		{ .office = "", .limit = 50, .since = 1, .until = INT64_MAX },
		{ .office = "", .limit = 50, .from_row = 2, .to_row = 4 },
		{ .office = "", .limit = 50, .year = SAMPLE_YEAR },
		{ .office = "", .limit = 50, .late = 1, .year = SAMPLE_YEAR },
		{ .office = "", .limit = 50, .after_submission = 1 },
		{ .office = "", .limit = 50, .branch = "hall" },
		{ .office = NULL, .limit = 50 },
	};
	struct seen seen;
	size_t i;

	(void)state;
	listen_to(&seen);
	for (i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		ask_history(&questions[i]);
	expect_quick(&seen, 14);
}

static void
test_plans__blame_is_answered_by_index(void **state)
{
	struct blame_ask a = { .office = "", .record = "1.1" };
	struct err e = { 0 };
	struct seen seen;
	cJSON *v = NULL;

	(void)state;
	listen_to(&seen);
	assert_ok(blame_run(sample_office.store, &a, &v, &e), &e);
	cJSON_Delete(v);
	a.since = 1;
	assert_ok(blame_run(sample_office.store, &a, &v, &e), &e);
	cJSON_Delete(v);
	expect_quick(&seen, 4);
}

static void
look_at(const char *moment)
{
	struct err e = { 0 };
	struct moment m;
	int rc =
	    moment_find(sample_office.store, "", SAMPLE_YEAR, moment, &m, &e);

	assert_true(rc == 0 || rc == ERR_NOT_FOUND);
}

static void
test_plans__what_was_then_is_answered_by_index(void **state)
{
	static const char *const moments[] = { "now", "a4", "h1", "2569-01-01",
		"abcdef0", "submission", "submission:2", "decision",
		"opening" };
	struct err e = { 0 };
	struct branch *b = NULL;
	struct seen seen;
	struct asof a = { 0 };
	int64_t row = 0;
	size_t i;

	(void)state;
	listen_to(&seen);
	for (i = 0; i < sizeof(moments) / sizeof(moments[0]); i++)
		look_at(moments[i]);
	assert_ok(store_branch(sample_office.store, "", "office", &b, &e), &e);
	assert_ok(asof_revision(sample_office.store, b, "a4", &row, &e), &e);
	assert_ok(asof_record(sample_office.store, b, "2565/items/1.1.json",
		      row, &a, &e),
	    &e);
	asof_release(&a);
	assert_ok(asof_record(sample_office.store, b, "2565/items/1.1.json",
		      ASOF_NOW, &a, &e),
	    &e);
	asof_release(&a);
	assert_ok(asof_parent(sample_office.store, b, row, &row, &e), &e);
	assert_ok(asof_base(sample_office.store, b, row, &row, &e), &e);
	expect_quick(&seen, 6);
}

static void
test_plans__search_is_answered_by_index(void **state)
{
	struct err e = { 0 };
	struct seen seen;
	cJSON *v = NULL;
	int64_t left = 0;

	(void)state;
	assert_ok(search_index(sample_office.store, 0, &left, &e), &e);
	listen_to(&seen);
	assert_ok(search_run(sample_office.store, "", SAMPLE_YEAR,
		      "ผู้บริหารระดับสูง", 20, &v, &e),
	    &e);
	cJSON_Delete(v);
	expect_quick(&seen, 1);
}

/* A moment after saves: at every change, so that it must not grow. */
static void
test_plans__what_follows_a_save_is_by_index(void **state)
{
	struct err e = { 0 };
	struct seen seen;
	int left = 0;

	(void)state;
	listen_to(&seen);
	assert_ok(spans_write(sample_office.store, 1, &left, &e), &e);
	expect_quick(&seen, 1);
}

/* The test would see one: of a table, of a name that stands for it, and of a
 * whole branch. */
static void
test_plans__a_scan_is_seen(void **state)
{
	struct err e = { 0 };
	struct db *db = store_db(sample_office.store);
	struct seen seen;
	int64_t n = 0;

	(void)state;
	listen_to(&seen);
	assert_ok(db_one_int(db, &n, &e,
		      "SELECT count(*) FROM revision v WHERE v.action = ?1",
		      "s", "tick"),
	    &e);
	assert_ok(
	    db_one_int(db, &n, &e, "SELECT max(new) FROM change", ""), &e);
	assert_ok(db_one_int(db, &n, &e,
		      "SELECT max(time) FROM revision WHERE branch = ?1", "i",
		      INT64_C(1)),
	    &e);
	stop_listening();
	assert_int_equal(count_slow(&seen), 3);
	forget(&seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plans__history_is_answered_by_index),
		cmocka_unit_test(test_plans__blame_is_answered_by_index),
		cmocka_unit_test(
		    test_plans__what_was_then_is_answered_by_index),
		cmocka_unit_test(test_plans__search_is_answered_by_index),
		cmocka_unit_test(test_plans__what_follows_a_save_is_by_index),
		cmocka_unit_test(test_plans__a_scan_is_seen),
	};

	return cmocka_run_group_tests_name(
	    "plans", tests, sample_up, sample_down);
}
