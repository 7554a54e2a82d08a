#include "tests/unit/test.h"

#include <string.h>

#include "store/record/record.h"

static const struct record_type *
type_of(const char *name)
{
	const struct record_type *types;
	size_t n, i;

	types = record_types(&n);
	for (i = 0; i < n; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	fail_msg("no type '%s'", name);
	return NULL;
}

static void
test_record_value__takes_only_times_that_exist(void **state)
{
	static const char *const bad[] = { "2026-11-22 13:14:15+07:00",
		"2026-11-22T13:14:15Z", "2026-13-22T13:14:15+07:00",
		"2026-02-29T13:14:15+07:00", "2026-11-22T24:14:15+07:00",
		"2026-11-22T13:60:15+07:00", "2026-11-22T13:14:61+07:00",
		"2026-11-22T13:14:15+07:60", "2026-11-22T13:14:15-00:00",
		"2569-11-22T13:14:15+07:00", "2026-11-22T13:14:15+07:0",
		"2026-11-22T13:14:15+07:00 ", "" };
	struct field f = { .name = "t", .type = FIELD_TIME };
	struct err e = { 0 };
	cJSON *v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = cJSON_CreateString(bad[i]);
		if (record_value_check(&f, "t", v, &e) != ERR_INVALID)
			fail_msg("'%s' was taken for a time", bad[i]);
		cJSON_Delete(v);
	}
	v = cJSON_CreateString("2024-02-29T23:59:59-03:30");
	assert_ok(record_value_check(&f, "t", v, &e), &e);
	cJSON_Delete(v);
}

static void
test_record_value__takes_only_days_that_exist(void **state)
{
	static const char *const bad[] = { "2026-02-29", "2026-13-01",
		"2026-00-10", "2026-11-31", "2026-11-00", "2026-1-22",
		"2026-11-22 ", " 2026-11-22", "2026-11-22T00:00:00+00:00",
		"2569-11-22", "1899-12-31", "22-11-2026", "2026/11/22",
		"2026-11-2a", "๒๐๒๖-๑๑-๒๒", "2026-11-222", "" };
	static const char *const good[] = { "2024-02-29", "1900-01-01",
		"2399-12-31", "2026-11-22" };
	struct field f = { .name = "due", .type = FIELD_DATE };
	struct err e = { 0 };
	cJSON *v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		v = cJSON_CreateString(bad[i]);
		if (record_value_check(&f, "due", v, &e) != ERR_INVALID)
			fail_msg("'%s' was taken for a day", bad[i]);
		cJSON_Delete(v);
	}
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		v = cJSON_CreateString(good[i]);
		assert_ok(record_value_check(&f, "due", v, &e), &e);
		cJSON_Delete(v);
	}
	v = cJSON_CreateNumber(20261122);
	assert_err(record_value_check(&f, "due", v, &e), ERR_INVALID, &e,
	    "must be text");
	cJSON_Delete(v);
}

static void
expect_items(const char *json, const char *why)
{
	struct field f = { .name = "items", .type = FIELD_ITEMS, .max = 4 };
	cJSON *v = cJSON_Parse(json);
	struct err e = { 0 };
	int rc;

	assert_non_null(v);
	rc = record_value_check(&f, "items", v, &e);
	if (why == NULL)
		assert_ok(rc, &e);
	else
		assert_err(rc, ERR_INVALID, &e, why);
	cJSON_Delete(v);
}

static void
test_record_value__sets_of_items_are_sorted_and_of_their_form(void **state)
{
	(void)state;
	expect_items("[\"1.1\"]", NULL);
	expect_items("[\"1\",\"1.1\",\"1.10\",\"7\"]", NULL);
	expect_items("[]", "left out when empty");
	expect_items("\"1.1\"", "list of items");
	expect_items("[\"1.2\",\"1.1\"]", "sorted");
	expect_items("[\"1.1\",\"1.1\"]", "nothing twice");
	expect_items("[\"0.1\"]", "such as 1.1");
	expect_items("[\"10\"]", "such as 1.1");
	expect_items("[\"1.\"]", "such as 1.1");
	expect_items("[\"1.01\"]", "such as 1.1");
	expect_items("[\"1.1.B1\"]", "such as 1.1");
	expect_items("[1]", "such as 1.1");
	expect_items("[\"\"]", "such as 1.1");
	expect_items(
	    "[\"1.1\",\"1.2\",\"1.3\",\"1.4\",\"1.5\"]", "more than 4");
}

static void
expect_stored(
    const char *type, const char *field, const char *text, const char *json)
{
	const struct field *f = record_field(type_of(type), field);
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(record_value(f, text, &v, &e), &e);
	if (json == NULL) {
		assert_null(v);
		return;
	}
	assert_ok(json_write(v, &out, &e), &e);
	assert_string_equal(buf_str(&out), json);
	buf_release(&out);
	cJSON_Delete(v);
}

static void
test_record_value__values_come_from_text_in_stored_form(void **state)
{
	(void)state;
	expect_stored("answer", "gap", "a\r\nb\rc \n", "\"a\\nb\\nc \\n\"");
	expect_stored("answer", "gap", "e\xcc\x81", "\"\xc3\xa9\"");
	expect_stored("answer", "gap", "", NULL);
	expect_stored("answer", "owner", "  สมชาย ใจดี \n", "\"สมชาย ใจดี\"");
	expect_stored("answer", "owner", " \n", NULL);
	expect_stored("answer", "good_practice.flag", "yes", "true");
	expect_stored("answer", "good_practice.flag", "ใช่", "true");
	expect_stored("answer", "good_practice.flag", "ไม่", "false");
	expect_stored("answer", "ticks", "1.1.S1, 1.1.B2 1.1.B1,1.1.B2",
	    "[\"1.1.B1\",\"1.1.B2\",\"1.1.S1\"]");
	expect_stored("answer", "ticks", " , ", NULL);
	expect_stored(
	    "action", "items", "7, 1.2 1.1,7", "[\"1.1\",\"1.2\",\"7\"]");
	expect_stored("action", "items", " ", NULL);
	expect_stored("action", "due", " 2026-11-22 ", "\"2026-11-22\"");
	expect_stored("action", "due", "", NULL);
	expect_stored("assessment", "cycle", " 2565 ", "2565");
	expect_stored("assessment", "status", "open", "\"open\"");
}

static void
expect_no_value(
    const char *type, const char *field, const char *text, const char *why)
{
	const struct field *f = record_field(type_of(type), field);
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_err(record_value(f, text, &v, &e), ERR_INVALID, &e, why);
	assert_null(v);
}

static void
test_record_value__values_out_of_form_are_refused(void **state)
{
	(void)state;
	expect_no_value("answer", "gap", "\xff", "gap");
	expect_no_value("answer", "owner", "a\nb", "one line");
	expect_no_value("answer", "good_practice.flag", "maybe", "true");
	expect_no_value("answer", "ticks", "1.1", "such as 1.1.B2");
	expect_no_value("assessment", "cycle", "2565x", "whole number");
	expect_no_value("assessment", "cycle", "99", "from 2500 to 2700");
	expect_no_value(
	    "assessment", "cycle", "99999999999999999999999", "whole number");
	expect_no_value("assessment", "status", "closed", "one of: open");
	expect_no_value("action", "items", "1.1 1.1.B2", "such as 1.1");
	expect_no_value("action", "items", "ข้อ 1.1", "such as 1.1");
	expect_no_value("action", "due", "2026-11-31", "such as 2026-11-22");
	expect_no_value("action", "due", "tomorrow", "such as 2026-11-22");
	expect_no_value("edition", "items", "[]", "cannot be given as text");
}

static void
test_record_value__decimals_lose_zeros_that_say_nothing(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: refused */
	} cases[] = { { "12.50", "12.5" }, { "007", "7" }, { "0.10", "0.1" },
		{ "-0.0", "0" }, { "-00.50", "-0.5" }, { "100", "100" },
		{ "1.", "1" }, { "1,5", NULL }, { "1e3", NULL }, { "-", NULL },
		{ ".", NULL }, { ".5", NULL }, { "1.2.3", NULL },
		{ "--1", NULL } };
	struct field f = { .name = "n", .type = FIELD_DECIMAL };
	struct err e = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cJSON *v = NULL;
		int rc = record_value(&f, cases[i].text, &v, &e);

		if (cases[i].value == NULL) {
			if (rc != ERR_INVALID)
				fail_msg("'%s' was taken", cases[i].text);
			continue;
		}
		assert_ok(rc, &e);
		assert_string_equal(v->valuestring, cases[i].value);
		cJSON_Delete(v);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_record_value__takes_only_times_that_exist),
		cmocka_unit_test(test_record_value__takes_only_days_that_exist),
		cmocka_unit_test(
		    test_record_value__sets_of_items_are_sorted_and_of_their_form),
		cmocka_unit_test(
		    test_record_value__values_come_from_text_in_stored_form),
		cmocka_unit_test(
		    test_record_value__values_out_of_form_are_refused),
		cmocka_unit_test(
		    test_record_value__decimals_lose_zeros_that_say_nothing),
	};

	return cmocka_run_group_tests_name("record_value", tests, NULL, NULL);
}
