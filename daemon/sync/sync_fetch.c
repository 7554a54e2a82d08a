/*
 * What the hall has comes here: mostly in one git fetch. A first copy, and what
 * a fetch that was cut left to do, comes in steps of which each is kept:
 *
 *   ask          pmqa-steps of the hall's branch, then of the office's
 *   begin_step   git fetch of as many revisions as the link bears
 *   run_note     writer: how far it came
 *   begin_rest   git fetch of both branches: what is left, and how they stand
 *
 * A hall that knows no steps, or gives none that help, is asked for all at
 * once.
 */
#include <inttypes.h>

#include "base/clock.h"
#include "daemon/fatal.h"
#include "daemon/sync/sync_run_state.h"
#include "daemon/sync/sync_steps.h"

/* Bounds of what a revision is thought to cost on the wire. */
#define REVISION_MIN INT64_C(128)
#define REVISION_MAX (INT64_C(256) * 1024)

static void ask(struct sync_run *r, const unsigned char *want);
static void on_asked(void *arg, const struct child_result *c);
static void next_step(struct sync_run *r);
static void begin_step(struct sync_run *r);
static void on_stepped(void *arg, const struct child_result *c);
static void run_note(struct job *j, void *state);
static void on_noted(struct job *j);
static void begin_rest(struct sync_run *r);
static void on_rest(void *arg, const struct child_result *c);
static void run_begin_copy(struct job *j, void *state);
static void on_fault_noted(struct job *j);

void
sync_fetch_begin(struct sync_run *r)
{
	struct sync_fetch *f = &r->fetch;

	f->branch = COPY_HALL;
	f->planned = f->part = 0;
	sync_run_stage(r, f->copy.done);
	if (f->copy.under_way)
		ask(r, NULL);
	else
		begin_rest(r);
}

/* Cut half-way, not merely out of reach. */
static int
is_cut(const struct sync_run *r, const struct sync_fault *fault)
{
	return !r->stopping && !fault->no_road &&
	       fault->err.code == ERR_UNREACHABLE;
}

/* A git or ssh that failed: 1 if the steps are given up and all is fetched at
 * once, 0 if the run goes elsewhere. */
static int
give_up_steps(struct sync_run *r, const struct sync_fault *fault)
{
	if (fault->class == SYNC_NONE)
		return 0;
	if (fault->no_road)
		sync_run_next_address(r, fault);
	else if (r->stopping || fault->err.code == ERR_UNREACHABLE)
		sync_run_finish(r, fault);
	else
		return 1;
	return 0;
}

/* --- which steps --- */

/* The branch's line from what is here to its tip, or to want. */
static void
ask(struct sync_run *r, const unsigned char *want)
{
	const struct sync_fetch *f = &r->fetch;
	char have[41], end[41];
	struct transfer t;
	struct err err;

	memset(&err, 0, sizeof(err));
	if (f->copy.have[f->branch].has)
		commit_hex(f->copy.have[f->branch].id, have);
	if (want != NULL)
		commit_hex(want, end);
	if (transfer_steps(&r->way, copy_branch_name(f->branch),
		f->copy.have[f->branch].has ? have : NULL,
		want != NULL ? end : NULL, &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, NULL, on_asked);
}

static void
on_asked(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fetch *f = &r->fetch;
	struct sync_fault fault;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (give_up_steps(r, &fault))
			begin_rest(r);
		return;
	}
	f->at[f->branch] = 0;
	if (sync_steps_read(
		&r->way, &c->out, &f->steps[f->branch], NULL, NULL) < 0) {
		begin_rest(r);
	} else if (f->planned) {
		next_step(r);
	} else if (f->branch == COPY_HALL) {
		f->branch = COPY_OFFICE;
		ask(r, NULL);
	} else {
		f->planned = 1;
		f->branch = COPY_HALL;
		f->total = f->copy.done + f->steps[COPY_HALL].total +
			   f->steps[COPY_OFFICE].total;
		sync_run_stage(r, f->copy.done);
		next_step(r);
	}
}

/* --- one after the other --- */

/* Revisions that the link is thought to bear in one go. */
static int64_t
bearable(const struct sync_run *r)
{
	return r->outcome.pace.size / r->fetch.copy.revision_bytes;
}

static void
next_step(struct sync_run *r)
{
	struct sync_fetch *f = &r->fetch;

	/* the last step is the fetch that also says how both branches stand */
	if (f->total - f->copy.done <= bearable(r)) {
		begin_rest(r);
		return;
	}
	for (; f->branch < N_COPY_BRANCHES; f->branch++) {
		if (f->at[f->branch] < f->steps[f->branch].n) {
			begin_step(r);
			return;
		}
		if (f->part) {
			f->part = 0;
			ask(r, NULL);
			return;
		}
	}
	begin_rest(r);
}

/* Steps from at on until they fill the link, one at least. */
static void
measure(struct sync_run *r)
{
	struct sync_fetch *f = &r->fetch;
	const struct steps *s = &f->steps[f->branch];
	size_t i = f->at[f->branch];

	f->step_n = s->list[i++].n;
	while (i < s->n && f->step_n + s->list[i].n <= bearable(r))
		f->step_n += s->list[i++].n;
	f->stop = i;
}

static void
begin_step(struct sync_run *r)
{
	struct sync_fetch *f = &r->fetch;
	const struct step *last;
	char hex[41], detail[64];
	struct transfer t;
	struct err err;

	if (!sync_run_may(r, 0)) {
		sync_run_finish(r, NULL);
		return;
	}
	memset(&err, 0, sizeof(err));
	measure(r);
	last = &f->steps[f->branch].list[f->stop - 1];
	/* of a very long line even one step is too much for a bad link */
	if (!f->part && f->step_n > bearable(r) && f->step_n > 1) {
		f->part = 1;
		ask(r, last->id);
		return;
	}
	snprintf(detail, sizeof(detail), "%" PRId64 "/%" PRId64, f->copy.done,
	    f->total);
	sync_run_show(r, "fetch", detail);
	sync_run_part(r, 0, 0, f->copy.done, f->step_n, f->total);
	commit_hex(last->id, hex);
	f->step_ms = clock_mono_ms();
	if (transfer_fetch_step(
		&r->way, copy_branch_name(f->branch), hex, &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, NULL, on_stepped);
}

/* What git said that it received, by revision. */
static void
learn(struct sync_run *r)
{
	int64_t bytes = r->gauge.now.bytes / r->fetch.step_n;

	if (r->gauge.now.bytes == 0)
		return; /* too few to be told of */
	if (bytes < REVISION_MIN)
		bytes = REVISION_MIN;
	r->fetch.copy.revision_bytes =
	    bytes < REVISION_MAX ? bytes : REVISION_MAX;
}

/* The next one is smaller. When the link bears not even the smallest slice,
 * revisions are larger than was thought. */
static void
step_cut(struct sync_run *r, const struct sync_fault *fault)
{
	struct sync_fetch *f = &r->fetch;

	if (r->outcome.pace.size <= SYNC_SLICE_MIN &&
	    f->copy.revision_bytes < REVISION_MAX)
		f->copy.revision_bytes *= 2;
	sync_pace_cut(&r->outcome.pace);
	f->fault = *fault;
	sync_run_step(r, run_note, on_fault_noted);
}

static void
on_stepped(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fetch *f = &r->fetch;
	struct sync_fault fault;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (is_cut(r, &fault))
			step_cut(r, &fault);
		else if (give_up_steps(r, &fault))
			begin_rest(r);
		return;
	}
	learn(r);
	sync_pace_after(&r->outcome.pace, f->step_n * f->copy.revision_bytes,
	    clock_mono_ms() - f->step_ms, 1);
	memcpy(f->copy.have[f->branch].id,
	    f->steps[f->branch].list[f->stop - 1].id, 20);
	f->copy.have[f->branch].has = 1;
	f->at[f->branch] = f->stop;
	f->copy.done += f->step_n;
	r->outcome.moved++;
	sync_run_step(r, run_note, on_noted);
}

static void
run_note(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;

	j->rc = copy_note(state, &r->fetch.copy, r->fetch.total, &j->err);
	if (j->rc < 0)
		fatal_check("cannot note how far the copy came", &j->err);
}

static void
on_noted(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (sync_run_job_ended(r))
		next_step(r);
}

/* --- in one go --- */

static void
begin_rest(struct sync_run *r)
{
	struct transfer t;
	struct err err;

	memset(&err, 0, sizeof(err));
	if (transfer_fetch(&r->way, &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, NULL, on_rest);
}

static void
on_rest(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fault fault;

	if (sync_run_child_ended(r, c, &fault)) {
		sync_run_fetched(r);
		return;
	}
	if (fault.class == SYNC_NONE)
		return;
	if (is_cut(r, &fault) && !r->fetch.copy.under_way) {
		r->fetch.fault = fault;
		sync_run_step(r, run_begin_copy, on_fault_noted);
	} else if (fault.no_road) {
		sync_run_next_address(r, &fault);
	} else {
		sync_run_finish(r, &fault);
	}
}

static void
run_begin_copy(struct job *j, void *state)
{
	if ((j->rc = copy_begin(state, &j->err)) < 0)
		fatal_check("cannot note that the fetch was cut", &j->err);
}

static void
on_fault_noted(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (sync_run_job_ended(r))
		sync_run_finish(r, &r->fetch.fault);
}
