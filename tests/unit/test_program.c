/* program: a child runs to its end, to its deadline, or until a daemon stops. */
#include "store/git/program.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "base/clock.h"
#include "tests/unit/test.h"

static const char *const env[] = { "PATH=/usr/bin:/bin", NULL };

static void
run(const char *const *argv, long wall_ms, struct program_end *ret)
{
	const struct program p = {
		.argv = argv, .env = env, .in_fd = -1, .wall_ms = wall_ms
	};
	struct err e;

	assert_ok(program_run(&p, ret, &e), &e);
}

static void
test_program__tells_how_it_ended(void **state)
{
	const char *argv[] = { "/bin/sh", "-c",
		"echo a >&2; echo b >&2; exit 3", NULL };
	struct program_end end;

	(void)state;
	run(argv, 60000, &end);
	assert_int_equal(end.status, 3);
	assert_false(end.timed_out);
	assert_string_equal(program_last_words(&end), "b");
	program_end_release(&end);
}

static void
test_program__kills_at_the_deadline(void **state)
{
	const char *argv[] = { "/bin/sleep", "600", NULL };
	int64_t before = clock_mono_ms();
	struct program_end end;

	(void)state;
	run(argv, 50, &end);
	assert_true(end.timed_out);
	assert_true(clock_mono_ms() - before < 60000);
	program_end_release(&end);
}

/* Again and again: the first may come before the program. */
static void *
stop_soon(void *arg)
{
	const struct timespec pause = { 0, 20L * 1000 * 1000 };
	atomic_int *done = arg;

	while (!atomic_load(done)) {
		nanosleep(&pause, NULL);
		program_stop_running();
	}
	return NULL;
}

static void
test_program__ends_when_the_daemon_stops(void **state)
{
	const char *argv[] = { "/bin/sleep", "600", NULL };
	int64_t before = clock_mono_ms();
	struct program_end end;
	atomic_int done = 0;
	pthread_t thread;

	(void)state;
	assert_int_equal(0, pthread_create(&thread, NULL, stop_soon, &done));
	run(argv, 300000, &end);
	atomic_store(&done, 1);
	pthread_join(thread, NULL);
	assert_true(end.timed_out);
	assert_true(clock_mono_ms() - before < 60000);
	program_end_release(&end);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_program__tells_how_it_ended),
		cmocka_unit_test(test_program__kills_at_the_deadline),
		cmocka_unit_test(test_program__ends_when_the_daemon_stops),
	};

	return cmocka_run_group_tests_name("program", tests, NULL, NULL);
}
