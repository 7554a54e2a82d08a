/* Gaps against sums worked by hand, by both policies. */
#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/record/canon.h"
#include "store/view/gap.h"
#include "store/view/gap_item.h"
#include "tests/support/office.h"

/* partial: shares of a level, bands; strict: whole levels only, linear */
static struct edition *partial, *strict;

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
	partial = read_edition("editions/pmqa4-2562.json");
	strict = read_edition("tests/support/editions/test-linear-2564.json");
	return partial != NULL && strict != NULL ? test_libraries_up(state)
						 : -1;
}

static int
unload(void **state)
{
	edition_free(partial);
	edition_free(strict);
	return test_libraries_down(state);
}

static void
expect_ratio(struct ratio r, const char *want)
{
	char text[32];

	ratio_text(r, text);
	assert_string_equal(want, text);
}

/* What is missing and gained, as one line: "basic 1.1.B2 1.1.B3; +300.00 of
 * which each +150.00; in the total +60.00". share = 1/den. */
static void
expect_gap(const struct edition *ed, const char *item, const char *answer,
    int64_t num, int64_t den, const char *want)
{
	cJSON *rec = cJSON_Parse(answer);
	struct ratio share = { num, den };
	struct buf line = BUF_INIT;
	struct gap g = { 0 };
	char gain[32], total[32];
	struct err e = { 0 };

	assert_non_null(rec);
	assert_ok(gap_item(ed, edition_item(ed, item), rec, LEVEL_SIGNIFICANCE,
		      share, &g, &e),
	    &e);
	buf_puts(&line, g.next == LEVEL_NONE ? "-" : level_name(g.next));
	for (size_t i = 0; i < g.n_steps; i++) {
		ratio_text(g.steps[i].gain, gain);
		buf_printf(&line, " %s +%s", g.steps[i].id, gain);
	}
	ratio_text(g.gain, gain);
	ratio_text(g.gain_total, total);
	buf_printf(&line, "; +%s, in the total +%s", gain, total);
	assert_string_equal(want, buf_str(&line));
	buf_release(&line);
	gap_release(&g);
	cJSON_Delete(rec);
}

/* 1.4 has 4/2/2 points; category 1 has 4 items, one of 7: a share of 1/28 */
static void
test_gap__with_partial_credit_each_point_gains_its_share(void **state)
{
	(void)state;
	/* 300 * 2/4 = 150 now, 300 then */
	expect_gap(partial, "1.4", "{\"ticks\":[\"1.4.B1\",\"1.4.B3\"]}", 1, 28,
	    "basic 1.4.B2 +75.00 1.4.B4 +75.00; +150.00, in the total +5.36");
	expect_gap(partial, "1.4", "{}", 1, 28,
	    "basic 1.4.B1 +75.00 1.4.B2 +75.00 1.4.B3 +75.00 1.4.B4 +75.00; "
	    "+300.00, in the total +10.71");
	expect_gap(partial, "1.4",
	    "{\"ticks\":[\"1.4.A1\",\"1.4.A2\",\"1.4.B1\",\"1.4.B2\","
	    "\"1.4.B3\",\"1.4.B4\"]}",
	    1, 28,
	    "significance 1.4.S1 +50.00 1.4.S2 +50.00; +100.00, in the total "
	    "+3.57");
}

static void
test_gap__what_was_ticked_above_the_gate_counts_when_it_opens(void **state)
{
	(void)state;
	/* 150 now; with B2 and B4: 300 and A1's half of 100 */
	expect_gap(partial, "1.4",
	    "{\"ticks\":[\"1.4.A1\",\"1.4.B1\",\"1.4.B3\",\"1.4.S1\"]}", 1, 28,
	    "basic 1.4.B2 +100.00 1.4.B4 +100.00; +200.00, in the total "
	    "+7.14");
}

/* 1.1 has 3/2/1 points here; category 1 has 2 items and 2 of 5 weights */
static void
test_gap__without_partial_credit_the_level_is_shared_out(void **state)
{
	(void)state;
	expect_gap(strict, "1.1", "{\"ticks\":[\"1.1.B1\"]}", 1, 5,
	    "basic 1.1.B2 +150.00 1.1.B3 +150.00; +300.00, in the total "
	    "+60.00");
	expect_gap(strict, "1.1",
	    "{\"ticks\":[\"1.1.B1\",\"1.1.B2\",\"1.1.B3\",\"1.1.S1\"]}", 1, 5,
	    "advance 1.1.A1 +100.00 1.1.A2 +100.00; +200.00, in the total "
	    "+40.00");
}

static void
test_gap__a_complete_item_has_none(void **state)
{
	(void)state;
	expect_gap(strict, "1.1",
	    "{\"ticks\":[\"1.1.A1\",\"1.1.A2\",\"1.1.B1\",\"1.1.B2\","
	    "\"1.1.B3\",\"1.1.S1\"]}",
	    1, 5, "-; +0.00, in the total +0.00");
}

/* 7.1 needs 7.1.1 and 7.1.4; category 7 has 6 items: 1/42 */
static void
test_gap__an_unassessed_result_item_lacks_its_required_measures(void **state)
{
	(void)state;
	expect_gap(partial, "7.1", "{}", 1, 42,
	    "- 7.1.1 +150.00 7.1.4 +150.00; +300.00, in the total +7.14");
	/* 50 per cent: 150; with 7.1.4 at 300: (150 + 300) / 2 */
	expect_gap(partial, "7.1",
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\",\"name\":\"x\","
	    "\"direction\":\"larger\",\"target\":\"100\",\"actual\":\"50\"}}}",
	    1, 42, "- 7.1.4 +225.00; +225.00, in the total +5.36");
	/* a result without a target does not make it measured */
	expect_gap(partial, "7.1",
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\",\"name\":\"x\","
	    "\"direction\":\"larger\",\"actual\":\"50\"}}}",
	    1, 42,
	    "- 7.1.1 +150.00 7.1.4 +150.00; +300.00, in the total +7.14");
}

/* 50 per cent: 150; 200 - 120 = 80 per cent: 240; the mean is 195 */
static void
test_gap__indicators_are_brought_to_their_targets(void **state)
{
	(void)state;
	expect_gap(partial, "7.1",
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\",\"name\":\"x\","
	    "\"direction\":\"larger\",\"target\":\"100\",\"actual\":\"50\"},"
	    "\"ia2\":{\"measure\":\"7.1.4\",\"name\":\"y\",\"direction\":"
	    "\"smaller\",\"target\":\"10\",\"actual\":\"12\"},"
	    "\"ia3\":{\"measure\":\"7.1.2\",\"name\":\"z\",\"direction\":"
	    "\"larger\",\"not_applicable\":\"ไม่มี\"}}}",
	    1, 42, "- ia1 +75.00 ia2 +30.00; +105.00, in the total +2.50");
}

/* floor 75, ceiling 95: 96 per cent give the most already */
static void
test_gap__by_the_linear_policy_a_step_without_gain_is_none(void **state)
{
	(void)state;
	expect_gap(strict, "7.1",
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\",\"name\":\"x\","
	    "\"direction\":\"larger\",\"target\":\"100\",\"actual\":\"96\"}}}",
	    3, 10, "-; +0.00, in the total +0.00");
	/* 85 per cent are half way from 100 to 500: 300, so 200 are missing */
	expect_gap(strict, "7.1",
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\",\"name\":\"x\","
	    "\"direction\":\"larger\",\"target\":\"100\",\"actual\":\"85\"}}}",
	    3, 10, "- ia1 +200.00; +200.00, in the total +60.00");
}

static void
test_gap__the_target_is_a_level_or_its_points(void **state)
{
	struct gap g = { 0 };
	struct err e = { 0 };
	cJSON *rec =
	    cJSON_Parse("{\"ticks\":[\"1.1.B1\",\"1.1.B2\",\"1.1.B3\"]}");

	(void)state;
	assert_ok(gap_item(strict, edition_item(strict, "1.1"), rec,
		      LEVEL_BASIC, (struct ratio){ 1, 5 }, &g, &e),
	    &e);
	assert_false(g.below);
	expect_ratio(g.score, "300.00");
	gap_release(&g);
	assert_ok(gap_item(strict, edition_item(strict, "1.1"), rec,
		      LEVEL_ADVANCE, (struct ratio){ 1, 5 }, &g, &e),
	    &e);
	assert_true(g.below);
	gap_release(&g);
	cJSON_Delete(rec);
	rec = cJSON_Parse(
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\",\"name\":\"x\","
	    "\"direction\":\"larger\",\"target\":\"100\",\"actual\":\"85\"}}}");
	assert_ok(gap_item(strict, edition_item(strict, "7.1"), rec,
		      LEVEL_BASIC, (struct ratio){ 3, 10 }, &g, &e),
	    &e);
	assert_false(g.below); /* 300 points */
	gap_release(&g);
	assert_ok(gap_item(strict, edition_item(strict, "7.1"), rec,
		      LEVEL_ADVANCE, (struct ratio){ 3, 10 }, &g, &e),
	    &e);
	assert_true(g.below);
	gap_release(&g);
	cJSON_Delete(rec);
}

/* --- the list of an office --- */

static cJSON *
gaps_of(struct test_office *o, const char *target)
{
	cJSON *ret = NULL;
	struct err e;

	assert_ok(gap_list(o->store, "", 0, target, &ret, &e), &e);
	return ret;
}

static const cJSON *
gap_of(const cJSON *result, const char *item)
{
	const cJSON *g;

	cJSON_ArrayForEach (g, json_get(result, "gaps"))
		if (strcmp(json_str(g, "item"), item) == 0)
			return g;
	return NULL;
}

static void
test_gap__the_cheapest_step_comes_first(void **state)
{
	struct test_office o;
	const cJSON *list, *g;
	double before = 1e9;
	cJSON *ret;

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, 2565));
	/* one of two missing points of 2.2 (2/1/2): a step of 150 / 28 */
	cJSON_Delete(test_office_tick(
	    &o, 0, "1.1.B1 1.1.B2 1.1.B3 1.1.A1 1.1.S1 2.2.B1", 1));
	cJSON_Delete(test_office_set(&o, 0, "2.2", "gap", "ขาดแผน"));
	ret = gaps_of(&o, NULL);

	/* (500 + 150) / 4 / 7: 1.1 and 2.2 are of different categories */
	assert_string_equal("23.21", json_str(ret, "total"));
	assert_null(gap_of(ret, "1.1"));
	list = json_get(ret, "gaps");
	assert_int_equal(29, cJSON_GetArraySize(list));
	cJSON_ArrayForEach (g, list) {
		double step = strtod(json_str(g, "gain_total"), NULL) /
			      (double)json_int(g, "points_to_next", 1);

		assert_true(step <= before + 0.01);
		before = step;
	}
	g = gap_of(ret, "2.2");
	assert_string_equal("ขาดแผน", json_str(g, "gap"));
	assert_string_equal("150.00", json_str(g, "gain"));
	assert_string_equal("basic", json_str(g, "next_level"));
	assert_int_equal(1, json_int(g, "points_to_next", 0));
	assert_true(json_bool(g, "below", 0));
	cJSON_Delete(ret);

	ret = gaps_of(&o, "basic");
	assert_string_equal("basic", json_str(ret, "target"));
	cJSON_Delete(ret);
	test_office_remove(&o);
}

static void
test_gap__refuses_a_level_that_is_none(void **state)
{
	struct test_office o;
	cJSON *ret = NULL;
	struct err e;

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, 2565));
	assert_err(gap_list(o.store, "", 0, "excellent", &ret, &e), ERR_INVALID,
	    &e, "'excellent' is not a level");
	assert_int_equal(
	    ERR_NOT_FOUND, gap_list(o.store, "", 2599, NULL, &ret, &e));
	test_office_remove(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_gap__with_partial_credit_each_point_gains_its_share),
		cmocka_unit_test(
		    test_gap__what_was_ticked_above_the_gate_counts_when_it_opens),
		cmocka_unit_test(
		    test_gap__without_partial_credit_the_level_is_shared_out),
		cmocka_unit_test(test_gap__a_complete_item_has_none),
		cmocka_unit_test(
		    test_gap__an_unassessed_result_item_lacks_its_required_measures),
		cmocka_unit_test(
		    test_gap__indicators_are_brought_to_their_targets),
		cmocka_unit_test(
		    test_gap__by_the_linear_policy_a_step_without_gain_is_none),
		cmocka_unit_test(test_gap__the_target_is_a_level_or_its_points),
		cmocka_unit_test(test_gap__the_cheapest_step_comes_first),
		cmocka_unit_test(test_gap__refuses_a_level_that_is_none),
	};

	return cmocka_run_group_tests_name("gap", tests, load, unload);
}
