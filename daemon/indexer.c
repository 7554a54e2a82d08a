#include "daemon/indexer.h"

#include "base/log.h"
#include "daemon/fatal.h"
#include "store/look/spans.h"
#include "store/view/search.h"

struct indexer {
	struct job job; /* first */
	uv_timer_t timer;
	struct worker *writer;
	uint64_t first_ms; /* of the changes that wait */
	int64_t left;
	int waiting; /* for the timer, because of changes */
	int under_way;
	int again; /* woken while under way */
	int closing;
	void (*closed)(void *arg);
	void *closed_arg;
};

static void begin(struct indexer *ix);
static void run_index(struct job *j, void *state);
static void on_indexed(struct job *j);

static void
on_timer(uv_timer_t *timer)
{
	begin(timer->data);
}

static void
begin(struct indexer *ix)
{
	struct err e;

	ix->waiting = 0;
	ix->job.run = run_index;
	ix->job.done = on_indexed;
	ix->under_way = 1;
	if (worker_submit(ix->writer, &ix->job, &e) < 0) {
		ix->job.rc = e.code;
		ix->job.err = e;
		on_indexed(&ix->job);
	}
}

static void
run_index(struct job *j, void *state)
{
	struct indexer *ix = (struct indexer *)j;
	int more = 0;

	j->rc = search_index(state, INDEXER_RECORDS, &ix->left, &j->err);
	if (j->rc == 0)
		j->rc = spans_write(state, INDEXER_SPANS, &more, &j->err);
	ix->left += more;
	if (j->rc < 0)
		fatal_check("cannot write the search index", &j->err);
}

static void
on_closed(uv_handle_t *h)
{
	struct indexer *ix = h->data;
	void (*closed)(void *arg) = ix->closed;
	void *arg = ix->closed_arg;

	free(ix);
	if (closed != NULL)
		closed(arg);
}

static void
on_indexed(struct job *j)
{
	struct indexer *ix = (struct indexer *)j;
	int again = ix->again;

	ix->under_way = 0;
	ix->again = 0;
	if (j->rc < 0)
		log_err("cannot write the search index", &j->err);
	if (ix->closing)
		uv_close((uv_handle_t *)&ix->timer, on_closed);
	else if (j->rc < 0)
		uv_timer_start(&ix->timer, on_timer, INDEXER_RETRY_MS, 0);
	else if (again)
		indexer_wake(ix);
	else if (ix->left > 0)
		uv_timer_start(&ix->timer, on_timer, INDEXER_NEXT_MS, 0);
}

void
indexer_wake(struct indexer *ix)
{
	uint64_t now = uv_now(ix->timer.loop);

	if (ix->closing)
		return;
	if (ix->under_way) {
		ix->again = 1;
		return;
	}
	if (!ix->waiting) {
		ix->waiting = 1;
		ix->first_ms = now;
	}
	/* each change puts it off, but not for ever */
	if (now < ix->first_ms + INDEXER_LATEST_MS - INDEXER_QUIET_MS)
		uv_timer_start(&ix->timer, on_timer, INDEXER_QUIET_MS, 0);
}

int
indexer_create(
    uv_loop_t *loop, struct worker *writer, struct indexer **ret, struct err *e)
{
	struct indexer *ix = calloc(1, sizeof(*ix));

	if (ix == NULL)
		return err_nomem(e);
	ix->writer = writer;
	uv_timer_init(loop, &ix->timer); /* cannot fail */
	ix->timer.data = ix;
	/* no timer for it: a daemon with nothing to do sleeps from the start */
	begin(ix);
	*ret = ix;
	return 0;
}

void
indexer_close(struct indexer *ix, void (*closed)(void *arg), void *arg)
{
	ix->closed = closed;
	ix->closed_arg = arg;
	ix->closing = 1;
	if (!ix->under_way)
		uv_close((uv_handle_t *)&ix->timer, on_closed);
}
