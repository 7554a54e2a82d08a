#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/save/journal.h"
#include "store/view/query.h"
#include "tests/support/sample.h"

static cJSON *
history(const struct query_history *q)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(query_history(sample_office.store, q, &v, &e), &e);
	return v;
}

/* The names of the revisions given, "a7 a6 …". */
static void
expect_revisions(const struct query_history *q, const char *want)
{
	cJSON *v = history(q);
	struct buf names = BUF_INIT;
	const cJSON *r;

	cJSON_ArrayForEach (r, json_get(v, "revisions")) {
		buf_printf(&names, "%s%s", names.len > 0 ? " " : "",
		    json_str(r, "revision"));
	}
	assert_string_equal(buf_str(&names), want);
	buf_release(&names);
	cJSON_Delete(v);
}

static void
test_query_history__is_newest_first_with_all_that_a_revision_says(void **state)
{
	struct query_history q = { .office = "", .limit = 50 };
	cJSON *v = history(&q);
	const cJSON *r = sample_at(json_get(v, "revisions"), 0), *first;
	struct err e = { 0 };
	char *git;

	(void)state;
	assert_ok(journal_flush(sample_office.store, &e), &e);
	git = test_office_git(
	    &sample_office, "log", "--format=%H", "refs/heads/office", NULL);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "revisions")), 7);
	sample_assert_text(v, "next", NULL);
	sample_assert_text(r, "revision", "a7");
	assert_int_equal(strncmp(git, json_str(r, "commit"), 40), 0);
	assert_int_equal(
	    strncmp(git + 41, sample_at(json_get(r, "parents"), 0)->valuestring,
		40),
	    0);
	sample_assert_text(r, "device", "9105-a");
	sample_assert_text(r, "action", "untick");
	sample_assert_text(r, "received", NULL);
	sample_assert_text(json_get(r, "person"), "login", "somsri");
	sample_assert_text(json_get(r, "person"), "name", "สมศรี ใจดี");
	sample_assert_text(r, "record", "2565/items/1.1");
	assert_null(json_get(r, "records"));
	first = sample_at(json_get(v, "revisions"), 6);
	sample_assert_text(first, "revision", "a1");
	assert_null(json_get(first, "parents")->child);
	/* fields in the order of the record's description, office.json after */
	sample_assert_fields(sample_at(json_get(first, "records"), 0),
	    "cycle edition.id edition.blob status");
	free(git);
	cJSON_Delete(v);
}

static void
test_query_history__goes_on_at_its_cursor(void **state)
{
	struct query_history q = { .office = "", .limit = 3 };
	cJSON *v = history(&q);

	(void)state;
	sample_assert_text(v, "next", "a5");
	expect_revisions(&q, "a7 a6 a5");
	q.cursor = "a5";
	expect_revisions(&q, "a4 a3 a2");
	q.cursor = "a2";
	expect_revisions(&q, "a1");
	q.limit = 1;
	cJSON_Delete(v);
	v = history(&q);
	sample_assert_text(v, "next", NULL);
	cJSON_Delete(v);
}

static void
test_query_history__lists_each_record_of_a_revision(void **state)
{
	struct query_history q = { .office = "", .limit = 1, .cursor = "a6" };
	cJSON *v = history(&q);
	const cJSON *r = sample_at(json_get(v, "revisions"), 0);
	const cJSON *records = json_get(r, "records"), *change;

	(void)state;
	sample_assert_text(r, "revision", "a5");
	assert_int_equal(cJSON_GetArraySize(records), 2);
	sample_assert_text(r, "record", "2565/items/1.1");
	sample_assert_text(sample_at(records, 0), "record", "2565/items/1.1");
	sample_assert_text(sample_at(records, 1), "record", "2565/items/1.2");
	change = sample_at(json_get(sample_at(records, 1), "changes"), 0);
	sample_assert_text(change, "field", "ticks");
	assert_true(cJSON_IsNull(json_get(change, "old")));
	assert_string_equal(
	    sample_at(json_get(change, "new"), 0)->valuestring, "1.2.B1");
	cJSON_Delete(v);
}

static void
test_query_history__of_a_record_and_of_a_field(void **state)
{
	struct query_history q = { .office = "", .limit = 50, .record = "1.1" };

	(void)state;
	expect_revisions(&q, "a7 a6 a5 a4 a3 a2");
	q.record = "2565/items/1.1";
	expect_revisions(&q, "a7 a6 a5 a4 a3 a2");
	q.field = "ticks";
	expect_revisions(&q, "a7 a5 a2");
	q.limit = 2;
	q.cursor = "a7";
	expect_revisions(&q, "a5 a2");
	q.cursor = NULL;
	q.field = "gap";
	expect_revisions(&q, "");
	q.field = NULL;
	q.record = "1.2";
	expect_revisions(&q, "a5");
	q.record = "2565/assessment";
	expect_revisions(&q, "a1");
	q.record = "2.1";
	expect_revisions(&q, "");
}

static void
test_query_history__reads_long_values_from_the_blobs(void **state)
{
	struct query_history q = { .office = "",
		.limit = 50,
		.record = "1.1",
		.field = "explanation.basic" };
	cJSON *v = history(&q);
	const cJSON *revisions = json_get(v, "revisions"), *change;

	(void)state;
	assert_int_equal(cJSON_GetArraySize(revisions), 2);
	change = sample_at(json_get(sample_at(revisions, 0), "changes"), 0);
	sample_assert_text(change, "old", sample_text('a'));
	sample_assert_text(change, "new", sample_text('b'));
	change = sample_at(json_get(sample_at(revisions, 1), "changes"), 0);
	sample_assert_text(change, "old", NULL);
	sample_assert_text(change, "new", sample_text('a'));
	cJSON_Delete(v);
}

static void
test_query_history__filters_by_person_time_and_year(void **state)
{
	struct query_history q = {
		.office = "", .limit = 50, .person = "somchai"
	};
	int64_t now = clock_now();

	(void)state;
	expect_revisions(&q, "a6");
	q.record = "1.1";
	expect_revisions(&q, "a6");
	q.person = "nobody";
	expect_revisions(&q, "");
	q.person = NULL;
	q.record = NULL;
	q.since = now - 600;
	expect_revisions(&q, "a7 a6 a5 a4 a3 a2 a1");
	q.until = now - 300;
	expect_revisions(&q, "");
	q.since = 0;
	q.until = now + 600;
	q.limit = 1;
	expect_revisions(&q, "a7");
	q.until = 0;
	q.year = SAMPLE_YEAR;
	expect_revisions(&q, "a7");
	q.year = SAMPLE_YEAR + 1;
	expect_revisions(&q, "");
}

static void
expect_refused(
    const struct query_history *q, enum err_code code, const char *why)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_err(
	    query_history(sample_office.store, q, &v, &e), code, &e, why);
	assert_null(v);
}

static void
test_query_history__names_what_it_does_not_know(void **state)
{
	struct query_history q = { .office = "", .limit = 50 };

	(void)state;
	q.record = "9.9";
	expect_refused(&q, ERR_NOT_FOUND, "its items are 1.1 to 7.6");
	q.record = "../x";
	expect_refused(&q, ERR_INVALID, "writes no record");
	q.record = "1.1";
	q.field = "colour";
	expect_refused(&q, ERR_NOT_FOUND, "its fields are: ticks ");
	q.record = NULL;
	expect_refused(&q, ERR_USAGE, "which item?");
	q.field = NULL;
	q.cursor = "z9";
	expect_refused(&q, ERR_NOT_FOUND, "no revision 'z9'");
	q.cursor = NULL;
	q.branch = "main";
	expect_refused(&q, ERR_NOT_FOUND, "no branch 'main'");
	q.branch = NULL;
	q.limit = 0;
	expect_refused(&q, ERR_INVALID, "1 to 1000");
	q.limit = 1001;
	expect_refused(&q, ERR_INVALID, "1 to 1000");
}

/* --- long values of many revisions --- */

#define MANY 60

/* A field of the item as row `at` left it, or null. */
static void
expect_state(int64_t at, const char *field, const cJSON *told)
{
	struct store *s = sample_office.store;
	struct asof a = { 0 };
	struct branch *b = NULL;
	const cJSON *v;
	struct err e = { 0 };

	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(asof_record(s, b, "2565/items/3.1.json", at, &a, &e), &e);
	v = record_get(a.rec, field);
	assert_true(v == NULL ? cJSON_IsNull(told) : cJSON_Compare(v, told, 1));
	asof_release(&a);
}

/* Each change that is told, against the whole states before and after. */
static int
expect_true_changes(const cJSON *rev)
{
	struct store *s = sample_office.store;
	struct branch *b = NULL;
	const cJSON *c;
	int64_t at = 0, before = 0;
	struct err e = { 0 };
	int n = 0;

	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(asof_revision(s, b, json_str(rev, "revision"), &at, &e), &e);
	assert_ok(asof_parent(s, b, at, &before, &e), &e);
	cJSON_ArrayForEach (c, json_get(rev, "changes")) {
		expect_state(at, json_str(c, "field"), json_get(c, "new"));
		expect_state(before, json_str(c, "field"), json_get(c, "old"));
		n++;
	}
	return n;
}

/* Long texts in turn, apart by anything from nothing to many short changes:
 * more than a history carries a text across. */
static void
save_many(uint64_t *rnd)
{
	static const char *const fields[] = { "explanation.basic", "strengths",
		"owner" };
	struct buf text = BUF_INIT;
	int i, k, which, apart = 0;

	for (i = 0; i < MANY; i++) {
		which = apart > 0 ? 2 : (int)(test_random(rnd) % 3);
		if (apart > 0)
			apart--;
		else if (test_random(rnd) % 10 == 0)
			apart = 12;
		buf_clear(&text);
		buf_printf(&text, "%d ", i);
		for (k = 0; which < 2 && k < 8; k++)
			buf_puts(&text, "ข้อความยาวที่ดัชนีไม่เก็บ ");
		buf_puts(&text, "จบ");
		snprintf(sample_office.person.login,
		    sizeof(sample_office.person.login), "%s",
		    test_random(rnd) % 2 != 0 ? "somchai" : "somsri");
		cJSON_Delete(test_office_set(&sample_office, SAMPLE_YEAR, "3.1",
		    fields[which], buf_str(&text)));
	}
	buf_release(&text);
}

static void
test_query_history__long_values_are_those_of_each_revision(void **state)
{
	struct query_history q = { .office = "", .limit = 7, .record = "3.1" };
	uint64_t rnd = test_seed();
	char cursor[24] = "";
	const cJSON *r;
	cJSON *v = NULL;
	int n = 0;

	(void)state;
	save_many(&rnd);
	do {
		v = history(&q);
		cJSON_ArrayForEach (r, json_get(v, "revisions")) {
			n += expect_true_changes(r);
		}
		snprintf(cursor, sizeof(cursor), "%s",
		    json_str(v, "next") != NULL ? json_str(v, "next") : "");
		q.cursor = cursor;
		cJSON_Delete(v);
	} while (cursor[0] != '\0');
	assert_int_equal(n, MANY);

	/* with others left out between, which changed the same texts */
	q.cursor = NULL;
	q.limit = MANY;
	q.person = "somchai";
	v = history(&q);
	n = 0;
	cJSON_ArrayForEach (r, json_get(v, "revisions")) {
		n += expect_true_changes(r);
	}
	assert_in_range(n, 1, MANY - 1);
	cJSON_Delete(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_query_history__is_newest_first_with_all_that_a_revision_says),
		cmocka_unit_test(test_query_history__goes_on_at_its_cursor),
		cmocka_unit_test(
		    test_query_history__lists_each_record_of_a_revision),
		cmocka_unit_test(
		    test_query_history__of_a_record_and_of_a_field),
		cmocka_unit_test(
		    test_query_history__reads_long_values_from_the_blobs),
		cmocka_unit_test(
		    test_query_history__filters_by_person_time_and_year),
		cmocka_unit_test(
		    test_query_history__names_what_it_does_not_know),
		/* last: it adds to the sample */
		cmocka_unit_test(
		    test_query_history__long_values_are_those_of_each_revision),
	};

	return cmocka_run_group_tests_name(
	    "query_history", tests, sample_up, sample_down);
}
