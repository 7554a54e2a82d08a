#include "store/git/gitrun.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

#define ARGS_MAX 48
#define WORDS_MAX ((size_t)4096) /* of standard error: its end is kept */
#define REAP_NS (2L * 1000 * 1000)

/* What a repository's own configuration says already, said again: the file
 * could have been changed by hand. */
static const char *const pinned[] = { "core.fsync=all",
	"core.fsyncMethod=fsync", "core.hooksPath=/dev/null",
	"core.logAllRefUpdates=false", "gc.auto=0", "maintenance.auto=false",
	"pack.threads=1", "pack.window=0", "pack.writeReverseIndex=false",
	"repack.writeBitmaps=false", "repack.updateServerInfo=false",
	"core.multiPackIndex=false" };

struct run {
	pid_t pid;
	int fds[2]; /* its standard output and error, to read from */
	struct buf *out;
	struct buf words;
};

static int
open_pipes(int out[2], int err[2], struct err *e)
{
	int rc;

	if (pipe2(out, O_CLOEXEC) != 0)
		return err_sys(e, "cannot make a pipe");
	if (pipe2(err, O_CLOEXEC) == 0)
		return 0;
	rc = err_sys(e, "cannot make a pipe");
	close(out[0]);
	close(out[1]);
	return rc;
}

static int
set_files(posix_spawn_file_actions_t *fa, int out, int err)
{
	int rc;

	if ((rc = posix_spawn_file_actions_addopen(
		 fa, 0, "/dev/null", O_RDONLY, 0)) != 0 ||
	    (rc = posix_spawn_file_actions_adddup2(fa, out, 1)) != 0)
		return rc;
	return posix_spawn_file_actions_adddup2(fa, err, 2);
}

/* A group of its own, no signal blocked or ignored: the store's thread blocks
 * all of them. */
static int
set_signals(posix_spawnattr_t *at)
{
	sigset_t none, all;
	int rc;

	sigemptyset(&none);
	sigfillset(&all);
	if ((rc = posix_spawnattr_setsigmask(at, &none)) != 0 ||
	    (rc = posix_spawnattr_setsigdefault(at, &all)) != 0 ||
	    (rc = posix_spawnattr_setpgroup(at, 0)) != 0)
		return rc;
	return posix_spawnattr_setflags(
	    at, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			POSIX_SPAWN_SETPGROUP));
}

static int
spawn(struct run *r, char *const *argv, char *const *env, int out, int err)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	int rc;

	if ((rc = posix_spawn_file_actions_init(&fa)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&at)) != 0) {
		posix_spawn_file_actions_destroy(&fa);
		return rc;
	}
	if ((rc = set_files(&fa, out, err)) == 0 &&
	    (rc = set_signals(&at)) == 0)
		rc = posix_spawn(&r->pid, argv[0], &fa, &at, argv, env);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

static int
start(struct run *r, const char *const *argv, const char *home, struct err *e)
{
	const char *env[] = { "PATH=/usr/bin:/bin", "LC_ALL=C", home,
		"GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_ATTR_NOSYSTEM=1", "GIT_NO_REPLACE_OBJECTS=1",
		"GIT_TERMINAL_PROMPT=0", NULL };
	union {
		const char *const *in;
		char *const *out;
	} args = { .in = argv }, around = { .in = env };
	int out[2], err[2], rc;

	if ((rc = open_pipes(out, err, e)) < 0)
		return rc;
	rc = spawn(r, args.out, around.out, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	if (rc != 0) {
		close(out[0]);
		close(err[0]);
		return err_set(e, ERR_SYS, rc, "cannot start '%s': %s", argv[0],
		    strerror(rc));
	}
	r->fds[0] = out[0];
	r->fds[1] = err[0];
	return 0;
}

static void
keep(struct run *r, int is_err, const char *s, size_t len)
{
	if (is_err) {
		buf_append(&r->words, s, len);
		if (r->words.len > WORDS_MAX)
			buf_consume(&r->words, r->words.len - WORDS_MAX);
	} else if (r->out != NULL) {
		if (len > GITRUN_OUTPUT_MAX - r->out->len)
			len = GITRUN_OUTPUT_MAX - r->out->len;
		buf_append(r->out, s, len);
	}
}

/* Until both outputs are at their end; 0 when the deadline passes first. */
static int
listen_to(struct run *r, int64_t until)
{
	struct pollfd p[2] = { { r->fds[0], POLLIN, 0 },
		{ r->fds[1], POLLIN, 0 } };
	char chunk[16384];
	int64_t left;
	ssize_t n;
	int i;

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		left = until - clock_mono_ms();
		if (left <= 0)
			return 0;
		if (poll(p, 2, (int)(left < 60000 ? left : 60000)) < 0)
			continue;
		for (i = 0; i < 2; i++) {
			if (p[i].fd < 0 || p[i].revents == 0)
				continue;
			n = read(p[i].fd, chunk, sizeof(chunk));
			if (n > 0)
				keep(r, i, chunk, (size_t)n);
			else if (n == 0 || errno != EINTR)
				p[i].fd = -1;
		}
	}
	return 1;
}

/* Waits for its end; kills the group at the deadline. */
static int
reap(struct run *r, int64_t until, int *ret_status)
{
	struct timespec pause = { 0, REAP_NS };
	int killed = 0;
	pid_t got;

	for (;;) {
		got = waitpid(r->pid, ret_status, killed ? 0 : WNOHANG);
		if (got == r->pid || (got < 0 && errno != EINTR))
			break;
		if (!killed && clock_mono_ms() >= until) {
			kill(-r->pid, SIGKILL);
			killed = 1;
		} else if (!killed) {
			nanosleep(&pause, NULL);
		}
	}
	/* what it may have left behind in its group */
	kill(-r->pid, SIGKILL);
	return killed;
}

/* git's last line, which says why. */
static const char *
last_words(struct run *r)
{
	char *s, *lf;

	if (r->words.len == 0 || r->words.failed)
		return "";
	s = r->words.data;
	while (r->words.len > 0 && s[r->words.len - 1] == '\n')
		s[--r->words.len] = '\0';
	lf = strrchr(s, '\n');
	return lf != NULL ? lf + 1 : s;
}

static int
outcome(struct run *r, const char *what, int killed, int status, struct err *e)
{
	char words[300];

	if (killed)
		return err_set(
		    e, ERR_TIMEOUT, 0, "git %s did not end in time", what);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return r->out != NULL ? buf_ok(r->out, e) : 0;
	err_text(words, sizeof(words), last_words(r));
	return err_set(e, ERR_FAILED, 0, "git %s failed: %s", what, words);
}

int
gitrun(const char *repo, const char *const *args, long wall_ms,
    struct buf *ret_out, struct err *e)
{
	struct run r = { .pid = -1, .out = ret_out, .words = BUF_INIT };
	const char *argv[ARGS_MAX];
	int64_t until = clock_mono_ms() + wall_ms;
	char home[4200];
	size_t n = 0, i;
	int rc, status = -1, in_time, killed;

	if ((rc = file_path(home, sizeof(home), e, "HOME=%s", repo)) < 0)
		return rc;
	argv[n++] = "/usr/bin/git";
	argv[n++] = "--git-dir";
	argv[n++] = repo;
	for (i = 0; i < sizeof(pinned) / sizeof(pinned[0]); i++) {
		argv[n++] = "-c";
		argv[n++] = pinned[i];
	}
	for (i = 0; args[i] != NULL; i++) {
		if (n + 1 == ARGS_MAX)
			return err_set(
			    e, ERR_FAILED, 0, "too many arguments for git");
		argv[n++] = args[i];
	}
	argv[n] = NULL;
	if ((rc = start(&r, argv, home, e)) < 0)
		return rc;
	in_time = listen_to(&r, until);
	killed = reap(&r, in_time ? until : 0, &status);
	close(r.fds[0]);
	close(r.fds[1]);
	rc = outcome(&r, args[0], killed, status, e);
	buf_release(&r.words);
	return rc;
}
