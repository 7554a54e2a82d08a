/* score_all(): the office's scores beside the committee's. */
#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/criteria/score.h"
#include "store/record/canon.h"

static struct edition *edition; /* weights 2 and 3, levels without shares */

static int
load(void **state)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	int rc = file_read(
	    "tests/support/editions/test-linear-2564.json", CANON_MAX, &b, &e);

	(void)state;
	if (rc == 0)
		rc = edition_parse(b.data, b.len, &edition, &e);
	if (rc < 0)
		print_error("%s\n", e.msg);
	buf_release(&b);
	return rc;
}

static int
unload(void **state)
{
	(void)state;
	edition_free(edition);
	return 0;
}

static cJSON *
parsed(const char *json)
{
	cJSON *v = cJSON_Parse(json);

	if (v == NULL)
		fail_msg("not JSON: %s", json);
	return v;
}

static const cJSON *
answer_of(void *arg, const char *item)
{
	return json_get(json_get(arg, "answers"), item);
}

static const cJSON *
review_of(void *arg, const char *item)
{
	return json_get(json_get(arg, "reviews"), item);
}

static cJSON *
scores(const char *answers, const char *reviews)
{
	cJSON *all = cJSON_CreateObject(), *v = NULL;
	struct err e = { 0 };

	cJSON_AddItemToObject(all, "answers", parsed(answers));
	cJSON_AddItemToObject(all, "reviews", parsed(reviews));
	assert_ok(score_all(edition, answer_of, review_of, all, &v, &e), &e);
	cJSON_Delete(all);
	return v;
}

static const cJSON *
item_of(const cJSON *v, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(v, "items")) {
		if (strcmp(json_str(c, "id"), id) == 0)
			return c;
	}
	fail_msg("no item %s", id);
	return NULL;
}

static void
expect_committee(const char *review, const char *score, const char *level)
{
	char reviews[600];
	const cJSON *item;
	cJSON *v;

	snprintf(reviews, sizeof(reviews), "{\"1.1\":%s}", review);
	v = scores("{}", reviews);
	item = item_of(v, "1.1");
	if (score == NULL) {
		assert_true(cJSON_IsNull(json_get(item, "committee")));
		assert_true(cJSON_IsNull(json_get(item, "committee_level")));
	} else {
		assert_string_equal(json_str(item, "committee"), score);
		assert_string_equal(json_str(item, "committee_level"), level);
	}
	cJSON_Delete(v);
}

#define ALL_BASIC "[\"1.1.B1\",\"1.1.B2\",\"1.1.B3\"]"

static void
test_score_all__consensus_goes_before_every_assessor(void **state)
{
	(void)state;
	expect_committee("{\"assessors\":{\"a\":{\"score\":\"100\"},"
			 "\"b\":{\"score\":\"500\"}},"
			 "\"consensus\":{\"ticks\":" ALL_BASIC "}}",
	    "300.00", "basic");
	/* the only one who scored stands for the committee */
	expect_committee("{\"assessors\":{\"a\":{\"ticks\":" ALL_BASIC "},"
			 "\"b\":{\"comment\":\"x\"}}}",
	    "300.00", "basic");
	/* two without consensus do not */
	expect_committee("{\"assessors\":{\"a\":{\"score\":\"300\"},"
			 "\"b\":{\"score\":\"300\"}}}",
	    NULL, NULL);
	/* a consensus that only comments decides nothing */
	expect_committee("{\"assessors\":{\"a\":{\"score\":\"350\"}},"
			 "\"consensus\":{\"comment\":\"x\"}}",
	    "350.00", "basic");
	expect_committee("{}", NULL, NULL);
}

static void
test_score_all__a_written_score_stands_before_ticks(void **state)
{
	(void)state;
	expect_committee(
	    "{\"consensus\":{\"score\":\"299.99\",\"ticks\":" ALL_BASIC "}}",
	    "299.99", "none");
	expect_committee("{\"consensus\":{\"score\":\"0\"}}", "0.00", "none");
	expect_committee(
	    "{\"consensus\":{\"score\":\"300\"}}", "300.00", "basic");
	expect_committee(
	    "{\"consensus\":{\"score\":\"400\"}}", "400.00", "advance");
	expect_committee(
	    "{\"consensus\":{\"score\":\"500\"}}", "500.00", "significance");
}

static void
expect_damage(const char *score)
{
	cJSON *all, *v = NULL;
	struct err e = { 0 };
	char text[200];

	snprintf(text, sizeof(text),
	    "{\"reviews\":{\"1.1\":{\"consensus\":{\"score\":\"%s\"}}}}",
	    score);
	all = parsed(text);
	assert_err(score_all(edition, answer_of, review_of, all, &v, &e),
	    ERR_DAMAGED, &e, "item 1.1 gives a score outside 0 to 500");
	assert_null(v);
	cJSON_Delete(all);
}

static void
test_score_all__refuses_scores_outside_the_scale(void **state)
{
	(void)state;
	expect_damage("-1");
	expect_damage("500.01");
	expect_damage("12345678901234567890");
	expect_damage("many");
}

/* By hand, weights 2 and 3. Office: 1.1 300, 1.2 0 -> 150; 7.1 300 (85 % of
 * 75..95), 7.2 nothing -> 150; total (2*150 + 3*150) / 5 = 150. Committee:
 * 400, 200 -> 300; 100, 500 -> 300. */
static void
test_score_all__puts_both_sides_of_every_sum_side_by_side(void **state)
{
	cJSON *v = scores(
	    "{\"1.1\":{\"ticks\":" ALL_BASIC "},"
	    "\"7.1\":{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\","
	    "\"direction\":\"larger\",\"target\":\"100\",\"actual\":\"85\"}}}}",
	    "{\"1.1\":{\"consensus\":{\"score\":\"400\"}},"
	    "\"1.2\":{\"consensus\":{\"score\":\"200\"}},"
	    "\"7.1\":{\"consensus\":{\"score\":\"100\"}},"
	    "\"7.2\":{\"consensus\":{\"score\":\"500\"}}}");
	const cJSON *categories = json_get(v, "categories");
	const cJSON *committee = json_get(v, "committee");

	(void)state;
	assert_string_equal(json_str(v, "total"), "150.00");
	assert_string_equal(
	    json_str(cJSON_GetArrayItem(categories, 0), "score"), "150.00");
	assert_string_equal(
	    json_str(cJSON_GetArrayItem(categories, 1), "score"), "150.00");
	assert_string_equal(
	    json_str(cJSON_GetArrayItem(categories, 1), "committee"), "300.00");
	assert_string_equal(json_str(committee, "total"), "300.00");
	assert_int_equal(json_int(committee, "items", -1), 4);
	/* a result item has a score of the committee but no level */
	assert_string_equal(
	    json_str(item_of(v, "7.2"), "committee_level"), "none");
	assert_int_equal(cJSON_GetArraySize(json_get(v, "unassessed")), 1);
	assert_string_equal(
	    json_get(v, "unassessed")->child->valuestring, "7.2");
	cJSON_Delete(v);
}

static void
test_score_all__a_committee_sum_needs_every_item(void **state)
{
	cJSON *v = scores("{}", "{\"1.1\":{\"consensus\":{\"score\":\"400\"}},"
				"\"1.2\":{\"consensus\":{\"score\":\"200\"}},"
				"\"7.1\":{\"consensus\":{\"score\":\"100\"}}}");
	const cJSON *categories = json_get(v, "categories");

	(void)state;
	assert_string_equal(
	    json_str(cJSON_GetArrayItem(categories, 0), "committee"), "300.00");
	assert_true(cJSON_IsNull(
	    json_get(cJSON_GetArrayItem(categories, 1), "committee")));
	assert_true(cJSON_IsNull(json_get(json_get(v, "committee"), "total")));
	assert_int_equal(json_int(json_get(v, "committee"), "items", -1), 3);
	cJSON_Delete(v);
	v = scores("{}", "{}");
	assert_true(cJSON_IsNull(json_get(v, "committee")));
	cJSON_Delete(v);
}

/* The mark stands at 250 of 500. */
static void
test_score_all__marks_are_held_against_the_offices_total(void **state)
{
	static const char result[] =
	    "\"%s\":{\"indicators\":{\"a\":{\"measure\":\"%s.1\","
	    "\"direction\":\"larger\",\"target\":\"100\",\"actual\":\"100\"},"
	    "\"b\":{\"measure\":\"7.2.3\",\"direction\":\"larger\","
	    "\"target\":\"100\",\"actual\":\"100\"}}}";
	char one[300], two[300], both[640];
	const cJSON *mark;
	cJSON *v;

	(void)state;
	snprintf(one, sizeof(one), result, "7.1", "7.1");
	snprintf(two, sizeof(two), result, "7.2", "7.2");
	/* 3 * 250 / 5 = 150 */
	snprintf(both, sizeof(both), "{%s}", one);
	v = scores(both, "{\"1.1\":{\"consensus\":{\"score\":\"500\"}}}");
	mark = json_get(v, "thresholds")->child;
	assert_string_equal(json_str(mark, "id"), "half");
	assert_int_equal(json_int(mark, "points", -1), 250);
	assert_int_equal(json_bool(mark, "reached", -1), 0);
	cJSON_Delete(v);
	/* 3 * 500 / 5 = 300 */
	snprintf(both, sizeof(both), "{%s,%s}", one, two);
	v = scores(both, "{}");
	mark = json_get(v, "thresholds")->child;
	assert_string_equal(json_str(v, "total"), "300.00");
	assert_int_equal(json_bool(mark, "reached", -1), 1);
	cJSON_Delete(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_score_all__consensus_goes_before_every_assessor),
		cmocka_unit_test(
		    test_score_all__a_written_score_stands_before_ticks),
		cmocka_unit_test(
		    test_score_all__refuses_scores_outside_the_scale),
		cmocka_unit_test(
		    test_score_all__puts_both_sides_of_every_sum_side_by_side),
		cmocka_unit_test(
		    test_score_all__a_committee_sum_needs_every_item),
		cmocka_unit_test(
		    test_score_all__marks_are_held_against_the_offices_total),
	};

	return cmocka_run_group_tests_name("score_all", tests, load, unload);
}
