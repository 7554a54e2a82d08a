#include "daemon/quiet.h"

static void on_done(struct job *j);

static void
on_timer(uv_timer_t *timer)
{
	quiet_begin(timer->data);
}

static void
on_closed(uv_handle_t *h)
{
	struct quiet *q = h->data;
	void (*closed)(void *arg) = q->closed;
	void *arg = q->closed_arg;

	free(q);
	if (closed != NULL)
		closed(arg);
}

void
quiet_begin(struct quiet *q)
{
	struct err e;

	q->waiting = 0;
	q->under_way = 1;
	q->job.run = q->run;
	q->job.done = on_done;
	if (worker_submit(q->worker, &q->job, &e) < 0) {
		q->job.rc = e.code;
		q->job.err = e;
		on_done(&q->job);
	}
}

static void
on_done(struct job *j)
{
	struct quiet *q = (struct quiet *)j;
	int again = q->again;
	uint64_t wait_ms;

	q->under_way = 0;
	q->again = 0;
	wait_ms = q->done(q);
	if (q->closing)
		uv_close((uv_handle_t *)&q->timer, on_closed);
	else if (wait_ms > 0 && (j->rc < 0 || !again))
		uv_timer_start(&q->timer, on_timer, wait_ms, 0);
	else if (again)
		quiet_wake(q);
}

void
quiet_wake(struct quiet *q)
{
	uint64_t now = uv_now(q->timer.loop);

	if (q->closing)
		return;
	if (q->under_way) {
		q->again = 1;
		return;
	}
	if (!q->waiting) {
		q->waiting = 1;
		q->first_ms = now;
	}
	/* each change puts it off, but not for ever */
	if (now < q->first_ms + q->latest_ms - q->quiet_ms)
		uv_timer_start(&q->timer, on_timer, q->quiet_ms, 0);
}

void
quiet_init(struct quiet *q, uv_loop_t *loop)
{
	uv_timer_init(loop, &q->timer); /* cannot fail */
	q->timer.data = q;
}

void
quiet_close(struct quiet *q, void (*closed)(void *arg), void *arg)
{
	q->closed = closed;
	q->closed_arg = arg;
	q->closing = 1;
	if (!q->under_way)
		uv_close((uv_handle_t *)&q->timer, on_closed);
}
