/*
 * Steps: connect, look who listens; wait until it is ready; the request with
 * the descriptors; wait until it has begun; then signals one way and words the
 * other way until it has ended.
 */
#include "daemon/door/door_relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "daemon/door/door_wire.h"

#define N_PASSED 2

static const int passed[N_PASSED] = { SIGTERM, SIGHUP };
static volatile sig_atomic_t received[N_PASSED];

struct relay {
	int fd;
	int begun;
	int64_t deadline; /* of the next word; 0: none */
	sigset_t before;  /* the signals that were blocked before */
	char packet[1 + DOOR_SAYS_MAX];
	size_t len; /* of the packet at hand */
};

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int
absent(struct err *e)
{
	return err_set(e, ERR_UNREACHABLE, 0, "the hall's door is not there");
}

static int
went_away(struct err *e)
{
	err_init_messages(NULL); /* not at each start: it takes time */
	err_set(
	    e, ERR_FAILED, 0, "the hall's door went away before this was done");
	err_hint(e, "synchronise again; what has arrived stays");
	return ERR_FAILED;
}

static int
dial(const char *dir, int *ret, struct err *e)
{
	struct sockaddr_un to;
	int fd;

	if (door_address(dir, &to, e) < 0)
		return absent(e); /* such a hall has none */
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return absent(e);
	/* descriptors are given to the same user alone */
	if (connect(fd, (const struct sockaddr *)&to, sizeof(to)) != 0 ||
	    !door_is_own(fd)) {
		close(fd);
		return absent(e);
	}
	*ret = fd;
	return 0;
}

/* --- signals --- */

static void
on_signal(int sig)
{
	int i;

	for (i = 0; i < N_PASSED; i++)
		if (passed[i] == sig)
			received[i] = 1;
}

/* They come while waiting only. One that is ignored stays ignored. */
static void
catch_signals(struct relay *r)
{
	struct sigaction a, old;
	sigset_t all;
	int i;

	sigemptyset(&all);
	for (i = 0; i < N_PASSED; i++)
		sigaddset(&all, passed[i]);
	sigprocmask(SIG_BLOCK, &all, &r->before);
	for (i = 0; i < N_PASSED; i++) {
		memset(&a, 0, sizeof(a));
		a.sa_handler = on_signal;
		received[i] = 0;
		if (sigaction(passed[i], NULL, &old) == 0 &&
		    old.sa_handler != SIG_IGN)
			sigaction(passed[i], &a, NULL);
	}
}

/* What this process is or becomes afterwards is as it was. */
static void
release_signals(struct relay *r)
{
	struct sigaction old;
	int i;

	for (i = 0; i < N_PASSED; i++) {
		if (sigaction(passed[i], NULL, &old) == 0 &&
		    old.sa_handler == on_signal)
			signal(passed[i], SIG_DFL);
		if (received[i] && !r->begun)
			raise(passed[i]);
	}
	sigprocmask(SIG_SETMASK, &r->before, NULL);
}

/* Before it has begun there is nobody to tell: release_signals() does. */
static int
pass_signals(struct relay *r, struct err *e)
{
	char word[2] = { DOOR_SIGNAL, 0 };
	int i;

	for (i = 0; i < N_PASSED; i++) {
		if (!received[i])
			continue;
		if (!r->begun)
			return absent(e);
		received[i] = 0;
		word[1] = (char)passed[i];
		if (door_send(r->fd, word, sizeof(word), NULL, e) < 0)
			return went_away(e);
	}
	return 0;
}

/* --- words --- */

static int
gone(const struct relay *r, struct err *e)
{
	return r->begun ? went_away(e) : absent(e);
}

/* The next packet of the door, or gone(). */
static int
next_word(struct relay *r, struct err *e)
{
	struct pollfd at = { .fd = r->fd, .events = POLLIN };
	struct timespec wait;
	int64_t left = 0;
	ssize_t n;
	int rc;

	for (;;) {
		if ((rc = pass_signals(r, e)) < 0)
			return rc;
		if (r->deadline != 0 && (left = r->deadline - now_ms()) <= 0)
			return gone(r, e);
		wait.tv_sec = (time_t)(left / 1000);
		wait.tv_nsec = (long)(left % 1000) * 1000000;
		if (ppoll(&at, 1, r->deadline != 0 ? &wait : NULL,
			&r->before) <= 0)
			continue;
		n = door_recv(r->fd, r->packet, sizeof(r->packet), NULL);
		if (n < 0 && errno == EAGAIN)
			continue;
		if (n <= 0)
			return gone(r, e);
		r->len = (size_t)n;
		return 0;
	}
}

static void
write_out(const char *s, size_t len)
{
	ssize_t n;

	for (; len > 0; s += n, len -= (size_t)n) {
		n = write(STDERR_FILENO, s, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return; /* nobody listens */
	}
}

/* Of the same office's line: who has it now must be its only reader. */
static void
let_go(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0)
		return;
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	close(null);
}

/* Until the word `until`, or the end (*ret_ended). */
static int
wait_for(struct relay *r, char until, int *ret_ended, struct err *e)
{
	int rc;

	for (;;) {
		if ((rc = next_word(r, e)) < 0)
			return rc;
		if (r->packet[0] == DOOR_ENDED && r->len == 3) {
			*ret_ended = 1;
			return 0;
		}
		if (r->packet[0] == DOOR_SAYS)
			write_out(r->packet + 1, r->len - 1);
		else if (r->packet[0] == until)
			return 0;
		else
			return gone(r, e);
	}
}

static int
ask(struct relay *r, const struct buf *request, int *ret_ended, struct err *e)
{
	static const int fds[DOOR_FDS] = { STDIN_FILENO, STDOUT_FILENO,
		STDERR_FILENO };
	int rc;

	*ret_ended = 0;
	r->deadline = now_ms() + DOOR_RELAY_READY_MS;
	if ((rc = wait_for(r, DOOR_READY, ret_ended, e)) < 0 || *ret_ended)
		return rc;
	/* one that is not open cannot be given */
	if (door_send(r->fd, request->data, request->len, fds, e) < 0)
		return absent(e);
	r->deadline = now_ms() + DOOR_RELAY_BEGUN_MS;
	rc = wait_for(r, DOOR_BEGUN, ret_ended, e);
	if (rc < 0 && now_ms() >= r->deadline) /* it may yet begin */
		return went_away(e);
	if (rc < 0 || *ret_ended)
		return rc;
	r->begun = 1;
	r->deadline = 0;
	let_go();
	return wait_for(r, DOOR_ENDED, ret_ended, e);
}

int
door_relay(const char *dir, int argc, char *const *argv, int *ret_status,
    int *ret_signal, struct err *e)
{
	struct relay r = { .fd = -1 };
	struct buf request = BUF_INIT;
	int ended = 0, rc;

	if (door_request_write(argc, argv, &request, e) < 0) {
		buf_release(&request);
		return absent(e);
	}
	if ((rc = dial(dir, &r.fd, e)) < 0)
		goto out;
	catch_signals(&r);
	rc = ask(&r, &request, &ended, e);
	release_signals(&r);
	if (rc < 0)
		goto out;
	*ret_status = *ret_signal = 0;
	if (r.packet[1] == DOOR_BY_SIGNAL)
		*ret_signal = (unsigned char)r.packet[2];
	else
		*ret_status = (unsigned char)r.packet[2];
out:
	if (r.fd >= 0)
		close(r.fd);
	buf_release(&request);
	return rc;
}
