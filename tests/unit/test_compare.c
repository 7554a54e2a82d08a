#include "tests/unit/test.h"

#include "store/look/glance.h"
#include "store/review/signoff.h"
#include "store/view/compare.h"
#include "store/view/query.h"
#include "tests/support/pair.h"
#include "tests/support/plan.h"

static cJSON *
list_of(const char *a, const char *b)
{
	cJSON *list = cJSON_CreateArray();

	cJSON_AddItemToArray(list, cJSON_CreateString(a));
	if (b != NULL)
		cJSON_AddItemToArray(list, cJSON_CreateString(b));
	return list;
}

static const cJSON *
row(const cJSON *result, int i)
{
	return cJSON_GetArrayItem(json_get(result, "rows"), i);
}

/* The same figures as the score itself. */
static void
expect_score(struct store *s, const char *office, const cJSON *r)
{
	const cJSON *c, *mine;
	cJSON *score = NULL;
	struct err e;
	int i = 0;

	assert_ok(
	    query_score(s, office, (int)json_int(r, "year", 0), &score, &e),
	    &e);
	assert_string_equal(json_str(score, "total"), json_str(r, "total"));
	cJSON_ArrayForEach (c, json_get(score, "categories")) {
		mine = cJSON_GetArrayItem(json_get(r, "categories"), i++);
		assert_string_equal(json_str(c, "id"), json_str(mine, "id"));
		assert_string_equal(
		    json_str(c, "score"), json_str(mine, "score"));
	}
	assert_int_equal(i, cJSON_GetArraySize(json_get(r, "categories")));
	cJSON_Delete(score);
}

static void
test_compare__years_of_an_office_side_by_side(void **state)
{
	struct test_office o;
	cJSON *ret = NULL, *years;
	struct err e;

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, 2565));
	cJSON_Delete(test_office_tick(&o, 2565, "1.1.B1 1.1.B2 1.1.B3", 1));
	cJSON_Delete(test_office_set(&o, 2565, "1.1", "strengths",
	    "\"ticks\": [\n  \"1.2.B1\"\n  ] ข้อความที่เหมือนระเบียน"));
	cJSON_Delete(test_office_open_year(&o, 2566));
	cJSON_Delete(test_office_tick(&o, 2566, "1.1.B1 2.1.B1", 1));
	cJSON_Delete(test_office_open_year(&o, 2567));
	assert_ok(compare_run(o.store, NULL, NULL, &ret, &e), &e);

	assert_int_equal(3, cJSON_GetArraySize(json_get(ret, "rows")));
	assert_int_equal(3, cJSON_GetArraySize(json_get(ret, "years")));
	assert_int_equal(7, cJSON_GetArraySize(json_get(ret, "categories")));
	/* 300 / 4 / 7, then (100 + 75) / 4 / 7 */
	assert_string_equal("10.71", json_str(row(ret, 0), "total"));
	assert_null(json_str(row(ret, 0), "change"));
	assert_string_equal("6.25", json_str(row(ret, 1), "total"));
	assert_string_equal("-4.46", json_str(row(ret, 1), "change"));
	assert_string_equal("-6.25", json_str(row(ret, 2), "change"));
	assert_string_equal("open", json_str(row(ret, 0), "state"));
	for (int i = 0; i < 3; i++)
		expect_score(o.store, "", row(ret, i));
	cJSON_Delete(ret);

	years = list_of("2567", "2565");
	assert_ok(compare_run(o.store, years, NULL, &ret, &e), &e);
	assert_int_equal(2, cJSON_GetArraySize(json_get(ret, "rows")));
	assert_int_equal(2565, json_int(row(ret, 0), "year", 0));
	assert_string_equal("-10.71", json_str(row(ret, 1), "change"));
	cJSON_Delete(ret);
	cJSON_Delete(years);
	test_office_remove(&o);
}

static void
test_compare__names_what_is_not_there(void **state)
{
	struct test_office o;
	cJSON *ret = NULL, *list;
	struct err e;

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, 2565));
	list = list_of("2565", "2566");
	assert_err(compare_run(o.store, list, NULL, &ret, &e), ERR_NOT_FOUND,
	    &e, "no assessment of 2566");
	cJSON_Delete(list);
	list = list_of("25x5", NULL);
	assert_err(compare_run(o.store, list, NULL, &ret, &e), ERR_INVALID, &e,
	    "'25x5' is not a fiscal year");
	cJSON_Delete(list);
	list = list_of("9199", NULL);
	assert_err(compare_run(o.store, NULL, list, &ret, &e), ERR_NOT_FOUND,
	    &e, "9199");
	cJSON_Delete(list);
	test_office_remove(&o);
}

static void
test_compare__the_hall_sees_state_and_lateness(void **state)
{
	struct pair *p = pair_make();
	struct ask a = { .person = &p->office.person, .reason = "ส่ง" };
	cJSON *ret = NULL, *saved = NULL;
	struct err e;

	(void)state;
	cJSON_Delete(test_office_open_year(&p->office, 2569));
	cJSON_Delete(test_office_tick(&p->office, 0, "1.1.B1", 1));
	assert_ok(save_group_begin(p->office.store, &e), &e);
	assert_ok(signoff_submit(p->office.store, &a, NULL, &saved, &e), &e);
	assert_ok(save_group_end(p->office.store, &e), &e);
	cJSON_Delete(saved);
	pair_sync(p);

	assert_ok(compare_run(p->hall.store, NULL, NULL, &ret, &e), &e);
	assert_int_equal(1, cJSON_GetArraySize(json_get(ret, "rows")));
	assert_string_equal("9105", json_str(row(ret, 0), "office"));
	assert_string_equal("ละงู", json_str(row(ret, 0), "name"));
	assert_string_equal("submitted", json_str(row(ret, 0), "state"));
	assert_false(json_bool(row(ret, 0), "late", 1));
	assert_null(json_str(row(ret, 0), "committee"));
	expect_score(p->hall.store, "9105", row(ret, 0));
	cJSON_Delete(ret);
	pair_remove(p);
}

/* --- members found without reading the record --- */

static void
expect_glance(const char *bytes, const char *want)
{
	static const char *const keys[] = { "ticks", "flag", "indicators",
		NULL };
	cJSON *got = NULL;
	struct buf text = BUF_INIT;
	struct err e;

	assert_ok(
	    glance_members(bytes, strlen(bytes), "x.json", keys, &got, &e), &e);
	assert_ok(json_write(got, &text, &e), &e);
	assert_string_equal(want, buf_str(&text));
	buf_release(&text);
	cJSON_Delete(got);
}

static void
test_compare__glances_at_members_of_canonical_bytes(void **state)
{
	(void)state;
	expect_glance("{}\n", "{}");
	expect_glance("{\n  \"flag\": true\n}\n", "{\"flag\":true}");
	expect_glance("{\n  \"flag\": \"a,\",\n  \"ticks\": []\n}\n",
	    "{\"flag\":\"a,\",\"ticks\":[]}");
	expect_glance("{\n  \"gap\": \"\\n  \\\"ticks\\\": [\",\n  \"ticks\": "
		      "[\n    \"1.1.B1\"\n  ]\n}\n",
	    "{\"ticks\":[\"1.1.B1\"]}");
	expect_glance("{\n  \"a\": {\n    \"ticks\": [\n      \"x\"\n    ]\n  "
		      "},\n  \"indicators\": {\n    \"ia1\": {\n      "
		      "\"name\": \"n\"\n    }\n  },\n  \"owner\": \"o\"\n}\n",
	    "{\"indicators\":{\"ia1\":{\"name\":\"n\"}}}");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare__years_of_an_office_side_by_side),
		cmocka_unit_test(test_compare__names_what_is_not_there),
		cmocka_unit_test(
		    test_compare__the_hall_sees_state_and_lateness),
		cmocka_unit_test(
		    test_compare__glances_at_members_of_canonical_bytes),
	};

	return cmocka_run_group_tests_name(
	    "compare", tests, test_libraries_up, test_libraries_down);
}
