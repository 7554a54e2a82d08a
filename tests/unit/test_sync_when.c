#include "tests/unit/test.h"

#include "daemon/sync/sync_when.h"

#define MIDNIGHT INT64_C(1795305600) /* 2026-11-22T00:00:00Z */
#define AT(h) (MIDNIGHT + (int64_t)(h)*3600)

static struct conf
conf_with(const char *windows)
{
	struct conf c;
	struct err e;

	conf_defaults(ROLE_OFFICE, &c);
	c.offset_min = 0;
	if (windows != NULL)
		assert_ok(conf_times_parse(windows, &c.windows, &e), &e);
	return c;
}

static const struct sync_pause no_pause;

static void
test_sync_when__without_rules_any_moment_will_do(void **state)
{
	struct conf c = conf_with(NULL);

	(void)state;
	assert_int_equal(sync_when_allowed(&c, &no_pause, AT(3)), AT(3));
}

static void
test_sync_when__outside_its_hours_it_waits_for_them(void **state)
{
	struct conf c = conf_with("18:00-06:00");

	(void)state;
	assert_int_equal(sync_when_allowed(&c, &no_pause, AT(5)), AT(5));
	assert_int_equal(sync_when_allowed(&c, &no_pause, AT(6)), AT(18));
}

static void
test_sync_when__a_pause_holds_until_its_end(void **state)
{
	struct conf c = conf_with(NULL);
	struct sync_pause p = { .on = 1, .since = AT(1), .until = AT(2) };

	(void)state;
	assert_int_equal(sync_when_allowed(&c, &p, AT(1)), AT(2));
	assert_int_equal(sync_when_allowed(&c, &p, AT(2)), AT(2));
	assert_int_equal(sync_when_allowed(&c, &p, AT(3)), AT(3));
	assert_true(sync_pause_holds(&p, AT(2) - 1));
	assert_false(sync_pause_holds(&p, AT(2)));
}

static void
test_sync_when__a_pause_without_end_holds_for_ever(void **state)
{
	struct conf c = conf_with("18:00-06:00");
	struct sync_pause p = { .on = 1, .since = AT(1) };

	(void)state;
	assert_int_equal(sync_when_allowed(&c, &p, AT(24 * 300)), -1);
}

static void
test_sync_when__after_a_pause_its_hours_still_count(void **state)
{
	struct conf c = conf_with("18:00-06:00");
	struct sync_pause p = { .on = 1, .since = AT(1), .until = AT(7) };

	(void)state;
	assert_int_equal(sync_when_allowed(&c, &p, AT(2)), AT(18));
}

static void
test_sync_when__a_clock_set_back_lengthens_no_pause(void **state)
{
	struct sync_pause p = { .on = 1, .since = AT(10), .until = AT(12) };
	struct sync_pause open = { .on = 1, .since = AT(10) };

	(void)state;
	sync_pause_clock_set(&p, AT(11)); /* forward, within: as it was */
	assert_int_equal(p.until, AT(12));
	sync_pause_clock_set(&p, AT(10) - 365 * 86400);
	assert_int_equal(p.until - (AT(10) - 365 * 86400), 2 * 3600);
	sync_pause_clock_set(&open, AT(1));
	assert_int_equal(open.until, 0);
}

static void
test_sync_when__the_interval_is_spread_by_a_tenth(void **state)
{
	struct conf c = conf_with(NULL);
	uint64_t r;

	(void)state;
	assert_int_equal(sync_when_interval_ms(&c, 0), 810000);
	assert_int_equal(sync_when_interval_ms(&c, 180000), 990000);
	for (r = 0; r < 1000000; r += 997) {
		assert_true(sync_when_interval_ms(&c, r) >= 810000);
		assert_true(sync_when_interval_ms(&c, r) <= 990000);
	}
}

static void
test_sync_when__the_backoff_doubles_up_to_its_most(void **state)
{
	struct conf c = conf_with(NULL);
	int n;

	(void)state;
	/* the greatest that each may be: least + (top - least) */
	assert_int_equal(sync_when_backoff_ms(&c, 0, 0), 5000);
	assert_int_equal(sync_when_backoff_ms(&c, 1, 5000), 10000);
	assert_int_equal(sync_when_backoff_ms(&c, 2, 15000), 20000);
	for (n = 10; n < 2000; n += 13) {
		assert_int_equal(sync_when_backoff_ms(&c, n, 0), 5000);
		assert_int_equal(sync_when_backoff_ms(&c, n, 3595000), 3600000);
	}
}

static void
test_sync_when__a_link_is_metered_always_or_by_hours(void **state)
{
	struct conf c = conf_with(NULL);
	struct err e;

	(void)state;
	assert_false(sync_when_metered(&c, AT(9)));
	assert_ok(conf_times_parse("8:00-18:00", &c.metered_times, &e), &e);
	assert_true(sync_when_metered(&c, AT(9)));
	assert_false(sync_when_metered(&c, AT(18)));
	c.metered = 1;
	assert_true(sync_when_metered(&c, AT(18)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_sync_when__without_rules_any_moment_will_do),
		cmocka_unit_test(
		    test_sync_when__outside_its_hours_it_waits_for_them),
		cmocka_unit_test(test_sync_when__a_pause_holds_until_its_end),
		cmocka_unit_test(
		    test_sync_when__a_pause_without_end_holds_for_ever),
		cmocka_unit_test(
		    test_sync_when__after_a_pause_its_hours_still_count),
		cmocka_unit_test(
		    test_sync_when__a_clock_set_back_lengthens_no_pause),
		cmocka_unit_test(
		    test_sync_when__the_interval_is_spread_by_a_tenth),
		cmocka_unit_test(
		    test_sync_when__the_backoff_doubles_up_to_its_most),
		cmocka_unit_test(
		    test_sync_when__a_link_is_metered_always_or_by_hours),
	};

	return cmocka_run_group_tests_name("sync_when", tests, NULL, NULL);
}
