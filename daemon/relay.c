#include "daemon/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

/* What a pipe that poll() calls writable takes without blocking (PIPE_BUF). */
#define CHUNK 4096
#define FEW 512

/* --- the measure --- */

void
relay_rate_init(struct relay_rate *r, int64_t per_s, int64_t now_ms)
{
	r->per_s = per_s;
	r->size = per_s / 4 > CHUNK ? per_s / 4 : CHUNK;
	r->level = r->size * 1000;
	r->at_ms = now_ms;
}

static void
fill(struct relay_rate *r, int64_t now_ms)
{
	int64_t took = now_ms - r->at_ms;

	r->at_ms = now_ms;
	if (took <= 0)
		return;
	if (took > 1000)
		took = 1000;
	r->level += r->per_s * took;
	if (r->level > r->size * 1000)
		r->level = r->size * 1000;
}

int64_t
relay_rate_may(struct relay_rate *r, int64_t max, int64_t now_ms)
{
	int64_t n;

	fill(r, now_ms);
	n = r->level / 1000;
	if (n < FEW)
		return 0;
	return n < max ? n : max;
}

void
relay_rate_took(struct relay_rate *r, int64_t n)
{
	r->level -= n * 1000;
}

int64_t
relay_rate_wait_ms(const struct relay_rate *r)
{
	int64_t lack = FEW * INT64_C(1000) - r->level;

	return lack <= 0 ? 0 : (lack + r->per_s - 1) / r->per_s;
}

/* --- one way --- */

struct way {
	int in, out; /* -1: closed */
	struct relay_rate rate;
	char bytes[CHUNK];
	size_t at, n; /* what was read and is not yet written */
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void
end_way(struct way *w)
{
	close_fd(&w->in);
	close_fd(&w->out);
}

static void
read_some(struct way *w)
{
	int64_t may = relay_rate_may(
	    &w->rate, (int64_t)sizeof(w->bytes), clock_mono_ms());
	ssize_t n;

	if (may == 0)
		return;
	n = read(w->in, w->bytes, (size_t)may);
	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		end_way(w);
		return;
	}
	relay_rate_took(&w->rate, n);
	w->at = 0;
	w->n = (size_t)n;
}

static void
write_some(struct way *w)
{
	ssize_t n = write(w->out, w->bytes + w->at, w->n - w->at);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n < 0) { /* nobody wants it any more */
		end_way(w);
		return;
	}
	w->at += (size_t)n;
	if (w->at == w->n)
		w->at = w->n = 0;
}

/* What to wait for; *wait_ms shrinks to when bytes may go again. */
static void
look(struct way *w, struct pollfd *p, int64_t *wait_ms)
{
	int64_t until = 0;

	p->fd = -1;
	p->events = p->revents = 0;
	if (w->in < 0)
		return;
	if (w->n > 0) {
		p->fd = w->out;
		p->events = POLLOUT;
		return;
	}
	if (relay_rate_may(&w->rate, 1, clock_mono_ms()) == 0)
		until = relay_rate_wait_ms(&w->rate);
	if (until > 0) {
		if (*wait_ms < 0 || until < *wait_ms)
			*wait_ms = until;
		return;
	}
	p->fd = w->in;
	p->events = POLLIN;
}

static void
move(struct way *w, const struct pollfd *p)
{
	if (w->in < 0 || p->fd < 0 || p->revents == 0)
		return;
	if (w->n > 0)
		write_some(w);
	else
		read_some(w);
}

/* Until nothing more comes from the program. */
static int
carry(struct way *up, struct way *down, struct err *e)
{
	struct pollfd p[2];
	int64_t wait_ms;

	while (down->in >= 0) {
		wait_ms = -1;
		look(up, &p[0], &wait_ms);
		look(down, &p[1], &wait_ms);
		if (poll(p, 2, (int)wait_ms) < 0 && errno != EINTR)
			return err_sys(e, "cannot wait for the transfer");
		move(up, &p[0]);
		move(down, &p[1]);
	}
	return 0;
}

/* --- the two processes --- */

static int
become_child(int in, int out, pid_t parent, struct err *e)
{
	if (dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		return err_sys(e, "cannot make a pipe");
	/* however the relay ends, the program ends with it */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0)
		return err_sys(e, "cannot follow the relay");
	if (getppid() != parent)
		return err_set(e, ERR_FAILED, 0, "the relay has ended");
	return 0;
}

static int
wait_for(pid_t pid, int *ret_status, struct err *e)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return err_sys(e, "cannot wait for the transfer");
	*ret_status =
	    WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return 0;
}

static int
be_relay(
    int64_t per_s, int to, int from, pid_t pid, int *ret_status, struct err *e)
{
	struct way up = { .in = STDIN_FILENO, .out = to };
	struct way down = { .in = from, .out = STDOUT_FILENO };
	int64_t now = clock_mono_ms();
	int rc;

	signal(SIGPIPE, SIG_IGN);
	relay_rate_init(&up.rate, per_s, now);
	relay_rate_init(&down.rate, per_s, now);
	rc = carry(&up, &down, e);
	end_way(&up);
	end_way(&down);
	if (rc < 0) {
		kill(pid, SIGTERM);
		return rc;
	}
	return wait_for(pid, ret_status, e);
}

int
relay_split(int64_t per_s, int *ret_child, int *ret_status, struct err *e)
{
	int to[2] = { -1, -1 }, from[2] = { -1, -1 }, rc = 0;
	pid_t parent = getpid(), pid;

	if (pipe2(to, O_CLOEXEC) < 0 || pipe2(from, O_CLOEXEC) < 0) {
		rc = err_sys(e, "cannot make a pipe");
		goto out;
	}
	if ((pid = fork()) < 0) {
		rc = err_sys(e, "cannot start '%s'", "pmqa-ssh");
		goto out;
	}
	*ret_child = pid == 0;
	if (pid == 0) {
		rc = become_child(to[0], from[1], parent, e);
		goto out;
	}
	close_fd(&to[0]);
	close_fd(&from[1]);
	return be_relay(per_s, to[1], from[0], pid, ret_status, e);
out:
	close_fd(&to[0]);
	close_fd(&to[1]);
	close_fd(&from[0]);
	close_fd(&from[1]);
	return rc;
}
