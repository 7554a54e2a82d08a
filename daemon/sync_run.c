/*
 * Steps, in the order of the functions below:
 *
 *   run_prepare    writer: journal to the repository; anything to push?
 *   begin_road     one shared connection if there is (sync_road.c)
 *   begin_fetch    git fetch
 *   run_absorb     writer: what came is verified and indexed; first slice
 *   begin_push     git push of one slice
 *   run_receipt    writer: its receipt, next slice; back to begin_push
 *   finish         the outcome; then the connection ends, then gone()
 */
#include "daemon/sync_run.h"

#include <inttypes.h>

#include "base/clock.h"
#include "daemon/fatal.h"
#include "daemon/sync_road.h"
#include "daemon/transfer.h"
#include "store/absorb.h"
#include "store/journal.h"
#include "store/slice.h"

#define WALL_MS (30L * 60 * 1000)
/* a dead link is ssh's to notice (ServerAliveInterval); the hall may think
 * about a large slice for a while without a word */
#define STALL_MS (300L * 1000)
#define RECEIPT_LINE_MAX 4096

struct sync_run {
	struct job job; /* first: job callbacks cast back */
	struct sync_run_opts opts;
	struct conf conf;
	struct transfer_way way;
	struct road *road;   /* the shared connection while it is open */
	struct child *child; /* git while it runs */
	int job_pending;
	int n_tried; /* addresses that were not reached in this run */
	int stopping, finished;
	int ahead;
	int64_t n_slices; /* pushed in this run */
	struct slice slice;
	int64_t push_ms;
	struct buf receipt; /* the line of the push under way */
	struct sync_outcome outcome;
};

static void step(struct sync_run *r, void (*run)(struct job *j, void *state),
    void (*done)(struct job *j));
static void run_prepare(struct job *j, void *state);
static void on_prepared(struct job *j);
static void begin_road(struct sync_run *r);
static void on_road(void *arg, const struct sync_fault *fault);
static void on_road_gone(void *arg);
static void begin_fetch(struct sync_run *r);
static void on_fetched(void *arg, const struct child_result *c);
static void run_absorb(struct job *j, void *state);
static void on_absorbed(struct job *j);
static void begin_push(struct sync_run *r);
static void on_push_line(void *arg, const char *line);
static void on_pushed(void *arg, const struct child_result *c);
static void run_receipt(struct job *j, void *state);
static void on_receipted(struct job *j);
static void next_address(struct sync_run *r, const struct sync_fault *fault);
static void finish(struct sync_run *r, const struct sync_fault *fault);
static void finish_own(struct sync_run *r, const struct err *err);
static void call_off(struct sync_run *r);
static void leave(struct sync_run *r);

int
sync_run_begin(
    const struct sync_run_opts *o, struct sync_run **ret, struct err *e)
{
	struct sync_run *r = calloc(1, sizeof(*r));
	int rc;

	if (r == NULL)
		return err_nomem(e);
	r->opts = *o;
	r->conf = *o->conf;
	r->opts.conf = r->way.conf = &r->conf;
	r->way.url = o->url >= 0 && o->url < r->conf.n_urls ? o->url : 0;
	r->outcome.slice_bytes = o->slice_bytes;
	buf_init(&r->receipt);
	r->job.run = run_prepare;
	r->job.done = on_prepared;
	if ((rc = worker_submit(o->writer, &r->job, e)) < 0) {
		free(r);
		return rc;
	}
	r->job_pending = 1;
	*ret = r;
	return 0;
}

static void
show(struct sync_run *r, const char *state, const char *detail)
{
	r->opts.state(r->opts.arg, state, detail);
}

static void
step(struct sync_run *r, void (*run)(struct job *j, void *state),
    void (*done)(struct job *j))
{
	struct err err;

	memset(&r->job, 0, sizeof(r->job));
	memset(&err, 0, sizeof(err));
	r->job.run = run;
	r->job.done = done;
	if (worker_submit(r->opts.writer, &r->job, &err) < 0)
		finish_own(r, &err);
	else
		r->job_pending = 1;
}

/* The end of every job: 1 if the run goes on. */
static int
job_ended(struct sync_run *r)
{
	r->job_pending = 0;
	if (r->finished)
		leave(r);
	else if (r->job.rc < 0)
		finish_own(r, &r->job.err);
	else if (r->stopping)
		call_off(r);
	else
		return 1;
	return 0;
}

/* SAVE 7/7: what the repository holds goes to the hall */
static void
run_prepare(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;

	if ((j->rc = journal_flush(s, &j->err)) == 0)
		j->rc = slice_ahead(s, &r->ahead, &j->err);
	if (j->rc < 0)
		fatal_check("cannot write the repository", &j->err);
}

static void
on_prepared(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (!job_ended(r))
		return;
	show(r, "fetch", "");
	begin_road(r);
}

static void
begin_road(struct sync_run *r)
{
	struct err err;

	memset(&err, 0, sizeof(err));
	r->way.shared = 0;
	if (!r->ahead || transfer_is_local(&r->way)) {
		begin_fetch(r);
		return;
	}
	/* without one (a path too long, no inotify) each git connects itself */
	if (road_begin(r->opts.loop, &r->way, on_road, on_road_gone, r,
		&r->road, &err) < 0)
		begin_fetch(r);
}

/* Open (fault NULL), or failed to open. */
static void
on_road(void *arg, const struct sync_fault *fault)
{
	struct sync_run *r = (struct sync_run *)arg;

	if (r->finished)
		return;
	if (r->stopping)
		call_off(r);
	else if (fault != NULL && fault->no_road)
		next_address(r, fault);
	else if (fault != NULL)
		finish(r, fault);
	else {
		r->way.shared = 1;
		begin_fetch(r);
	}
}

static void
on_road_gone(void *arg)
{
	struct sync_run *r = (struct sync_run *)arg;

	r->road = NULL;
	r->way.shared = 0;
	if (r->finished)
		leave(r);
	else if (r->stopping)
		call_off(r);
	else if (r->child == NULL && !r->job_pending)
		begin_road(r); /* next_address() waits for it */
}

static void
start_git(struct sync_run *r, const struct transfer *t,
    void (*line)(void *arg, const char *line),
    void (*exited)(void *arg, const struct child_result *c))
{
	struct child_opts o = { .argv = t->argv,
		.env = t->env,
		.cwd = r->conf.dir,
		.wall_ms = WALL_MS,
		.stall_ms = STALL_MS,
		.line = line };
	struct err err;

	memset(&err, 0, sizeof(err));
	if (child_start(r->opts.loop, &o, exited, r, &r->child, &err) < 0)
		finish_own(r, &err);
}

static void
begin_fetch(struct sync_run *r)
{
	struct transfer t;
	struct err err;

	memset(&err, 0, sizeof(err));
	if (transfer_fetch(&r->way, &t, &err) < 0)
		finish_own(r, &err);
	else
		start_git(r, &t, NULL, on_fetched);
}

/* The end of every git: 1 if it did its work and the run goes on. */
static int
child_ended(
    struct sync_run *r, const struct child_result *c, struct sync_fault *ret)
{
	memset(ret, 0, sizeof(*ret));
	r->child = NULL;
	if (r->finished) {
		leave(r);
		return 0;
	}
	if (c->status == 0 && c->timed_out == 0)
		return 1;
	sync_error_read(c, r->conf.urls[r->way.url], ret);
	return 0;
}

static void
on_fetched(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fault fault;

	if (!child_ended(r, c, &fault)) {
		if (fault.no_road)
			next_address(r, &fault);
		else if (fault.class != SYNC_NONE)
			finish(r, &fault);
		return;
	}
	show(r, "absorb", "");
	step(r, run_absorb, on_absorbed);
}

/* What both jobs after a transfer end with. */
static int
plan(struct sync_run *r, struct store *s, struct err *e)
{
	int rc;

	cJSON_Delete(r->outcome.receipt);
	r->outcome.receipt = NULL;
	if ((rc = slice_next(s, r->outcome.slice_bytes, &r->slice, e)) == 0)
		rc = slice_synced(s, &r->outcome.synced, &r->outcome.waiting,
		    &r->outcome.receipt, e);
	return rc;
}

static void
run_absorb(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;
	struct repo *repo;

	if ((j->rc = store_repo(s, "", &repo, &j->err)) == 0 &&
	    (j->rc = repo_refresh(repo, &j->err)) == 0 &&
	    (j->rc = absorb_ref(s, "", "hall", "refs/incoming/hall",
		 &r->outcome.fetched, &j->err)) == 0)
		j->rc = plan(r, s, &j->err);
	if (j->rc < 0)
		fatal_check("cannot take in the hall's revisions", &j->err);
}

static void
on_absorbed(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	/* the place of the merge: until two devices can be merged, what the
	 * hall has of this office must be ours (slice_next() said so) */
	show(r, "merge", "");
	if (!job_ended(r))
		return;
	if (r->slice.n > 0)
		begin_push(r);
	else
		finish(r, NULL);
}

static void
begin_push(struct sync_run *r)
{
	char hex[41], detail[64];
	struct transfer t;
	struct err err;
	int64_t after;

	memset(&err, 0, sizeof(err));
	after = (r->slice.left + r->slice.n - 1) / r->slice.n;
	snprintf(detail, sizeof(detail), "%" PRId64 "/%" PRId64,
	    r->n_slices + 1, r->n_slices + 1 + after);
	show(r, "push", detail);
	commit_hex(r->slice.tip, hex);
	buf_clear(&r->receipt);
	r->push_ms = clock_mono_ms();
	if (transfer_push(&r->way, hex, &t, &err) < 0)
		finish_own(r, &err);
	else
		start_git(r, &t, on_push_line, on_pushed);
}

static void
on_push_line(void *arg, const char *line)
{
	struct sync_run *r = (struct sync_run *)arg;
	const char *text;
	size_t len;

	if (remark_find(line, REMARK_RECEIPT, &text, &len) &&
	    len <= RECEIPT_LINE_MAX) {
		buf_clear(&r->receipt);
		buf_append(&r->receipt, text, len);
	} else if (remark_find(line, REMARK_NOTE, &text, &len)) {
		remark_clean(text, r->outcome.note, sizeof(r->outcome.note));
	}
}

static void
on_pushed(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fault fault;

	if (!child_ended(r, c, &fault)) {
		if (fault.class == SYNC_NONE)
			return;
		if (fault.err.code == ERR_UNREACHABLE)
			r->outcome.slice_bytes =
			    sync_pace_cut(r->outcome.slice_bytes);
		finish(r, &fault);
		return;
	}
	r->outcome.slice_bytes = sync_pace_after(r->outcome.slice_bytes,
	    clock_mono_ms() - r->push_ms, r->slice.left > 0);
	r->n_slices++;
	r->outcome.pushed += r->slice.n;
	show(r, "receipt", "");
	step(r, run_receipt, on_receipted);
}

static void
run_receipt(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;

	j->rc = slice_pushed(s, r->slice.tip, &j->err);
	if (j->rc == 0 && r->receipt.len > 0)
		j->rc = slice_take_receipt(s, r->slice.tip,
		    buf_str(&r->receipt), r->receipt.len, &j->err);
	if (j->rc == 0)
		j->rc = plan(r, s, &j->err);
	if (j->rc < 0)
		fatal_check("cannot keep the hall's receipt", &j->err);
}

static void
on_receipted(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (!job_ended(r))
		return;
	if (r->slice.n > 0)
		begin_push(r);
	else
		finish(r, NULL);
}

/* Another address of the same hall; the last one's fault stands if none is
 * left. */
static void
next_address(struct sync_run *r, const struct sync_fault *fault)
{
	if (++r->n_tried >= r->conf.n_urls) {
		finish(r, fault);
		return;
	}
	r->way.url = (r->way.url + 1) % r->conf.n_urls;
	if (r->stopping)
		call_off(r);
	else if (r->road == NULL)
		begin_road(r);
	else
		road_end(r->road); /* on_road_gone() goes on */
}

static void
finish_own(struct sync_run *r, const struct err *err)
{
	struct sync_fault fault;

	sync_error_own(err, &fault);
	finish(r, &fault);
}

static void
call_off(struct sync_run *r)
{
	struct err err;

	memset(&err, 0, sizeof(err));
	err_set(&err, ERR_FAILED, 0, "the transfer was called off");
	finish_own(r, &err);
}

/* Tells the outcome at once; what still runs is ended and then left. */
static void
finish(struct sync_run *r, const struct sync_fault *fault)
{
	if (r->finished)
		return;
	r->finished = 1;
	r->outcome.url = r->way.url;
	if (fault != NULL) {
		r->outcome.fault = *fault;
		r->outcome.synced = r->outcome.waiting = 0;
	}
	r->opts.done(r->opts.arg, &r->outcome);
	child_kill(r->child);
	if (r->road != NULL)
		road_end(r->road);
	leave(r);
}

static void
leave(struct sync_run *r)
{
	if (!r->finished || r->child != NULL || r->road != NULL ||
	    r->job_pending)
		return;
	r->opts.gone(r->opts.arg);
	cJSON_Delete(r->outcome.receipt);
	buf_release(&r->receipt);
	free(r);
}

void
sync_run_stop(struct sync_run *r)
{
	if (r == NULL || r->stopping || r->finished)
		return;
	r->stopping = 1;
	child_kill(r->child);
	if (r->road != NULL)
		road_end(r->road);
}
