#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/view/feed.h"
#include "store/view/query.h"
#include "tests/support/sample.h"

#define NOBODYS "0123456789012345678901234567890123456789"

static cJSON *
revisions(const char *after, int64_t n, int limit)
{
	struct feed_query q = { .office = "",
		.branch = "office",
		.after = after,
		.n = n,
		.limit = limit };
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(feed_revisions(sample_office.store, &q, &v, &e), &e);
	return v;
}

static cJSON *
answers(const char *from, const char *to, const char *after)
{
	struct feed_stretch q = { .office = "",
		.branch = "office",
		.from = from,
		.to = to,
		.after = after };
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(feed_answers(sample_office.store, &q, &v, &e), &e);
	return v;
}

/* "a1 a2 …" of a page, or "1.1@a7 …" of answers. */
static void
expect_names(const cJSON *list, const char *want)
{
	struct buf names = BUF_INIT;
	const cJSON *r;

	cJSON_ArrayForEach (r, list) {
		if (json_str(r, "path") != NULL)
			buf_printf(&names, "%s@", json_str(r, "path"));
		buf_printf(&names, "%s ", json_str(r, "revision"));
	}
	assert_string_equal(buf_str(&names), want);
	buf_release(&names);
}

/* The commit of the i-th revision, from 0; the caller frees. */
static char *
commit_at(int i)
{
	cJSON *v = revisions(NULL, 0, 50);
	char *hex =
	    strdup(json_str(sample_at(json_get(v, "revisions"), i), "commit"));

	assert_non_null(hex);
	cJSON_Delete(v);
	return hex;
}

static void
test_feed__heads_name_the_tip_and_how_many_there_are(void **state)
{
	struct err e = { 0 };
	cJSON *v = NULL;
	const cJSON *head;
	char *tip = commit_at(6);

	(void)state;
	assert_ok(feed_heads(sample_office.store, &v, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "branches")), 1);
	head = sample_at(json_get(v, "branches"), 0);
	sample_assert_text(head, "branch", "office");
	sample_assert_text(head, "tip", tip);
	assert_int_equal(json_int(head, "n", -1), 7);
	cJSON_Delete(v);
	free(tip);
}

static void
test_feed__goes_on_after_a_commit_oldest_first(void **state)
{
	cJSON *v = revisions(NULL, 0, 4);
	char *fourth = commit_at(3), *tip = commit_at(6);

	(void)state;
	expect_names(json_get(v, "revisions"), "a1 a2 a3 a4 ");
	assert_int_equal(json_bool(v, "reset", -1), 0);
	assert_int_equal(json_bool(v, "more", -1), 1);
	cJSON_Delete(v);

	v = revisions(fourth, 4, 4);
	expect_names(json_get(v, "revisions"), "a5 a6 a7 ");
	assert_int_equal(json_bool(v, "reset", -1), 0);
	assert_int_equal(json_bool(v, "more", -1), 0);
	cJSON_Delete(v);

	v = revisions(tip, 7, 4);
	expect_names(json_get(v, "revisions"), "");
	assert_int_equal(json_bool(v, "reset", -1), 0);
	cJSON_Delete(v);
	free(fourth);
	free(tip);
}

static void
test_feed__tells_long_values_whole_in_both_directions(void **state)
{
	char *third = commit_at(2);
	cJSON *v = revisions(third, 3, 1);
	const cJSON *change = sample_at(
	    json_get(sample_at(json_get(v, "revisions"), 0), "changes"), 0);

	(void)state;
	sample_assert_text(change, "field", "explanation.basic");
	sample_assert_text(change, "old", sample_text('a'));
	sample_assert_text(change, "new", sample_text('b'));
	assert_int_equal(json_bool(v, "cut", -1), 0);
	cJSON_Delete(v);
	free(third);
}

static void
test_feed__begins_anew_where_the_place_is_no_longer_there(void **state)
{
	char *third = commit_at(2);
	cJSON *v = revisions(NOBODYS, 3, 2);

	(void)state;
	expect_names(json_get(v, "revisions"), "a1 a2 ");
	assert_int_equal(json_bool(v, "reset", -1), 1);
	cJSON_Delete(v);

	v = revisions(third, 4, 2); /* there, but as the third */
	expect_names(json_get(v, "revisions"), "a1 a2 ");
	assert_int_equal(json_bool(v, "reset", -1), 1);
	cJSON_Delete(v);
	free(third);
}

static void
test_feed__answers_come_with_the_stretch_that_wrote_them_last(void **state)
{
	char *fourth = commit_at(3), *fifth = commit_at(4), *tip = commit_at(6);
	cJSON *v = answers(NULL, fourth, NULL);

	(void)state;
	/* a7 touched 1.1 again, so it is not told yet */
	expect_names(json_get(v, "records"), "");
	cJSON_Delete(v);

	v = answers(fourth, fifth, NULL);
	expect_names(json_get(v, "records"), "2565/items/1.2.json@a5 ");
	cJSON_Delete(v);

	v = answers(fifth, tip, NULL);
	expect_names(json_get(v, "records"), "2565/items/1.1.json@a7 ");
	sample_assert_text(
	    json_get(sample_at(json_get(v, "records"), 0), "record"), "owner",
	    "สมชาย ใจดี");
	sample_assert_text(v, "next", NULL);
	cJSON_Delete(v);

	v = answers(NULL, tip, "2565/items/1.1.json");
	expect_names(json_get(v, "records"), "2565/items/1.2.json@a5 ");
	cJSON_Delete(v);
	free(fourth);
	free(fifth);
	free(tip);
}

static void
test_feed__names_what_it_does_not_know(void **state)
{
	struct feed_stretch a = {
		.office = "", .branch = "office", .to = NOBODYS
	};
	struct feed_query q = { .office = "", .branch = "main", .limit = 1 };
	struct query_history h = {
		.office = "", .record = "1.1", .oldest_first = 1, .limit = 1
	};
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	assert_err(feed_answers(sample_office.store, &a, &v, &e), ERR_NOT_FOUND,
	    &e, "no commit 0123456789");
	assert_err(feed_revisions(sample_office.store, &q, &v, &e),
	    ERR_NOT_FOUND, &e, "main");
	q.branch = "office";
	q.after = "no commit";
	assert_err(feed_revisions(sample_office.store, &q, &v, &e), ERR_INVALID,
	    &e, "");
	assert_err(query_history(sample_office.store, &h, &v, &e), ERR_INVALID,
	    &e, "newest first");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_feed__heads_name_the_tip_and_how_many_there_are),
		cmocka_unit_test(
		    test_feed__goes_on_after_a_commit_oldest_first),
		cmocka_unit_test(
		    test_feed__tells_long_values_whole_in_both_directions),
		cmocka_unit_test(
		    test_feed__begins_anew_where_the_place_is_no_longer_there),
		cmocka_unit_test(
		    test_feed__answers_come_with_the_stretch_that_wrote_them_last),
		cmocka_unit_test(test_feed__names_what_it_does_not_know),
	};

	return cmocka_run_group_tests_name(
	    "feed", tests, sample_up, sample_down);
}
