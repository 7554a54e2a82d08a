#include "daemon/sync/alarm.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

/* The watch on the clock is a timer that is never to ring. */
#define FAR_OFF_S (INT64_C(10) * 365 * 86400)

enum { RING, CLOCK, N_TIMERS };

struct alarm {
	uv_poll_t poll[N_TIMERS];
	int fd[N_TIMERS];
	int n_open; /* handles not yet closed */
	void (*rang)(void *arg);
	void (*clock_set)(void *arg);
	void *arg;
	void (*closed)(void *arg);
	void *closed_arg;
};

int64_t
alarm_now_ms(void)
{
	struct timespec t = { 0, 0 };

	clock_gettime(CLOCK_BOOTTIME, &t); /* cannot fail on Linux */
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Empties the descriptor; errno of a failed read, or 0. */
static int
drain(int fd)
{
	uint64_t n;

	return read(fd, &n, sizeof(n)) == (ssize_t)sizeof(n) ? 0 : errno;
}

static void
watch_clock(const struct alarm *a)
{
	struct itimerspec its;

	memset(&its, 0, sizeof(its));
	clock_gettime(CLOCK_REALTIME, &its.it_value);
	its.it_value.tv_sec += FAR_OFF_S;
	/* fails for a clock at the end of time alone: then nobody is told */
	(void)timerfd_settime(a->fd[CLOCK],
	    TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &its, NULL);
}

static void
on_ring(uv_poll_t *p, int status, int events)
{
	struct alarm *a = p->data;

	(void)events;
	if (status == 0 && drain(a->fd[RING]) == 0)
		a->rang(a->arg);
}

static void
on_clock(uv_poll_t *p, int status, int events)
{
	struct alarm *a = p->data;
	int why;

	(void)events;
	if (status < 0)
		return;
	why = drain(a->fd[CLOCK]);
	if (why == EAGAIN)
		return;
	watch_clock(a);
	a->clock_set(a->arg);
}

static void
on_closed(uv_handle_t *h)
{
	struct alarm *a = h->data;

	if (--a->n_open > 0)
		return;
	if (a->closed != NULL)
		a->closed(a->closed_arg);
	free(a);
}

static void
close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static int
open_timers(struct alarm *a, struct err *e)
{
	a->fd[RING] =
	    timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (a->fd[RING] < 0)
		return err_sys(e, "cannot make a timer");
	a->fd[CLOCK] =
	    timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (a->fd[CLOCK] < 0)
		return err_sys(e, "cannot make a timer");
	return 0;
}

static int
open_polls(struct alarm *a, uv_loop_t *loop, struct err *e)
{
	int i, rc;

	for (i = 0; i < N_TIMERS; i++) {
		if ((rc = uv_poll_init(loop, &a->poll[i], a->fd[i])) < 0)
			return err_set(e, ERR_SYS, -rc,
			    "cannot make a timer: %s", uv_strerror(rc));
		a->poll[i].data = a;
		a->n_open++;
		rc = uv_poll_start(
		    &a->poll[i], UV_READABLE, i == RING ? on_ring : on_clock);
		if (rc < 0)
			return err_set(e, ERR_SYS, -rc,
			    "cannot make a timer: %s", uv_strerror(rc));
	}
	return 0;
}

int
alarm_create(uv_loop_t *loop, void (*rang)(void *arg),
    void (*clock_set)(void *arg), void *arg, struct alarm **ret, struct err *e)
{
	struct alarm *a = calloc(1, sizeof(*a));
	int rc;

	if (a == NULL)
		return err_nomem(e);
	a->fd[RING] = a->fd[CLOCK] = -1;
	a->rang = rang;
	a->clock_set = clock_set;
	a->arg = arg;
	if ((rc = open_timers(a, e)) < 0 || (rc = open_polls(a, loop, e)) < 0) {
		alarm_close(a, NULL, NULL);
		return rc;
	}
	watch_clock(a);
	*ret = a;
	return 0;
}

void
alarm_close(struct alarm *a, void (*closed)(void *arg), void *arg)
{
	int i, n = a->n_open;

	a->closed = closed;
	a->closed_arg = arg;
	for (i = 0; i < n; i++)
		uv_close((uv_handle_t *)&a->poll[i], on_closed);
	for (i = 0; i < N_TIMERS; i++) /* after the last that libuv does */
		close_fd(a->fd[i]);
	if (n == 0)
		free(a);
}

void
alarm_set(struct alarm *a, int64_t at_ms)
{
	struct itimerspec its;

	if (at_ms < 1)
		at_ms = 1; /* zero would stop it */
	memset(&its, 0, sizeof(its));
	its.it_value.tv_sec = (time_t)(at_ms / 1000);
	its.it_value.tv_nsec = (long)(at_ms % 1000) * 1000000;
	/* cannot fail: the descriptor is ours, the numbers are in range */
	(void)timerfd_settime(a->fd[RING], TFD_TIMER_ABSTIME, &its, NULL);
}

void
alarm_stop(struct alarm *a)
{
	struct itimerspec its;

	memset(&its, 0, sizeof(its));
	(void)timerfd_settime(a->fd[RING], 0, &its, NULL);
}
