/*
 * A push that ends in its middle, at the hall's side: the line is cut, or its
 * time is over. What git had taken in by then does not stay.
 */
#include "tests/unit/test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/gate.h"

#define DEADLINE_MS 60000

static struct gate *g;

struct cut {
	pid_t pid; /* what serves it: pmqa-receive would only hand it over */
	int to;    /* its standard input */
};

/* What sshd runs; its answers are not read, they fit into the pipe. */
static void
open_push(struct cut *c)
{
	const char *program = test_program("lib/pmqa-door");
	int in[2], out[2];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	c->pid = fork();
	assert_true(c->pid >= 0);
	if (c->pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		dup2(out[1], 2);
		close(in[0]);
		close(in[1]);
		close(out[0]);
		close(out[1]);
		setenv("SSH_ORIGINAL_COMMAND", "git-receive-pack '/office'", 1);
		execl(program, "pmqa-receive", "--dir", g->joined.hall,
		    "9105-a", (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	c->to = in[1];
	/* kept open: git must not end for want of a reader */
	assert_true(fcntl(out[0], F_SETFD, FD_CLOEXEC) == 0);
}

static int
find_quarantine(char ret[260])
{
	char path[400];
	struct dirent *d;
	int found = 0;
	DIR *dir;

	snprintf(
	    path, sizeof(path), "%s/offices/9105.git/objects", g->joined.hall);
	assert_non_null(dir = opendir(path));
	while (!found && (d = readdir(dir)) != NULL) {
		found = strncmp(d->d_name, "tmp_objdir-", 11) == 0;
		snprintf(ret, 260, "%s", d->d_name);
	}
	closedir(dir);
	return found;
}

static int
has_quarantine(void)
{
	char name[260];

	return find_quarantine(name);
}

/* The command and the head of a pack of which nothing more comes. */
static void
send_half(const struct cut *c)
{
	char tip[41], line[200];
	int len;

	commit_hex(g->tip, tip);
	len = snprintf(line, sizeof(line),
	    "%04x%s %s refs/heads/office%c report-status0000"
	    "PACK%c%c%c\2%c%c%c\2",
	    4 + 40 + 1 + 40 + 1 + 17 + 1 + 14, tip,
	    "1111111111111111111111111111111111111111", 0, 0, 0, 0, 0, 0, 0);
	assert_int_equal(write(c->to, line, (size_t)len), len);
}

static void
wait_for_quarantine(void)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;

	while (!has_quarantine()) {
		assert_true(clock_mono_ms() < deadline);
		usleep(5000);
	}
}

static void
wait_for_end(struct cut *c)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	int status = 0;

	while (waitpid(c->pid, &status, WNOHANG) == 0) {
		assert_true(clock_mono_ms() < deadline);
		usleep(5000);
	}
}

static void
end_push(struct cut *c, int sig)
{
	send_half(c);
	wait_for_quarantine();
	if (sig != 0)
		assert_int_equal(kill(c->pid, sig), 0);
	close(c->to);
	wait_for_end(c);
}

static void
push_something(void)
{
	static int n;
	char text[40];

	snprintf(text, sizeof(text), "ครั้งที่ %d", ++n);
	gate_reset(g);
	forge_good(&g->forge, text);
	gate_push_good(g);
}

static void
test_push_cut__leaves_nothing_when_the_line_is_cut(void **state)
{
	char *before = gate_listing(g), *after;
	struct cut c;

	(void)state;
	open_push(&c);
	end_push(&c, 0);
	after = gate_listing(g);
	assert_string_equal(before, after);
	free(before);
	free(after);
	push_something();
}

/* The quarantine is as old as a push cannot be. */
static void
make_old(void)
{
	struct timespec times[2] = { { 0, UTIME_OMIT }, { 0, 0 } };
	char path[500], name[260] = "";

	assert_true(find_quarantine(name));
	times[1].tv_sec = clock_now() - 2 * 3600;
	snprintf(path, sizeof(path), "%s/offices/9105.git/objects/%s",
	    g->joined.hall, name);
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void
test_push_cut__what_a_killed_one_left_goes_with_a_later_one(void **state)
{
	struct cut c;

	(void)state;
	open_push(&c);
	end_push(&c, SIGKILL);
	assert_true(has_quarantine());
	push_something();
	assert_true(has_quarantine()); /* it could be one under way */
	make_old();
	push_something();
	assert_false(has_quarantine());
}

static int
group_up(void **state)
{
	int rc = test_libraries_up(state);

	signal(SIGPIPE, SIG_IGN);
	g = gate_make();
	return rc;
}

static int
group_down(void **state)
{
	gate_remove(g);
	return test_libraries_down(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_push_cut__leaves_nothing_when_the_line_is_cut),
		cmocka_unit_test(
		    test_push_cut__what_a_killed_one_left_goes_with_a_later_one),
	};

	return cmocka_run_group_tests_name(
	    "push_cut", tests, group_up, group_down);
}
