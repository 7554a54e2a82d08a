#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/criteria/edition.h"
#include "store/record/canon.h"
#include "store/record/record.h"

#define FILE_2562 "editions/pmqa4-2562.json"

static struct buf bytes;
static struct edition *edition;

static int
load(void **state)
{
	struct err e = { 0 };
	int rc = file_read(FILE_2562, CANON_MAX, &bytes, &e);

	(void)state;
	if (rc == 0)
		rc = edition_parse(bytes.data, bytes.len, &edition, &e);
	if (rc < 0)
		print_error("%s\n", e.msg);
	return rc;
}

static int
unload(void **state)
{
	(void)state;
	edition_free(edition);
	buf_release(&bytes);
	return 0;
}

static void
test_edition__has_7_categories_24_items_and_160_points(void **state)
{
	int sum[N_LEVELS] = { 0 }, level;
	size_t i, process = 0, result = 0;

	(void)state;
	assert_string_equal(edition_id(edition), "pmqa4-2562");
	assert_int_equal(edition_n_categories(edition), 7);
	for (i = 0; i < edition_n_items(edition); i++) {
		const struct edition_item *it = edition_item_at(edition, i);

		if (strcmp(it->kind, "result") == 0) {
			result++;
			continue;
		}
		process++;
		for (level = 0; level < N_LEVELS; level++)
			sum[level] += it->n_points[level];
	}
	assert_int_equal(process, 24);
	assert_int_equal(result, 6);
	assert_int_equal(sum[LEVEL_BASIC], 60);
	assert_int_equal(sum[LEVEL_ADVANCE], 53);
	assert_int_equal(sum[LEVEL_SIGNIFICANCE], 47);
}

/* domain/pmqa.md 2.2, typed here a second time: a slip in the file shows. */
static void
test_edition__has_the_points_of_each_item(void **state)
{
	static const struct {
		const char *id;
		int points[N_LEVELS];
	} rows[] = {
		{ "1.1", { 3, 1, 1 } },
		{ "1.2", { 3, 3, 3 } },
		{ "1.3", { 3, 2, 1 } },
		{ "1.4", { 4, 2, 2 } },
		{ "2.1", { 4, 2, 1 } },
		{ "2.2", { 2, 1, 2 } },
		{ "2.3", { 3, 2, 3 } },
		{ "2.4", { 1, 3, 3 } },
		{ "3.1", { 1, 1, 1 } },
		{ "3.2", { 1, 1, 1 } },
		{ "3.3", { 3, 1, 2 } },
		{ "3.4", { 3, 2, 2 } },
		{ "4.1", { 3, 2, 2 } },
		{ "4.2", { 2, 2, 2 } },
		{ "4.3", { 2, 2, 2 } },
		{ "4.4", { 2, 3, 1 } },
		{ "5.1", { 2, 3, 3 } },
		{ "5.2", { 4, 4, 2 } },
		{ "5.3", { 2, 3, 3 } },
		{ "5.4", { 3, 2, 2 } },
		{ "6.1", { 2, 2, 2 } },
		{ "6.2", { 3, 4, 2 } },
		{ "6.3", { 2, 2, 2 } },
		{ "6.4", { 2, 3, 2 } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct edition_item *it = edition_item_at(edition, i);

		assert_string_equal(it->id, rows[i].id);
		assert_memory_equal(
		    it->n_points, rows[i].points, sizeof(rows[i].points));
	}
}

static void
test_edition__has_five_measures_for_each_result_item(void **state)
{
	size_t i;
	const cJSON *c;
	int required, total = 0;

	(void)state;
	for (i = 24; i < 30; i++) {
		const struct edition_item *it = edition_item_at(edition, i);
		const cJSON *measures = json_get(it->json, "measures");

		assert_string_equal(it->category, "7");
		assert_int_equal(cJSON_GetArraySize(measures), 5);
		required = 0;
		cJSON_ArrayForEach (c, measures) {
			required += json_bool(c, "required", 0);
		}
		assert_true(required >= 1);
		total += required;
	}
	assert_int_equal(total, 11);
}

static void
test_edition__gives_its_policy_as_data(void **state)
{
	const struct edition_policy *p = edition_policy(edition);
	size_t i;

	(void)state;
	assert_int_equal(p->points[LEVEL_BASIC], 300);
	assert_int_equal(p->points[LEVEL_ADVANCE], 100);
	assert_int_equal(p->points[LEVEL_SIGNIFICANCE], 100);
	assert_int_equal(p->max, 500);
	assert_true(p->partial);
	for (i = 0; i < 7; i++)
		assert_int_equal(edition_category_weight(edition, i), 1);
}

static void
test_edition__names_every_title_in_both_languages(void **state)
{
	const char *th = NULL, *en = NULL;
	size_t i;

	(void)state;
	for (i = 0; i < edition_n_items(edition); i++) {
		const struct edition_item *it = edition_item_at(edition, i);

		assert_int_equal((unsigned char)it->title_th[0], 0xe0);
		assert_true((unsigned char)it->title_en[0] < 0x80);
	}
	assert_string_equal(edition_category_at(edition, 6, &th, &en), "7");
	assert_string_equal(th, "ผลลัพธ์การดำเนินการ");
	assert_string_equal(en, "Results");
}

static void
test_edition__finds_points_by_name(void **state)
{
	const struct edition_item *it = NULL;
	enum level level = LEVEL_NONE;
	struct err e = { 0 };

	(void)state;
	assert_ok(edition_point(edition, "5.2.A4", &it, &level, &e), &e);
	assert_string_equal(it->id, "5.2");
	assert_int_equal(level, LEVEL_ADVANCE);
	assert_err(edition_point(edition, "1.1.B4", &it, &level, &e),
	    ERR_NOT_FOUND, &e,
	    "its points are: 1.1.B1 1.1.B2 1.1.B3 1.1.A1 1.1.S1");
	assert_err(edition_point(edition, "8.1.B1", &it, &level, &e),
	    ERR_NOT_FOUND, &e, "has no item '8.1', its items are 1.1 to 7.6");
	assert_err(edition_point(edition, "7.1.B1", &it, &level, &e),
	    ERR_NOT_FOUND, &e, "has no points");
	assert_err(edition_point(edition, "B1", &it, &level, &e), ERR_NOT_FOUND,
	    &e, "looks like");
}

static void
test_edition__splits_only_well_formed_points(void **state)
{
	static const char *const bad[] = { "", ".", "1.1", "1.1.", "1.1.B",
		"1.1.B0", "1.1.B01", "1.1.B100", "1.1.C1", "1.1.b1", "1.B1",
		"0.1.B1", "1.0.B1", "11.1.B1", "1.1.B1 ", "1.1.B1.B1",
		"1.1.1.B1", "1.123456.B1", "..B1" };
	enum level level;
	char item[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (edition_split_point(bad[i], item, &level))
			fail_msg("'%s' was taken for a point", bad[i]);
	assert_true(edition_split_point("1.12.S99", item, &level));
	assert_string_equal(item, "1.12");
	assert_int_equal(level, LEVEL_SIGNIFICANCE);
}

/* --- files that break a rule --- */

static void
expect_refused(cJSON *changed, const char *why)
{
	struct buf out = BUF_INIT;
	struct edition *ed = NULL;
	struct err e = { 0 };

	assert_ok(canon_write(changed, &out, &e), &e);
	assert_err(
	    edition_parse(out.data, out.len, &ed, &e), ERR_INVALID, &e, why);
	assert_null(ed);
	buf_release(&out);
	cJSON_Delete(changed);
}

static cJSON *
copy(void)
{
	return cJSON_Duplicate(edition_json(edition), 1);
}

static cJSON *
item_of(cJSON *ed, int i)
{
	return cJSON_GetArrayItem(json_get(ed, "items"), i);
}

static cJSON *
point_of(cJSON *ed, int item, const char *level, int i)
{
	return cJSON_GetArrayItem(
	    json_get(json_get(item_of(ed, item), "points"), level), i);
}

/* Replaces or adds a member. */
static void
put(cJSON *obj, const char *key, cJSON *v)
{
	struct err e = { 0 };

	assert_non_null(obj);
	assert_ok(json_put(obj, key, v, &e), &e);
}

static void
put_text(cJSON *obj, const char *key, const char *s)
{
	put(obj, key, cJSON_CreateString(s));
}

static void
test_edition__refuses_bytes_that_are_not_canonical(void **state)
{
	struct edition *ed = NULL;
	struct err e = { 0 };

	(void)state;
	assert_err(edition_parse(bytes.data, bytes.len - 1, &ed, &e),
	    ERR_INVALID, &e, "canonical");
	assert_err(edition_parse("{}\n", 3, &ed, &e), ERR_INVALID, &e,
	    "'edition' lacks 'id'");
	assert_err(edition_parse("[]\n", 3, &ed, &e), ERR_INVALID, &e,
	    "must be an object");
}

static void
test_edition__refuses_unknown_and_missing_members(void **state)
{
	cJSON *ed = copy();

	(void)state;
	put_text(ed, "colour", "red");
	expect_refused(ed, "'edition' has an unknown member");
	ed = copy();
	put_text(item_of(ed, 0), "score", "1");
	expect_refused(ed, "'items[1.1]' has an unknown member");
	ed = copy();
	cJSON_DeleteItemFromObjectCaseSensitive(item_of(ed, 3), "title_en");
	expect_refused(ed, "'items[1.4]' lacks 'title_en'");
	ed = copy();
	cJSON_DeleteItemFromObjectCaseSensitive(
	    json_get(ed, "policy"), "result");
	expect_refused(ed, "'policy' lacks 'result'");
}

static void
test_edition__refuses_items_out_of_order_or_of_no_category(void **state)
{
	cJSON *ed = copy();

	(void)state;
	put_text(item_of(ed, 24), "category", "6");
	expect_refused(ed, "not an item of a category");
	ed = copy();
	put_text(item_of(ed, 0), "kind", "guess");
	expect_refused(ed, "must be one of: process");
	ed = copy();
	cJSON_AddItemToArray(json_get(ed, "items"),
	    cJSON_DetachItemFromArray(json_get(ed, "items"), 0));
	expect_refused(ed, "'items[1.1]' is out of order");
	ed = copy();
	put_text(cJSON_GetArrayItem(json_get(ed, "categories"), 1), "id", "1");
	expect_refused(ed, "'categories[1]' is out of order");
	ed = copy();
	for (int i = 0; i < 4; i++)
		cJSON_DeleteItemFromArray(json_get(ed, "items"), 0);
	expect_refused(ed, "category '1' has no items");
}

static void
test_edition__refuses_points_that_do_not_fit_their_place(void **state)
{
	cJSON *ed = copy();

	(void)state;
	put_text(point_of(ed, 0, "basic", 1), "id", "1.1.B1");
	expect_refused(ed, "'points[1.1.B1]' is out of order");
	ed = copy();
	put_text(point_of(ed, 0, "basic", 1), "id", "1.1.A2");
	expect_refused(ed, "not a point of level 'basic'");
	ed = copy();
	put_text(point_of(ed, 0, "basic", 1), "id", "1.2.B2");
	expect_refused(ed, "not a point of level 'basic'");
	ed = copy();
	put(json_get(item_of(ed, 0), "points"), "advance", cJSON_CreateArray());
	expect_refused(ed, "'advance' must be a list of 1 to 30");
	ed = copy();
	put_text(point_of(ed, 0, "advance", 0), "label_th", "");
	expect_refused(ed, "'points[1.1.A1].label_th' is empty");
}

static void
test_edition__refuses_measures_out_of_count(void **state)
{
	cJSON *ed = copy();

	(void)state;
	put_text(cJSON_GetArrayItem(json_get(item_of(ed, 24), "measures"), 2),
	    "id", "7.1.4");
	expect_refused(ed, "must be called '7.1.3'");
}

static void
test_edition__refuses_a_policy_that_contradicts_itself(void **state)
{
	cJSON *ed = copy(), *policy = json_get(ed, "policy");

	(void)state;
	put(policy, "max", cJSON_CreateNumber(400));
	expect_refused(ed, "sum of the levels' points");
	ed = copy();
	put_text(json_get(ed, "policy"), "total", "median");
	expect_refused(ed, "'policy.total' must be one of: mean");
	ed = copy();
	put(json_get(json_get(ed, "policy"), "process"), "partial_credit",
	    cJSON_CreateNumber(1));
	expect_refused(ed, "true or false");
	ed = copy();
	put(cJSON_GetArrayItem(
		json_get(json_get(json_get(ed, "policy"), "result"), "bands"),
		2),
	    "up_to_permille", cJSON_CreateNumber(1010));
	expect_refused(ed, "must rise");
	ed = copy();
	put(cJSON_GetArrayItem(
		json_get(json_get(json_get(ed, "policy"), "result"), "bands"),
		3),
	    "up_to_permille", cJSON_CreateNumber(2000));
	expect_refused(ed, "must rise");
}

static void
test_edition__refuses_levels_and_sources_it_does_not_know(void **state)
{
	cJSON *ed = copy();

	(void)state;
	cJSON_AddItemToArray(json_get(ed, "levels"),
	    cJSON_DetachItemFromArray(json_get(ed, "levels"), 0));
	expect_refused(ed, "in this order");
	ed = copy();
	cJSON_DeleteItemFromArray(json_get(ed, "sources"), 1);
	expect_refused(ed, "names a source that is not listed");
	ed = copy();
	put_text(
	    cJSON_GetArrayItem(json_get(ed, "sureness"), 0), "sure", "certain");
	expect_refused(ed, "must be one of: found");
}

/* Every fact in the file says how sure it is. */
static void
test_edition__says_of_its_figures_how_sure_they_are(void **state)
{
	static const char *const facts[] = { "categories.weight",
		"items.points", "items.measures", "policy.process.points",
		"policy.process.partial_credit", "policy.result.bands",
		"thresholds" };
	const cJSON *c;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		int found = 0;

		cJSON_ArrayForEach (
		    c, json_get(edition_json(edition), "sureness")) {
			found |= strcmp(json_str(c, "of"), facts[i]) == 0;
		}
		if (!found)
			fail_msg("nothing is said of '%s'", facts[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_edition__has_7_categories_24_items_and_160_points),
		cmocka_unit_test(test_edition__has_the_points_of_each_item),
		cmocka_unit_test(
		    test_edition__has_five_measures_for_each_result_item),
		cmocka_unit_test(test_edition__gives_its_policy_as_data),
		cmocka_unit_test(
		    test_edition__names_every_title_in_both_languages),
		cmocka_unit_test(test_edition__finds_points_by_name),
		cmocka_unit_test(test_edition__splits_only_well_formed_points),
		cmocka_unit_test(
		    test_edition__refuses_bytes_that_are_not_canonical),
		cmocka_unit_test(
		    test_edition__refuses_unknown_and_missing_members),
		cmocka_unit_test(
		    test_edition__refuses_items_out_of_order_or_of_no_category),
		cmocka_unit_test(
		    test_edition__refuses_points_that_do_not_fit_their_place),
		cmocka_unit_test(test_edition__refuses_measures_out_of_count),
		cmocka_unit_test(
		    test_edition__refuses_a_policy_that_contradicts_itself),
		cmocka_unit_test(
		    test_edition__refuses_levels_and_sources_it_does_not_know),
		cmocka_unit_test(
		    test_edition__says_of_its_figures_how_sure_they_are),
	};

	return cmocka_run_group_tests_name("edition", tests, load, unload);
}
