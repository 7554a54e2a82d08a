/*
 * One loop over: the socket that listens, the signals, the connections. A
 * connection waits for its request, then runs until its child has ended.
 */
#include "daemon/door/door_resident.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/door/door_begin.h"
#include "daemon/door/door_use.h"
#include "daemon/door/door_wire.h"
#include "daemon/receive/receive.h"
#include "daemon/sync/remark.h"

#define BACKLOG 128
#define TROUBLE_NS (50L * 1000 * 1000)

struct connection {
	int fd;                 /* -1: whoever asked is gone */
	pid_t child;            /* 0: the request has not come */
	int64_t deadline;       /* for the request */
	char who[DOOR_WHO_LEN]; /* whose key it is; "": nobody's */
};

struct door {
	const struct door_opts *opts;
	int listener, signals;
	struct sockaddr_un at;
	dev_t dev; /* of the socket that we made: another one is not ours */
	ino_t ino;
	sigset_t before; /* blocked signals, for children */
	int full;        /* was at the last connection */
	int64_t end;     /* when it ends at the latest; 0: it goes on */
	struct connection list[DOOR_CONNECTIONS];
	size_t n;
	char text[DOOR_REQUEST_MAX];
};

/* --- words --- */

/* Who does not read them is gone, which poll tells. */
static void
tell(int fd, const void *word, size_t len)
{
	(void)door_send(fd, word, len, NULL, NULL);
}

static void
tell_end(int fd, char how, int n)
{
	const char word[3] = { DOOR_ENDED, how, (char)n };

	tell(fd, word, sizeof(word));
}

/* Instead of a transfer: a sentence, and that it has failed. */
static void
tell_trouble(int fd, const struct err *err)
{
	struct buf b = BUF_INIT;

	buf_putc(&b, DOOR_SAYS);
	receive_put_err(&b, REMARK_TROUBLE, err);
	if (buf_ok(&b, NULL) == 0 && b.len <= DOOR_SAYS_MAX)
		tell(fd, b.data, b.len);
	tell_end(fd, DOOR_BY_STATUS, 1);
	buf_release(&b);
}

/* --- connections --- */

static void
forget(struct door *d, size_t i)
{
	if (d->list[i].fd >= 0)
		close(d->list[i].fd);
	d->list[i] = d->list[--d->n];
}

static void
turn_away(struct door *d, int fd)
{
	struct err err;

	err_set(&err, ERR_BUSY, 0,
	    "the hall serves %d connections at once already", DOOR_CONNECTIONS);
	err_hint(&err, "synchronise again in a few minutes");
	if (!d->full)
		log_line(LOG_WARN, "%s: others are turned away", err.msg);
	d->full = 1;
	tell_trouble(fd, &err);
	close(fd);
}

static void
take_connection(struct door *d, int fd)
{
	static const char ready = DOOR_READY;
	struct connection *c;

	if (!door_is_own(fd)) {
		close(fd);
		return;
	}
	if (d->n == DOOR_CONNECTIONS) {
		turn_away(d, fd);
		return;
	}
	d->full = 0;
	c = &d->list[d->n++];
	c->fd = fd;
	c->child = 0;
	c->who[0] = '\0';
	c->deadline = clock_mono_ms() + DOOR_REQUEST_MS;
	tell(fd, &ready, 1);
}

static void
take_connections(struct door *d)
{
	const struct timespec rest = { 0, TROUBLE_NS };
	struct err err;
	int fd;

	for (;;) {
		fd = accept4(
		    d->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0) {
			take_connection(d, fd);
			continue;
		}
		if (errno == EINTR || errno == ECONNABORTED)
			continue;
		if (errno == EAGAIN)
			return;
		err_sys(&err, "cannot accept a connection");
		log_err("door", &err);
		nanosleep(&rest, NULL); /* what is missing may come back */
		return;
	}
}

/* Who opens connections faster than their slots are given (receive_slot.h) must
 * leave room for others. */
static int
check_share(const struct door *d, const struct connection *c, struct err *e)
{
	size_t i;
	int n = 0;

	if (c->who[0] == '\0')
		return 0;
	for (i = 0; i < d->n; i++)
		n += &d->list[i] != c && strcmp(d->list[i].who, c->who) == 0;
	if (n < DOOR_OF_ONE)
		return 0;
	err_set(e, ERR_BUSY, 0,
	    "device %s has %d connections to the hall already", c->who,
	    DOOR_OF_ONE);
	err_hint(e, "wait until one of them has ended, then synchronise again");
	return ERR_BUSY;
}

static void
drop_fds(const int fds[DOOR_FDS])
{
	int i;

	for (i = 0; i < DOOR_FDS; i++)
		close(fds[i]);
}

/* The request: the word that it has begun goes before it begins, so that nobody
 * begins it a second time. Who asks in no form of ours is let go of, and served
 * without this door. */
static int
begin(struct door *d, struct connection *c)
{
	static const char begun = DOOR_BEGUN;
	struct door_request request;
	int fds[DOOR_FDS];
	ssize_t n = door_recv(c->fd, d->text, sizeof(d->text), fds);
	const struct door_begin b = { .request = &request,
		.fds = fds,
		.mask = &d->before,
		.serve = d->opts->serve };
	struct err err;

	if (n < 0 && errno == EAGAIN)
		return 0;
	if (n <= 0)
		return -1;
	if (door_request_parse(d->text, (size_t)n, &request, &err) < 0) {
		drop_fds(fds);
		return -1;
	}
	door_request_who(&request, c->who);
	if (check_share(d, c, &err) < 0) {
		drop_fds(fds);
		tell_trouble(c->fd, &err);
		return -1;
	}
	if (door_send(c->fd, &begun, 1, NULL, &err) < 0) {
		drop_fds(fds);
		return -1;
	}
	if (door_begin(&b, &c->child, &err) == 0)
		return 0;
	log_err("door", &err);
	tell_trouble(c->fd, &err);
	return -1;
}

/* To all that the child has begun, once it has a group of its own. */
static void
pass_on(const struct connection *c, int sig)
{
	if (kill(-c->child, sig) != 0)
		kill(c->child, sig);
}

/* From who asked, while the child runs: a signal, or that it is gone. */
static void
hear(struct connection *c)
{
	char word[2];
	ssize_t n = door_recv(c->fd, word, sizeof(word), NULL);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n == 2 && word[0] == DOOR_SIGNAL &&
	    (word[1] == SIGTERM || word[1] == SIGHUP)) {
		pass_on(c, word[1]);
		return;
	}
	close(c->fd);
	c->fd = -1;
	pass_on(c, SIGTERM);
}

/* --- signals --- */

static void
note_end(struct door *d, pid_t child, int status, const struct rusage *used)
{
	size_t i;

	for (i = 0; i < d->n && d->list[i].child != child; i++)
		;
	if (i == d->n)
		return;
	door_tell_use(d->list[i].who, used);
	if (d->list[i].fd >= 0 && WIFSIGNALED(status))
		tell_end(d->list[i].fd, DOOR_BY_SIGNAL, WTERMSIG(status));
	else if (d->list[i].fd >= 0)
		tell_end(d->list[i].fd, DOOR_BY_STATUS, WEXITSTATUS(status));
	forget(d, i);
}

/* No more of them; what is under way has a moment. */
static void
begin_end(struct door *d)
{
	struct stat st;

	if (d->end != 0)
		return;
	d->end = clock_mono_ms() + DOOR_DRAIN_MS;
	if (lstat(d->at.sun_path, &st) == 0 && st.st_dev == d->dev &&
	    st.st_ino == d->ino)
		unlink(d->at.sun_path);
	close(d->listener);
	d->listener = -1;
}

static void
take_signals(struct door *d)
{
	struct signalfd_siginfo info;
	struct rusage used;
	int status;
	pid_t child;

	while (read(d->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
		if (info.ssi_signo != SIGCHLD)
			begin_end(d);
	while ((child = wait4(-1, &status, WNOHANG, &used)) > 0)
		note_end(d, child, status, &used);
}

/* --- the loop --- */

/* How long until something is due: -1: nothing is. */
static int
next_due(const struct door *d)
{
	int64_t due = d->end, now = clock_mono_ms();
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->list[i].child == 0 &&
		    (due == 0 || d->list[i].deadline < due))
			due = d->list[i].deadline;
	if (due == 0)
		return -1;
	return due > now ? (int)(due - now) : 0;
}

static void
serve_connection(struct door *d, size_t i, int ready)
{
	struct connection *c = &d->list[i];

	if (c->child != 0) {
		if (ready && c->fd >= 0)
			hear(c);
	} else if (ready ? begin(d, c) < 0
			 : c->deadline <= clock_mono_ms() || d->end != 0)
		forget(d, i);
}

static int
turn(struct door *d, struct err *e)
{
	struct pollfd at[DOOR_CONNECTIONS + 2];
	size_t i, n = d->n;

	at[0] = (struct pollfd){ .fd = d->signals, .events = POLLIN };
	at[1] = (struct pollfd){ .fd = d->listener, .events = POLLIN };
	for (i = 0; i < n; i++)
		at[i + 2] =
		    (struct pollfd){ .fd = d->list[i].fd, .events = POLLIN };
	if (poll(at, n + 2, next_due(d)) < 0) {
		if (errno == EINTR)
			return 0;
		return err_sys(e, "cannot wait for connections");
	}
	/* from the last one: forget() moves the last into the gap */
	for (i = n; i-- > 0;)
		serve_connection(d, i, at[i + 2].revents != 0);
	if (d->listener >= 0 && at[1].revents != 0)
		take_connections(d);
	if (at[0].revents != 0)
		take_signals(d);
	return 0;
}

static void
end_children(const struct door *d)
{
	size_t i;

	for (i = 0; i < d->n; i++)
		if (d->list[i].child != 0)
			pass_on(&d->list[i], SIGTERM);
}

static int
loop(struct door *d, struct err *e)
{
	int rc = 0;

	while (
	    rc == 0 && (d->end == 0 || (d->n > 0 && clock_mono_ms() < d->end)))
		rc = turn(d, e);
	end_children(d);
	return rc;
}

/* --- start --- */

/* Under another name first: there is no moment without a door that answers, and
 * what a crash has left is replaced. */
static int
open_socket(struct door *d, struct err *e)
{
	struct sockaddr_un own = d->at;
	struct stat st;
	int rc;

	if ((rc = file_path(own.sun_path, sizeof(own.sun_path), e, "%s.%d",
		 d->at.sun_path, (int)getpid())) < 0)
		return rc;
	d->listener =
	    socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (d->listener < 0)
		return err_sys(e, "cannot make a socket");
	unlink(own.sun_path);
	if (fchmod(d->listener, 0600) != 0 ||
	    bind(d->listener, (const struct sockaddr *)&own, sizeof(own)) !=
		0 ||
	    listen(d->listener, BACKLOG) != 0 || lstat(own.sun_path, &st) != 0)
		return err_sys(e, "cannot listen on '%s'", own.sun_path);
	d->dev = st.st_dev;
	d->ino = st.st_ino;
	if (rename(own.sun_path, d->at.sun_path) != 0) {
		err_sys(e, "cannot listen on '%s'", d->at.sun_path);
		unlink(own.sun_path);
		return ERR_SYS;
	}
	return 0;
}

static int
open_signals(struct door *d, struct err *e)
{
	static const int all[] = { SIGTERM, SIGHUP, SIGINT, SIGCHLD };
	sigset_t set;
	size_t i;

	sigemptyset(&set);
	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		sigaddset(&set, all[i]);
	if (sigprocmask(SIG_BLOCK, &set, &d->before) != 0)
		return err_sys(e, "cannot block signals");
	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		sigdelset(&d->before, all[i]);
	d->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return d->signals < 0 ? err_sys(e, "cannot wait for signals") : 0;
}

/* It ends with the daemon, however that ends. */
static int
follow(pid_t daemon, struct err *e)
{
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return err_sys(e, "cannot follow the daemon");
	if (getppid() != daemon)
		return err_set(
		    e, ERR_UNREACHABLE, 0, "the hall's daemon is not running");
	return 0;
}

/* What is loaded at first use is loaded once, not in each child. Where memory
 * runs out a transfer goes before the daemon; the kernel may not let us say so,
 * and then chooses by itself. */
static void
warm_up(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (write(fd, "200\n", 4) < 0)
			log_line(LOG_INFO, "memory: the kernel chooses");
		close(fd);
	}
	(void)getpwuid(geteuid());
}

int
door_resident(const struct door_opts *o, struct err *e)
{
	struct door *d = calloc(1, sizeof(*d));
	int rc;

	if (d == NULL)
		return err_nomem(e);
	d->opts = o;
	d->listener = d->signals = -1;
	warm_up();
	if ((rc = door_address(o->dir, &d->at, e)) < 0 ||
	    (rc = open_signals(d, e)) < 0 || (rc = follow(o->daemon, e)) < 0 ||
	    (rc = open_socket(d, e)) < 0)
		goto out;
	rc = loop(d, e);
	begin_end(d);
out:
	while (d->n > 0)
		forget(d, 0);
	if (d->listener >= 0)
		close(d->listener);
	if (d->signals >= 0)
		close(d->signals);
	free(d);
	return rc;
}
