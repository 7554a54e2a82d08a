#include "daemon/flush.h"

#include "base/log.h"
#include "daemon/fatal.h"
#include "store/save/journal.h"

struct flush {
	struct job job; /* first */
	uv_timer_t timer;
	struct worker *writer;
	size_t n_saved;    /* acknowledged since the last flush began */
	uint64_t first_ms; /* when the first of them was */
	size_t n_lazy;     /* receipts, the same */
	uint64_t lazy_ms;
	uint64_t retry_ms; /* 0 unless the last flush failed */
	int under_way;
	/* one office after the other, so that others' pushes come in between */
	char office[8];
	int has_office; /* whose rows were last written */
	int more;       /* others have rows too */
	int failed;     /* one of them could not be written */
	int closing;
	int last; /* the flush under way is the one that ends it */
	void (*closed)(void *arg);
	void *closed_arg;
};

static void begin(struct flush *f);
static void begin_office(struct flush *f);
static void run_flush(struct job *j, void *state);
static void on_flushed(struct job *j);
static void schedule(struct flush *f);
static void begin_last(struct flush *f);
static void finish(struct flush *f);

static void
on_timer(uv_timer_t *timer)
{
	begin(timer->data);
}

static void
begin(struct flush *f)
{
	if (f->under_way)
		return;
	uv_timer_stop(&f->timer);
	f->under_way = 1;
	f->n_saved = f->n_lazy = 0;
	f->has_office = f->failed = 0;
	begin_office(f);
}

static void
begin_office(struct flush *f)
{
	struct err e;

	f->job.run = run_flush;
	f->job.done = on_flushed;
	f->more = 0;
	if (worker_submit(f->writer, &f->job, &e) < 0) {
		f->job.rc = e.code;
		f->job.err = e;
		on_flushed(&f->job);
	}
}

/* SAVE 6/7: what was acknowledged goes from the journal to the repository */
static void
run_flush(struct job *j, void *state)
{
	struct flush *f = (struct flush *)j;
	struct err ignored; /* the next flush sees it again */
	char next[8];
	int has = 0;

	j->rc = journal_next_office(
	    state, f->has_office ? f->office : NULL, f->office, &has, &j->err);
	if (j->rc == 0 && has)
		j->rc = journal_flush_office(state, f->office, &j->err);
	if (j->rc < 0)
		fatal_check("cannot write the repository", &j->err);
	f->has_office = has;
	/* one office's broken repository does not hold back the others */
	if (has &&
	    journal_next_office(state, f->office, next, &f->more, &ignored) < 0)
		f->more = 0;
}

static void
on_flushed(struct job *j)
{
	struct flush *f = (struct flush *)j;

	if (j->rc < 0) {
		log_err("cannot write the repository", &j->err);
		f->failed = 1;
	}
	if (f->more) {
		begin_office(f);
		return;
	}
	f->under_way = 0;
	if (f->failed) {
		f->retry_ms =
		    f->retry_ms == 0 ? FLUSH_LATEST_MS : f->retry_ms * 2;
		if (f->retry_ms > FLUSH_RETRY_MAX_MS)
			f->retry_ms = FLUSH_RETRY_MAX_MS;
	} else {
		f->retry_ms = 0;
	}
	if (f->last)
		finish(f);
	else if (f->closing)
		begin_last(f);
	else
		schedule(f);
}

/* Milliseconds until the latest moment for what has waited since `from`. */
static uint64_t
left_of(uint64_t from, uint64_t latest_ms, uint64_t now)
{
	return from + latest_ms > now ? from + latest_ms - now : 0;
}

/* Sets the timer for what waits; none when nothing does. */
static void
schedule(struct flush *f)
{
	uint64_t now = uv_now(f->timer.loop), left, wait = FLUSH_LAZY_MS;

	if (f->under_way ||
	    (f->n_saved == 0 && f->n_lazy == 0 && f->retry_ms == 0))
		return;
	if (f->n_lazy > 0)
		wait = left_of(f->lazy_ms, FLUSH_LAZY_MS, now);
	if (f->n_saved > 0) {
		left = left_of(f->first_ms, FLUSH_LATEST_MS, now);
		if (left > FLUSH_QUIET_MS)
			left = FLUSH_QUIET_MS;
		wait = left < wait ? left : wait;
	}
	if (f->n_saved + f->n_lazy >= FLUSH_ROWS_MAX)
		wait = 0;
	if (f->retry_ms > 0)
		wait = f->retry_ms;
	if (wait == 0)
		begin(f);
	else
		uv_timer_start(&f->timer, on_timer, wait, 0);
}

void
flush_saved(struct flush *f)
{
	if (f->closing)
		return; /* the last flush comes after all saves */
	if (f->n_saved++ == 0)
		f->first_ms = uv_now(f->timer.loop);
	/* while a failed flush waits for its time, saves do not hurry it */
	if (f->retry_ms == 0)
		schedule(f);
}

void
flush_receipted(struct flush *f)
{
	if (f->closing)
		return;
	if (f->n_lazy++ == 0)
		f->lazy_ms = uv_now(f->timer.loop);
	if (f->retry_ms == 0)
		schedule(f);
}

int
flush_is_failing(const struct flush *f)
{
	return f->retry_ms > 0;
}

int
flush_create(
    uv_loop_t *loop, struct worker *writer, struct flush **ret, struct err *e)
{
	struct flush *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return err_nomem(e);
	f->writer = writer;
	uv_timer_init(loop, &f->timer); /* cannot fail */
	f->timer.data = f;
	*ret = f;
	return 0;
}

static void
on_closed(uv_handle_t *h)
{
	struct flush *f = h->data;
	void (*closed)(void *arg) = f->closed;
	void *arg = f->closed_arg;

	free(f);
	if (closed != NULL)
		closed(arg);
}

static void
begin_last(struct flush *f)
{
	f->last = 1;
	begin(f);
}

static void
finish(struct flush *f)
{
	uv_close((uv_handle_t *)&f->timer, on_closed);
}

void
flush_close(struct flush *f, void (*closed)(void *arg), void *arg)
{
	f->closed = closed;
	f->closed_arg = arg;
	f->closing = 1;
	/* one under way may have begun before the last save */
	if (!f->under_way)
		begin_last(f);
}
