#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/sync/child.h"

/*
 * Nothing here depends on how quick the machine is: what must not happen is
 * FAR_MS away, what must happen is waited for, and where two times compete they
 * are an order of magnitude apart.
 */
#define FAR_MS 600000
#define PATIENCE_MS 60000

struct seen {
	struct child *child;
	int exited;
	int status, term_signal, timed_out;
	size_t out_len, err_len;
	char out[4096], err[4096];
	char lines[4096];
	int n_lines;
	int kill_at_line;     /* calls it off at its first line … */
	int64_t kill_from_ms; /* … from this moment on */
};

static uv_loop_t loop;
static const char *const env[] = { "PATH=/usr/bin:/bin", "ONE=1", NULL };

static void
on_line(void *arg, const char *line)
{
	struct seen *s = arg;
	size_t used = strlen(s->lines);

	s->n_lines++;
	snprintf(s->lines + used, sizeof(s->lines) - used, "[%s]", line);
	if (s->kill_at_line && clock_mono_ms() >= s->kill_from_ms)
		child_kill(s->child);
}

static void
on_exited(void *arg, const struct child_result *r)
{
	struct seen *s = arg;

	s->exited++;
	s->status = r->status;
	s->term_signal = r->term_signal;
	s->timed_out = r->timed_out;
	s->out_len = r->out.len;
	s->err_len = r->err.len;
	snprintf(s->out, sizeof(s->out), "%s", buf_str(&r->out));
	snprintf(s->err, sizeof(s->err), "%s", buf_str(&r->err));
}

/* Starts a shell script and runs the loop until nothing is left of it. */
static void
play(struct seen *s, const char *script, long wall_ms, long stall_ms)
{
	const char *argv[] = { "sh", "-c", script, NULL };
	struct child_opts o = { .argv = argv,
		.env = env,
		.cwd = "/",
		.wall_ms = wall_ms,
		.stall_ms = stall_ms,
		.line = on_line };
	struct err e;

	assert_ok(child_start(&loop, &o, on_exited, s, &s->child, &e), &e);
	assert_int_equal(s->exited, 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(s->exited, 1);
}

static int
setup(void **state)
{
	(void)state;
	return uv_loop_init(&loop);
}

static int
teardown(void **state)
{
	(void)state;
	return uv_loop_close(&loop); /* nothing may be left open */
}

static void
test_child__reports_status_and_both_outputs(void **state)
{
	struct seen s = { 0 };

	(void)state;
	play(&s, "echo out; echo err >&2; exit 3", FAR_MS, 0);

	assert_int_equal(s.status, 3);
	assert_int_equal(s.timed_out, 0);
	assert_string_equal(s.out, "out\n");
	assert_string_equal(s.err, "err\n");
}

static void
test_child__inherits_nothing_but_the_given_environment(void **state)
{
	struct seen s = { 0 };

	(void)state;
	setenv("PMQA_LEAK", "yes", 1);
	play(&s, "tr '\\0' ' ' </proc/$$/environ; pwd", FAR_MS, 0);

	assert_string_equal(s.out, "PATH=/usr/bin:/bin ONE=1 /\n");
	unsetenv("PMQA_LEAK");
}

static void
test_child__has_an_empty_standard_input(void **state)
{
	struct seen s = { 0 };

	(void)state;
	play(&s, "wc -c; readlink /proc/self/fd/0", FAR_MS, 0);

	assert_string_equal(s.out, "0\n/dev/null\n");
}

static void
test_child__leads_its_own_process_group(void **state)
{
	struct seen s = { 0 };
	char want[32];

	(void)state;
	play(&s, "read -r a b c d group rest </proc/self/stat; echo $group",
	    FAR_MS, 0);

	snprintf(want, sizeof(want), "%d\n", (int)getpgrp());
	assert_string_not_equal(s.out, want);
}

static void
test_child__cuts_lines_at_lf_and_cr(void **state)
{
	struct seen s = { 0 };

	(void)state;
	play(&s, "printf 'a 10%%\\ra 20%%\\r\\nb\\n\\nlast' >&2", FAR_MS, 0);

	assert_string_equal(s.lines, "[a 10%][a 20%][b][last]");
}

static void
test_child__bounds_a_line_and_the_outputs(void **state)
{
	struct seen s = { 0 };

	(void)state;
	play(&s,
	    "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2;"
	    "head -c 1000000 /dev/zero | tr '\\0' y",
	    FAR_MS, 0);

	assert_int_equal(s.status, 0);
	assert_int_equal(s.n_lines, 1);
	assert_int_equal(s.out_len, CHILD_OUTPUT_MAX);
	assert_true(s.err_len <= CHILD_OUTPUT_MAX);
	assert_true(s.err_len >= CHILD_OUTPUT_MAX / 2);
}

static void
test_child__ends_what_outlives_its_wall_clock(void **state)
{
	struct seen s = { 0 };
	int64_t begin = clock_mono_ms();

	(void)state;
	play(&s, "sleep 600", 150, 0);

	assert_int_equal(s.timed_out, 1);
	assert_int_equal(s.status, -1);
	assert_int_equal(s.term_signal, SIGTERM);
	assert_true(clock_mono_ms() - begin >= 150);
	assert_true(clock_mono_ms() - begin < PATIENCE_MS);
}

static void
test_child__ends_what_stands_still(void **state)
{
	struct seen s = { 0 };

	(void)state;
	play(&s, "echo start >&2; sleep 600", FAR_MS, 150);

	assert_int_equal(s.timed_out, 2);
}

/* It speaks at each tenth of a second, for longer than it may be silent. */
static void
test_child__does_not_end_what_speaks(void **state)
{
	struct seen s = { .kill_at_line = 1 };

	(void)state;
	s.kill_from_ms = clock_mono_ms() + 4500;
	play(&s, "while :; do echo on >&2; sleep 0.1; done", FAR_MS, 3000);

	assert_int_equal(s.timed_out, 3);
	assert_true(clock_mono_ms() >= s.kill_from_ms);
	assert_true(s.n_lines >= 2);
}

/* Whether it is gone, or a zombie until init takes it: no signal reaches it
 * any more. */
static int
is_dead(pid_t pid)
{
	char path[64], text[256] = "";
	FILE *f;
	int dead;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((f = fopen(path, "r")) == NULL)
		return 1;
	dead = fgets(text, sizeof(text), f) == NULL ||
	       strstr(text, ") Z ") != NULL;
	fclose(f);
	return dead;
}

/* Who was killed ends when its turn comes: that is waited for. */
static void
expect_dead(pid_t pid)
{
	int64_t end = clock_mono_ms() + PATIENCE_MS;

	while (!is_dead(pid)) {
		if (clock_mono_ms() > end)
			fail_msg("process %d lives", (int)pid);
		usleep(1000);
	}
}

/* What ignores TERM must have come so far when TERM comes: it says so, and if
 * it did not the wall clock was too short for this machine. */
static void
test_child__kills_the_whole_group_that_ignores_term(void **state)
{
	struct seen s = { 0 };
	pid_t grandchild;
	long wall_ms;

	(void)state;
	for (wall_ms = 100; s.n_lines == 0; wall_ms *= 2) {
		assert_true(wall_ms < FAR_MS);
		memset(&s, 0, sizeof(s));
		play(&s,
		    "trap '' TERM; sh -c 'trap \"\" TERM; echo $$; echo on >&2;"
		    "while :; do sleep 0.05; done' & wait",
		    wall_ms, 0);
	}

	assert_int_equal(s.timed_out, 1);
	assert_int_equal(s.term_signal, SIGKILL);
	grandchild = (pid_t)strtol(s.out, NULL, 10);
	assert_true(grandchild > 1);
	expect_dead(grandchild);
}

/* The stray has a group of its own before the child ends. */
static void
test_child__does_not_wait_for_a_stray_that_holds_the_outputs(void **state)
{
	struct seen s = { 0 };
	int64_t begin = clock_mono_ms();
	long stray;

	(void)state;
	play(&s,
	    "setsid sleep 600 & g=; while [ \"$g\" != $! ]; do "
	    "read -r pid name is parent g rest </proc/$!/stat; done;"
	    "echo $!; exit 0",
	    FAR_MS, 0);

	assert_int_equal(s.status, 0);
	assert_true(clock_mono_ms() - begin < PATIENCE_MS);
	stray = strtol(s.out, NULL, 10);
	assert_true(stray > 1);
	assert_int_equal(kill((pid_t)stray, SIGKILL), 0);
}

static void
test_child__can_be_called_off(void **state)
{
	struct seen s = { .kill_at_line = 1 };

	(void)state;
	play(&s, "echo now >&2; sleep 600", FAR_MS, 0);

	assert_int_equal(s.timed_out, 3);
}

static void
test_child__says_what_cannot_be_started(void **state)
{
	const char *argv[] = { "no-such-program", NULL };
	struct child_opts o = {
		.argv = argv, .env = env, .cwd = "/", .wall_ms = FAR_MS
	};
	struct seen s = { 0 };
	struct err e;

	(void)state;
	assert_err(child_start(&loop, &o, on_exited, &s, &s.child, &e), ERR_SYS,
	    &e, "no-such-program");
	uv_run(&loop, UV_RUN_DEFAULT);

	assert_int_equal(s.exited, 0);
	assert_int_equal(e.sub, ENOENT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child__reports_status_and_both_outputs),
		cmocka_unit_test(
		    test_child__inherits_nothing_but_the_given_environment),
		cmocka_unit_test(test_child__has_an_empty_standard_input),
		cmocka_unit_test(test_child__leads_its_own_process_group),
		cmocka_unit_test(test_child__cuts_lines_at_lf_and_cr),
		cmocka_unit_test(test_child__bounds_a_line_and_the_outputs),
		cmocka_unit_test(test_child__ends_what_outlives_its_wall_clock),
		cmocka_unit_test(test_child__ends_what_stands_still),
		cmocka_unit_test(test_child__does_not_end_what_speaks),
		cmocka_unit_test(
		    test_child__kills_the_whole_group_that_ignores_term),
		cmocka_unit_test(
		    test_child__does_not_wait_for_a_stray_that_holds_the_outputs),
		cmocka_unit_test(test_child__can_be_called_off),
		cmocka_unit_test(test_child__says_what_cannot_be_started),
	};

	return cmocka_run_group_tests_name("child", tests, setup, teardown);
}
