#include "tests/unit/test.h"

#include "daemon/sync/sync_progress.h"

#define WRITING "Writing objects:  "

static struct sync_gauge g;

/* A stage of 100 units begun at 0 ms, its first part of 20 under way. */
static void
begin(void)
{
	sync_gauge_begin(&g, 0, 0);
	sync_gauge_part(&g, 1, 5, 0, 20, 100);
}

static void
test_sync_progress__reads_what_git_says_of_a_push(void **state)
{
	(void)state;
	begin();
	assert_true(sync_gauge_line(
	    &g, WRITING "45% (45/100), 1.20 MiB | 300.50 KiB/s", 1000));
	assert_int_equal(g.now.percent, 45);
	assert_int_equal(g.now.bytes, 1048576 + 20 * 1048576 / 100);
	assert_int_equal(g.now.rate, 0); /* too early to say */
	assert_true(sync_gauge_line(
	    &g, WRITING "100% (9/9), 512 bytes | 512.00 KiB/s, done.", 1000));
	assert_int_equal(g.now.percent, 100);
	assert_int_equal(g.now.bytes, 512);
}

static void
test_sync_progress__reads_a_fetch_and_a_line_without_bytes(void **state)
{
	(void)state;
	begin();
	assert_true(
	    sync_gauge_line(&g, "Receiving objects:   7% (7/100)", 1000));
	assert_int_equal(g.now.percent, 7);
	assert_int_equal(g.now.bytes, 0);
}

static void
test_sync_progress__other_lines_change_nothing(void **state)
{
	static const char *const lines[] = { "", "Counting objects:  3% (1/3)",
		"remote: Writing objects:  3% (1/3)",
		"Writing objects:", "Writing objects: x%",
		"Writing objects: 101% (1/1)", "Writing objects: 1000% (1/1)",
		"Writing objects: %", "Total 3 (delta 0), reused 0 (delta 0)" };
	struct sync_gauge was;
	size_t i;

	(void)state;
	begin();
	was = g;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		assert_false(sync_gauge_line(&g, lines[i], 5000));
	assert_memory_equal(&g, &was, sizeof(g));
}

static void
test_sync_progress__sizes_beyond_all_bounds_do_no_harm(void **state)
{
	static const char *const lines[] = { WRITING
		"1% (1/9), 99999999999999999999999999 GiB | 1 KiB/s",
		WRITING "1% (1/9), 1.2 MiB | 1.200 KiB/s",
		WRITING "1% (1/9), 1.20 parsecs", WRITING "1% (1/9), ",
		WRITING "1% (1/9), 1.20 MiB | ", WRITING "1%",
		WRITING "1% (1/9), MiB" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		begin();
		assert_true(sync_gauge_line(&g, lines[i], 5000));
		assert_true(g.now.bytes >= 0 && g.now.rate >= 0);
		assert_int_equal(g.now.percent, 1);
	}
}

static void
test_sync_progress__foresees_the_rest_at_the_same_pace(void **state)
{
	(void)state;
	begin();
	sync_gauge_line(&g, WRITING "50% (1/2)", 1000);
	assert_int_equal(g.now.left_s, -1); /* too early to say */
	sync_gauge_line(&g, WRITING "50% (1/2)", 10000);
	assert_int_equal(g.now.left_s, 90); /* 10 of 100 took 10 s */
	sync_gauge_part(&g, 2, 5, 20, 20, 100);
	sync_gauge_line(&g, WRITING "50% (1/2)", 30000);
	assert_int_equal(g.now.left_s, 70);
	sync_gauge_part(&g, 5, 5, 80, 20, 100);
	sync_gauge_line(&g, WRITING "100% (1/2)", 100000);
	assert_int_equal(g.now.left_s, 0);
}

/* git tells how fast it filled a pipe: what counts is what went since the
 * stage began. */
static void
test_sync_progress__bytes_and_rate_are_those_of_the_stage(void **state)
{
	(void)state;
	begin();
	sync_gauge_line(
	    &g, WRITING "100% (2/2), 1.00 MiB | 99.00 MiB/s, done.", 3000);
	sync_gauge_part(&g, 2, 5, 20, 20, 100);
	assert_int_equal(g.now.bytes, 1048576);
	sync_gauge_line(&g, WRITING "50% (1/2), 512.00 KiB | 1 KiB/s", 8000);
	assert_int_equal(g.now.bytes, 1572864);
	assert_int_equal(g.now.rate, 1572864 / 8);
}

static void
test_sync_progress__what_was_there_before_costs_no_time(void **state)
{
	(void)state;
	sync_gauge_begin(&g, 0, 60);
	sync_gauge_part(&g, 4, 5, 60, 20, 100);
	sync_gauge_line(&g, WRITING "100% (1/2)", 20000);
	assert_int_equal(g.now.left_s, 20); /* 20 units took 20 s, 20 left */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_sync_progress__reads_what_git_says_of_a_push),
		cmocka_unit_test(
		    test_sync_progress__reads_a_fetch_and_a_line_without_bytes),
		cmocka_unit_test(
		    test_sync_progress__other_lines_change_nothing),
		cmocka_unit_test(
		    test_sync_progress__sizes_beyond_all_bounds_do_no_harm),
		cmocka_unit_test(
		    test_sync_progress__foresees_the_rest_at_the_same_pace),
		cmocka_unit_test(
		    test_sync_progress__bytes_and_rate_are_those_of_the_stage),
		cmocka_unit_test(
		    test_sync_progress__what_was_there_before_costs_no_time),
	};

	return cmocka_run_group_tests_name("sync_progress", tests, NULL, NULL);
}
