#include "tests/support/crash_run.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "store/db/db.h"
#include "tests/unit/test.h"

/* --- the test --- */

void
crash_note(void)
{
	if (CRASH_SANITIZED)
		print_message("skipped: under a sanitizer no library can be "
			      "preloaded before its own\n");
}

void
crash_find(struct crash *c)
{
	ssize_t n = readlink("/proc/self/exe", c->exe, sizeof(c->exe) - 1);
	char *slash;

	assert_true(n > 0);
	c->exe[n] = '\0';
	assert_non_null(slash = strrchr(c->exe, '/'));
	snprintf(c->shim, sizeof(c->shim), "%.*s/shim_crash.so",
	    (int)(slash - c->exe), c->exe);
	if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
}

char *
crash_copy(const char *from)
{
	char *dir = test_dir(), all[300];
	const char *argv[] = { "cp", "-a", all, dir, NULL };

	snprintf(all, sizeof(all), "%s/.", from);
	assert_int_equal(0, test_run(argv, NULL));
	return dir;
}

/* 1 if it was one of ours. */
static int
take_line(struct crash_result *r, const char *line)
{
	size_t used = strlen(r->said);
	char *rest;

	snprintf(r->said + used, sizeof(r->said) - used, "  %s\n", line);
	if (strncmp(line, "fatal ", 6) == 0) {
		r->failed = r->fatal = 1;
	} else if (strncmp(line, "failed ", 7) == 0) {
		r->failed = 1;
	} else if (strncmp(line, "end ", 4) == 0) {
		r->ended = 1;
		r->count = strtol(line + 4, &rest, 10);
		snprintf(
		    r->hit, sizeof(r->hit), "%s", *rest == ' ' ? rest + 1 : "");
	} else {
		return 0;
	}
	return 1;
}

static void
read_lines(int fd, void (*line)(void *arg, char *line), void *arg,
    struct crash_result *ret)
{
	struct buf b = BUF_INIT;
	char chunk[4096], *p, *nl;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_append(&b, chunk, (size_t)n);
	buf_putc(&b, '\0');
	for (p = b.data; (nl = strchr(p, '\n')) != NULL; p = nl + 1) {
		*nl = '\0';
		if (!take_line(ret, p))
			line(arg, p);
	}
	buf_release(&b);
}

void
crash_run(const struct crash *c, const char *dir, long k, const char *how,
    void (*line)(void *arg, char *line), void *arg, struct crash_result *ret)
{
	char preload[500], at[60], mode[60], path[] = "PATH=/usr/bin:/bin";
	char program[400], flag[] = "--driver", where[300];
	char *argv[] = { program, flag, where, NULL };
	char *env[] = { preload, at, mode, path, NULL };
	int fds[2];
	pid_t pid;

	memset(ret, 0, sizeof(*ret));
	snprintf(program, sizeof(program), "%s", c->exe);
	snprintf(where, sizeof(where), "%s", dir);
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", c->shim);
	snprintf(at, sizeof(at), "PMQA_CRASH_AT=%ld", k);
	snprintf(mode, sizeof(mode), "PMQA_CRASH_HOW=%s", how);
	assert_int_equal(0, pipe(fds));
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		close(fds[0]);
		close(fds[1]);
		execve(program, argv, env);
		_exit(127);
	}
	close(fds[1]);
	read_lines(fds[0], line, arg, ret);
	close(fds[0]);
	while (waitpid(pid, &ret->status, 0) < 0)
		assert_int_equal(EINTR, errno);
}

void
crash_expect(const struct crash_result *r, long k, const char *how)
{
	int fits = r->ended;

	if (!r->ended && strcmp(how, "kill") == 0)
		fits = WIFSIGNALED(r->status) && WTERMSIG(r->status) == SIGKILL;
	else if (!r->ended)
		fits = r->failed && WIFEXITED(r->status) &&
		       WEXITSTATUS(r->status) == DRIVER_FATAL;
	if (!fits)
		fail_msg("%s at call %ld: the driver ended with %d:\n%s", how,
		    k, r->status, r->said);
}

void
crash_expect_fatal(const struct crash_result *r, long k)
{
	if (r->failed && !r->fatal)
		fail_msg("call %ld failed and a daemon would go on:\n%s", k,
		    r->said);
}

/* --- the driver --- */

void
crash_say(const char *fmt, ...)
{
	char line[600];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(line)) {
		n = (int)sizeof(line) - 1;
		line[n - 1] = '\n';
	}
	if (n < 0 || write(STDOUT_FILENO, line, (size_t)n) != n)
		_exit(DRIVER_STUCK);
}

void
crash_check(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	crash_say("%s %s (after %s)\n", db_is_fatal(e) ? "fatal" : "failed",
	    e->msg, crash_hit_now());
	_exit(DRIVER_FATAL);
}

static void *
find(const char *name)
{
	void *p = dlsym(RTLD_DEFAULT, name);

	if (p == NULL) {
		crash_say("stuck: the shim is not loaded\n");
		_exit(DRIVER_STUCK);
	}
	return p;
}

/* A data pointer becomes one to a function as dlsym(3) shows. */
void
crash_begin(void)
{
	void (*arm)(void);

	*(void **)(&arm) = find("crash_arm");
	arm();
}

const char *
crash_hit_now(void)
{
	const char *(*hit)(void);

	*(void **)(&hit) = find("crash_hit");
	return hit();
}

long
crash_calls(void)
{
	long (*count)(void);

	*(void **)(&count) = find("crash_count");
	return count();
}

int
crash_end(long calls)
{
	crash_say("end %ld %s\n", calls, crash_hit_now());
	return DRIVER_DONE;
}
