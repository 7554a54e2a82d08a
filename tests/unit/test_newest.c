#include "tests/unit/test.h"

#include "store/hall/newest.h"

static cJSON *
entry(const char *id, const char *time, size_t len)
{
	struct err e;
	cJSON *one = cJSON_CreateObject();
	char *text = calloc(1, len + 1);

	assert_non_null(text);
	memset(text, 'x', len);
	assert_ok(json_put_str(one, "id", id, &e), &e);
	assert_ok(json_put_str(one, "time", time, &e), &e);
	assert_ok(json_put_str(one, "text", text, &e), &e);
	free(text);
	return one;
}

static const char *
id_at(const cJSON *list, int i)
{
	return json_str(cJSON_GetArrayItem(list, i), "id");
}

static void
test_newest__later_times_come_first(void **state)
{
	cJSON *list = cJSON_CreateArray(), *sorted = cJSON_CreateArray();
	struct err e;

	(void)state;
	cJSON_AddItemToArray(list, entry("a", "2026-01-02T08:00:00+07:00", 1));
	cJSON_AddItemToArray(list, entry("b", "2026-01-02T07:00:00+00:00", 1));
	cJSON_AddItemToArray(list, entry("c", "no time", 1));

	assert_ok(newest_first(list, 0, sorted, &e), &e);

	assert_string_equal(id_at(sorted, 0), "b");
	assert_string_equal(id_at(sorted, 1), "a");
	assert_string_equal(id_at(sorted, 2), "c");
	assert_null(list->child);
	cJSON_Delete(list);
	cJSON_Delete(sorted);
}

static void
test_newest__the_higher_number_is_newer_in_one_second(void **state)
{
	const char *now = "2026-01-02T08:00:00+07:00";
	cJSON *list = cJSON_CreateArray(), *sorted = cJSON_CreateArray();
	struct err e;

	(void)state;
	cJSON_AddItemToArray(list, entry("gh9", now, 1));
	cJSON_AddItemToArray(list, entry("gh10", now, 1));
	cJSON_AddItemToArray(list, entry("gh8", now, 1));

	assert_ok(newest_first(list, 0, sorted, &e), &e);

	assert_string_equal(id_at(sorted, 0), "gh10");
	assert_string_equal(id_at(sorted, 1), "gh9");
	assert_string_equal(id_at(sorted, 2), "gh8");
	cJSON_Delete(list);
	cJSON_Delete(sorted);
}

static void
test_newest__what_an_answer_cannot_hold_stays_behind(void **state)
{
	cJSON *list = cJSON_CreateArray(), *sorted = cJSON_CreateArray();
	struct err e;

	(void)state;
	cJSON_AddItemToArray(
	    list, entry("old", "2026-01-01T08:00:00+07:00", 200 * 1024));
	cJSON_AddItemToArray(
	    list, entry("mid", "2026-01-02T08:00:00+07:00", 200 * 1024));
	cJSON_AddItemToArray(
	    list, entry("new", "2026-01-03T08:00:00+07:00", 200 * 1024));

	assert_ok(newest_first(list, 1000, sorted, &e), &e);

	assert_int_equal(cJSON_GetArraySize(sorted), 2);
	assert_string_equal(id_at(sorted, 0), "new");
	assert_string_equal(id_at(sorted, 1), "mid");
	assert_string_equal(id_at(list, 0), "old");
	cJSON_Delete(list);
	cJSON_Delete(sorted);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_newest__later_times_come_first),
		cmocka_unit_test(
		    test_newest__the_higher_number_is_newer_in_one_second),
		cmocka_unit_test(
		    test_newest__what_an_answer_cannot_hold_stays_behind),
	};

	return cmocka_run_group_tests_name("newest", tests, NULL, NULL);
}
