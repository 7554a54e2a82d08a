#include "tests/unit/test.h"

#include "store/save/fields.h"
#include "store/save/shortname.h"
#include "tests/support/office.h"
#include "tests/support/plan.h"

#define ITEM "2565/items/1.1.json"
#define RESULT "2565/items/7.1.json"

struct fixture {
	struct test_office o;
	struct err e;
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

	test_office_remove(&f->o);
	free(f);
	return 0;
}

/* One save in a group of its own; fields are taken. */
static int
save_with(struct fixture *f, const char *path, const char *prefix,
    cJSON *fields, const struct save_change *extra, size_t n_extra)
{
	struct save_req req = {
		.office = "", .person = &f->o.person, .action = "set"
	};
	cJSON *ret = NULL;
	int rc;

	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = fields_save(f->o.store, &req, path, prefix, fields, extra, n_extra,
	    &ret, &f->e);
	assert_ok(save_group_end(f->o.store, NULL), &f->e);
	cJSON_Delete(ret);
	cJSON_Delete(fields);
	return rc;
}

static int
save(struct fixture *f, const char *path, const char *prefix, cJSON *fields)
{
	return save_with(f, path, prefix, fields, NULL, 0);
}

static void
test_fields__makes_values_of_texts(void **state)
{
	struct fixture *f = *state;

	assert_ok(save(f, ITEM, "",
		      test_fields("good_practice.flag", "ใช่", "ticks",
			  "1.1.B2, 1.1.B1", "owner", " สมชาย ", NULL)),
	    &f->e);

	test_expect_field(&f->o, ITEM, "good_practice.flag", "true");
	test_expect_field(&f->o, ITEM, "ticks", "[\"1.1.B1\",\"1.1.B2\"]");
	test_expect_field(&f->o, ITEM, "owner", "\"สมชาย\"");
}

static void
test_fields__removes_by_null_and_by_an_empty_text(void **state)
{
	struct fixture *f = *state;

	assert_ok(
	    save(f, ITEM, "", test_fields("gap", "g", "owner", "o", NULL)),
	    &f->e);

	assert_ok(
	    save(f, ITEM, "", test_fields("gap", NULL, "owner", "", NULL)),
	    &f->e);

	test_expect_field(&f->o, ITEM, "gap", NULL);
	test_expect_field(&f->o, ITEM, "owner", NULL);
}

static void
test_fields__puts_the_prefix_before_each_name(void **state)
{
	struct fixture *f = *state;

	assert_ok(save(f, RESULT, "indicators.ia1.",
		      test_fields("measure", "7.1.1", "name", "n", "direction",
			  "larger", "target", "080.50", NULL)),
	    &f->e);

	test_expect_field(&f->o, RESULT, "indicators",
	    "{\"ia1\":{\"direction\":\"larger\",\"measure\":\"7.1.1\","
	    "\"name\":\"n\",\"target\":\"80.5\"}}");
}

static void
test_fields__takes_further_changes_into_the_same_revision(void **state)
{
	struct fixture *f = *state;
	cJSON *whole = cJSON_Parse("{\"gap\":\"there\"}");
	const struct save_change extra = {
		.path = "2565/items/1.2.json", .op = SAVE_WHOLE, .value = whole
	};

	assert_ok(
	    save_with(f, ITEM, "", test_fields("gap", "here", NULL), &extra, 1),
	    &f->e);

	test_expect_field(&f->o, ITEM, "gap", "\"here\"");
	test_expect_field(&f->o, "2565/items/1.2.json", "gap", "\"there\"");
	cJSON_Delete(whole);
}

static void
test_fields__names_the_fields_there_are(void **state)
{
	struct fixture *f = *state;

	assert_err(save(f, ITEM, "", test_fields("colour", "red", NULL)),
	    ERR_INVALID, &f->e, "unknown field 'colour'");
	assert_non_null(strstr(f->e.msg, "explanation.basic"));
	/* what has commands of its own is not offered here */
	assert_null(strstr(f->e.msg, "*"));

	assert_err(
	    save(f, RESULT, "indicators.ia1.", test_fields("goal", "1", NULL)),
	    ERR_INVALID, &f->e, "unknown field 'goal'; there are: measure");
	assert_null(strstr(f->e.msg, "strengths"));
}

static void
test_fields__tells_faults_by_the_name_that_was_given(void **state)
{
	struct fixture *f = *state;

	assert_err(save(f, RESULT, "indicators.ia1.",
		       test_fields("target", "eighty", NULL)),
	    ERR_INVALID, &f->e, "'target' must be a decimal number");
	assert_null(strstr(f->e.msg, "indicators"));
}

static void
test_fields__refuses_what_is_no_text(void **state)
{
	struct fixture *f = *state;
	cJSON *number = cJSON_Parse("{\"gap\":1}");
	cJSON *list = cJSON_Parse("[\"gap\"]");
	char name[400];

	assert_err(save(f, ITEM, "", number), ERR_INVALID, &f->e,
	    "'gap' takes a text or null");
	assert_err(save(f, ITEM, "", list), ERR_USAGE, &f->e, "no field");
	assert_err(save(f, ITEM, "", cJSON_CreateObject()), ERR_USAGE, &f->e,
	    "no field is named");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_err(save(f, ITEM, "", test_fields(name, "v", NULL)), ERR_INVALID,
	    &f->e, "unknown field");
	assert_err(save(f, ITEM, "", test_fields("", "v", NULL)), ERR_INVALID,
	    &f->e, "unknown field ''");
	test_expect_field(&f->o, ITEM, "gap", NULL);
}

/* --- short names --- */

static void
expect_next(const char *keys, char prefix, char letter, const char *want)
{
	cJSON *obj = keys != NULL ? cJSON_Parse(keys) : NULL;
	char name[24];

	shortname_next(obj, prefix, letter, name);
	assert_string_equal(name, want);
	cJSON_Delete(obj);
}

static void
test_fields__short_names_count_their_own_letter(void **state)
{
	(void)state;
	expect_next(NULL, 'i', 'a', "ia1");
	expect_next(
	    "{\"ia1\":1,\"ia9\":1,\"ib40\":1,\"ma50\":1}", 'i', 'a', "ia10");
	expect_next("{\"ia01\":1,\"ia\":1,\"ia2x\":1,\"ia12345678901\":1}", 'i',
	    'a', "ia1");
	assert_int_equal(shortname_number("pa17", 'p', 'a'), 17);
	assert_int_equal(shortname_number("pa17", 'p', 'b'), 0);
	assert_int_equal(shortname_number("pa0", 'p', 'a'), 0);
	assert_int_equal(shortname_number("", 'p', 'a'), 0);
	assert_int_equal(shortname_number("p", 'p', 'a'), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_fields__makes_values_of_texts, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_fields__removes_by_null_and_by_an_empty_text, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_fields__puts_the_prefix_before_each_name, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_fields__takes_further_changes_into_the_same_revision,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_fields__names_the_fields_there_are, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_fields__tells_faults_by_the_name_that_was_given, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_fields__refuses_what_is_no_text, setup, teardown),
		cmocka_unit_test(
		    test_fields__short_names_count_their_own_letter),
	};

	return cmocka_run_group_tests_name(
	    "fields", tests, test_libraries_up, test_libraries_down);
}
