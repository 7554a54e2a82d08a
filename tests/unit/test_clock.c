#include "tests/unit/test.h"

#include <string.h>

#include "base/clock.h"

#define BANGKOK (7 * 60)

static void
test_clock__rfc3339_of_known_times(void **state)
{
	char s[CLOCK_TEXT];

	(void)state;
	clock_rfc3339(s, 0, 0);
	assert_string_equal(s, "1970-01-01T00:00:00+00:00");
	clock_rfc3339(s, 1795328055, BANGKOK);
	assert_string_equal(s, "2026-11-22T13:14:15+07:00");
	clock_rfc3339(s, 1795328055, -(3 * 60 + 30));
	assert_string_equal(s, "2026-11-22T02:44:15-03:30");
	clock_rfc3339(s, -1, 0);
	assert_string_equal(s, "1969-12-31T23:59:59+00:00");
}

static void
test_clock__extreme_times_and_offsets_stay_well_formed(void **state)
{
	char s[CLOCK_TEXT];

	(void)state;
	clock_rfc3339(s, INT64_MAX, 100000);
	assert_int_equal(strlen(s), 25);
	assert_string_equal(s + 19, "+23:59");
	clock_rfc3339(s, INT64_MIN, -100000);
	assert_int_equal(strlen(s), 25);
	assert_string_equal(s + 19, "-23:59");
}

static void
test_clock__people_read_thai_or_plain_dates(void **state)
{
	char s[CLOCK_TEXT];

	(void)state;
	clock_people(s, 1795328055, BANGKOK, 1);
	assert_string_equal(s, "22 พ.ย. 2569 13:14");
	clock_people(s, 1795328055, BANGKOK, 0);
	assert_string_equal(s, "2026-11-22 13:14");
	clock_people(s, 0, 0, 1);
	assert_string_equal(s, "1 ม.ค. 2513 00:00");
}

static int64_t
parsed(const char *s, int offset, int end_of_day)
{
	int64_t t = -12345;
	struct err e;

	assert_ok(clock_parse(s, offset, end_of_day, &t, &e), &e);
	return t;
}

static void
refused(const char *s)
{
	int64_t t = 77;
	struct err e;

	assert_err(clock_parse(s, 0, 0, &t, &e), ERR_INVALID, &e, "not a date");
	assert_true(e.hint[0] != '\0');
	assert_int_equal(t, 77);
}

static void
test_clock__parses_dates_and_times(void **state)
{
	(void)state;
	assert_int_equal(parsed("1970-01-01", 0, 0), 0);
	assert_int_equal(parsed("1970-01-01", 0, 1), 86399);
	assert_int_equal(parsed("1970-01-01", BANGKOK, 0), -7 * 3600);
	assert_int_equal(parsed("2026-11-22T13:14:15+07:00", 0, 0), 1795328055);
	assert_int_equal(
	    parsed("2026-11-22T06:14:15Z", BANGKOK, 0), 1795328055);
	assert_int_equal(parsed("2026-11-22 13:14:15", BANGKOK, 0), 1795328055);
	assert_int_equal(parsed("2026-11-22 13:14", BANGKOK, 0), 1795328040);
	/* the end of the day is for dates alone */
	assert_int_equal(parsed("2026-11-22 13:14", BANGKOK, 1), 1795328040);
	assert_int_equal(parsed("2026-11-22T02:44:15-03:30", 0, 0), 1795328055);
}

static void
test_clock__reads_buddhist_years(void **state)
{
	(void)state;
	assert_int_equal(
	    parsed("2569-11-22", 0, 0), parsed("2026-11-22", 0, 0));
	assert_int_equal(
	    parsed("2567-02-29", 0, 0), parsed("2024-02-29", 0, 0));
}

static void
test_clock__reads_days_as_people_write_them(void **state)
{
	(void)state;
	assert_int_equal(
	    parsed("22/11/2569", 0, 0), parsed("2026-11-22", 0, 0));
	assert_int_equal(
	    parsed("1/3/2569", BANGKOK, 1), parsed("2026-03-01", BANGKOK, 1));
	assert_int_equal(parsed("01/03/2026 13:14", BANGKOK, 0),
	    parsed("2026-03-01 13:14", BANGKOK, 0));
	refused("31/2/2569");
	refused("0/1/2569");
	refused("1/13/2569");
	refused("1/1/69");
	refused("1//2569");
	refused("1/1/2569x");
	refused("/1/2569");
}

static void
test_clock__refuses_everything_else(void **state)
{
	(void)state;
	refused("");
	refused("today");
	refused("2026-11");
	refused("2026-13-01");
	refused("2026-00-01");
	refused("2026-11-31");
	refused("2026-02-29");
	refused("2100-02-29");
	refused("2566-02-29");
	refused("0000-01-01");
	refused("26-11-22");
	refused("2026-11-22x");
	refused("2026-11-22T");
	refused("2026-11-22T24:00");
	refused("2026-11-22T13:60");
	refused("2026-11-22T13:14:60");
	refused("2026-11-22T13:14:15+7:00");
	refused("2026-11-22T13:14:15+24:00");
	refused("2026-11-22T13:14:15+07:00 ");
	refused("2026-11-22T13:14:15.5Z");
	refused(" 2026-11-22");
	refused("2026-11-22t13:14");
	refused("+026-11-22");
}

static void
test_clock__what_is_written_is_read_again(void **state)
{
	uint64_t seed = test_seed();
	char s[CLOCK_TEXT];
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		/* years 1 to 2399: above, a year is read as a Buddhist one */
		int64_t t = (int64_t)(test_random(&seed) % 75600000000) -
			    INT64_C(62135510400);
		int off = (int)(test_random(&seed) % 2879) - 1439;

		clock_rfc3339(s, t, off);
		assert_int_equal(parsed(s, 0, 0), t);
	}
}

static void
test_clock__offsets_both_ways(void **state)
{
	int min = 5;
	char s[8];
	struct err e;

	(void)state;
	assert_ok(clock_parse_offset("+07:00", &min, &e), &e);
	assert_int_equal(min, 420);
	clock_offset_text(s, -570);
	assert_string_equal(s, "-09:30");
	assert_ok(clock_parse_offset(s, &min, &e), &e);
	assert_int_equal(min, -570);
	assert_ok(clock_parse_offset("Z", &min, &e), &e);
	assert_int_equal(min, 0);
	assert_err(
	    clock_parse_offset("7", &min, &e), ERR_INVALID, &e, "offset");
	assert_err(
	    clock_parse_offset("+07:00x", &min, &e), ERR_INVALID, &e, "offset");
	assert_err(clock_parse_offset("", &min, &e), ERR_INVALID, &e, "offset");
}

static void
test_clock__fiscal_year_begins_in_october(void **state)
{
	(void)state;
	assert_int_equal(
	    clock_fiscal_year(
		parsed("2021-09-30 23:59:59", BANGKOK, 0), BANGKOK),
	    2564);
	assert_int_equal(
	    clock_fiscal_year(parsed("2021-10-01", BANGKOK, 0), BANGKOK), 2565);
	assert_int_equal(
	    clock_fiscal_year(parsed("2022-09-30", BANGKOK, 0), BANGKOK), 2565);
	/* the same second is still September in London */
	assert_int_equal(
	    clock_fiscal_year(parsed("2021-10-01", BANGKOK, 0), 0), 2564);
}

static void
test_clock__now_moves_forward(void **state)
{
	int64_t mono = clock_mono_ms();

	(void)state;
	assert_true(clock_now() > 1700000000);
	assert_true(clock_mono_ms() >= mono);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock__rfc3339_of_known_times),
		cmocka_unit_test(
		    test_clock__extreme_times_and_offsets_stay_well_formed),
		cmocka_unit_test(test_clock__people_read_thai_or_plain_dates),
		cmocka_unit_test(test_clock__parses_dates_and_times),
		cmocka_unit_test(test_clock__reads_buddhist_years),
		cmocka_unit_test(test_clock__reads_days_as_people_write_them),
		cmocka_unit_test(test_clock__refuses_everything_else),
		cmocka_unit_test(test_clock__what_is_written_is_read_again),
		cmocka_unit_test(test_clock__offsets_both_ways),
		cmocka_unit_test(test_clock__fiscal_year_begins_in_october),
		cmocka_unit_test(test_clock__now_moves_forward),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
