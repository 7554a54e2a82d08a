#include "tests/unit/test.h"

#include "base/clock.h"
#include "daemon/sync/sync_state.h"

/* The part of the state machine that says when, without the rest of it. */
struct fixture {
	uv_loop_t loop;
	struct conf conf;
	struct sync s;
	int64_t began_ms, began; /* the last happening, on both clocks */
};

static struct fixture f;

static void
on_nothing(void *arg)
{
	(void)arg;
}

static int
setup(void **state)
{
	struct err e;

	(void)state;
	memset(&f, 0, sizeof(f));
	conf_defaults(ROLE_OFFICE, &f.conf);
	f.conf.enrolled = 1;
	f.s.env.conf = &f.conf;
	f.s.loaded = 1;
	f.s.kept.last_success = clock_now();
	assert_int_equal(uv_loop_init(&f.loop), 0);
	assert_ok(
	    alarm_create(&f.loop, on_nothing, on_nothing, NULL, &f.s.alarm, &e),
	    &e);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	alarm_close(f.s.alarm, NULL, NULL);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f.loop), 0);
	return 0;
}

/* Something happens now: what is expected of it counts from here, however long
 * the test takes to look. */
static void
now(void)
{
	f.began_ms = alarm_now_ms();
	f.began = clock_now();
}

/* Of the last happening, in milliseconds. */
static void
wanted_within(int64_t least, int64_t most)
{
	assert_true(f.s.wanted);
	assert_in_range(f.s.want_ms, f.began_ms + least, alarm_now_ms() + most);
}

/* In seconds; times of day are whole ones. */
static void
due_within(int64_t when, int64_t least, int64_t most)
{
	assert_in_range(when, f.began + least, clock_now() + most);
}

static void
link_up(void)
{
	now();
	sync_on_link(&f.s);
}

static void
failed(int64_t moved)
{
	struct sync_outcome o;

	now();
	memset(&o, 0, sizeof(o));
	o.moved = moved;
	f.s.kept.fault.class = SYNC_RETRY;
	sync_due_after_run(&f.s, &o, 0);
}

static void
went_well(int held, int newer)
{
	struct sync_outcome o;

	now();
	memset(&o, 0, sizeof(o));
	o.held = held;
	f.s.kept.fault.class = SYNC_NONE;
	sync_due_after_run(&f.s, &o, newer);
}

static void
test_sync_due__after_a_good_run_it_is_the_interval(void **state)
{
	(void)state;
	went_well(0, 0);
	wanted_within(810000, 990000);
	due_within(f.s.next_try, 809, 991);
}

static void
test_sync_due__saves_during_the_run_go_soon(void **state)
{
	(void)state;
	went_well(0, 1);
	wanted_within(0, 2000);
}

static void
test_sync_due__failures_that_move_nothing_back_off(void **state)
{
	int64_t longest = 0;
	int i, round;

	(void)state;
	for (round = 0; round < 40; round++) {
		f.s.n_idle = 0;
		for (i = 0; i < 11; i++)
			failed(0);
		if (f.s.want_ms - f.began_ms > longest)
			longest = f.s.want_ms - f.began_ms;
	}
	/* up to an hour: 40 times below 6 minutes is a chance of 10^-40 */
	assert_true(longest > 360000);
	assert_int_equal(f.s.n_idle, 11);
}

static void
test_sync_due__a_failure_that_moved_something_is_tried_again_soon(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 30; i++)
		failed(0);
	failed(1);
	wanted_within(5000, 10000);
	assert_int_equal(f.s.n_idle, 1);
	failed(3);
	wanted_within(5000, 10000);
}

static void
test_sync_due__what_was_held_goes_on_when_it_may(void **state)
{
	struct err e;

	(void)state;
	went_well(1, 0);
	wanted_within(0, 0);
	now();
	f.s.kept.pause.on = 1;
	f.s.kept.pause.until = f.began + 600;
	sync_due_again(&f.s);
	due_within(f.s.next_try, 600, 600);
	f.s.kept.pause.until = 0;
	sync_due_again(&f.s);
	assert_int_equal(f.s.next_try, 0);
	assert_false(sync_due_allowed(&f.s));
	f.s.kept.pause.on = 0;
	assert_true(sync_due_allowed(&f.s));
	assert_ok(
	    conf_times_parse("0:00-24:00", &f.conf.metered_times, &e), &e);
	assert_true(sync_due_files_wait(&f.s, SYNC_USUAL));
	assert_false(sync_due_files_wait(&f.s, SYNC_FILES));
	assert_true(sync_due_files_wait(&f.s, SYNC_TEXT));
}

static void
test_sync_due__a_link_helps_an_office_that_fails(void **state)
{
	int64_t first_ms;
	int i;

	(void)state;
	for (i = 0; i < 30; i++)
		failed(0);
	f.s.want_ms = alarm_now_ms() + 3600000;
	link_up();
	wanted_within(1000, SYNC_LINK_MS);
	first_ms = f.began_ms;
	assert_int_equal(f.s.n_idle, 0);
	/* one that flaps is not followed at every turn */
	f.s.want_ms = alarm_now_ms() + 3600000;
	link_up();
	assert_in_range(f.s.want_ms, first_ms + SYNC_LINK_MS + SYNC_LINK_GAP_MS,
	    alarm_now_ms() + SYNC_LINK_MS + SYNC_LINK_GAP_MS);
}

static void
test_sync_due__a_link_changes_nothing_for_one_that_is_well(void **state)
{
	(void)state;
	went_well(0, 0);
	sync_on_link(&f.s);
	wanted_within(810000, 990000);
	/* but it was away for long */
	f.s.kept.last_success = clock_now() - 86400;
	link_up();
	wanted_within(0, SYNC_LINK_MS);
}

static void
test_sync_due__a_link_during_a_run_that_fails_is_not_forgotten(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 30; i++)
		failed(0);
	f.s.running = 1;
	link_up();
	f.s.running = 0;
	failed(0);
	wanted_within(0, SYNC_LINK_MS);
	failed(0);
	assert_int_equal(f.s.link_news, 0);
}

static void
test_sync_due__a_clock_set_back_moves_nothing_that_is_wanted(void **state)
{
	int64_t want;

	(void)state;
	went_well(0, 0);
	want = f.s.want_ms;
	f.s.kept.pause.on = 1;
	now();
	f.s.kept.pause.since = f.began + 86400; /* as if set back a day */
	f.s.kept.pause.until = f.s.kept.pause.since + 60;
	sync_on_clock_set(&f.s);
	assert_int_equal(f.s.want_ms, want);
	due_within(f.s.kept.pause.until, 60, 60);
}

#define DUE(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DUE(test_sync_due__after_a_good_run_it_is_the_interval),
		DUE(test_sync_due__saves_during_the_run_go_soon),
		DUE(test_sync_due__failures_that_move_nothing_back_off),
		DUE(test_sync_due__a_failure_that_moved_something_is_tried_again_soon),
		DUE(test_sync_due__what_was_held_goes_on_when_it_may),
		DUE(test_sync_due__a_link_helps_an_office_that_fails),
		DUE(test_sync_due__a_link_changes_nothing_for_one_that_is_well),
		DUE(test_sync_due__a_link_during_a_run_that_fails_is_not_forgotten),
		DUE(test_sync_due__a_clock_set_back_moves_nothing_that_is_wanted),
	};

	return cmocka_run_group_tests_name("sync_due", tests, NULL, NULL);
}
