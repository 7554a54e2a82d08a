#include "tests/unit/test.h"

#include "base/clock.h"
#include "store/save/action.h"
#include "tests/support/office.h"
#include "tests/support/plan.h"

#define PATH "2565/actions/pa1.json"
#define DAY 86400

struct fixture {
	struct test_office o;
	struct err e;
	cJSON *ret;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(f->ret);
	test_office_remove(&f->o);
	free(f);
	return 0;
}

static void
begin(struct fixture *f)
{
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
}

static int
end(struct fixture *f, int rc)
{
	struct err e;

	assert_ok(save_group_end(f->o.store, &e), &e);
	return rc;
}

/* fields are taken */
static int
set_of(struct fixture *f, int year, const char *id, cJSON *fields)
{
	struct ask a = test_ask(&f->o, NULL);
	int rc;

	a.year = year;
	begin(f);
	rc = end(f, action_set(f->o.store, &a, id, fields, &f->ret, &f->e));
	cJSON_Delete(fields);
	return rc;
}

static int
set(struct fixture *f, const char *id, cJSON *fields)
{
	return set_of(f, 0, id, fields);
}

static int
take_away(struct fixture *f, const char *id)
{
	struct ask a = test_ask(&f->o, NULL);

	begin(f);
	return end(f, action_remove(f->o.store, &a, id, &f->ret, &f->e));
}

static void
add(struct fixture *f, const char *what, const char *due, const char *items)
{
	assert_ok(
	    set(f, NULL,
		test_fields("what", what, "due", due, "items", items, NULL)),
	    &f->e);
}

static void
test_action__gets_a_short_name_and_is_open(void **state)
{
	struct fixture *f = *state;

	assert_ok(set(f, NULL,
		      test_fields("what", "ทบทวน", "items", "3.4 7 1.1", "due",
			  "31/3/2565", "priority", "quick", "budget",
			  "5,000 บาท", NULL)),
	    &f->e);

	assert_string_equal(json_str(f->ret, "id"), "pa1");
	assert_string_equal(json_str(f->ret, "record"), "2565/actions/pa1");
	test_expect_field(&f->o, PATH, "status", "\"open\"");
	test_expect_field(&f->o, PATH, "due", "\"2022-03-31\"");
	test_expect_field(&f->o, PATH, "items", "[\"1.1\",\"3.4\",\"7\"]");
	test_expect_field(&f->o, PATH, "origin", NULL);
}

static void
test_action__names_are_never_used_again(void **state)
{
	struct fixture *f = *state;

	add(f, "one", NULL, NULL);
	add(f, "two", NULL, NULL);
	assert_ok(take_away(f, "pa2"), &f->e);
	assert_null(test_record(&f->o, "2565/actions/pa2.json"));

	add(f, "three", NULL, NULL);
	assert_string_equal(json_str(f->ret, "id"), "pa3");
	cJSON_Delete(test_office_open_year(&f->o, 2566));
	add(f, "of the next year", NULL, NULL);
	assert_string_equal(json_str(f->ret, "id"), "pa4");
	assert_string_equal(json_str(f->ret, "record"), "2566/actions/pa4");
}

static void
test_action__done_is_done_wholly(void **state)
{
	struct fixture *f = *state;

	add(f, "one", NULL, NULL);
	assert_ok(set(f, "pa1", test_fields("progress", "40", NULL)), &f->e);
	test_expect_field(&f->o, PATH, "progress", "40");
	assert_ok(set(f, "pa1", test_fields("status", "done", NULL)), &f->e);
	test_expect_field(&f->o, PATH, "progress", "100");
	/* what is given stands */
	assert_ok(set(f, "pa1",
		      test_fields("status", "done", "progress", "90", NULL)),
	    &f->e);
	test_expect_field(&f->o, PATH, "progress", "90");
	assert_ok(
	    set(f, NULL, test_fields("what", "two", "status", "done", NULL)),
	    &f->e);
	test_expect_field(&f->o, "2565/actions/pa2.json", "status", "\"done\"");
	test_expect_field(&f->o, "2565/actions/pa2.json", "progress", "100");
}

static void
test_action__refuses_what_makes_no_sense(void **state)
{
	struct fixture *f = *state;

	add(f, "one", NULL, NULL);
	assert_err(set(f, NULL, test_fields("who", "x", NULL)), ERR_INVALID,
	    &f->e, "needs 'what'");
	assert_err(set(f, NULL, test_fields("what", " \n", NULL)), ERR_INVALID,
	    &f->e, "needs 'what'");
	assert_err(set(f, "pa1", test_fields("progress", "101", NULL)),
	    ERR_INVALID, &f->e, "from 0 to 100");
	assert_err(set(f, "pa1", test_fields("progress", "-1", NULL)),
	    ERR_INVALID, &f->e, "from 0 to 100");
	assert_err(set(f, "pa1", test_fields("progress", "half", NULL)),
	    ERR_INVALID, &f->e, "'progress'");
	assert_err(set(f, "pa1", test_fields("priority", "high", NULL)),
	    ERR_INVALID, &f->e, "quick system sustain");
	assert_err(set(f, "pa1", test_fields("items", "9.1", NULL)),
	    ERR_INVALID, &f->e, "no item or category '9.1'");
	assert_err(set(f, "pa1", test_fields("items", "1.1.B1", NULL)),
	    ERR_INVALID, &f->e, "'items'");
	assert_err(set(f, "pa1", test_fields("origin.year", "2560", NULL)),
	    ERR_INVALID, &f->e, "carried over");
	assert_err(set(f, "pa1", test_fields("what", "", NULL)), ERR_INVALID,
	    &f->e, "'what' is missing");
	assert_err(set(f, "pa1", test_fields("colour", "red", NULL)),
	    ERR_INVALID, &f->e, "unknown field 'colour'");
}

static void
test_action__is_due_in_the_years_of_its_plan(void **state)
{
	struct fixture *f = *state;

	add(f, "one", NULL, NULL);
	/* fiscal year 2565: 1 October 2021 to 30 September 2022 */
	assert_ok(set(f, "pa1", test_fields("due", "2021-10-01", NULL)), &f->e);
	assert_ok(set(f, "pa1", test_fields("due", "2575-09-30", NULL)), &f->e);
	test_expect_field(&f->o, PATH, "due", "\"2032-09-30\"");
	assert_err(set(f, "pa1", test_fields("due", "2021-09-30", NULL)),
	    ERR_INVALID, &f->e, "fiscal years 2565 to 2575");
	assert_err(set(f, "pa1", test_fields("due", "2575-10-01", NULL)),
	    ERR_INVALID, &f->e, "2565 to 2575");
	assert_err(set(f, "pa1", test_fields("due", "soon", NULL)), ERR_INVALID,
	    &f->e, "'due' must be a day");
	assert_non_null(strstr(f->e.hint, "2569-11-22"));
}

static void
test_action__names_the_ones_there_are(void **state)
{
	struct fixture *f = *state;

	assert_err(set(f, "pa1", test_fields("who", "x", NULL)), ERR_NOT_FOUND,
	    &f->e, "the plan of 2565 has no action 'pa1', and no other yet");
	add(f, "one", NULL, NULL);
	add(f, "two", NULL, NULL);
	assert_err(take_away(f, "pa9"), ERR_NOT_FOUND, &f->e, "only pa1 pa2");
	assert_err(
	    take_away(f, "../items/1.1"), ERR_NOT_FOUND, &f->e, "only pa1 pa2");
	assert_err(set_of(f, 2560, "pa1", test_fields("who", "x", NULL)),
	    ERR_NOT_FOUND, &f->e, "2560");
}

/* --- the list --- */

static void
expect_list(struct fixture *f, const char *item, int overdue, int64_t now,
    const char *want)
{
	struct buf ids = BUF_INIT;
	const cJSON *c;

	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(
	    action_list(f->o.store, "", 0, item, overdue, now, &f->ret, &f->e),
	    &f->e);
	cJSON_ArrayForEach (c, json_get(f->ret, "actions")) {
		buf_printf(
		    &ids, "%s%s", ids.len > 0 ? " " : "", json_str(c, "id"));
	}
	assert_string_equal(buf_str(&ids), want);
	buf_release(&ids);
}

/* Noon of a day where the office is. */
static int64_t
noon(struct fixture *f, const char *day)
{
	int64_t t = 0;

	assert_ok(
	    clock_parse(day, store_conf(f->o.store)->offset_min, 0, &t, &f->e),
	    &f->e);
	return t + DAY / 2;
}

static void
test_action__list_is_by_day_with_open_ones_first(void **state)
{
	struct fixture *f = *state;
	int64_t now = noon(f, "2022-04-01");

	add(f, "no day", NULL, NULL);
	add(f, "late", "2022-03-31", "1.1");
	add(f, "early", "2022-03-01", "7");
	add(f, "today", "2022-04-01", "7.1");
	add(f, "far", "2023-01-01", "1");
	assert_ok(set(f, "pa3", test_fields("status", "done", NULL)), &f->e);

	expect_list(f, NULL, 0, now, "pa2 pa4 pa5 pa1 pa3");
	expect_list(f, NULL, 1, now, "pa2");
	expect_list(f, NULL, 1, noon(f, "2022-04-02"), "pa2 pa4");
	/* an item by itself or by its category; a category by its items */
	expect_list(f, "1.1", 0, now, "pa2 pa5");
	expect_list(f, "7.1", 0, now, "pa4 pa3");
	expect_list(f, "7.2", 0, now, "pa3");
	expect_list(f, "1", 0, now, "pa2 pa5");
	expect_list(f, "2.1", 0, now, "");
}

static void
test_action__list_counts_days(void **state)
{
	struct fixture *f = *state;
	const cJSON *c;

	add(f, "late", "2022-03-31", "1.1");
	expect_list(f, NULL, 0, noon(f, "2022-04-10"), "pa1");
	c = cJSON_GetArrayItem(json_get(f->ret, "actions"), 0);
	assert_int_equal(json_int(c, "days", 0), -10);
	assert_true(json_bool(c, "overdue", 0));
	assert_string_equal(json_str(c, "revision"), "a2");
	assert_true(cJSON_IsNull(json_get(c, "origin")));
	assert_int_equal(json_int(c, "progress", -1), 0);
	/* the day itself is not late, to its last second */
	expect_list(f, NULL, 0, noon(f, "2022-03-31") + DAY / 2 - 1, "pa1");
	c = cJSON_GetArrayItem(json_get(f->ret, "actions"), 0);
	assert_int_equal(json_int(c, "days", -1), 0);
	assert_false(json_bool(c, "overdue", 1));
	expect_list(f, NULL, 0, noon(f, "2022-03-31") + DAY / 2, "pa1");
	c = cJSON_GetArrayItem(json_get(f->ret, "actions"), 0);
	assert_int_equal(json_int(c, "days", 0), -1);
	assert_true(json_bool(c, "overdue", 0));
	/* what is done is not overdue */
	assert_ok(set(f, "pa1", test_fields("status", "dropped", NULL)), &f->e);
	expect_list(f, NULL, 1, noon(f, "2022-04-10"), "");
}

static void
test_action__list_counts_short_names(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < 11; i++)
		add(f, "x", NULL, NULL);
	expect_list(f, NULL, 0, noon(f, "2022-04-01"),
	    "pa1 pa2 pa3 pa4 pa5 pa6 pa7 pa8 pa9 pa10 pa11");
}

static void
test_action__list_refuses_what_is_not_there(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;

	assert_err(action_list(f->o.store, "", 0, "9.9", 0, 0, &ret, &f->e),
	    ERR_NOT_FOUND, &f->e, "no item or category '9.9'");
	assert_err(action_list(f->o.store, "", 2570, NULL, 0, 0, &ret, &f->e),
	    ERR_NOT_FOUND, &f->e, "2570");
	assert_null(ret);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_action__gets_a_short_name_and_is_open),
		TEST(test_action__names_are_never_used_again),
		TEST(test_action__done_is_done_wholly),
		TEST(test_action__refuses_what_makes_no_sense),
		TEST(test_action__is_due_in_the_years_of_its_plan),
		TEST(test_action__names_the_ones_there_are),
		TEST(test_action__list_is_by_day_with_open_ones_first),
		TEST(test_action__list_counts_days),
		TEST(test_action__list_counts_short_names),
		TEST(test_action__list_refuses_what_is_not_there),
	};

	return cmocka_run_group_tests_name(
	    "action", tests, test_libraries_up, test_libraries_down);
}
