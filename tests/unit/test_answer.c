#include "tests/unit/test.h"

#include "store/save/answer.h"
#include "store/save/journal.h"
#include "tests/support/office.h"

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
open_year(struct fixture *f, int year)
{
	cJSON_Delete(test_office_open_year(&f->o, year));
}

/* Calls in a group of their own; the result is kept in f->ret. */
static int
try_open(struct fixture *f, int year, const char *edition)
{
	int rc;

	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = answer_open(
	    f->o.store, &f->o.person, year, edition, NULL, &f->ret, &f->e);
	assert_ok(save_group_end(f->o.store, NULL), &f->e);
	return rc;
}

static int
try_set(struct fixture *f, const char *item, const char *fields)
{
	cJSON *obj = cJSON_Parse(fields);
	int rc;

	assert_non_null(obj);
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = answer_set(
	    f->o.store, &f->o.person, 0, item, obj, NULL, NULL, &f->ret, &f->e);
	assert_ok(save_group_end(f->o.store, NULL), &f->e);
	cJSON_Delete(obj);
	return rc;
}

static int
try_tick(struct fixture *f, const char *points, int on)
{
	cJSON *list = cJSON_Parse(points);
	int rc;

	assert_non_null(list);
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = answer_tick(
	    f->o.store, &f->o.person, 0, list, on, NULL, NULL, &f->ret, &f->e);
	assert_ok(save_group_end(f->o.store, NULL), &f->e);
	cJSON_Delete(list);
	return rc;
}

static void
expect_record(struct fixture *f, const char *path, const char *want)
{
	struct buf bytes = BUF_INIT;
	struct branch *b = NULL;

	assert_ok(store_own_branch(f->o.store, "", &b, &f->e), &f->e);
	assert_ok(
	    store_record(f->o.store, b, path, &bytes, NULL, &f->e), &f->e);
	assert_string_equal(want, buf_str(&bytes));
	buf_release(&bytes);
}

static void
test_answer__opens_a_year_with_its_edition_pinned(void **state)
{
	struct fixture *f = *state;
	const struct edition *ed = NULL;
	unsigned char blob[20];
	char hex[41], want[300];

	assert_ok(try_open(f, 2565, NULL), &f->e);

	assert_string_equal("a1", json_str(f->ret, "revision"));
	assert_string_equal("2565/assessment", json_str(f->ret, "record"));
	assert_ok(
	    store_edition(f->o.store, "", "pmqa4-2562", NULL, &ed, blob, &f->e),
	    &f->e);
	commit_hex(blob, hex);
	snprintf(want, sizeof(want),
	    "{\n  \"cycle\": 2565,\n  \"edition\": {\n    \"blob\": \"%s\",\n"
	    "    \"id\": \"pmqa4-2562\"\n  },\n  \"status\": \"open\"\n}\n",
	    hex);
	expect_record(f, "2565/assessment.json", want);
}

static void
test_answer__introduces_the_office_with_its_first_save(void **state)
{
	struct fixture *f = *state;

	assert_ok(try_open(f, 2565, NULL), &f->e);
	assert_int_equal(2, cJSON_GetArraySize(json_get(f->ret, "records")));
	expect_record(f, "office.json",
	    "{\n  \"code\": \"9105\",\n  \"name\": \"ละงู\"\n}\n");
	cJSON_Delete(f->ret);
	f->ret = NULL;

	assert_ok(try_open(f, 2566, "pmqa4-2562"), &f->e);
	assert_null(json_get(f->ret, "records"));
}

static void
test_answer__opens_a_year_once(void **state)
{
	struct fixture *f = *state;

	open_year(f, 2565);

	assert_err(try_open(f, 2565, NULL), ERR_CONFLICT, &f->e,
	    "the assessment of 2565 is open already");
	assert_string_not_equal("", f->e.hint);
}

static void
test_answer__refuses_a_year_of_another_era(void **state)
{
	struct fixture *f = *state;

	assert_err(try_open(f, 2022, NULL), ERR_INVALID, &f->e,
	    "'2022' is not a fiscal year of the Buddhist era");
	assert_int_equal(ERR_INVALID, try_open(f, 0, NULL));
}

static void
test_answer__refuses_an_edition_that_is_not_here(void **state)
{
	struct fixture *f = *state;

	assert_err(try_open(f, 2565, "pmqa4-2599"), ERR_NOT_FOUND, &f->e,
	    "pmqa4-2599");
	assert_err(try_open(f, 2565, "../../etc/passwd"), ERR_INVALID, &f->e,
	    "not an edition's id");
}

static void
test_answer__sets_several_fields_in_one_revision(void **state)
{
	struct fixture *f = *state;

	open_year(f, 2565);
	assert_ok(try_set(f, "1.1",
		      "{\"gap\":\"ช่องว่าง\",\"explanation.basic\":\"a\\r\\nb\","
		      "\"good_practice.flag\":\"true\"}"),
	    &f->e);

	assert_string_equal("a2", json_str(f->ret, "revision"));
	assert_int_equal(3, cJSON_GetArraySize(json_get(f->ret, "changes")));
	expect_record(f, "2565/items/1.1.json",
	    "{\n  \"explanation\": {\n    \"basic\": \"a\\nb\"\n  },\n"
	    "  \"gap\": \"ช่องว่าง\",\n"
	    "  \"good_practice\": {\n    \"flag\": true\n  }\n}\n");
}

static void
test_answer__removes_a_field_by_null_or_empty_text(void **state)
{
	struct fixture *f = *state;

	open_year(f, 2565);
	assert_ok(try_set(f, "1.1", "{\"gap\":\"x\",\"owner\":\"y\"}"), &f->e);
	cJSON_Delete(f->ret);
	f->ret = NULL;

	assert_ok(try_set(f, "1.1", "{\"gap\":null,\"owner\":\"\"}"), &f->e);

	expect_record(f, "2565/items/1.1.json", "{}\n");
}

static void
test_answer__refuses_what_the_edition_does_not_have(void **state)
{
	struct fixture *f = *state;

	open_year(f, 2565);

	assert_err(try_set(f, "9.9", "{\"gap\":\"x\"}"), ERR_NOT_FOUND, &f->e,
	    "has no item '9.9', only 1.1 1.2");
	assert_err(try_set(f, "1.1", "{\"gab\":\"x\"}"), ERR_INVALID, &f->e,
	    "unknown field 'gab'; there are: ticks, explanation.basic");
	assert_err(try_tick(f, "[\"1.1.B1\",\"1.1.B99\"]", 1), ERR_NOT_FOUND,
	    &f->e, "1.1.B1");
	assert_err(try_set(f, "1.1", "{\"gap\":5}"), ERR_INVALID, &f->e,
	    "'gap' takes a text or null");
	assert_int_equal(ERR_USAGE, try_set(f, "1.1", "{}"));
	assert_int_equal(ERR_USAGE, try_tick(f, "[]", 1));
	assert_int_equal(ERR_INVALID, try_tick(f, "[1]", 1));
}

static void
test_answer__needs_an_open_year(void **state)
{
	struct fixture *f = *state;

	assert_err(try_set(f, "1.1", "{\"gap\":\"x\"}"), ERR_NOT_FOUND, &f->e,
	    "no assessment is open yet");
	assert_int_equal(ERR_NOT_FOUND, try_tick(f, "[\"1.1.B1\"]", 1));
}

static void
test_answer__ticks_and_unticks_points_as_a_sorted_set(void **state)
{
	struct fixture *f = *state;

	open_year(f, 2565);
	assert_ok(try_tick(f, "[\"1.1.B3\",\"1.1.A1\",\"1.1.B3\"]", 1), &f->e);
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(try_tick(f, "[\"1.1.B1\",\"1.1.B3\"]", 1), &f->e);
	expect_record(f, "2565/items/1.1.json",
	    "{\n  \"ticks\": [\n    \"1.1.A1\",\n    \"1.1.B1\",\n"
	    "    \"1.1.B3\"\n  ]\n}\n");
	cJSON_Delete(f->ret);
	f->ret = NULL;

	assert_ok(try_tick(f, "[\"1.1.A1\",\"1.1.B1\"]", 0), &f->e);

	expect_record(f, "2565/items/1.1.json",
	    "{\n  \"ticks\": [\n    \"1.1.B3\"\n  ]\n}\n");
	assert_string_equal("a4", json_str(f->ret, "revision"));
}

static void
test_answer__ticks_points_of_several_items_in_one_revision(void **state)
{
	struct fixture *f = *state;
	const cJSON *records;

	open_year(f, 2565);
	assert_ok(try_tick(f, "[\"1.2.B1\",\"1.1.B1\",\"1.2.B2\"]", 1), &f->e);

	records = json_get(f->ret, "records");
	assert_string_equal("2565/items/1.2", json_str(f->ret, "record"));
	assert_int_equal(2, cJSON_GetArraySize(records));
	assert_string_equal("2565/items/1.1",
	    json_str(cJSON_GetArrayItem(records, 1), "record"));
	expect_record(f, "2565/items/1.2.json",
	    "{\n  \"ticks\": [\n    \"1.2.B1\",\n    \"1.2.B2\"\n  ]\n}\n");
}

/* Which edition answers are held against is kept between saves. */
static void
test_answer__goes_into_the_year_opened_last(void **state)
{
	struct fixture *f = *state;

	open_year(f, 2564);
	assert_ok(try_set(f, "1.1", "{\"gap\":\"x\"}"), &f->e);
	assert_string_equal("2564/items/1.1", json_str(f->ret, "record"));
	cJSON_Delete(f->ret);
	f->ret = NULL;
	open_year(f, 2565);
	assert_ok(try_set(f, "1.1", "{\"gap\":\"x\"}"), &f->e);
	assert_string_equal("2565/items/1.1", json_str(f->ret, "record"));
}

static void
test_answer__stays_in_its_year_when_an_opening_is_undone(void **state)
{
	struct fixture *f = *state;

	open_year(f, 2564);
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	assert_ok(answer_open(f->o.store, &f->o.person, 2565, NULL, NULL,
		      &f->ret, &f->e),
	    &f->e);
	assert_ok(save_group_abort(f->o.store, &f->e), &f->e);
	cJSON_Delete(f->ret);
	f->ret = NULL;

	assert_ok(try_set(f, "1.1", "{\"gap\":\"x\"}"), &f->e);

	assert_string_equal("2564/items/1.1", json_str(f->ret, "record"));
}

#define answer_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		answer_test(test_answer__opens_a_year_with_its_edition_pinned),
		answer_test(test_answer__goes_into_the_year_opened_last),
		answer_test(
		    test_answer__stays_in_its_year_when_an_opening_is_undone),
		answer_test(
		    test_answer__introduces_the_office_with_its_first_save),
		answer_test(test_answer__opens_a_year_once),
		answer_test(test_answer__refuses_a_year_of_another_era),
		answer_test(test_answer__refuses_an_edition_that_is_not_here),
		answer_test(test_answer__sets_several_fields_in_one_revision),
		answer_test(test_answer__removes_a_field_by_null_or_empty_text),
		answer_test(
		    test_answer__refuses_what_the_edition_does_not_have),
		answer_test(test_answer__needs_an_open_year),
		answer_test(
		    test_answer__ticks_and_unticks_points_as_a_sorted_set),
		answer_test(
		    test_answer__ticks_points_of_several_items_in_one_revision),
	};

	return cmocka_run_group_tests_name(
	    "answer", tests, test_libraries_up, test_libraries_down);
}
