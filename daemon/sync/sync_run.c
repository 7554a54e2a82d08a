/*
 * Steps, in the order of the functions below:
 *
 *   run_prepare    writer: journal to the repository; anything to push?
 *   begin_road     one shared connection if there is (sync_road.c); over
 *                  https a knock at the door (sync_knock.c)
 *   sync_fetch.c   git fetch, in one go or in steps
 *   run_absorb     writer: what the hall wrote is verified and indexed
 *   sync_restored.c  either side may be an old copy
 *   sync_join.c    writer: what other devices wrote is joined; first slice
 *   sync_push.c    git push of the slices, each with its receipt
 *   sync_evidence.c  git push of the files, each with its receipt
 *   sync_evidence_fetch.c  git fetch of the files that are missing here
 *   sync_run_finish  the outcome; then the connection ends, then gone()
 */
#include "daemon/fatal.h"
#include "daemon/sync/remark.h"
#include "daemon/sync/sync_join.h"
#include "daemon/sync/sync_restored.h"
#include "daemon/sync/sync_run_state.h"
#include "store/admit/absorb.h"
#include "store/hall/registry.h"
#include "store/save/journal.h"

#define WALL_MS (30L * 60 * 1000)
/* a dead link is ssh's to notice (ServerAliveInterval); the hall may think
 * about a large slice for a while without a word */
#define STALL_MS (300L * 1000)

static void run_prepare(struct job *j, void *state);
static void on_prepared(struct job *j);
static void begin_road(struct sync_run *r);
static void on_road(void *arg, const struct sync_fault *fault);
static void on_road_gone(void *arg);
static void knock(struct sync_run *r);
static void on_knocked(void *arg, const struct sync_fault *fault);
static void run_absorb(struct job *j, void *state);
static void on_absorbed(struct job *j);
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
	r->way.holds = r->holds;
	r->way.url = o->url >= 0 && o->url < r->conf.n_urls ? o->url : 0;
	r->outcome.pace = o->pace;
	if (o->refused != NULL)
		r->refused = *o->refused;
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

void
sync_run_show(struct sync_run *r, const char *state, const char *detail)
{
	r->opts.state(r->opts.arg, state, detail);
}

void
sync_run_remark(
    struct sync_run *r, const char *line, const char *receipt_prefix)
{
	const char *text;
	size_t len;

	if (remark_find(line, receipt_prefix, &text, &len) &&
	    len <= SYNC_RECEIPT_LINE_MAX) {
		buf_clear(&r->receipt);
		buf_append(&r->receipt, text, len);
	} else if (remark_find(line, REMARK_NOTE, &text, &len)) {
		remark_clean(text, r->outcome.note, sizeof(r->outcome.note));
	}
}

void
sync_run_step(struct sync_run *r, void (*run)(struct job *j, void *state),
    void (*done)(struct job *j))
{
	struct err err;

	memset(&r->job, 0, sizeof(r->job));
	memset(&err, 0, sizeof(err));
	r->job.run = run;
	r->job.done = done;
	if (worker_submit(r->opts.writer, &r->job, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		r->job_pending = 1;
}

/* The end of every job: 1 if the run goes on. */
int
sync_run_job_ended(struct sync_run *r)
{
	r->job_pending = 0;
	if (r->planned && r->opts.planned != NULL)
		r->opts.planned(r->opts.arg);
	r->planned = 0;
	if (r->finished)
		leave(r);
	else if (r->job.rc < 0)
		sync_run_finish_own(r, &r->job.err);
	else if (r->stopping)
		call_off(r);
	else
		return 1;
	return 0;
}

/* How far the hall's branch is taken in here: the hall shows who has what. */
static int
note_holds(struct sync_run *r, struct store *s, struct err *e)
{
	struct branch *hall = NULL;
	int rc = store_branch(s, "", "hall", &hall, e);

	if (rc == 0 && hall->has_tip)
		commit_hex(hall->tip, r->holds);
	return rc;
}

/* SAVE 7/7: what the repository holds goes to the hall */
static void
run_prepare(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;

	if ((j->rc = journal_flush(s, &j->err)) == 0 &&
	    (j->rc = slice_ahead(s, &r->ahead, &j->err)) == 0 &&
	    (j->rc = copy_look(s, &r->fetch.copy, &j->err)) == 0)
		j->rc = note_holds(r, s, &j->err);
	if (j->rc < 0) {
		fatal_check("cannot write the repository", &j->err);
		return;
	}
	if (r->fetch.copy.under_way)
		r->ahead = 1;
	/* files alone are worth a shared connection, too */
	if (!r->ahead && !r->opts.no_files &&
	    (j->rc = evidence_send_list(s, &r->files, &j->err)) == 0)
		r->ahead = r->files.n > 0;
}

static void
on_prepared(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (!sync_run_job_ended(r))
		return;
	sync_run_show(r, "fetch", "");
	begin_road(r);
}

static void
begin_road(struct sync_run *r)
{
	r->way.shared = 0;
	if (transfer_is_https(&r->way))
		knock(r);
	else if (r->ahead)
		sync_run_share(r, sync_fetch_begin);
	else
		sync_fetch_begin(r);
}

static void
knock(struct sync_run *r)
{
	struct err err;

	memset(&err, 0, sizeof(err));
	if (knock_begin(r->opts.loop, &r->way, on_knocked, r, &r->knock, &err) <
	    0)
		sync_run_finish_own(r, &err);
}

static void
on_knocked(void *arg, const struct sync_fault *fault)
{
	struct sync_run *r = (struct sync_run *)arg;

	r->knock = NULL;
	if (r->finished)
		leave(r);
	else if (r->stopping)
		call_off(r);
	else if (fault != NULL)
		sync_run_next_address(r, fault);
	else
		sync_fetch_begin(r);
}

void
sync_run_share(struct sync_run *r, void (*go)(struct sync_run *r))
{
	struct err err;

	memset(&err, 0, sizeof(err));
	if (r->road != NULL || transfer_is_local(&r->way) ||
	    transfer_is_https(&r->way)) {
		go(r);
		return;
	}
	r->go = go;
	/* without one (a path too long, no inotify) each git connects itself */
	if (road_begin(r->opts.loop, &r->way, on_road, on_road_gone, r,
		&r->road, &err) < 0)
		go(r);
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
		sync_run_next_address(r, fault);
	else if (fault != NULL)
		sync_run_finish(r, fault);
	else {
		r->way.shared = 1;
		r->go(r);
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
		begin_road(r); /* sync_run_next_address() waits */
}

void
sync_run_git(struct sync_run *r, const struct transfer *t,
    void (*line)(void *arg, const char *line),
    void (*exited)(void *arg, const struct child_result *c))
{
	struct child_opts o = { .argv = t->argv,
		.env = t->env,
		.cwd = r->conf.dir,
		.wall_ms = WALL_MS,
		.stall_ms = STALL_MS,
		.line = sync_run_on_line };
	struct err err;

	memset(&err, 0, sizeof(err));
	r->line = line;
	if (child_start(r->opts.loop, &o, exited, r, &r->child, &err) < 0)
		sync_run_finish_own(r, &err);
}

/* The end of every git: 1 if it did its work and the run goes on. */
int
sync_run_child_ended(
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

void
sync_run_fetched(struct sync_run *r)
{
	sync_run_show(r, "absorb", "");
	sync_run_step(r, run_absorb, on_absorbed);
}

/* What both jobs after a transfer end with. */
int
sync_run_plan(struct sync_run *r, struct store *s, struct err *e)
{
	int rc;

	r->planned = 1;
	cJSON_Delete(r->outcome.receipt);
	r->outcome.receipt = NULL;
	if ((rc = slice_next(s, r->outcome.pace.size, &r->slice, e)) == 0)
		rc = slice_synced(s, &r->outcome.synced, &r->outcome.waiting,
		    &r->outcome.receipt, e);
	return rc < 0 ? rc : sync_restored_plan(r, s, e);
}

static void
run_absorb(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;
	struct repo *repo;

	if ((j->rc = store_repo(s, "", &repo, &j->err)) == 0 &&
	    (j->rc = repo_refresh(repo, &j->err)) == 0 &&
	    (j->rc = sync_restored_look(r, s, &j->err)) == 0 &&
	    (j->rc = registry_refresh_signers(s, &j->err)) == 0 &&
	    (j->rc = sync_restored_settle(r, s, &j->err)) == 0 &&
	    r->fetch.copy.under_way)
		j->rc = copy_end(s, &j->err);
	if (j->rc < 0)
		fatal_check("cannot take in the hall's revisions", &j->err);
}

static void
on_absorbed(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (sync_run_job_ended(r))
		sync_restored_begin(r);
}

void
sync_run_next_address(struct sync_run *r, const struct sync_fault *fault)
{
	if (++r->n_tried >= r->conf.n_urls) {
		sync_run_finish(r, fault);
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

void
sync_run_finish_own(struct sync_run *r, const struct err *err)
{
	struct sync_fault fault;

	sync_error_own(err, &fault);
	sync_run_finish(r, &fault);
}

static void
call_off(struct sync_run *r)
{
	struct err err;

	memset(&err, 0, sizeof(err));
	err_set(&err, ERR_FAILED, 0, "the transfer was called off");
	sync_run_finish_own(r, &err);
}

/* Tells the outcome at once; what still runs is ended and then left. */
void
sync_run_finish(struct sync_run *r, const struct sync_fault *fault)
{
	if (r->finished)
		return;
	r->finished = 1;
	r->outcome.url = r->way.url;
	r->outcome.files_left =
	    (int64_t)r->files.n - r->outcome.files_sent - r->n_gone;
	if (fault != NULL) {
		r->outcome.fault = *fault;
		r->outcome.synced = r->outcome.waiting = 0;
	}
	r->opts.done(r->opts.arg, &r->outcome);
	child_kill(r->child);
	if (r->road != NULL)
		road_end(r->road);
	if (r->knock != NULL)
		knock_end(r->knock);
	leave(r);
}

static void
leave(struct sync_run *r)
{
	if (!r->finished || r->child != NULL || r->road != NULL ||
	    r->knock != NULL || r->job_pending)
		return;
	r->opts.gone(r->opts.arg);
	cJSON_Delete(r->outcome.receipt);
	buf_release(&r->receipt);
	free(r->files.list);
	free(r->missing.files.list);
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
	if (r->knock != NULL)
		knock_end(r->knock);
}
