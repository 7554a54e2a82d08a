#include "tests/unit/test.h"

#include "daemon/sync/alarm.h"

static struct alarm *a;
static uv_loop_t loop;
static int n_rang, n_set, n_closed;
static int64_t rang_ms;

#define PATIENCE_MS 60000

static void
on_rang(void *arg)
{
	(void)arg;
	n_rang++;
	rang_ms = alarm_now_ms();
}

static void
on_set(void *arg)
{
	(void)arg;
	n_set++;
}

static void
on_closed(void *arg)
{
	(void)arg;
	n_closed++;
}

static int
setup(void **state)
{
	struct err e;

	(void)state;
	n_rang = n_set = n_closed = 0;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_ok(alarm_create(&loop, on_rang, on_set, NULL, &a, &e), &e);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	alarm_close(a, on_closed, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(n_closed, 1);
	assert_int_equal(uv_loop_close(&loop), 0);
	return 0;
}

static void
on_tick(uv_timer_t *t)
{
	uv_stop(t->loop);
}

/* Runs the loop for so long at most, or until it rang. */
static void
run(uint64_t ms)
{
	uv_timer_t t;

	uv_timer_init(&loop, &t);
	uv_timer_start(&t, on_tick, ms, 0);
	while (n_rang == 0 && uv_is_active((uv_handle_t *)&t))
		uv_run(&loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&t, NULL);
	uv_run(&loop, UV_RUN_NOWAIT);
}

static void
test_alarm__rings_once_at_its_moment(void **state)
{
	int64_t at = alarm_now_ms() + 60;

	(void)state;
	alarm_set(a, at);
	run(PATIENCE_MS);
	assert_int_equal(n_rang, 1);
	assert_true(rang_ms >= at);
	uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(n_rang, 1);
	assert_int_equal(n_set, 0);
}

static void
test_alarm__a_moment_that_is_past_is_now(void **state)
{
	(void)state;
	alarm_set(a, 0);
	run(PATIENCE_MS);
	assert_int_equal(n_rang, 1);
	alarm_set(a, alarm_now_ms() - 5000);
	n_rang = 0;
	run(PATIENCE_MS);
	assert_int_equal(n_rang, 1);
}

static void
test_alarm__the_last_setting_holds(void **state)
{
	(void)state;
	alarm_set(a, alarm_now_ms() + 20);
	alarm_set(a, alarm_now_ms() + 3600000);
	run(100);
	assert_int_equal(n_rang, 0);
	alarm_set(a, alarm_now_ms() + 20);
	alarm_stop(a);
	run(100);
	assert_int_equal(n_rang, 0);
}

#define ALARM(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALARM(test_alarm__rings_once_at_its_moment),
		ALARM(test_alarm__a_moment_that_is_past_is_now),
		ALARM(test_alarm__the_last_setting_holds),
	};

	return cmocka_run_group_tests_name("alarm", tests, NULL, NULL);
}
