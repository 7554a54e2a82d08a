#include "tests/unit/test.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/sync/child.h"

struct seen {
	struct child *child;
	int exited;
	int status, term_signal, timed_out;
	size_t out_len, err_len;
	char out[4096], err[4096];
	char lines[4096];
	int n_lines;
	int kill_at_line;
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
	if (s->kill_at_line)
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
	play(&s, "echo out; echo err >&2; exit 3", 5000, 0);

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
	play(&s, "tr '\\0' ' ' </proc/$$/environ; pwd", 5000, 0);

	assert_string_equal(s.out, "PATH=/usr/bin:/bin ONE=1 /\n");
	unsetenv("PMQA_LEAK");
}

static void
test_child__has_an_empty_standard_input(void **state)
{
	struct seen s = { 0 };

	(void)state;
	play(&s, "wc -c; readlink /proc/self/fd/0", 5000, 0);

	assert_string_equal(s.out, "0\n/dev/null\n");
}

static void
test_child__leads_its_own_process_group(void **state)
{
	struct seen s = { 0 };
	char want[32];

	(void)state;
	play(&s, "read -r a b c d group rest </proc/self/stat; echo $group",
	    5000, 0);

	snprintf(want, sizeof(want), "%d\n", (int)getpgrp());
	assert_string_not_equal(s.out, want);
}

static void
test_child__cuts_lines_at_lf_and_cr(void **state)
{
	struct seen s = { 0 };

	(void)state;
	play(&s, "printf 'a 10%%\\ra 20%%\\r\\nb\\n\\nlast' >&2", 5000, 0);

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
	    10000, 0);

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
	play(&s, "sleep 60", 150, 0);

	assert_int_equal(s.timed_out, 1);
	assert_int_equal(s.status, -1);
	assert_int_equal(s.term_signal, SIGTERM);
	assert_true(clock_mono_ms() - begin < 5000);
}

static void
test_child__ends_what_stands_still_but_not_what_speaks(void **state)
{
	struct seen still = { 0 }, busy = { 0 };

	(void)state;
	play(&still, "echo start >&2; sleep 60", 60000, 150);
	play(&busy,
	    "for i in 1 2 3 4 5 6 7 8; do echo $i >&2; sleep 0.05; done", 60000,
	    300);

	assert_int_equal(still.timed_out, 2);
	assert_int_equal(busy.timed_out, 0);
	assert_int_equal(busy.n_lines, 8);
}

static void
test_child__kills_the_whole_group_that_ignores_term(void **state)
{
	struct seen s = { 0 };
	pid_t grandchild;

	(void)state;
	play(&s,
	    "trap '' TERM; sh -c 'trap \"\" TERM; while :; do sleep 0.05; "
	    "done' & echo $!; wait",
	    100, 0);

	assert_int_equal(s.term_signal, SIGKILL);
	grandchild = (pid_t)strtol(s.out, NULL, 10);
	assert_true(grandchild > 1);
	/* dead, or a zombie until init takes it: no signal reaches a process */
	{
		char path[64], text[256] = "";
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%d/stat", (int)grandchild);
		f = fopen(path, "r");
		if (f != NULL) {
			assert_non_null(fgets(text, sizeof(text), f));
			fclose(f);
			assert_non_null(strstr(text, ") Z "));
		}
	}
}

static void
test_child__does_not_wait_for_a_stray_that_holds_the_outputs(void **state)
{
	struct seen s = { 0 };
	int64_t begin = clock_mono_ms();
	long stray;

	(void)state;
	play(&s, "setsid sleep 30 & echo $!; exit 0", 60000, 0);

	assert_int_equal(s.status, 0);
	assert_true(clock_mono_ms() - begin < 10000);
	stray = strtol(s.out, NULL, 10);
	assert_true(stray > 1);
	kill((pid_t)stray, SIGKILL);
}

static void
test_child__can_be_called_off(void **state)
{
	struct seen s = { .kill_at_line = 1 };

	(void)state;
	play(&s, "echo now >&2; sleep 60", 60000, 0);

	assert_int_equal(s.timed_out, 3);
}

static void
test_child__says_what_cannot_be_started(void **state)
{
	const char *argv[] = { "no-such-program", NULL };
	struct child_opts o = {
		.argv = argv, .env = env, .cwd = "/", .wall_ms = 1000
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
		cmocka_unit_test(
		    test_child__ends_what_stands_still_but_not_what_speaks),
		cmocka_unit_test(
		    test_child__kills_the_whole_group_that_ignores_term),
		cmocka_unit_test(
		    test_child__does_not_wait_for_a_stray_that_holds_the_outputs),
		cmocka_unit_test(test_child__can_be_called_off),
		cmocka_unit_test(test_child__says_what_cannot_be_started),
	};

	return cmocka_run_group_tests_name("child", tests, setup, teardown);
}
