#include "daemon/province_when.h"

#include "base/log.h"
#include "daemon/fatal.h"
#include "store/hall/province.h"
#include "store/save/journal.h"

struct province_when {
	struct job job; /* first */
	uv_timer_t timer;
	struct worker *writer;
	uint64_t first_ms;   /* of the changes that wait */
	uint64_t whole_ms;   /* when all of it was last brought up to date */
	int starting, whole; /* what the job under way is to do */
	int waiting;         /* for the timer */
	int under_way;
	int again; /* woken while under way */
	int closing;
	void (*closed)(void *arg);
	void *closed_arg;
};

static void begin(struct province_when *p);
static void run_province(struct job *j, void *state);
static void on_done(struct job *j);

static void
on_timer(uv_timer_t *timer)
{
	begin(timer->data);
}

static void
begin(struct province_when *p)
{
	uint64_t now = uv_now(p->timer.loop);
	struct err e;

	p->waiting = 0;
	p->whole = now >= p->whole_ms + PROVINCE_WHOLE_MS;
	if (p->starting || p->whole)
		p->whole_ms = now;
	p->job.run = run_province;
	p->job.done = on_done;
	p->under_way = 1;
	if (worker_submit(p->writer, &p->job, &e) < 0) {
		p->job.rc = e.code;
		p->job.err = e;
		on_done(&p->job);
	}
}

static void
run_province(struct job *j, void *state)
{
	struct province_when *p = (struct province_when *)j;

	/* its refs name what has been given out: receipts, too */
	if ((j->rc = journal_flush(state, &j->err)) < 0)
		fatal_check("cannot write the repository", &j->err);
	else if (p->starting)
		j->rc = province_start(state, &j->err);
	else if (p->whole)
		j->rc = province_update(state, 0, NULL, &j->err);
	else
		j->rc = province_refs(state, NULL, &j->err);
	if (j->rc < 0)
		fatal_check("cannot bring province.git up to date", &j->err);
}

static void
on_closed(uv_handle_t *h)
{
	struct province_when *p = h->data;
	void (*closed)(void *arg) = p->closed;
	void *arg = p->closed_arg;

	free(p);
	if (closed != NULL)
		closed(arg);
}

static void
on_done(struct job *j)
{
	struct province_when *p = (struct province_when *)j;
	int again = p->again;

	p->under_way = 0;
	p->again = 0;
	if (j->rc < 0)
		log_err("cannot bring province.git up to date", &j->err);
	else
		p->starting = 0;
	if (p->closing)
		uv_close((uv_handle_t *)&p->timer, on_closed);
	else if (again)
		province_when_wake(p);
}

void
province_when_wake(struct province_when *p)
{
	uint64_t now = uv_now(p->timer.loop);

	if (p->closing)
		return;
	if (p->under_way) {
		p->again = 1;
		return;
	}
	if (!p->waiting) {
		p->waiting = 1;
		p->first_ms = now;
	}
	/* each change puts it off, but not for ever */
	if (now < p->first_ms + PROVINCE_LATEST_MS - PROVINCE_QUIET_MS)
		uv_timer_start(&p->timer, on_timer, PROVINCE_QUIET_MS, 0);
}

int
province_when_create(uv_loop_t *loop, struct worker *writer,
    struct province_when **ret, struct err *e)
{
	struct province_when *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return err_nomem(e);
	p->writer = writer;
	uv_timer_init(loop, &p->timer); /* cannot fail */
	p->timer.data = p;
	p->starting = 1;
	begin(p);
	*ret = p;
	return 0;
}

void
province_when_close(
    struct province_when *p, void (*closed)(void *arg), void *arg)
{
	p->closed = closed;
	p->closed_arg = arg;
	p->closing = 1;
	if (!p->under_way)
		uv_close((uv_handle_t *)&p->timer, on_closed);
}
