#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/record/record.h"

static void
expect_typed(enum field_type type, const char *text, const char *want)
{
	struct field f = { "due", type, MERGE_FIELD, 0, 0, 1000, NULL, "", "" };
	struct err e = { 0 };
	cJSON *v = NULL;
	int rc = record_value(&f, text, &v, &e);

	if (want == NULL) {
		assert_err(rc, ERR_INVALID, &e, "'due'");
		return;
	}
	assert_ok(rc, &e);
	if (cJSON_IsNumber(v))
		assert_int_equal(
		    (int)v->valuedouble, (int)strtol(want, NULL, 10));
	else
		assert_string_equal(v->valuestring, want);
	cJSON_Delete(v);
}

static void
test_record_typed__days_are_typed_in_either_era(void **state)
{
	(void)state;
	expect_typed(FIELD_DATE, "2026-03-31", "2026-03-31");
	expect_typed(FIELD_DATE, "2569-03-31", "2026-03-31");
	expect_typed(FIELD_DATE, "31/3/2569", "2026-03-31");
	expect_typed(FIELD_DATE, " 01/12/2026 ", "2026-12-01");
	expect_typed(FIELD_DATE, "๓๑/๓/๒๕๖๙", "2026-03-31");
	expect_typed(FIELD_DATE, "2567-02-29", "2024-02-29");
	expect_typed(FIELD_DATE, "2569-02-29", NULL);
	expect_typed(FIELD_DATE, "31/2/2569", NULL);
	expect_typed(FIELD_DATE, "31/3/69", NULL);
	expect_typed(FIELD_DATE, "0/3/2569", NULL);
	expect_typed(FIELD_DATE, "31/13/2569", NULL);
	expect_typed(FIELD_DATE, "31//2569", NULL);
	expect_typed(FIELD_DATE, "2569-03-31T10:00", NULL);
	expect_typed(FIELD_DATE, "พรุ่งนี้", NULL);
	expect_typed(FIELD_DATE, "0069-03-31", NULL);
}

static void
test_record_typed__thai_digits_are_digits(void **state)
{
	(void)state;
	expect_typed(FIELD_INT, "๔๐", "40");
	expect_typed(FIELD_DECIMAL, "๘๕.๕๐", "85.5");
	expect_typed(FIELD_INT, "๔ก", NULL);
	expect_typed(FIELD_LINE, "ปี ๒๕๖๕", "ปี ๒๕๖๕");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_record_typed__days_are_typed_in_either_era),
		cmocka_unit_test(test_record_typed__thai_digits_are_digits),
	};

	return cmocka_run_group_tests_name("record_typed", tests, NULL, NULL);
}
