#include "tests/unit/test.h"

#include "store/view/receipts.h"
#include "tests/support/pair.h"

static int
setup(void **state)
{
	*state = pair_make();
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static cJSON *
list(struct store *s, const char *office, int limit, const char *cursor)
{
	const struct receipts_query q = {
		.office = office, .limit = limit, .cursor = cursor
	};
	cJSON *v = NULL;
	struct err e;

	assert_ok(receipts_list(s, &q, &v, &e), &e);
	return v;
}

static const cJSON *
nth(const cJSON *v, int i)
{
	return cJSON_GetArrayItem(json_get(v, "receipts"), i);
}

/* Three revisions, a receipt for each. */
static void
three(struct pair *p)
{
	cJSON_Delete(test_office_open_year(&p->office, 2565));
	pair_sync(p);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	pair_sync(p);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B2", 1));
	pair_sync(p);
}

static void
test_receipts__none_before_the_first(void **state)
{
	struct pair *p = *state;
	cJSON *v = list(p->office.store, "", 10, NULL);

	assert_int_equal(cJSON_GetArraySize(json_get(v, "receipts")), 0);
	assert_string_equal(json_str(v, "hall"), "91");
	assert_string_equal(json_str(v, "principal"), "91-h");
	assert_null(json_str(v, "cursor"));
	cJSON_Delete(v);
}

static void
test_receipts__come_newest_first_and_page_by_page(void **state)
{
	struct pair *p = *state;
	cJSON *v, *w;

	three(p);
	v = list(p->office.store, "", 2, NULL);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "receipts")), 2);
	assert_string_equal(json_str(nth(v, 0), "revision"), "a3");
	assert_string_equal(json_str(nth(v, 1), "revision"), "a2");
	assert_non_null(json_str(v, "cursor"));
	w = list(p->office.store, "", 2, json_str(v, "cursor"));
	assert_int_equal(cJSON_GetArraySize(json_get(w, "receipts")), 1);
	assert_string_equal(json_str(nth(w, 0), "revision"), "a1");
	assert_null(json_str(w, "cursor"));
	cJSON_Delete(v);
	cJSON_Delete(w);
}

static void
test_receipts__each_is_checked_and_shows_what_is_signed(void **state)
{
	struct pair *p = *state;
	const cJSON *one;
	cJSON *v;

	three(p);
	v = list(p->hall.store, "9105", 10, NULL);
	cJSON_ArrayForEach (one, json_get(v, "receipts")) {
		assert_true(json_bool(one, "ok", 0));
		assert_null(json_str(one, "fault"));
		assert_non_null(
		    strstr(json_str(one, "text"), "pmqa receipt 1"));
		assert_non_null(
		    strstr(json_str(one, "text"), json_str(one, "tip")));
	}
	cJSON_Delete(v);
}

static void
test_receipts__one_that_was_altered_says_so(void **state)
{
	struct pair *p = *state;
	struct err e;
	cJSON *v;

	three(p);
	assert_ok(
	    db_exec(store_db(p->office.store),
		"UPDATE receipt SET json = replace(json, '\"a2\"', '\"a9\"')"
		" WHERE revision = 'a2'",
		&e),
	    &e);
	assert_ok(
	    db_exec(store_db(p->office.store),
		"UPDATE receipt SET json = '{' WHERE revision = 'a1'", &e),
	    &e);
	v = list(p->office.store, "", 10, NULL);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "receipts")), 3);
	assert_true(json_bool(nth(v, 0), "ok", 0));
	assert_false(json_bool(nth(v, 1), "ok", 1));
	assert_non_null(json_str(nth(v, 1), "fault"));
	assert_false(json_bool(nth(v, 2), "ok", 1));
	cJSON_Delete(v);
}

static void
test_receipts__a_cursor_and_a_limit_must_make_sense(void **state)
{
	struct pair *p = *state;
	struct receipts_query q = { .office = "", .limit = 10 };
	cJSON *v = NULL;
	struct err e;

	q.cursor = "x";
	assert_err(receipts_list(p->office.store, &q, &v, &e), ERR_INVALID, &e,
	    "no place where an answer ended");
	q.cursor = "99999999999999999999";
	assert_err(receipts_list(p->office.store, &q, &v, &e), ERR_INVALID, &e,
	    "no place where an answer ended");
	q.cursor = NULL;
	q.limit = 0;
	assert_err(receipts_list(p->office.store, &q, &v, &e), ERR_INVALID, &e,
	    "a number from 1");
	q.limit = RECEIPTS_MAX + 1;
	assert_err(receipts_list(p->office.store, &q, &v, &e), ERR_INVALID, &e,
	    "a number from 1");
}

#define RECEIPTS(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		RECEIPTS(test_receipts__none_before_the_first),
		RECEIPTS(test_receipts__come_newest_first_and_page_by_page),
		RECEIPTS(
		    test_receipts__each_is_checked_and_shows_what_is_signed),
		RECEIPTS(test_receipts__one_that_was_altered_says_so),
		RECEIPTS(test_receipts__a_cursor_and_a_limit_must_make_sense),
	};

	return cmocka_run_group_tests_name(
	    "receipts", tests, test_libraries_up, test_libraries_down);
}
