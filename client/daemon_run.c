#include "client/daemon_run.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/lang.h"

#define SAID_MAX 4096
#define ANSWER_MAX ((size_t)4 * 1024 * 1024)

void
daemon_args_add(struct daemon_args *a, const char *name, const char *value)
{
	struct buf b = BUF_INIT;

	if (a->n == DAEMON_ARGS_MAX) {
		a->failed = 1;
		return;
	}
	buf_puts(&b, name);
	if (value != NULL) {
		buf_putc(&b, '=');
		buf_puts(&b, value);
	}
	if ((a->args[a->n] = buf_take(&b)) == NULL)
		a->failed = 1;
	else
		a->n++;
}

void
daemon_args_release(struct daemon_args *a)
{
	size_t i;

	for (i = 0; i < a->n; i++)
		free(a->args[i]);
}

/* In the child: what it says goes to the pipe, in our language. */
static void
become_daemon(const char *program, struct daemon_args *a, int to, int answer)
{
	if (dup2(to, STDERR_FILENO) >= 0 &&
	    (answer < 0 || dup2(answer, STDOUT_FILENO) >= 0) &&
	    setenv("LC_ALL", lang_thai() ? "th_TH.UTF-8" : "C.UTF-8", 1) == 0)
		execv(program, a->args);
	dprintf(to, "pmqad: cannot run '%s': %s\n", program, strerror(errno));
	_exit(1);
}

/* Everything the child says until it closes, cut at SAID_MAX. */
static void
listen_to(int fd, char said[SAID_MAX])
{
	char bytes[512];
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		size_t fits = SAID_MAX - 1 - len;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		if ((size_t)n < fits)
			fits = (size_t)n;
		memcpy(said + len, bytes, fits);
		len += fits;
	}
	said[len] = '\0';
}

/* A line "pmqad: sentence" or "hint: sentence" of the child, into both
 * languages: it spoke ours. */
static void
take_line(const char *said, const char *prefix, char *en, size_t en_size,
    char *th, size_t th_size)
{
	const char *at = strstr(said, prefix);
	char line[1200];

	if (at == NULL)
		return;
	at += strlen(prefix);
	snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
	err_text(en, en_size, line);
	err_text(th, th_size, line);
}

static int
failed(int status, const char *said, struct err *e)
{
	static const enum err_code codes[] = { ERR_FAILED, ERR_FAILED,
		ERR_USAGE, ERR_NOT_FOUND, ERR_CONFLICT, ERR_UNREACHABLE,
		ERR_DENIED, ERR_INVALID, ERR_REFUSED, ERR_DAMAGED };
	size_t n = sizeof(codes) / sizeof(*codes);
	int known = WIFEXITED(status) && (size_t)WEXITSTATUS(status) < n;

	err_set(e, known ? codes[WEXITSTATUS(status)] : ERR_FAILED, 0,
	    "pmqad ended without a word (status %d)", status);
	take_line(
	    said, "pmqad: ", e->msg, sizeof(e->msg), e->th, sizeof(e->th));
	take_line(said, "hint: ", e->hint, sizeof(e->hint), e->hint_th,
	    sizeof(e->hint_th));
	return (int)e->code;
}

/* Runs it with its words to a pipe and its answer to a file. */
static int
run(const char *program, struct daemon_args *a, int answer, struct err *e)
{
	char said[SAID_MAX];
	int fds[2], status;
	pid_t pid;

	if (pipe(fds) < 0)
		return err_sys(e, "cannot make a pipe");
	if ((pid = fork()) == 0) {
		close(fds[0]);
		become_daemon(program, a, fds[1], answer);
	}
	close(fds[1]);
	if (pid > 0)
		listen_to(fds[0], said);
	close(fds[0]);
	if (pid < 0)
		return err_sys(e, "cannot start '%s'", program);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for '%s'", program);
	return status == 0 ? 0 : failed(status, said, e);
}

static int
read_answer(int fd, struct buf *ret, struct err *e)
{
	char bytes[16 * 1024];
	ssize_t n;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(e, "cannot read the answer of pmqad");
	while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot read the answer of pmqad");
		if ((size_t)n > ANSWER_MAX - ret->len)
			return err_set(e, ERR_FAILED, 0,
			    "the answer of pmqad is too long");
		buf_append(ret, bytes, (size_t)n);
	}
	return buf_ok(ret, e);
}

int
daemon_run(
    const char *program, struct daemon_args *a, struct buf *ret, struct err *e)
{
	int rc, answer = -1;

	if (a->failed)
		return err_nomem(e);
	if (ret != NULL && (answer = memfd_create("pmqad", MFD_CLOEXEC)) < 0)
		return err_sys(e, "cannot make a file in memory");
	rc = run(program, a, answer, e);
	if (rc == 0 && ret != NULL)
		rc = read_answer(answer, ret, e);
	if (answer >= 0)
		close(answer);
	return rc;
}
