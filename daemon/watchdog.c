#include "daemon/watchdog.h"

#include <errno.h>
#include <unistd.h>

#include "base/log.h"

struct ping {
	struct job job; /* first */
	struct watchdog *owner;
	int under_way; /* the worker has it */
	int answered;  /* since the last round */
};

struct watchdog {
	uv_timer_t timer;
	struct notify *notify;
	struct worker *workers[WATCHDOG_WORKERS];
	struct ping pings[WATCHDOG_WORKERS];
	uint64_t grace_until; /* uv_now() */
	uint64_t held_until;
	uint64_t round_ms; /* between two looks */
	size_t n_held;
	int timer_closed;
	int closing;
	void (*closed)(void *arg);
	void *closed_arg;
};

static int
parse_number(const char *s, uint64_t *ret)
{
	char *end;

	if (s == NULL || s[0] < '0' || s[0] > '9')
		return 0;
	errno = 0;
	*ret = strtoull(s, &end, 10);
	return errno == 0 && *end == '\0';
}

uint64_t
watchdog_usec(const char *usec, const char *pid)
{
	uint64_t n, who;

	if (!parse_number(usec, &n))
		return 0;
	if (pid != NULL &&
	    (!parse_number(pid, &who) || who != (uint64_t)getpid()))
		return 0;
	return n;
}

static int
any_under_way(const struct watchdog *w)
{
	size_t i;

	for (i = 0; i < WATCHDOG_WORKERS; i++)
		if (w->pings[i].under_way)
			return 1;
	return 0;
}

static int
all_answered(const struct watchdog *w)
{
	size_t i;

	for (i = 0; i < WATCHDOG_WORKERS; i++)
		if (!w->pings[i].answered)
			return 0;
	return 1;
}

/* Memory goes when neither the timer nor a worker knows of it any more. */
static void
maybe_free(struct watchdog *w)
{
	void (*closed)(void *arg) = w->closed;
	void *arg = w->closed_arg;

	if (!w->closing || !w->timer_closed || any_under_way(w))
		return;
	free(w);
	if (closed != NULL)
		closed(arg);
}

static void
run_ping(struct job *j, void *state)
{
	(void)j;
	(void)state;
}

static void
on_pinged(struct job *j)
{
	struct ping *p = (struct ping *)j;

	p->under_way = 0;
	p->answered = 1;
	maybe_free(p->owner);
}

static void
send_pings(struct watchdog *w)
{
	struct err e;
	size_t i;

	for (i = 0; i < WATCHDOG_WORKERS; i++) {
		struct ping *p = &w->pings[i];

		p->answered = 0;
		if (p->under_way)
			continue;
		if (worker_submit(w->workers[i], &p->job, &e) == 0)
			p->under_way = 1;
		else
			log_err("watchdog", &e);
	}
}

static int
is_busy(const struct watchdog *w)
{
	uint64_t now = uv_now(w->timer.loop);

	return now < w->grace_until || (w->n_held > 0 && now < w->held_until);
}

static void
on_timer(uv_timer_t *timer)
{
	struct watchdog *w = timer->data;
	struct err e;

	if (all_answered(w) || is_busy(w)) {
		if (notify_send(w->notify, "WATCHDOG=1", &e) < 0)
			log_err("watchdog", &e);
	}
	send_pings(w);
}

int
watchdog_create(uv_loop_t *loop, struct notify *n,
    struct worker *const workers[WATCHDOG_WORKERS], uint64_t usec,
    struct watchdog **ret, struct err *e)
{
	uint64_t ms = usec / 2000 > 0 ? usec / 2000 : 1;
	struct watchdog *w = calloc(1, sizeof(*w));
	size_t i;

	if (w == NULL)
		return err_nomem(e);
	w->notify = n;
	w->round_ms = ms;
	for (i = 0; i < WATCHDOG_WORKERS; i++) {
		w->workers[i] = workers[i];
		w->pings[i].owner = w;
		w->pings[i].job.run = run_ping;
		w->pings[i].job.done = on_pinged;
	}
	uv_timer_init(loop, &w->timer); /* cannot fail */
	w->timer.data = w;
	uv_timer_start(&w->timer, on_timer, ms, ms);
	send_pings(w);
	*ret = w;
	return 0;
}

void
watchdog_grace(struct watchdog *w, uint64_t ms)
{
	uint64_t until;

	if (w == NULL)
		return;
	until = uv_now(w->timer.loop) + ms;
	if (until > w->grace_until)
		w->grace_until = until;
}

void
watchdog_hold(struct watchdog *w)
{
	if (w == NULL)
		return;
	w->n_held++;
	w->held_until = uv_now(w->timer.loop) + WATCHDOG_HOLD_MS;
}

void
watchdog_release(struct watchdog *w)
{
	if (w == NULL || w->n_held == 0)
		return;
	/* the ping that waited behind the job is only on its way back */
	if (--w->n_held == 0)
		watchdog_grace(w, w->round_ms);
}

static void
on_timer_closed(uv_handle_t *h)
{
	struct watchdog *w = h->data;

	w->timer_closed = 1;
	maybe_free(w);
}

void
watchdog_close(struct watchdog *w, void (*closed)(void *arg), void *arg)
{
	w->closing = 1;
	w->closed = closed;
	w->closed_arg = arg;
	uv_close((uv_handle_t *)&w->timer, on_timer_closed);
}
