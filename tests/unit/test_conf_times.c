#include "tests/unit/test.h"

#include "store/conf_times.h"

#define UTC 0
#define THAI (7 * 60)
/* 2026-11-22T00:00:00Z */
#define MIDNIGHT INT64_C(1795305600)
#define AT(h, m) (MIDNIGHT + (int64_t)(h)*3600 + (int64_t)(m)*60)

static struct conf_times
times(const char *s)
{
	struct conf_times c;
	struct err e;

	assert_ok(conf_times_parse(s, &c, &e), &e);
	return c;
}

static void
written(const char *s, const char *want)
{
	struct conf_times c = times(s);
	struct buf b = BUF_INIT;

	conf_times_text(&c, &b);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
refused(const char *s)
{
	struct conf_times c;
	struct err e;

	assert_err(conf_times_parse(s, &c, &e), ERR_INVALID, &e,
	    "spans such as 18:00-06:00");
}

static void
test_conf_times__what_people_write_is_written_alike(void **state)
{
	(void)state;
	written("18:00-06:00", "18:00-06:00");
	written("  8:30 - 12.00 ,13:00-16:30 ", "08:30-12:00, 13:00-16:30");
	written("0:00-24:00", "00:00-24:00");
	written("18:00-24:00, 0:00-6:00", "18:00-24:00, 00:00-06:00");
}

static void
test_conf_times__what_makes_no_sense_is_refused(void **state)
{
	(void)state;
	refused("");
	refused("18:00");
	refused("18-06");
	refused("18:00-");
	refused("18:00-25:00");
	refused("18:60-19:00");
	refused("24:00-06:00");
	refused("18:00-18:00");
	refused("18:00-06:00,");
	refused("18:00-06:00;");
	refused("18:00-06:00 and more");
	refused("118:00-06:00");
	refused("18:000-06:00");
	refused("-1:00-06:00");
	refused("1:00-2:00,1:00-2:00,1:00-2:00,1:00-2:00,1:00-2:00,1:00-2:00,"
		"1:00-2:00,1:00-2:00,1:00-2:00");
}

static void
test_conf_times__a_span_ends_before_its_end(void **state)
{
	struct conf_times c = times("08:30-12:00");

	(void)state;
	assert_false(conf_times_has(&c, AT(8, 30) - 1, UTC));
	assert_true(conf_times_has(&c, AT(8, 30), UTC));
	assert_true(conf_times_has(&c, AT(12, 0) - 1, UTC));
	assert_false(conf_times_has(&c, AT(12, 0), UTC));
}

static void
test_conf_times__a_span_goes_over_midnight(void **state)
{
	struct conf_times c = times("18:00-06:00");

	(void)state;
	assert_true(conf_times_has(&c, AT(23, 59), UTC));
	assert_true(conf_times_has(&c, AT(0, 0), UTC));
	assert_true(conf_times_has(&c, AT(5, 59), UTC));
	assert_false(conf_times_has(&c, AT(6, 0), UTC));
	assert_int_equal(conf_times_end(&c, AT(19, 0), UTC), AT(30, 0));
	assert_int_equal(conf_times_end(&c, AT(1, 0), UTC), AT(6, 0));
}

static void
test_conf_times__hours_are_those_of_the_office(void **state)
{
	struct conf_times c = times("18:00-06:00");

	(void)state;
	/* 11:00 UTC is 18:00 in Thailand */
	assert_true(conf_times_has(&c, AT(11, 0), THAI));
	assert_false(conf_times_has(&c, AT(10, 59), THAI));
	/* 05:59:59 and 06:00:00 of 1970-01-01 */
	assert_true(conf_times_has(&c, -3601, THAI));
	assert_false(conf_times_has(&c, -3600, THAI));
	assert_int_equal(conf_times_next(&c, AT(9, 0), THAI), AT(11, 0));
}

static void
test_conf_times__next_is_the_nearest_beginning(void **state)
{
	struct conf_times c = times("18:00-06:00, 12:00-13:00");
	struct conf_times none = { .n = 0 };

	(void)state;
	assert_int_equal(conf_times_next(&c, AT(7, 0), UTC), AT(12, 0));
	assert_int_equal(conf_times_next(&c, AT(12, 30), UTC), AT(12, 30));
	assert_int_equal(conf_times_next(&c, AT(13, 0), UTC), AT(18, 0));
	assert_int_equal(conf_times_next(&none, AT(7, 7), UTC), AT(7, 7));
	assert_int_equal(conf_times_end(&none, AT(7, 7), UTC), 0);
	assert_int_equal(conf_times_end(&c, AT(7, 0), UTC), 0);
}

static void
test_conf_times__spans_that_touch_are_one(void **state)
{
	struct conf_times c = times("18:00-24:00, 0:00-6:00");
	struct conf_times day = times("0:00-24:00");

	(void)state;
	assert_int_equal(conf_times_end(&c, AT(19, 0), UTC), AT(30, 0));
	assert_int_equal(conf_times_next(&c, AT(6, 0), UTC), AT(18, 0));
	assert_true(conf_times_has(&day, AT(23, 59) + 59, UTC));
	assert_true(conf_times_has(&day, AT(0, 0), UTC));
	assert_int_equal(conf_times_end(&day, AT(12, 0), UTC), 0);
}

/* Minute by minute through two days: next and end say what has says. */
static void
test_conf_times__its_three_answers_agree_at_every_minute(void **state)
{
	static const char *const all[] = { "18:00-06:00, 12:00-13:00",
		"0:00-0:01", "23:59-24:00", "8:00-20:00, 19:00-9:00",
		"1:00-2:00, 2:00-3:00, 22:00-1:30" };
	struct conf_times c;
	int64_t t, at, next, end;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		c = times(all[i]);
		for (t = MIDNIGHT; t < MIDNIGHT + 2 * 86400; t += 60) {
			next = conf_times_next(&c, t, THAI);
			for (at = t; !conf_times_has(&c, at, THAI); at += 60)
				assert_true(at < t + 86400);
			assert_int_equal(next, at);
			end = conf_times_end(&c, t, THAI);
			for (at = t;
			     conf_times_has(&c, at, THAI) && at < t + 86400;
			     at += 60)
				;
			if (at == t || at == t + 86400)
				at = 0;
			assert_int_equal(end, at);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_conf_times__what_people_write_is_written_alike),
		cmocka_unit_test(
		    test_conf_times__what_makes_no_sense_is_refused),
		cmocka_unit_test(test_conf_times__a_span_ends_before_its_end),
		cmocka_unit_test(test_conf_times__a_span_goes_over_midnight),
		cmocka_unit_test(
		    test_conf_times__hours_are_those_of_the_office),
		cmocka_unit_test(
		    test_conf_times__next_is_the_nearest_beginning),
		cmocka_unit_test(test_conf_times__spans_that_touch_are_one),
		cmocka_unit_test(
		    test_conf_times__its_three_answers_agree_at_every_minute),
	};

	return cmocka_run_group_tests_name("conf_times", tests, NULL, NULL);
}
