/* What an edition's file may hold beyond its items, and that all faults are
 * told. */
#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/hall/editions.h"
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

static cJSON *
copy_of(const struct edition *ed)
{
	cJSON *v = cJSON_Duplicate(edition_json(ed), 1);

	assert_non_null(v);
	return v;
}

static void
expect_refused(cJSON *json, const char *why)
{
	struct err e = { 0 };

	assert_err(edition_check(json, &e), ERR_INVALID, &e, why);
	cJSON_Delete(json);
}

static void
expect_good(cJSON *json)
{
	struct err e = { 0 };

	assert_ok(edition_check(json, &e), &e);
	cJSON_Delete(json);
}

static void
put_text(cJSON *obj, const char *key, const char *s)
{
	struct err e = { 0 };

	assert_ok(json_put_str(obj, key, s, &e), &e);
}

static void
put_int(cJSON *obj, const char *key, int n)
{
	struct err e = { 0 };

	assert_ok(json_put_int(obj, key, n, &e), &e);
}

static void
drop(cJSON *obj, const char *key)
{
	assert_non_null(json_get(obj, key));
	cJSON_DeleteItemFromObjectCaseSensitive(obj, key);
}

static cJSON *
result_of(cJSON *json)
{
	return json_get(json_get(json, "policy"), "result");
}

static cJSON *
measure_of(cJSON *json, int item, int measure)
{
	return cJSON_GetArrayItem(
	    json_get(
		cJSON_GetArrayItem(json_get(json, "items"), item), "measures"),
	    measure);
}

/* --- profile --- */

static void
test_edition_rules__the_shipped_profile_has_13_questions(void **state)
{
	const cJSON *group, *profile = json_get(edition_json(bands), "profile");
	int n = 0;

	(void)state;
	assert_int_equal(cJSON_GetArraySize(profile), 5);
	cJSON_ArrayForEach (group, profile) {
		n += cJSON_GetArraySize(json_get(group, "questions"));
	}
	assert_int_equal(n, 13);
	assert_int_equal(
	    cJSON_GetArraySize(json_get(profile->child, "questions")), 5);
}

static void
test_edition_rules__a_profile_is_not_needed(void **state)
{
	cJSON *json = copy_of(bands);

	(void)state;
	assert_null(json_get(edition_json(linear), "profile"));
	drop(json, "profile");
	expect_good(json);
}

static void
test_edition_rules__refuses_a_profile_out_of_form(void **state)
{
	cJSON *json = copy_of(bands), *group = json_get(json, "profile")->child;

	(void)state;
	put_text(group, "id", "1.a");
	expect_refused(json, "'profile[1.a].id' must be");
	json = copy_of(bands);
	group = json_get(json, "profile")->child;
	put_text(group->next, "id", "1a");
	expect_refused(json, "'profile[1a]' stands twice");
	json = copy_of(bands);
	group = json_get(json, "profile")->child;
	put_text(json_get(group, "questions")->child->next, "id", "1b1");
	expect_refused(json, "'questions[1b1]' stands twice");
	json = copy_of(bands);
	group = json_get(json, "profile")->child;
	drop(json_get(group, "questions")->child, "title_th");
	expect_refused(json, "'questions[1a1]' lacks 'title_th'");
	json = copy_of(bands);
	group = json_get(json, "profile")->child;
	drop(group, "questions");
	expect_refused(json, "'profile[1a]' lacks 'questions'");
	json = copy_of(bands);
	drop(json, "profile");
	cJSON_AddItemToObject(json, "profile", cJSON_CreateArray());
	expect_refused(json, "'profile' must be a list of 1 to 20");
}

/* --- the two policies --- */

/* An edition from before there were two: neither method nor own_measures. */
static void
test_edition_rules__bands_are_the_method_where_none_is_named(void **state)
{
	cJSON *json = copy_of(bands);

	(void)state;
	drop(result_of(json), "method");
	drop(result_of(json), "own_measures");
	expect_good(json);
	json = copy_of(bands);
	drop(result_of(json), "method");
	drop(result_of(json), "bands");
	expect_refused(json, "'bands' must be a list");
}

static void
test_edition_rules__figures_of_the_other_method_are_refused(void **state)
{
	cJSON *json = copy_of(bands), *other = copy_of(linear);

	(void)state;
	put_text(result_of(json), "method", "linear");
	expect_refused(json, "has 'bands', but its method is 'linear'");
	put_text(result_of(other), "method", "bands");
	expect_refused(other, "has a floor or a ceiling, but the policy");
	json = copy_of(bands);
	put_text(result_of(json), "method", "curve");
	expect_refused(json, "must be one of: bands linear");
	json = copy_of(bands);
	put_text(result_of(json), "own_measures", "perhaps");
	expect_refused(json, "must be one of: count show");
	json = copy_of(bands);
	put_text(measure_of(json, 24, 0), "floor", "10");
	put_text(measure_of(json, 24, 0), "ceiling", "20");
	expect_refused(json, "has a floor or a ceiling, but the policy");
}

static void
expect_line_refused(const char *key, const char *text, int n, const char *why)
{
	cJSON *json = copy_of(linear);
	cJSON *line = json_get(result_of(json), "linear");

	if (text != NULL)
		put_text(line, key, text);
	else
		put_int(line, key, n);
	expect_refused(json, why);
}

static void
test_edition_rules__a_line_rises_from_floor_to_ceiling(void **state)
{
	cJSON *json = copy_of(linear);

	(void)state;
	expect_line_refused("floor", "100.5", 0, "a ceiling above it");
	expect_line_refused("floor", "-1", 0, "a floor from 0");
	expect_line_refused("ceiling", "1000.1", 0, "up to 1000");
	expect_line_refused("ceiling", "100.1234", 0, "at most 3 decimals");
	expect_line_refused("ceiling", "1e3", 0, "decimal number");
	expect_line_refused("points_at_floor", NULL, 500, "more points");
	expect_line_refused("points_at_ceiling", NULL, 501, "at most 500");
	drop(json_get(result_of(json), "linear"), "floor");
	expect_refused(json, "'policy.result.linear' lacks 'floor'");
	json = copy_of(linear);
	drop(result_of(json), "linear");
	expect_refused(json, "'policy.result.linear' must be an object");
}

static void
test_edition_rules__a_measure_has_both_limits_or_none(void **state)
{
	cJSON *json = copy_of(linear);

	(void)state;
	drop(measure_of(json, 2, 0), "floor");
	expect_refused(json, "must have a floor from 0");
	json = copy_of(linear);
	put_text(measure_of(json, 2, 0), "floor", "95");
	expect_refused(json, "'measures[7.1.1]' must have a floor");
	json = copy_of(linear);
	drop(measure_of(json, 2, 0), "floor");
	drop(measure_of(json, 2, 0), "ceiling");
	expect_good(json);
}

/* --- all faults --- */

static const cJSON *
finding(const cJSON *result, const char *where)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(result, "findings")) {
		if (strcmp(json_str(c, "where"), where) == 0)
			return c;
	}
	fail_msg("nothing is found at '%s'", where);
	return NULL;
}

static cJSON *
validated(cJSON *json)
{
	cJSON *result = NULL;
	struct err e = { 0 };

	assert_ok(editions_validate(json, &result, &e), &e);
	cJSON_Delete(json);
	return result;
}

static void
test_edition_rules__validation_of_a_good_file_finds_nothing(void **state)
{
	cJSON *result = validated(copy_of(bands));

	(void)state;
	assert_int_equal(json_bool(result, "ok", 0), 1);
	assert_int_equal(cJSON_GetArraySize(json_get(result, "findings")), 0);
	cJSON_Delete(result);
}

static void
test_edition_rules__validation_tells_every_fault_not_only_the_first(
    void **state)
{
	cJSON *json = copy_of(bands), *item, *result;

	(void)state;
	drop(json, "title_en");
	item = cJSON_GetArrayItem(json_get(json, "items"), 0);
	drop(item, "title_th");
	put_text(json_get(json_get(item, "points"), "basic")->child->next, "id",
	    "1.1.B9x");
	put_text(cJSON_GetArrayItem(json_get(json, "items"), 5), "colour", "x");
	put_text(measure_of(json, 25, 1), "id", "7.2.9");
	put_int(json_get(json, "policy"), "max", 501);
	put_text(json_get(json, "thresholds")->child, "sure", "certain");
	drop(json_get(json, "profile")->child, "title_en");

	result = validated(json);

	assert_int_equal(json_bool(result, "ok", 1), 0);
	finding(result, "edition");
	finding(result, "items[1.1]");
	finding(result, "points[1.1.B9x]");
	finding(result, "items[2.2]");
	finding(result, "measures[7.2.9]");
	finding(result, "policy.max");
	finding(result, "thresholds.sure");
	finding(result, "profile[1a]");
	assert_int_equal(cJSON_GetArraySize(json_get(result, "findings")), 8);
	assert_non_null(strstr(
	    json_str(finding(result, "edition"), "message"), "'title_en'"));
	assert_non_null(json_str(finding(result, "edition"), "message_th"));
	assert_non_null(strstr(
	    json_str(finding(result, "items[2.2]"), "message"), "'colour'"));
	cJSON_Delete(result);
}

static void
test_edition_rules__validation_of_nonsense_ends(void **state)
{
	static const char *const files[] = {
		"[]", "1", "{}", "{\"items\":1}",
		"{\"items\":[1,[],{}],\"policy\":[],\"levels\":{}}",
		"{\"items\":[{\"kind\":\"result\",\"measures\":[{}]}]}",
		"{\"categories\":[{\"id\":5}],\"items\":[{\"points\":7}]}",
		"{\"profile\":[{\"questions\":[{\"id\":7},null]}]}",
		"{\"policy\":{\"result\":{\"method\":7},\"process\":7}}",
		"{\"policy\":{\"result\":{\"method\":\"linear\"}}}",
		"{\"sources\":[{\"id\":[]}],\"sureness\":[{\"sources\":[7]}]}"
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		cJSON *json = cJSON_Parse(files[i]), *result;

		assert_non_null(json);
		result = validated(json);
		assert_int_equal(json_bool(result, "ok", 1), 0);
		assert_true(
		    cJSON_GetArraySize(json_get(result, "findings")) > 0);
		cJSON_Delete(result);
	}
}

/* Any member taken away, and any value made another, is found or does not
 * matter, but never stops the check. */
static void
spoil(cJSON *at, uint64_t *seed)
{
	while ((cJSON_IsObject(at) || cJSON_IsArray(at)) && at->child != NULL) {
		int n = cJSON_GetArraySize(at);
		int i = (int)(test_random(seed) % (uint64_t)n);
		cJSON *c = cJSON_GetArrayItem(at, i);

		if (test_random(seed) % 4 == 0) {
			cJSON *v = test_random(seed) % 2
				       ? cJSON_CreateArray()
				       : cJSON_CreateNumber(7);

			if (cJSON_IsObject(at))
				cJSON_ReplaceItemInObjectCaseSensitive(
				    at, c->string, v);
			else
				cJSON_ReplaceItemInArray(at, i, v);
			return;
		}
		if (test_random(seed) % 5 == 0) {
			cJSON_Delete(cJSON_DetachItemViaPointer(at, c));
			return;
		}
		at = c;
	}
}

static void
test_edition_rules__validation_of_a_spoilt_file_ends(void **state)
{
	uint64_t seed = test_seed();
	int i, k, found = 0;

	(void)state;
	for (i = 0; i < 300; i++) {
		cJSON *json = copy_of(i % 2 ? bands : linear), *result;
		struct err e = { 0 };
		int first;

		for (k = 0; k < 1 + i % 5; k++)
			spoil(json, &seed);
		first = edition_check(json, &e);
		result = NULL;
		assert_ok(editions_validate(json, &result, &e), &e);
		/* both see a fault, or neither */
		if (first < 0)
			assert_int_equal(json_bool(result, "ok", 1), 0);
		found += first < 0;
		cJSON_Delete(result);
		cJSON_Delete(json);
	}
	assert_true(found > 100);
}

static void
test_edition_rules__validation_lists_so_many_and_no_more(void **state)
{
	cJSON *json = copy_of(bands), *result, *item, *c;
	int level;

	(void)state;
	cJSON_ArrayForEach (item, json_get(json, "items")) {
		for (level = 0; level < N_LEVELS; level++) {
			cJSON_ArrayForEach (
			    c, json_get(json_get(item, "points"),
				   level_name((enum level)level))) {
				drop(c, "label_th");
				drop(c, "label_en");
			}
		}
	}
	result = validated(json);
	assert_int_equal(cJSON_GetArraySize(json_get(result, "findings")),
	    EDITIONS_FINDINGS);
	cJSON_Delete(result);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_edition_rules__the_shipped_profile_has_13_questions),
		cmocka_unit_test(test_edition_rules__a_profile_is_not_needed),
		cmocka_unit_test(
		    test_edition_rules__refuses_a_profile_out_of_form),
		cmocka_unit_test(
		    test_edition_rules__bands_are_the_method_where_none_is_named),
		cmocka_unit_test(
		    test_edition_rules__figures_of_the_other_method_are_refused),
		cmocka_unit_test(
		    test_edition_rules__a_line_rises_from_floor_to_ceiling),
		cmocka_unit_test(
		    test_edition_rules__a_measure_has_both_limits_or_none),
		cmocka_unit_test(
		    test_edition_rules__validation_of_a_good_file_finds_nothing),
		cmocka_unit_test(
		    test_edition_rules__validation_tells_every_fault_not_only_the_first),
		cmocka_unit_test(
		    test_edition_rules__validation_of_nonsense_ends),
		cmocka_unit_test(
		    test_edition_rules__validation_of_a_spoilt_file_ends),
		cmocka_unit_test(
		    test_edition_rules__validation_lists_so_many_and_no_more),
	};

	return cmocka_run_group_tests_name(
	    "edition_rules", tests, load, unload);
}
