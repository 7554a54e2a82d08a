/*
 * One exchange with one province:
 *
 *   begin -> on_fetched      git fetch of province.git into refs/incoming/
 *   run_hall -> on_hall      writer: the hall's own line; whose news came
 *   run_office -> on_office  writer: one office after the other
 *   run_end -> on_end        writer: what the province shows no more
 *
 * A fault of one office stops no other; the first is told.
 */
#include "daemon/fatal.h"
#include "daemon/sync/ministry_sync_state.h"
#include "daemon/sync/transfer.h"
#include "store/hall/ministry_take.h"
#include "store/store.h"

#define WALL_MS (2L * 3600 * 1000)
#define STALL_MS (120L * 1000)

struct ministry_fetch {
	struct job job; /* first: job callbacks cast back */
	struct ministry_sync *ms;
	char code[8];
	struct conf conf;
	int url;
	struct child *child;
	struct ministry_due due;
	size_t at;
	int64_t n;
	struct sync_fault fault; /* the first */
	int stopping;
};

static int start(struct ministry_fetch *f, struct err *e);
static void on_fetched(void *arg, const struct child_result *c);
static void run_hall(struct job *j, void *state);
static void on_hall(struct job *j);
static void next_office(struct ministry_fetch *f);
static void run_office(struct job *j, void *state);
static void on_office(struct job *j);
static void run_end(struct job *j, void *state);
static void on_end(struct job *j);
static void finish(struct ministry_fetch *f);

static void
busy(const struct ministry_fetch *f, int on)
{
	if (f->ms->env.busy != NULL)
		f->ms->env.busy(f->ms->env.arg, on);
}

static void
step(struct ministry_fetch *f, void (*run)(struct job *j, void *state),
    void (*done)(struct job *j))
{
	struct err err;

	memset(&f->job, 0, sizeof(f->job));
	memset(&err, 0, sizeof(err));
	f->job.run = run;
	f->job.done = done;
	if (worker_submit(f->ms->env.writer, &f->job, &err) == 0) {
		busy(f, 1);
		return;
	}
	sync_error_own(&err, &f->fault);
	finish(f);
}

/* What came that is not right concerns people; the machine's own troubles pass.
 */
static void
note_fault(struct ministry_fetch *f, const struct err *err)
{
	if (f->fault.class != SYNC_NONE)
		return;
	sync_error_own(err, &f->fault);
	if (err->code == ERR_CONFLICT || err->code == ERR_REFUSED ||
	    err->code == ERR_DAMAGED)
		f->fault.class = SYNC_PERSON;
}

/* --- fetch --- */

int
ministry_fetch_begin(struct ministry_sync *ms, const struct ministry_place *p,
    struct ministry_fetch **ret, struct err *e)
{
	struct ministry_fetch *f = calloc(1, sizeof(*f));
	int rc;

	if (f == NULL)
		return err_nomem(e);
	f->ms = ms;
	f->conf = p->conf;
	snprintf(f->code, sizeof(f->code), "%s", p->code);
	if ((rc = start(f, e)) < 0) {
		free(f);
		return rc;
	}
	*ret = f;
	return 0;
}

static int
start(struct ministry_fetch *f, struct err *e)
{
	const struct transfer_way way = { .conf = &f->conf, .url = f->url };
	struct child_opts o = {
		.cwd = f->conf.dir, .wall_ms = WALL_MS, .stall_ms = STALL_MS
	};
	struct transfer t;
	int rc;

	if ((rc = transfer_province(&way, &t, e)) < 0)
		return rc;
	o.argv = t.argv;
	o.env = t.env;
	return child_start(f->ms->env.loop, &o, on_fetched, f, &f->child, e);
}

/* The sentences are made for offices: what a ministry can do is another thing.
 */
static void
advise(struct sync_fault *f)
{
	if (f->err.code != ERR_DENIED)
		return;
	if (strstr(f->err.msg, "host key") != NULL)
		err_hint(&f->err,
		    "ask the hall whether its machine was replaced; if so, "
		    "take in its new line: pmqa ministry add");
	else
		err_hint(&f->err,
		    "ask the hall whether it still admits this ministry's key "
		    "(pmqa ministry key; there: pmqa hall auditors list)");
}

static void
on_fetched(void *arg, const struct child_result *c)
{
	struct ministry_fetch *f = (struct ministry_fetch *)arg;
	struct err err;

	f->child = NULL;
	if (f->stopping) {
		finish(f);
		return;
	}
	if (c->status == 0 && c->timed_out == 0) {
		memset(&f->fault, 0, sizeof(f->fault));
		step(f, run_hall, on_hall);
		return;
	}
	sync_error_read(c, f->conf.urls[f->url], &f->fault);
	advise(&f->fault);
	if (!f->fault.no_road || f->url + 1 >= f->conf.n_urls) {
		finish(f);
		return;
	}
	f->url++;
	memset(&err, 0, sizeof(err));
	if (start(f, &err) < 0) {
		sync_error_own(&err, &f->fault);
		finish(f);
	}
}

/* --- take in --- */

static void
run_hall(struct job *j, void *state)
{
	struct ministry_fetch *f = (struct ministry_fetch *)j;
	struct err fault;

	j->rc = ministry_due(state, f->code, &f->due, &j->err);
	if (j->rc < 0)
		return;
	memset(&fault, 0, sizeof(fault));
	if (ministry_take_hall(state, f->code, &f->n, &fault) < 0) {
		fatal_check("cannot take in a province", &fault);
		note_fault(f, &fault);
	}
}

static void
on_hall(struct job *j)
{
	struct ministry_fetch *f = (struct ministry_fetch *)j;

	busy(f, 0);
	if (j->rc < 0) {
		note_fault(f, &j->err);
		finish(f);
		return;
	}
	next_office(f);
}

static void
next_office(struct ministry_fetch *f)
{
	struct ministry_place *p = ministry_sync_place(f->ms, f->code);

	/* removed meanwhile, or the end of the daemon */
	if (f->stopping || p == NULL) {
		finish(f);
		return;
	}
	if (f->at == f->due.n) {
		step(f, run_end, on_end);
		return;
	}
	p->state = "absorb";
	snprintf(p->detail, sizeof(p->detail), "%zu/%zu", f->at + 1, f->due.n);
	step(f, run_office, on_office);
}

static void
run_office(struct job *j, void *state)
{
	struct ministry_fetch *f = (struct ministry_fetch *)j;
	int64_t n = 0;

	j->rc = ministry_take_office(state, f->due.offices[f->at], &n, &j->err);
	f->n += n;
	if (j->rc < 0)
		fatal_check("cannot take in an office", &j->err);
}

static void
on_office(struct job *j)
{
	struct ministry_fetch *f = (struct ministry_fetch *)j;

	busy(f, 0);
	if (j->rc < 0)
		note_fault(f, &j->err);
	f->at++;
	next_office(f);
}

static void
run_end(struct job *j, void *state)
{
	struct ministry_fetch *f = (struct ministry_fetch *)j;

	j->rc = ministry_check_offices(state, f->code, &j->err);
	/* nothing of the hall's line was ever right: no signers to name */
	if (j->rc == 0 && f->fault.class == SYNC_NONE)
		j->rc = ministry_write_signers(state, f->code, &j->err);
}

static void
on_end(struct job *j)
{
	struct ministry_fetch *f = (struct ministry_fetch *)j;

	busy(f, 0);
	if (j->rc < 0)
		note_fault(f, &j->err);
	finish(f);
}

/* --- end --- */

static void
finish(struct ministry_fetch *f)
{
	struct ministry_sync *ms = f->ms;

	ministry_sync_done(ms, f->code, &f->fault, f->url, f->n);
	ministry_due_release(&f->due);
	free(f);
	ministry_sync_end_part(ms);
}

void
ministry_fetch_stop(struct ministry_fetch *f)
{
	f->stopping = 1;
	if (f->child != NULL)
		child_kill(f->child);
}
