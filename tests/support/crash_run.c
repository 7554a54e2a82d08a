#include "tests/support/crash_run.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "tests/unit/test.h"

static void
read_lines(int fd, void (*line)(void *arg, char *line), void *arg)
{
	struct buf b = BUF_INIT;
	char chunk[4096], *p, *nl;
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		buf_append(&b, chunk, (size_t)n);
	buf_putc(&b, '\0');
	for (p = b.data; (nl = strchr(p, '\n')) != NULL; p = nl + 1) {
		*nl = '\0';
		line(arg, p);
	}
	buf_release(&b);
}

int
crash_run(const char *exe, const char *shim, const char *dir, long k,
    const char *how, void (*line)(void *arg, char *line), void *arg)
{
	char preload[500], at[60], mode[60], path[] = "PATH=/usr/bin:/bin";
	char program[400], flag[] = "--driver", where[300];
	char *argv[] = { program, flag, where, NULL };
	char *env[] = { preload, at, mode, path, NULL };
	int fds[2], status = 0;
	pid_t pid;

	snprintf(program, sizeof(program), "%s", exe);
	snprintf(where, sizeof(where), "%s", dir);
	snprintf(preload, sizeof(preload), "LD_PRELOAD=%s", shim);
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
	read_lines(fds[0], line, arg);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0)
		assert_int_equal(EINTR, errno);
	return status;
}
