#include "daemon/indexer.h"

#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/quiet.h"
#include "store/look/spans.h"
#include "store/view/search.h"

struct indexer {
	struct quiet quiet; /* first */
	int64_t left;
};

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

static uint64_t
on_indexed(struct quiet *q)
{
	const struct indexer *ix = (const struct indexer *)q;

	if (q->job.rc < 0) {
		log_err("cannot write the search index", &q->job.err);
		return INDEXER_RETRY_MS;
	}
	return ix->left > 0 ? INDEXER_NEXT_MS : 0;
}

void
indexer_wake(struct indexer *ix)
{
	quiet_wake(&ix->quiet);
}

int
indexer_create(
    uv_loop_t *loop, struct worker *writer, struct indexer **ret, struct err *e)
{
	struct indexer *ix = calloc(1, sizeof(*ix));

	if (ix == NULL)
		return err_nomem(e);
	ix->quiet.worker = writer;
	ix->quiet.quiet_ms = INDEXER_QUIET_MS;
	ix->quiet.latest_ms = INDEXER_LATEST_MS;
	ix->quiet.run = run_index;
	ix->quiet.done = on_indexed;
	quiet_init(&ix->quiet, loop);
	/* no timer for it: a daemon with nothing to do sleeps from the start */
	quiet_begin(&ix->quiet);
	*ret = ix;
	return 0;
}

void
indexer_close(struct indexer *ix, void (*closed)(void *arg), void *arg)
{
	quiet_close(&ix->quiet, closed, arg);
}
