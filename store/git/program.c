#include "store/git/program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

#define WORDS_MAX ((size_t)64 * 1024) /* of standard error: its end is kept */
#define REAP_NS (2L * 1000 * 1000)
#define LOOK_MS 200 /* whether it is to be stopped */

/* Programs that were started under another number are to end. */
static atomic_uint stops;

struct run {
	const struct program *program;
	pid_t pid;
	int fds[2]; /* its standard output and error, to read from */
	struct buf *words;
	unsigned stops; /* when it was started */
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
set_files(posix_spawn_file_actions_t *fa, int in, int out, int err)
{
	int rc;

	rc = in < 0 ? posix_spawn_file_actions_addopen(
			  fa, 0, "/dev/null", O_RDONLY, 0)
		    : posix_spawn_file_actions_adddup2(fa, in, 0);
	if (rc != 0 || (rc = posix_spawn_file_actions_adddup2(fa, out, 1)) != 0)
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
spawn(struct run *r, int out, int err)
{
	union {
		const char *const *in;
		char *const *out;
	} args = { .in = r->program->argv }, around = { .in = r->program->env };
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t at;
	int rc;

	if ((rc = posix_spawn_file_actions_init(&fa)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&at)) != 0) {
		posix_spawn_file_actions_destroy(&fa);
		return rc;
	}
	if ((rc = set_files(&fa, r->program->in_fd, out, err)) == 0 &&
	    (rc = set_signals(&at)) == 0)
		rc = posix_spawn(
		    &r->pid, args.out[0], &fa, &at, args.out, around.out);
	posix_spawnattr_destroy(&at);
	posix_spawn_file_actions_destroy(&fa);
	return rc;
}

static int
start(struct run *r, struct err *e)
{
	int out[2], err[2], rc;

	if ((rc = open_pipes(out, err, e)) < 0)
		return rc;
	rc = spawn(r, out[1], err[1]);
	close(out[1]);
	close(err[1]);
	if (rc != 0) {
		close(out[0]);
		close(err[0]);
		return err_set(e, ERR_SYS, rc, "cannot start '%s': %s",
		    r->program->argv[0], strerror(rc));
	}
	r->fds[0] = out[0];
	r->fds[1] = err[0];
	/* of the group: it may have started another already; a kernel that
	 * refuses makes it quick, not wrong */
	if (r->program->nice > 0)
		(void)setpriority(PRIO_PGRP, (id_t)r->pid, r->program->nice);
	return 0;
}

static void
keep(struct run *r, int is_err, const char *s, size_t len)
{
	struct buf *out = r->program->out;

	if (is_err) {
		buf_append(r->words, s, len);
		if (r->words->len > WORDS_MAX)
			buf_consume(r->words, r->words->len - WORDS_MAX);
	} else if (out != NULL) {
		if (len > r->program->out_max - out->len)
			len = r->program->out_max - out->len;
		buf_append(out, s, len);
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
		if (left <= 0 || atomic_load(&stops) != r->stops)
			return 0;
		if (poll(p, 2, (int)(left < LOOK_MS ? left : LOOK_MS)) < 0)
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
		if (!killed && (clock_mono_ms() >= until ||
				   atomic_load(&stops) != r->stops)) {
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

const char *
program_last_words(struct program_end *r)
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

void
program_end_release(struct program_end *r)
{
	buf_release(&r->words);
}

void
program_stop_running(void)
{
	atomic_fetch_add(&stops, 1);
}

int
program_run(const struct program *p, struct program_end *ret, struct err *e)
{
	struct run r = { .program = p,
		.pid = -1,
		.words = &ret->words,
		.stops = atomic_load(&stops) };
	int64_t until = clock_mono_ms() + p->wall_ms;
	int rc, status = -1, in_time;

	memset(ret, 0, sizeof(*ret));
	if ((rc = start(&r, e)) < 0)
		return rc;
	in_time = listen_to(&r, until);
	ret->timed_out = reap(&r, in_time ? until : 0, &status);
	close(r.fds[0]);
	close(r.fds[1]);
	ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	return 0;
}
