#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/criteria/score.h"
#include "store/record/canon.h"

static struct edition *edition;

static int
load(void **state)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	int rc = file_read("editions/pmqa4-2562.json", CANON_MAX, &b, &e);

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

/* An answer with these ticks: "B1 B2 A1" for the item. */
static cJSON *
answer(const char *item, const char *ticks)
{
	cJSON *rec = cJSON_CreateObject(), *list = cJSON_CreateArray();
	char copy[200], point[32], *save = NULL, *t;

	snprintf(copy, sizeof(copy), "%s", ticks);
	for (t = strtok_r(copy, " ", &save); t != NULL;
	     t = strtok_r(NULL, " ", &save)) {
		snprintf(point, sizeof(point), "%s.%s", item, t);
		cJSON_AddItemToArray(list, cJSON_CreateString(point));
	}
	cJSON_AddItemToObject(rec, "ticks", list);
	return rec;
}

/* num/den by hand, its two digits, the level. */
static void
expect_item(const struct edition *ed, const char *item, const char *ticks,
    int64_t num, int64_t den, const char *text, const char *level)
{
	cJSON *rec = ticks != NULL ? answer(item, ticks) : NULL;
	enum level l = LEVEL_SIGNIFICANCE;
	struct ratio r = { -1, 1 };
	struct err e = { 0 };
	char got[32];

	assert_ok(
	    score_item(ed, edition_item(ed, item), rec, &r, &l, NULL, &e), &e);
	assert_int_equal(r.num, num);
	assert_int_equal(r.den, den);
	ratio_text(r, got);
	assert_string_equal(got, text);
	assert_string_equal(level_name(l), level);
	cJSON_Delete(rec);
}

static void
test_score__nothing_ticked_is_zero(void **state)
{
	(void)state;
	expect_item(edition, "1.1", NULL, 0, 1, "0.00", "none");
	expect_item(edition, "1.1", "", 0, 1, "0.00", "none");
}

/* 1.1 has 3/1/1 points, 1.4 has 4/2/2, 5.2 has 4/4/2, 6.2 has 3/4/2 */
static void
test_score__basic_earns_its_share_of_300(void **state)
{
	(void)state;
	expect_item(edition, "1.1", "B2", 100, 1, "100.00", "none");
	expect_item(edition, "1.1", "B1 B3", 200, 1, "200.00", "none");
	expect_item(edition, "1.4", "B1", 75, 1, "75.00", "none");
	expect_item(edition, "1.4", "B1 B2 B4", 225, 1, "225.00", "none");
	expect_item(edition, "2.2", "B1", 150, 1, "150.00", "none");
}

static void
test_score__points_above_an_incomplete_level_earn_nothing(void **state)
{
	(void)state;
	expect_item(edition, "1.1", "A1 S1", 0, 1, "0.00", "none");
	expect_item(edition, "1.1", "B1 B2 A1 S1", 200, 1, "200.00", "none");
	/* Basic complete, Advance half: Significance does not count */
	expect_item(
	    edition, "1.4", "B1 B2 B3 B4 A2 S1 S2", 350, 1, "350.00", "basic");
}

static void
test_score__a_complete_level_opens_the_next(void **state)
{
	(void)state;
	expect_item(edition, "1.1", "B1 B2 B3", 300, 1, "300.00", "basic");
	expect_item(edition, "1.1", "B1 B2 B3 A1", 400, 1, "400.00", "advance");
	expect_item(
	    edition, "1.1", "B1 B2 B3 A1 S1", 500, 1, "500.00", "significance");
	expect_item(
	    edition, "5.2", "B1 B2 B3 B4 A1", 325, 1, "325.00", "basic");
	expect_item(edition, "5.2", "B1 B2 B3 B4 A1 A2 A3 A4 S2", 450, 1,
	    "450.00", "advance");
	/* 1.2 has 3/3/3: 300 + 100 + 100/3 = 1300/3 */
	expect_item(edition, "1.2", "B1 B2 B3 A1 A2 A3 S1", 1300, 3, "433.33",
	    "advance");
	/* 300 + 100 * 2/3 = 1100/3 */
	expect_item(
	    edition, "1.2", "B1 B2 B3 A1 A3", 1100, 3, "366.67", "basic");
}

static void
test_score__result_items_without_indicators_are_zero(void **state)
{
	(void)state;
	expect_item(edition, "7.1", NULL, 0, 1, "0.00", "none");
}

static void
test_score__without_partial_credit_only_complete_levels_count(void **state)
{
	cJSON *json = cJSON_Duplicate(edition_json(edition), 1);
	struct buf out = BUF_INIT;
	struct edition *strict = NULL;
	struct err e = { 0 };

	(void)state;
	assert_ok(json_put_bool(json_get(json_get(json, "policy"), "process"),
		      "partial_credit", 0, &e),
	    &e);
	assert_ok(canon_write(json, &out, &e), &e);
	assert_ok(edition_parse(out.data, out.len, &strict, &e), &e);

	expect_item(strict, "1.1", "B1 B2", 0, 1, "0.00", "none");
	expect_item(strict, "1.4", "B1 B2 B3 B4 A1", 300, 1, "300.00", "basic");
	expect_item(
	    strict, "1.1", "B1 B2 B3 A1 S1", 500, 1, "500.00", "significance");
	edition_free(strict);
	buf_release(&out);
	cJSON_Delete(json);
}

static void
test_score__refuses_ticks_that_the_edition_does_not_have(void **state)
{
	const struct edition_item *it = edition_item(edition, "1.1");
	cJSON *unknown = answer("1.1", "B4"), *foreign = answer("1.2", "B1");
	enum level l;
	struct ratio r;
	struct err e = { 0 };

	(void)state;
	assert_err(score_item(edition, it, unknown, &r, &l, NULL, &e),
	    ERR_DAMAGED, &e, "does not have");
	assert_err(score_item(edition, it, foreign, &r, &l, NULL, &e),
	    ERR_DAMAGED, &e, "item 1.1");
	cJSON_Delete(unknown);
	cJSON_Delete(foreign);
}

/* --- categories and total --- */

static const cJSON *
answer_of(void *arg, const char *item)
{
	return json_get(arg, item);
}

static cJSON *
score_of(const struct edition *ed, const cJSON *answers)
{
	union {
		const cJSON *in;
		void *out;
	} arg = { .in = answers };
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(score_all(ed, answer_of, NULL, arg.out, &v, &e), &e);
	return v;
}

static void
add(cJSON *answers, const char *item, const char *ticks)
{
	cJSON_AddItemToObject(answers, item, answer(item, ticks));
}

static const char *
category_score(const cJSON *scores, int i)
{
	return json_str(
	    cJSON_GetArrayItem(json_get(scores, "categories"), i), "score");
}

static void
test_score__of_no_answers_is_zero_and_lists_what_is_unassessed(void **state)
{
	cJSON *answers = cJSON_CreateObject();
	cJSON *v = score_of(edition, answers);
	const cJSON *unassessed = json_get(v, "unassessed");

	(void)state;
	assert_string_equal(json_str(v, "total"), "0.00");
	assert_int_equal(cJSON_GetArraySize(json_get(v, "categories")), 7);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "items")), 30);
	assert_int_equal(cJSON_GetArraySize(unassessed), 6);
	assert_string_equal(
	    cJSON_GetArrayItem(unassessed, 0)->valuestring, "7.1");
	assert_string_equal(
	    cJSON_GetArrayItem(unassessed, 5)->valuestring, "7.6");
	cJSON_Delete(v);
	cJSON_Delete(answers);
}

static void
test_score__category_is_the_mean_of_its_items(void **state)
{
	cJSON *answers = cJSON_CreateObject();
	cJSON *v;
	const cJSON *item;

	(void)state;
	/* 100 + 1300/3 + 200 + 75 = 2425/3; by 4: 2425/12 = 202.0833…;
	 * by 7 for the total: 2425/84 = 28.869… */
	add(answers, "1.1", "B1");
	add(answers, "1.2", "B1 B2 B3 A1 A2 A3 S2");
	add(answers, "1.3", "B1 B2");
	add(answers, "1.4", "B3");
	v = score_of(edition, answers);

	assert_string_equal(category_score(v, 0), "202.08");
	assert_string_equal(category_score(v, 1), "0.00");
	assert_string_equal(json_str(v, "total"), "28.87");
	item = cJSON_GetArrayItem(json_get(v, "items"), 1);
	assert_string_equal(json_str(item, "id"), "1.2");
	assert_string_equal(json_str(item, "score"), "433.33");
	assert_string_equal(json_str(item, "level"), "advance");
	assert_int_equal(json_int(item, "ticked", -1), 7);
	assert_int_equal(json_int(item, "points", -1), 9);
	cJSON_Delete(v);
	cJSON_Delete(answers);
}

static void
test_score__rounds_only_at_the_end(void **state)
{
	cJSON *answers = cJSON_CreateObject();
	cJSON *v;

	(void)state;
	/* 2.4 has 1/3/3. Category 2: (300 + 100/3) / 4 = 250/3 = 83.33;
	 * category 5: 5.1 (2/3/3) 300 + 200/3 = 1100/3, 5.3 the same, by 4:
	 * 550/3 = 183.33. Total: (250/3 + 550/3) / 7 = 800/21 = 38.095… = 38.10;
	 * from rounded ones it would be 266.66 / 7 = 38.09. */
	add(answers, "2.4", "B1 A3");
	add(answers, "5.1", "B1 B2 A1 A2");
	add(answers, "5.3", "B1 B2 A2 A3");
	v = score_of(edition, answers);

	assert_string_equal(category_score(v, 1), "83.33");
	assert_string_equal(category_score(v, 4), "183.33");
	assert_string_equal(json_str(v, "total"), "38.10");
	cJSON_Delete(v);
	cJSON_Delete(answers);
}

/* Everything ticked: categories 1 to 6 are 500, category 7 is 0:
 * 3000/7 = 428.571… */
static cJSON *
all_ticked(void)
{
	cJSON *answers = cJSON_CreateObject();
	const cJSON *c;
	size_t i;
	int level;

	for (i = 0; i < 24; i++) {
		const struct edition_item *it = edition_item_at(edition, i);
		cJSON *rec = cJSON_CreateObject(), *list = cJSON_CreateArray();

		for (level = 0; level < N_LEVELS; level++) {
			cJSON_ArrayForEach (
			    c, json_get(json_get(it->json, "points"),
				   level_name((enum level)level))) {
				cJSON_AddItemToArray(list,
				    cJSON_CreateString(json_str(c, "id")));
			}
		}
		cJSON_AddItemToObject(rec, "ticks", list);
		cJSON_AddItemToObject(answers, it->id, rec);
	}
	return answers;
}

static void
test_score__of_every_point_is_500_in_six_categories(void **state)
{
	cJSON *answers = all_ticked();
	cJSON *v = score_of(edition, answers);
	int i;

	(void)state;
	for (i = 0; i < 6; i++)
		assert_string_equal(category_score(v, i), "500.00");
	assert_string_equal(category_score(v, 6), "0.00");
	assert_string_equal(json_str(v, "total"), "428.57");
	cJSON_Delete(v);
	cJSON_Delete(answers);
}

static void
test_score__weights_come_from_the_edition(void **state)
{
	cJSON *json = cJSON_Duplicate(edition_json(edition), 1);
	cJSON *answers = all_ticked(), *v;
	struct buf out = BUF_INIT;
	struct edition *weighted = NULL;
	struct err e = { 0 };

	(void)state;
	/* category 7 counts 4 of 10: 6 * 500 / 10 = 300 */
	assert_ok(
	    json_put_int(cJSON_GetArrayItem(json_get(json, "categories"), 6),
		"weight", 4, &e),
	    &e);
	assert_ok(canon_write(json, &out, &e), &e);
	assert_ok(edition_parse(out.data, out.len, &weighted, &e), &e);
	v = score_of(weighted, answers);

	assert_string_equal(json_str(v, "total"), "300.00");
	cJSON_Delete(v);
	cJSON_Delete(answers);
	cJSON_Delete(json);
	edition_free(weighted);
	buf_release(&out);
}

/* --- exact arithmetic --- */

static void
expect_text(int64_t num, int64_t den, const char *text)
{
	char got[32];

	ratio_text((struct ratio){ num, den }, got);
	assert_string_equal(got, text);
}

static void
test_score__text_rounds_half_away_from_zero(void **state)
{
	(void)state;
	expect_text(0, 1, "0.00");
	expect_text(1, 200, "0.01"); /* 0.005 */
	expect_text(1, 201, "0.00");
	expect_text(-1, 200, "-0.01");
	expect_text(-1, 201, "0.00");
	expect_text(1999, 200, "10.00"); /* 9.995 */
	expect_text(2, 3, "0.67");
	expect_text(-1300, 3, "-433.33");
	expect_text(RATIO_MAX, 1, "9223372036854775.00");
	expect_text(RATIO_MAX - 1, RATIO_MAX, "1.00");
}

static void
test_score__sums_stay_in_lowest_terms(void **state)
{
	struct ratio r = { 1, 6 };
	struct err e = { 0 };

	(void)state;
	assert_ok(ratio_add(&r, (struct ratio){ 1, 3 }, &e), &e);
	assert_int_equal(r.num, 1);
	assert_int_equal(r.den, 2);
	assert_ok(ratio_add(&r, (struct ratio){ -1, 2 }, &e), &e);
	assert_int_equal(r.num, 0);
	assert_int_equal(r.den, 1);
	r = (struct ratio){ 300, 1 };
	assert_ok(ratio_scale(&r, 1, 3, &e), &e);
	assert_int_equal(r.num, 100);
	assert_int_equal(r.den, 1);
	assert_ok(ratio_scale(&r, 0, 7, &e), &e);
	assert_int_equal(r.num, 0);
	assert_int_equal(r.den, 1);
}

static void
test_score__what_does_not_fit_is_an_error_not_a_wrong_number(void **state)
{
	struct ratio r = { RATIO_MAX, 1 }, big = { 1, RATIO_MAX };
	struct err e = { 0 };

	(void)state;
	assert_err(ratio_add(&r, (struct ratio){ 1, 1 }, &e), ERR_DAMAGED, &e,
	    "too fine");
	assert_int_equal(r.num, RATIO_MAX);
	assert_err(ratio_scale(&r, 2, 1, &e), ERR_DAMAGED, &e, "too fine");
	assert_err(ratio_add(&big, (struct ratio){ 1, RATIO_MAX - 1 }, &e),
	    ERR_DAMAGED, &e, "too fine");
	assert_err(ratio_scale(&big, 1, 2, &e), ERR_DAMAGED, &e, "too fine");
	assert_err(ratio_scale(&big, 1, 0, &e), ERR_DAMAGED, &e, "too fine");
	/* crosswise reduction: the result fits, a plain product would not */
	assert_ok(ratio_scale(&r, 7, RATIO_MAX, &e), &e);
	assert_int_equal(r.num, 7);
	assert_int_equal(r.den, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_score__nothing_ticked_is_zero),
		cmocka_unit_test(test_score__basic_earns_its_share_of_300),
		cmocka_unit_test(
		    test_score__points_above_an_incomplete_level_earn_nothing),
		cmocka_unit_test(test_score__a_complete_level_opens_the_next),
		cmocka_unit_test(
		    test_score__result_items_without_indicators_are_zero),
		cmocka_unit_test(
		    test_score__without_partial_credit_only_complete_levels_count),
		cmocka_unit_test(
		    test_score__refuses_ticks_that_the_edition_does_not_have),
		cmocka_unit_test(
		    test_score__of_no_answers_is_zero_and_lists_what_is_unassessed),
		cmocka_unit_test(test_score__category_is_the_mean_of_its_items),
		cmocka_unit_test(test_score__rounds_only_at_the_end),
		cmocka_unit_test(
		    test_score__of_every_point_is_500_in_six_categories),
		cmocka_unit_test(test_score__weights_come_from_the_edition),
		cmocka_unit_test(test_score__text_rounds_half_away_from_zero),
		cmocka_unit_test(test_score__sums_stay_in_lowest_terms),
		cmocka_unit_test(
		    test_score__what_does_not_fit_is_an_error_not_a_wrong_number),
	};

	return cmocka_run_group_tests_name("score", tests, load, unload);
}
