/* Result items against tables worked by hand (docs/SCORING.md 3). */
#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/criteria/score_result.h"
#include "store/record/canon.h"

static struct edition *bands, *linear;

static struct edition *
read_edition(const char *path)
{
	struct edition *ed = NULL;
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	int rc = file_read(path, CANON_MAX, &b, &e);

	if (rc == 0)
		rc = edition_parse(b.data, b.len, &ed, &e);
	if (rc < 0)
		print_error("%s: %s\n", path, e.msg);
	buf_release(&b);
	return ed;
}

static int
load(void **state)
{
	(void)state;
	bands = read_edition("editions/pmqa4-2562.json");
	linear = read_edition("tests/support/editions/test-linear-2564.json");
	return bands != NULL && linear != NULL ? 0 : -1;
}

static int
unload(void **state)
{
	(void)state;
	edition_free(bands);
	edition_free(linear);
	return 0;
}

/* --- one indicator --- */

static cJSON *
indicator(const char *measure, const char *direction, const char *target,
    const char *actual)
{
	cJSON *c = cJSON_CreateObject();

	cJSON_AddStringToObject(c, "measure", measure);
	cJSON_AddStringToObject(c, "name", "x");
	cJSON_AddStringToObject(c, "direction", direction);
	if (target != NULL)
		cJSON_AddStringToObject(c, "target", target);
	if (actual != NULL)
		cJSON_AddStringToObject(c, "actual", actual);
	return c;
}

struct row {
	const char *measure, *direction, *target, *actual;
	const char *percent, *score; /* NULL: none, and why */
	const char *why;
};

static void
expect_rows(const struct edition *ed, const struct row *rows, size_t n)
{
	char percent[32], score[32];
	size_t i;

	for (i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		cJSON *c =
		    indicator(r->measure, r->direction, r->target, r->actual);
		char item[8];
		struct result_score got;
		struct err e = { 0 };

		snprintf(item, sizeof(item), "%.3s", r->measure);
		assert_ok(
		    score_indicator(ed, edition_item(ed, item), c, &got, &e),
		    &e);
		ratio_text(got.percent, percent);
		ratio_text(got.score, score);
		if (strcmp(result_why_name(got.why), r->why) != 0 ||
		    (r->score != NULL && (strcmp(percent, r->percent) != 0 ||
					     strcmp(score, r->score) != 0)))
			fail_msg("row %zu: target %s, actual %s: %s %%, %s, %s",
			    i, r->target, r->actual, percent, score,
			    result_why_name(got.why));
		cJSON_Delete(c);
	}
}

#define EXPECT_ROWS(ed, rows)                                                  \
	expect_rows(ed, rows, sizeof(rows) / sizeof((rows)[0]))

/* Cut-offs: below 100 %: % x 3; 100 to 101: 300; above 101 to 105: 400; above
 * 105: 500. */
static void
test_score_result__bands_when_larger_is_better(void **state)
{
	static const struct row rows[] = {
		{ "7.1.1", "larger", "80", "0", "0.00", "0.00", "scored" },
		{ "7.1.1", "larger", "80", "40", "50.00", "150.00", "scored" },
		{ "7.1.1", "larger", "80", "79", "98.75", "296.25", "scored" },
		/* 100 * 799/800 * 3 = 299.625 */
		{ "7.1.1", "larger", "80", "79.9", "99.88", "299.63",
		    "scored" },
		{ "7.1.1", "larger", "80", "80", "100.00", "300.00", "scored" },
		{ "7.1.1", "larger", "80", "80.8", "101.00", "300.00",
		    "scored" },
		{ "7.1.1", "larger", "80", "80.801", "101.00", "400.00",
		    "scored" },
		{ "7.1.1", "larger", "80", "84", "105.00", "400.00", "scored" },
		{ "7.1.1", "larger", "80", "84.1", "105.13", "500.00",
		    "scored" },
		{ "7.1.1", "larger", "80", "800", "1000.00", "500.00",
		    "scored" },
		/* 100 * 2/3 = 66.666667, kept so; * 3 = 200.000001 */
		{ "7.1.1", "larger", "3", "2", "66.67", "200.00", "scored" },
		{ "7.1.1", "larger", "80", "-5", "0.00", "0.00", "scored" },
	};

	(void)state;
	EXPECT_ROWS(bands, rows);
}

/* 200 - actual / target * 100, not below 0. */
static void
test_score_result__bands_when_smaller_is_better(void **state)
{
	static const struct row rows[] = {
		{ "7.1.1", "smaller", "20", "20", "100.00", "300.00",
		    "scored" },
		{ "7.1.1", "smaller", "20", "30", "50.00", "150.00", "scored" },
		{ "7.1.1", "smaller", "20", "40", "0.00", "0.00", "scored" },
		{ "7.1.1", "smaller", "20", "400", "0.00", "0.00", "scored" },
		{ "7.1.1", "smaller", "20", "19.8", "101.00", "300.00",
		    "scored" },
		{ "7.1.1", "smaller", "20", "19.5", "102.50", "400.00",
		    "scored" },
		{ "7.1.1", "smaller", "20", "19", "105.00", "400.00",
		    "scored" },
		{ "7.1.1", "smaller", "20", "18", "110.00", "500.00",
		    "scored" },
		{ "7.1.1", "smaller", "20", "0", "200.00", "500.00", "scored" },
	};

	(void)state;
	EXPECT_ROWS(bands, rows);
}

static void
test_score_result__a_target_of_zero_or_less_is_reached_or_not(void **state)
{
	static const struct row rows[] = {
		{ "7.1.1", "smaller", "0", "0", "100.00", "300.00", "scored" },
		{ "7.1.1", "smaller", "0", "1", "0.00", "0.00", "scored" },
		{ "7.1.1", "larger", "0", "0", "100.00", "300.00", "scored" },
		{ "7.1.1", "larger", "0", "12", "100.00", "300.00", "scored" },
		{ "7.1.1", "larger", "0", "-1", "0.00", "0.00", "scored" },
		{ "7.1.1", "larger", "-5", "-4", "100.00", "300.00", "scored" },
		{ "7.1.1", "larger", "-5", "-6", "0.00", "0.00", "scored" },
		{ "7.1.1", "smaller", "-5", "-6", "100.00", "300.00",
		    "scored" },
	};

	(void)state;
	EXPECT_ROWS(bands, rows);
}

static void
test_score_result__says_why_there_is_no_score(void **state)
{
	static const struct row rows[] = {
		{ "7.1.1", "larger", NULL, "5", NULL, NULL, "no-target" },
		{ "7.1.1", "larger", NULL, NULL, NULL, NULL, "no-target" },
		{ "7.1.1", "larger", "5", NULL, NULL, NULL, "no-actual" },
		{ "7.1.1", "larger", "1234567890123456", "5", NULL, NULL,
		    "too-long" },
		{ "7.1.1", "larger", "5", "0.1234567890123456", NULL, NULL,
		    "too-long" },
		/* the longest that can be computed with */
		{ "7.1.1", "larger", "999999999999999", "999999999999999",
		    "100.00", "300.00", "scored" },
		{ "7.1.1", "larger", "0.00000000000001", "999999999999999",
		    "1000000.00", "500.00", "scored" },
	};

	(void)state;
	EXPECT_ROWS(bands, rows);
}

/* 100 at the floor to 500 at the ceiling: 7.1.1 75..95, 7.1.3 20..100, 7.2.1
 * 94..98; 7.2.4 has none of its own: 50..100.5. */
static void
test_score_result__linear_between_floor_and_ceiling(void **state)
{
	static const struct row rows[] = {
		{ "7.1.1", "larger", "100", "74.99", "74.99", "0.00",
		    "scored" },
		{ "7.1.1", "larger", "100", "75", "75.00", "100.00", "scored" },
		/* 100 + 400 * 10/20 */
		{ "7.1.1", "larger", "100", "85", "85.00", "300.00", "scored" },
		{ "7.1.1", "larger", "100", "95", "95.00", "500.00", "scored" },
		{ "7.1.1", "larger", "100", "250", "250.00", "500.00",
		    "scored" },
		/* 50/60 = 83.333333 %: 100 + 400 * 8.333333/20 = 266.66666 */
		{ "7.1.1", "larger", "60", "50", "83.33", "266.67", "scored" },
		{ "7.1.3", "larger", "100", "84", "84.00", "420.00", "scored" },
		{ "7.2.1", "larger", "100", "97", "97.00", "400.00", "scored" },
		{ "7.2.1", "larger", "100", "93.9", "93.90", "0.00", "scored" },
		/* 200 - 100 * 11/10 = 90: 100 + 400 * 40/50.5 */
		{ "7.2.4", "smaller", "10", "11", "90.00", "416.83", "scored" },
		{ "7.2.4", "larger", "0", "1", "100.00", "496.04", "scored" },
		{ "7.2.4", "larger", "10", "4", "40.00", "0.00", "scored" },
	};

	(void)state;
	EXPECT_ROWS(linear, rows);
}

/* --- items --- */

struct answer {
	cJSON *rec, *indicators;
};

static struct answer
new_answer(void)
{
	struct answer a;

	a.rec = cJSON_CreateObject();
	a.indicators = cJSON_AddObjectToObject(a.rec, "indicators");
	return a;
}

static cJSON *
add(struct answer *a, const char *measure, const char *target,
    const char *actual)
{
	cJSON *c = indicator(measure, "larger", target, actual);
	char key[16];

	snprintf(key, sizeof(key), "ia%d", cJSON_GetArraySize(a->indicators));
	cJSON_AddItemToObject(a->indicators, key, c);
	return c;
}

static void
not_applicable(cJSON *ind)
{
	cJSON_AddStringToObject(ind, "not_applicable", "no such task here");
}

static void
expect_item(const struct edition *ed, const char *item, struct answer *a,
    const char *score, int assessed)
{
	struct ratio r = { -1, 1 };
	struct err e = { 0 };
	enum level level = LEVEL_BASIC;
	int got = -1;
	char text[32];

	assert_ok(score_item(
		      ed, edition_item(ed, item), a->rec, &r, &level, &got, &e),
	    &e);
	ratio_text(r, text);
	assert_string_equal(text, score);
	assert_int_equal(got, assessed);
	assert_int_equal(level, LEVEL_NONE);
	cJSON_Delete(a->rec);
	a->rec = NULL;
}

/* 7.1: measures 1 and 4 are required. */
static void
test_score_result__item_is_the_mean_of_its_measures(void **state)
{
	struct answer a = new_answer();

	(void)state;
	/* measure 1: (300 + 150) / 2 = 225; measure 4: 500; 2: 300; 3 and 5
	 * have nothing: (225 + 500 + 300) / 3 = 341.666… */
	add(&a, "7.1.1", "10", "10");
	add(&a, "7.1.1", "10", "5");
	add(&a, "7.1.4", "10", "20");
	add(&a, "7.1.2", "10", "10");
	expect_item(bands, "7.1", &a, "341.67", 1);
	/* measure 4 does not apply: (225 + 300) / 2 */
	a = new_answer();
	add(&a, "7.1.1", "10", "10");
	add(&a, "7.1.1", "10", "5");
	add(&a, "7.1.2", "10", "10");
	not_applicable(add(&a, "7.1.4", NULL, NULL));
	expect_item(bands, "7.1", &a, "262.50", 1);
}

static void
test_score_result__indicators_without_a_result_do_not_count(void **state)
{
	struct answer a = new_answer();

	(void)state;
	add(&a, "7.1.1", "10", "10");
	add(&a, "7.1.1", "10", NULL);
	add(&a, "7.1.1", NULL, "10");
	add(&a, "7.1.4", "10", "10");
	add(&a, "7.1.5", NULL, NULL);
	expect_item(bands, "7.1", &a, "300.00", 1);
}

static void
test_score_result__a_missing_required_measure_leaves_it_unassessed(void **state)
{
	struct answer a = new_answer();

	(void)state;
	add(&a, "7.1.1", "10", "10");
	add(&a, "7.1.2", "10", "20");
	expect_item(bands, "7.1", &a, "0.00", 0);
	/* there, but without a result of the year */
	a = new_answer();
	add(&a, "7.1.1", "10", "10");
	add(&a, "7.1.4", "10", NULL);
	expect_item(bands, "7.1", &a, "0.00", 0);
	a = new_answer();
	expect_item(bands, "7.1", &a, "0.00", 0);
}

static void
test_score_result__a_measure_that_does_not_apply_counts_nowhere(void **state)
{
	struct answer a = new_answer();

	(void)state;
	/* required, but it does not apply */
	add(&a, "7.1.1", "10", "5");
	not_applicable(add(&a, "7.1.4", "10", "1"));
	expect_item(bands, "7.1", &a, "150.00", 1);
	/* one of its two indicators applies and has no result */
	a = new_answer();
	add(&a, "7.1.1", "10", "5");
	not_applicable(add(&a, "7.1.4", NULL, NULL));
	add(&a, "7.1.4", "10", NULL);
	expect_item(bands, "7.1", &a, "0.00", 0);
	/* nothing applies: nothing to score */
	a = new_answer();
	not_applicable(add(&a, "7.1.1", NULL, NULL));
	not_applicable(add(&a, "7.1.4", NULL, NULL));
	expect_item(bands, "7.1", &a, "0.00", 0);
}

/* Only the year's own result counts; the years before it may be missing. */
static void
test_score_result__earlier_years_do_not_change_the_score(void **state)
{
	struct answer a = new_answer();
	cJSON *c;

	(void)state;
	c = add(&a, "7.1.1", "10", "5");
	cJSON_AddStringToObject(c, "previous", "10");
	cJSON_AddStringToObject(c, "before", "0");
	c = add(&a, "7.1.4", "10", "5");
	expect_item(bands, "7.1", &a, "150.00", 1);
	/* and alone they are no result */
	a = new_answer();
	c = add(&a, "7.1.1", "10", NULL);
	cJSON_AddStringToObject(c, "previous", "10");
	add(&a, "7.1.4", "10", "10");
	expect_item(bands, "7.1", &a, "0.00", 0);
}

static struct answer
with_own(const char *item)
{
	struct answer a = new_answer();
	cJSON *own = cJSON_AddObjectToObject(a.rec, "measures");

	cJSON_AddStringToObject(
	    cJSON_AddObjectToObject(own, "ma1"), "title", "own");
	if (strcmp(item, "7.1") == 0 || strcmp(item, "7.2") == 0)
		add(&a, "ma1", "10", "20");
	return a;
}

static void
test_score_result__own_measures_count_where_the_policy_says_so(void **state)
{
	struct answer a = with_own("7.1");

	(void)state;
	/* bands, "count": (300 + 300 + 500) / 3 */
	add(&a, "7.1.1", "10", "10");
	add(&a, "7.1.4", "10", "10");
	expect_item(bands, "7.1", &a, "366.67", 1);
	/* linear, "show": measure 1 alone, 85 % */
	a = with_own("7.1");
	add(&a, "7.1.1", "100", "85");
	expect_item(linear, "7.1", &a, "300.00", 1);
	/* an own measure is no stand-in for a required one */
	a = with_own("7.1");
	add(&a, "7.1.1", "10", "10");
	expect_item(bands, "7.1", &a, "0.00", 0);
	/* and one without a result is no fault */
	a = with_own("none");
	add(&a, "7.1.1", "10", "10");
	add(&a, "7.1.4", "10", "10");
	expect_item(bands, "7.1", &a, "300.00", 1);
}

static void
test_score_result__indicators_of_unknown_measures_count_nowhere(void **state)
{
	struct answer a = new_answer();

	(void)state;
	add(&a, "7.1.1", "10", "10");
	add(&a, "7.1.4", "10", "10");
	add(&a, "7.1.9", "10", "20");
	add(&a, "ma7", "10", "20");
	expect_item(bands, "7.1", &a, "300.00", 1);
}

/* Targets of every kind: their common denominator would fit nowhere. */
static void
test_score_result__any_number_of_odd_targets_can_be_added(void **state)
{
	struct answer a = new_answer();
	char target[24];
	int i;

	(void)state;
	for (i = 0; i < 300; i++) {
		snprintf(target, sizeof(target), "%d", 100003 + 2 * i);
		add(&a, i % 2 ? "7.1.1" : "7.1.4", target, "50000");
	}
	/* near 50 %: 150 points less a little */
	expect_item(bands, "7.1", &a, "149.55", 1);
}

static void
test_score_result__measure_tells_the_reason_that_can_be_mended(void **state)
{
	struct answer a = new_answer();
	const struct edition_item *it = edition_item(bands, "7.1");
	struct result_score r;
	struct err e = { 0 };

	(void)state;
	not_applicable(add(&a, "7.1.1", NULL, NULL));
	add(&a, "7.1.1", "10", NULL);
	assert_ok(score_measure(bands, it, a.rec, "7.1.1", &r, &e), &e);
	assert_string_equal(result_why_name(r.why), "no-actual");
	assert_ok(score_measure(bands, it, a.rec, "7.1.2", &r, &e), &e);
	assert_string_equal(result_why_name(r.why), "no-indicator");
	cJSON_Delete(a.rec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_score_result__bands_when_larger_is_better),
		cmocka_unit_test(
		    test_score_result__bands_when_smaller_is_better),
		cmocka_unit_test(
		    test_score_result__a_target_of_zero_or_less_is_reached_or_not),
		cmocka_unit_test(test_score_result__says_why_there_is_no_score),
		cmocka_unit_test(
		    test_score_result__linear_between_floor_and_ceiling),
		cmocka_unit_test(
		    test_score_result__item_is_the_mean_of_its_measures),
		cmocka_unit_test(
		    test_score_result__indicators_without_a_result_do_not_count),
		cmocka_unit_test(
		    test_score_result__a_missing_required_measure_leaves_it_unassessed),
		cmocka_unit_test(
		    test_score_result__a_measure_that_does_not_apply_counts_nowhere),
		cmocka_unit_test(
		    test_score_result__earlier_years_do_not_change_the_score),
		cmocka_unit_test(
		    test_score_result__own_measures_count_where_the_policy_says_so),
		cmocka_unit_test(
		    test_score_result__indicators_of_unknown_measures_count_nowhere),
		cmocka_unit_test(
		    test_score_result__any_number_of_odd_targets_can_be_added),
		cmocka_unit_test(
		    test_score_result__measure_tells_the_reason_that_can_be_mended),
	};

	return cmocka_run_group_tests_name("score_result", tests, load, unload);
}
