/*
 * Steps: a directory for what comes; pipes; receive_pack() in a process group of
 * its own; what the device asks through receive_ask, what it is answered through
 * receive_report; the deadline; how it ended; the directory goes.
 */
#include "daemon/receive/receive_push.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/receive/receive_ask.h"
#include "daemon/receive/receive_door.h"
#include "daemon/receive/receive_http.h"
#include "daemon/receive/receive_pack.h"
#include "daemon/receive/receive_report.h"
#include "daemon/sync/remark.h"
#include "store/git/incoming.h"

#define GRACE_MS 5000 /* the child ends what it may not leave half done */
#define KEEP_MS 5000  /* of silence, then a sign of life */

static volatile sig_atomic_t told_to_end; /* the signal */

struct push {
	struct receive *r;
	struct receive_report report;
	char quarantine[INCOMING_DIR_MAX]; /* "": none */
	pid_t parent, child;
	int in, out, errors; /* the child's, -1: ended */
	struct receive_ask ask;
	char held[16384]; /* of what the device sent, for the child */
	size_t held_at, held_len;
	int64_t deadline;
	int64_t spoke_at; /* something went to the device */
	sigset_t mask;    /* of signals, as it was before */
	int late;         /* was told to end at the deadline */
	int absent;       /* nobody listens any more */
};

/* The child: receive_pack() on these descriptors, and nothing of the parent's
 * but its limits. */
static void
become_pack(const struct push *p, const struct receive_pack_opts *o,
    int pipes[3][2], const sigset_t *mask)
{
	int i;

	setpgid(0, 0);
	/* an office whose line is cut must not leave this behind */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGTERM, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_SETMASK, mask, NULL);
	if (getppid() != p->parent || dup2(pipes[0][0], STDIN_FILENO) < 0 ||
	    dup2(pipes[1][1], STDOUT_FILENO) < 0 ||
	    dup2(pipes[2][1], STDERR_FILENO) < 0)
		_exit(127);
	for (i = 0; i < 3; i++) { /* its own end would keep a pipe open */
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	i = receive_pack(p->r, o);
	fflush(stderr);
	_exit(i);
}

static int
start(struct push *p, int64_t max_input, const char *protocol, struct err *e)
{
	const struct receive_pack_opts o = { .max_input = max_input,
		.quarantine = p->quarantine,
		.protocol = protocol };
	int pipes[3][2] = { { -1, -1 }, { -1, -1 }, { -1, -1 } }, i, rc = 0;

	for (i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC) != 0) {
			rc = err_sys(e, "cannot make a pipe");
			goto out;
		}
	p->parent = getpid();
	fflush(NULL); /* what waits in a buffer must not be there twice */
	if ((p->child = fork()) < 0) {
		rc = err_sys(e, "cannot start a process");
		goto out;
	}
	if (p->child == 0)
		become_pack(p, &o, pipes, &p->mask);
	setpgid(p->child, p->child); /* whichever comes first */
	p->in = pipes[0][1];
	p->out = pipes[1][0];
	p->errors = pipes[2][0];
	pipes[0][1] = pipes[1][0] = pipes[2][0] = -1;
	/* it may be writing at the same time: never wait for it alone */
	if (fcntl(p->in, F_SETFL, O_NONBLOCK) != 0)
		rc = err_sys(e, "cannot make a pipe");
out:
	for (i = 0; i < 3; i++) {
		if (pipes[i][0] >= 0)
			close(pipes[i][0]);
		if (pipes[i][1] >= 0)
			close(pipes[i][1]);
	}
	return rc;
}

static void
close_in(struct push *p)
{
	if (p->in >= 0)
		close(p->in);
	p->in = -1;
	p->held_at = p->held_len = 0;
}

/* From the device: the child gets it, unless it is what it must not get. */
static void
take_input(struct push *p)
{
	ssize_t n = read(STDIN_FILENO, p->held, sizeof(p->held));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close_in(p);
		return;
	}
	p->held_at = 0;
	p->held_len = (size_t)n;
	if (receive_ask_feed(&p->ask, p->held, p->held_len, &p->report.err) ==
	    0)
		return;
	p->report.refused = 1;
	close_in(p);
	kill(-p->child, SIGTERM);
}

static void
give_input(struct push *p)
{
	ssize_t n = write(p->in, p->held + p->held_at, p->held_len);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) { /* it wants no more: it says why */
		close_in(p);
		return;
	}
	p->held_at += (size_t)n;
	p->held_len -= (size_t)n;
}

/* To the office, which may read slowly or be gone. */
static void
pass_on(struct push *p, int fd, const char *s, size_t len)
{
	struct pollfd at = { .fd = fd, .events = POLLOUT };
	ssize_t n;
	int left;

	while (len > 0 && !p->absent) {
		left = (int)(p->deadline - clock_mono_ms());
		if (left <= 0 || (poll(&at, 1, left) < 0 && errno != EINTR)) {
			p->absent = 1;
			return;
		}
		/* what fits into a pipe that has room at all: never blocks */
		n = write(fd, s, len < 4096 ? len : 4096);
		if (n < 0 && errno != EINTR && errno != EAGAIN) {
			p->absent = 1;
			return;
		}
		s += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
	p->spoke_at = clock_mono_ms();
}

/* While the child is silent, so that no router on the way takes the connection
 * for dead: an empty packet, between two of its own. */
static void
keep_alive(struct push *p)
{
	static const char empty[] = "0005\x02";

	if (p->report.banded && !p->report.broken && p->out >= 0 &&
	    clock_mono_ms() - p->spoke_at >= KEEP_MS)
		pass_on(p, STDOUT_FILENO, empty, sizeof(empty) - 1);
}

static int
take_output(struct push *p, struct err *e)
{
	char chunk[16384];
	struct buf on = BUF_INIT;
	ssize_t n = read(p->out, chunk, sizeof(chunk));
	int rc = 0;

	if (n < 0 && errno == EINTR)
		return 0;
	if (n <= 0) {
		close(p->out);
		p->out = -1;
		return 0;
	}
	rc = receive_report_feed(&p->report, chunk, (size_t)n, &on, e);
	if (rc == 0 && on.len > 0)
		pass_on(p, STDOUT_FILENO, on.data, on.len);
	buf_release(&on);
	return rc;
}

static void
take_errors(struct push *p)
{
	char chunk[4096];
	ssize_t n = read(p->errors, chunk, sizeof(chunk));

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0) {
		close(p->errors);
		p->errors = -1;
		return;
	}
	receive_report_error(&p->report, chunk, (size_t)n);
	pass_on(p, STDERR_FILENO, chunk, (size_t)n);
}

/* What stands already is finished; the second time it is SIGKILL. */
static void
end_it(struct push *p)
{
	kill(-p->child, p->late ? SIGKILL : SIGTERM);
	p->late = 1;
	p->deadline = clock_mono_ms() + GRACE_MS;
}

/* One thing that happens, or the deadline. */
static int
relay_once(struct push *p, int64_t left, struct err *e)
{
	const int full = p->held_len > 0;
	struct pollfd at[3] = {
		{ .fd = p->errors, .events = POLLIN },
		{ .fd = p->out, .events = POLLIN },
		{ .fd = p->in < 0 ? -1
			: full    ? p->in
				  : STDIN_FILENO,
		    .events = full ? POLLOUT : POLLIN },
	};
	const int64_t most = left < KEEP_MS ? left : KEEP_MS;
	const struct timespec wait = { most / 1000, most % 1000 * 1000000 };
	int n = ppoll(at, 3, &wait, &p->mask), rc = 0;

	if (n < 0 && errno != EINTR)
		return err_sys(e, "cannot wait for a push");
	if (told_to_end != 0)
		p->absent = 1;
	if (n <= 0)
		return 0;
	/* what was written first is read first: errors explain */
	if (at[0].revents != 0)
		take_errors(p);
	if (at[1].revents != 0)
		rc = take_output(p, e);
	if (at[2].revents != 0 && full)
		give_input(p);
	else if (at[2].revents != 0)
		take_input(p);
	return rc;
}

static int
relay(struct push *p, struct err *e)
{
	int64_t left;
	int rc = 0;

	while (rc == 0 && (p->out >= 0 || p->errors >= 0)) {
		left = p->deadline - clock_mono_ms();
		/* once it has told how it went the branch stands and its
		 * line too: what remains is the hall's own, the receipt */
		if (left <= 0 || (p->absent && !p->late && !p->report.reported))
			end_it(p);
		else if ((rc = relay_once(p, left, e)) == 0)
			keep_alive(p);
	}
	return rc;
}

static int
wait_for_it(struct push *p, int *ret, struct err *e)
{
	while (waitpid(p->child, ret, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for a push");
	return 0;
}

/* Over https only the stream of the answer gets there. */
static void
say(const struct push *p, const char *prefix, const struct err *err)
{
	if (p->r->http != NULL)
		receive_http_say(prefix, err);
	else
		receive_say_err(prefix, err);
}

/* What the child did not tell is told here. */
static void
tell(struct push *p, int status)
{
	const char *event = receive_door_event(p->r);
	struct receive_report *report = &p->report;
	int cut = 0;

	if (p->late && !p->absent && !report->spoke) {
		err_set(&report->err, ERR_REFUSED, 0,
		    "the push took longer than %d seconds", p->r->seconds);
		err_hint(&report->err, "synchronise again: smaller pieces are "
				       "sent when the line is slow");
		say(p, REMARK_REFUSED, &report->err);
		receive_door_tell(p->r, NULL, &report->err);
		return;
	}
	if (!report->refused && !receive_report_end(report, status, &cut))
		return;
	if (cut || p->absent) {
		receive_log(p->r, event, NULL, NULL, "cut", report->err.msg);
		return;
	}
	if (!report->put)
		say(p, receive_report_prefix(report), &report->err);
	receive_door_tell(p->r, NULL, &report->err);
}

static void
on_end(int sig)
{
	told_to_end = sig;
}

/* Told to end, it first takes along its child and what that has begun. They are
 * only taken notice of while nothing else is being done. */
static void
catch_signals(struct push *p, struct sigaction old[2])
{
	struct sigaction act = { .sa_handler = on_end };
	sigset_t both;

	told_to_end = 0;
	sigemptyset(&act.sa_mask);
	sigemptyset(&both);
	sigaddset(&both, SIGTERM);
	sigaddset(&both, SIGHUP);
	sigprocmask(SIG_BLOCK, &both, &p->mask);
	sigaction(SIGTERM, &act, &old[0]);
	sigaction(SIGHUP, &act, &old[1]);
}

static void
let_signals(const struct push *p, const struct sigaction old[2])
{
	const int sig = told_to_end;

	sigaction(SIGTERM, &old[0], NULL);
	sigaction(SIGHUP, &old[1], NULL);
	sigprocmask(SIG_SETMASK, &p->mask, NULL);
	if (sig != 0)
		raise(sig);
}

static void
drop_quarantine(const struct push *p)
{
	struct err err;

	if (p->quarantine[0] != '\0' &&
	    incoming_drop_dir(p->quarantine, &err) < 0)
		receive_log(p->r, "sweep", NULL, NULL, "trouble", err.msg);
}

static int
run(struct push *p, int64_t max_input, const char *protocol, struct err *e)
{
	struct receive *r = p->r;
	int status = 0, rc, end;

	if ((rc = incoming_make_dir(
		 r->sha[0] != '\0' ? r->evidence_repo : r->repo, p->quarantine,
		 e)) < 0) {
		p->quarantine[0] = '\0';
		return rc;
	}
	if (r->http != NULL && (rc = receive_http_begin_push(r, e)) < 0)
		return rc;
	if ((rc = start(p, max_input, protocol, e)) < 0)
		return rc;
	if ((rc = relay(p, e)) < 0)
		kill(-p->child, SIGTERM);
	end = wait_for_it(p, &status, rc < 0 ? NULL : e);
	if (rc == 0 && (rc = end) == 0)
		tell(p, status);
	r->status = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
	return rc;
}

int
receive_push(
    struct receive *r, int64_t max_input, const char *protocol, struct err *e)
{
	struct push p = {
		.r = r, .child = -1, .in = -1, .out = -1, .errors = -1
	};
	struct sigaction old[2];
	int rc;

	receive_report_init(&p.report);
	signal(SIGPIPE, SIG_IGN); /* the office going away shows as an error */
	p.spoke_at = clock_mono_ms();
	p.deadline = p.spoke_at + (int64_t)r->seconds * 1000;
	catch_signals(&p, old);
	rc = run(&p, max_input, protocol, e);
	close_in(&p);
	if (p.out >= 0)
		close(p.out);
	if (p.errors >= 0)
		close(p.errors);
	drop_quarantine(&p);
	receive_report_release(&p.report);
	let_signals(&p, old);
	return rc;
}
