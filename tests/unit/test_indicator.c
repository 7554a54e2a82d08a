#include "tests/unit/test.h"

#include "store/save/answer.h"
#include "store/save/indicator.h"
#include "tests/support/office.h"
#include "tests/support/plan.h"

#define PATH "2565/items/7.1.json"

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
set_in(struct fixture *f, const char *item, const char *id, cJSON *fields)
{
	struct ask a = test_ask(&f->o, NULL);
	int rc;

	begin(f);
	rc = end(
	    f, indicator_set(f->o.store, &a, item, id, fields, &f->ret, &f->e));
	cJSON_Delete(fields);
	return rc;
}

static int
set(struct fixture *f, const char *id, cJSON *fields)
{
	return set_in(f, "7.1", id, fields);
}

static int
take_away(struct fixture *f, const char *id)
{
	struct ask a = test_ask(&f->o, NULL);

	begin(f);
	return end(
	    f, indicator_remove(f->o.store, &a, "7.1", id, &f->ret, &f->e));
}

static int
measure(struct fixture *f, const char *item, const char *id, const char *title)
{
	struct ask a = test_ask(&f->o, NULL);

	begin(f);
	return end(f,
	    indicator_measure(f->o.store, &a, item, id, title, &f->ret, &f->e));
}

static void
add(struct fixture *f, const char *of, const char *target, const char *actual)
{
	assert_ok(set(f, NULL,
		      test_fields("measure", of, "name", "ร้อยละ", "direction",
			  "larger", "target", target, "actual", actual, NULL)),
	    &f->e);
}

static void
test_indicator__gets_a_short_name(void **state)
{
	struct fixture *f = *state;

	add(f, "7.1.1", "80", "85");
	assert_string_equal(json_str(f->ret, "id"), "ia1");
	assert_string_equal(json_str(f->ret, "record"), "2565/items/7.1");
	assert_string_equal(json_str(f->ret, "revision"), "a2");
	add(f, "7.1.4", "90", NULL);
	assert_string_equal(json_str(f->ret, "id"), "ia2");

	test_expect_field(&f->o, PATH, "indicators.ia1.measure", "\"7.1.1\"");
	test_expect_field(&f->o, PATH, "indicators.ia2.target", "\"90\"");
	test_expect_field(&f->o, PATH, "indicators.ia2.actual", NULL);
}

static void
test_indicator__is_changed_by_its_name(void **state)
{
	struct fixture *f = *state;

	add(f, "7.1.1", "80", "85");

	assert_ok(
	    set(f, "ia1", test_fields("actual", "88.0", "target", "", NULL)),
	    &f->e);

	assert_string_equal(json_str(f->ret, "id"), "ia1");
	test_expect_field(&f->o, PATH, "indicators.ia1.actual", "\"88\"");
	test_expect_field(&f->o, PATH, "indicators.ia1.target", NULL);
	assert_err(set(f, "ia7", test_fields("actual", "1", NULL)),
	    ERR_NOT_FOUND, &f->e,
	    "no indicator or own measure 'ia7', only ia1");
	assert_err(set(f, "../x", test_fields("actual", "1", NULL)),
	    ERR_NOT_FOUND, &f->e, "only ia1");
}

static void
test_indicator__a_new_one_says_what_it_needs(void **state)
{
	struct fixture *f = *state;

	assert_err(set(f, NULL, test_fields("name", "n", NULL)), ERR_INVALID,
	    &f->e, "needs 'measure'");
	assert_non_null(strstr(f->e.hint, "pmqa indicator add 7.1"));
	assert_err(set(f, NULL, test_fields("measure", "7.1.1", NULL)),
	    ERR_INVALID, &f->e, "needs 'name'");
	assert_err(
	    set(f, NULL, test_fields("measure", "7.1.1", "name", "n", NULL)),
	    ERR_INVALID, &f->e, "needs 'direction'");
	assert_null(test_record(&f->o, PATH));
	/* and cannot lose it afterwards */
	add(f, "7.1.1", "80", "85");
	assert_err(set(f, "ia1", test_fields("direction", "", NULL)),
	    ERR_INVALID, &f->e, "'direction' of 'ia1' is missing");
}

static void
test_indicator__belongs_to_a_measure_of_its_item(void **state)
{
	struct fixture *f = *state;

	assert_err(set(f, NULL,
		       test_fields("measure", "7.2.1", "name", "n", "direction",
			   "larger", NULL)),
	    ERR_INVALID, &f->e, "item 7.1 has no measure '7.2.1'");
	assert_non_null(strstr(f->e.msg, "7.1.1 7.1.2"));
	assert_err(set(f, NULL,
		       test_fields("measure", "ma1", "name", "n", "direction",
			   "larger", NULL)),
	    ERR_INVALID, &f->e, "no measure 'ma1'");
	assert_err(set(f, NULL,
		       test_fields("measure", "7.1.1", "name", "n", "direction",
			   "upwards", NULL)),
	    ERR_INVALID, &f->e, "'direction' must be one of: larger smaller");
}

/* answer_set() is another way to the same record. */
static void
test_indicator__rules_hold_on_every_way_to_the_record(void **state)
{
	struct fixture *f = *state;
	cJSON *fields = test_fields("indicators.ia1.measure", "7.3.1",
	    "indicators.ia1.name", "n", "indicators.ia1.direction", "larger",
	    NULL);
	cJSON *own =
	    test_fields("indicators.ia1.measure", "ma9", "indicators.ia1.name",
		"n", "indicators.ia1.direction", "larger", NULL);

	begin(f);
	assert_err(end(f, answer_set(f->o.store, &f->o.person, 0, "7.1", fields,
			      NULL, NULL, &f->ret, &f->e)),
	    ERR_INVALID, &f->e, "item 7.1 has no measure '7.3.1'");
	begin(f);
	assert_err(end(f, answer_set(f->o.store, &f->o.person, 0, "1.1", fields,
			      NULL, NULL, &f->ret, &f->e)),
	    ERR_INVALID, &f->e, "item 1.1 is measured by points");
	begin(f);
	assert_err(end(f, answer_set(f->o.store, &f->o.person, 0, "7.1", own,
			      NULL, NULL, &f->ret, &f->e)),
	    ERR_INVALID, &f->e, "no own measure 'ma9'");
	cJSON_Delete(fields);
	cJSON_Delete(own);
}

static void
test_indicator__is_not_for_items_of_points(void **state)
{
	struct fixture *f = *state;

	assert_err(set_in(f, "1.1", NULL, test_fields("name", "n", NULL)),
	    ERR_INVALID, &f->e, "item 1.1 is measured by points");
	assert_err(measure(f, "1.1", NULL, "t"), ERR_INVALID, &f->e,
	    "takes no indicators");
	assert_err(set_in(f, "9.9", NULL, test_fields("name", "n", NULL)),
	    ERR_NOT_FOUND, &f->e, "no item '9.9'");
}

static void
test_indicator__result_items_take_no_ticks(void **state)
{
	struct fixture *f = *state;
	cJSON *fields = test_fields("ticks", "7.1.B1", NULL);

	begin(f);
	assert_err(end(f, answer_set(f->o.store, &f->o.person, 0, "7.1", fields,
			      NULL, NULL, &f->ret, &f->e)),
	    ERR_INVALID, &f->e, "7.1.B1");
	cJSON_Delete(fields);
}

static void
test_indicator__goes_whole(void **state)
{
	struct fixture *f = *state;

	add(f, "7.1.1", "80", "85");
	add(f, "7.1.4", "90", "95");

	assert_ok(take_away(f, "ia1"), &f->e);

	test_expect_field(&f->o, PATH, "indicators.ia1", NULL);
	test_expect_field(&f->o, PATH, "indicators.ia2.actual", "\"95\"");
	assert_err(take_away(f, "ia1"), ERR_NOT_FOUND, &f->e, "only ia2");
	assert_ok(take_away(f, "ia2"), &f->e);
	test_expect_field(&f->o, PATH, "indicators", NULL);
	assert_err(take_away(f, "ia2"), ERR_NOT_FOUND, &f->e, "no other yet");
}

static void
test_indicator__own_measures_come_and_go(void **state)
{
	struct fixture *f = *state;

	assert_ok(measure(f, "7.1", NULL, " ตัววัดของเรา "), &f->e);
	assert_string_equal(json_str(f->ret, "id"), "ma1");
	test_expect_field(&f->o, PATH, "measures.ma1.title", "\"ตัววัดของเรา\"");
	assert_err(measure(f, "7.1", NULL, "ตัววัดของเรา"), ERR_INVALID, &f->e,
	    "'ma1' has this title already");
	assert_ok(measure(f, "7.1", "ma1", "ตัววัดของเรา"), &f->e);
	assert_ok(measure(f, "7.1", "ma1", "ชื่อใหม่"), &f->e);
	test_expect_field(&f->o, PATH, "measures.ma1.title", "\"ชื่อใหม่\"");
	assert_err(
	    measure(f, "7.1", "ma2", "x"), ERR_NOT_FOUND, &f->e, "only ma1");
	assert_err(measure(f, "7.1", NULL, " \n"), ERR_INVALID, &f->e,
	    "needs a title");

	add(f, "ma1", "10", "12");
	assert_err(take_away(f, "ma1"), ERR_INVALID, &f->e,
	    "own measure 'ma1' is measured by indicator 'ia1'");
	assert_ok(take_away(f, "ia1"), &f->e);
	assert_ok(take_away(f, "ma1"), &f->e);
	test_expect_field(&f->o, PATH, "measures", NULL);
}

/* --- the list --- */

static const cJSON *
listed(struct fixture *f, const char *item, const char *measure)
{
	const cJSON *m;

	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(
	    indicator_list(f->o.store, "", 0, item, &f->ret, &f->e), &f->e);
	cJSON_ArrayForEach (
	    m, json_get(cJSON_GetArrayItem(json_get(f->ret, "items"), 0),
		   "measures")) {
		if (strcmp(json_str(m, "id"), measure) == 0)
			return m;
	}
	fail_msg("no measure '%s'", measure);
	return NULL;
}

static const cJSON *
first(const cJSON *m)
{
	return cJSON_GetArrayItem(json_get(m, "indicators"), 0);
}

static void
test_indicator__list_has_every_measure(void **state)
{
	struct fixture *f = *state;
	const cJSON *m;

	assert_ok(measure(f, "7.1", NULL, "ของเรา"), &f->e);

	m = listed(f, "7.1", "7.1.1");
	assert_true(json_bool(m, "required", 0));
	assert_false(json_bool(m, "own", 1));
	assert_int_equal(cJSON_GetArraySize(json_get(m, "indicators")), 0);
	assert_true(cJSON_IsNull(json_get(m, "score")));
	m = listed(f, "7.1", "ma1");
	assert_true(json_bool(m, "own", 0));
	assert_string_equal(json_str(m, "title_th"), "ของเรา");

	/* all six result items, no process item */
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(
	    indicator_list(f->o.store, "", 0, NULL, &f->ret, &f->e), &f->e);
	assert_int_equal(cJSON_GetArraySize(json_get(f->ret, "items")), 6);
}

static void
test_indicator__list_works_scores_out(void **state)
{
	struct fixture *f = *state;
	const cJSON *m, *i;

	add(f, "7.1.1", "80", "84");
	add(f, "7.1.2", "80", NULL);

	m = listed(f, "7.1", "7.1.1");
	i = first(m);
	/* 84 of 80 is 105 %: the band above 101 and up to 105 % */
	assert_string_equal(json_str(i, "percent"), "105.00");
	assert_string_equal(json_str(i, "score"), "400.00");
	assert_true(cJSON_IsNull(json_get(i, "why")));
	assert_string_equal(json_str(m, "score"), "400.00");
	i = first(listed(f, "7.1", "7.1.2"));
	assert_true(cJSON_IsNull(json_get(i, "score")));
	assert_string_equal(json_str(i, "why"), "no-actual");
	/* 7.1.4 is required and has nothing */
	assert_false(json_bool(
	    cJSON_GetArrayItem(json_get(f->ret, "items"), 0), "assessed", 1));

	add(f, "7.1.4", "10", "10");
	(void)listed(f, "7.1", "7.1.1");
	assert_true(json_bool(
	    cJSON_GetArrayItem(json_get(f->ret, "items"), 0), "assessed", 0));
}

static void
test_indicator__list_refuses_other_items(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;

	assert_err(indicator_list(f->o.store, "", 0, "1.1", &ret, &f->e),
	    ERR_INVALID, &f->e, "item 1.1 is measured by points");
	assert_err(indicator_list(f->o.store, "", 0, "8.1", &ret, &f->e),
	    ERR_NOT_FOUND, &f->e, "no item '8.1'");
	assert_err(indicator_list(f->o.store, "", 2570, NULL, &ret, &f->e),
	    ERR_NOT_FOUND, &f->e, "2570");
	assert_null(ret);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_indicator__gets_a_short_name),
		TEST(test_indicator__is_changed_by_its_name),
		TEST(test_indicator__a_new_one_says_what_it_needs),
		TEST(test_indicator__belongs_to_a_measure_of_its_item),
		TEST(test_indicator__rules_hold_on_every_way_to_the_record),
		TEST(test_indicator__is_not_for_items_of_points),
		TEST(test_indicator__result_items_take_no_ticks),
		TEST(test_indicator__goes_whole),
		TEST(test_indicator__own_measures_come_and_go),
		TEST(test_indicator__list_has_every_measure),
		TEST(test_indicator__list_works_scores_out),
		TEST(test_indicator__list_refuses_other_items),
	};

	return cmocka_run_group_tests_name(
	    "indicator", tests, test_libraries_up, test_libraries_down);
}
