/* Revisions of a run: push one slice, keep its receipt, the next one. */
#include <inttypes.h>

#include "base/clock.h"
#include "daemon/fatal.h"
#include "daemon/sync/sync_run_state.h"

static void on_push_line(void *arg, const char *line);
static void on_pushed(void *arg, const struct child_result *c);
static void run_receipt(struct job *j, void *state);
static void on_receipted(struct job *j);

void
sync_push_begin(struct sync_run *r)
{
	char hex[41], detail[64];
	struct transfer t;
	struct err err;
	int64_t after;

	if (!sync_run_may(r, 0)) {
		sync_run_finish(r, NULL);
		return;
	}
	memset(&err, 0, sizeof(err));
	after = (r->slice.left + r->slice.n - 1) / r->slice.n;
	snprintf(detail, sizeof(detail), "%" PRId64 "/%" PRId64,
	    r->n_slices + 1, r->n_slices + 1 + after);
	sync_run_show(r, "push", detail);
	if (r->n_slices == 0)
		sync_run_stage(r, 0);
	sync_run_part(r, r->n_slices + 1, r->n_slices + 1 + after,
	    r->outcome.pushed, r->slice.n,
	    r->outcome.pushed + r->slice.n + r->slice.left);
	commit_hex(r->slice.tip, hex);
	buf_clear(&r->receipt);
	r->push_ms = clock_mono_ms();
	if ((r->slice.side ? transfer_push_side(&r->way, hex, &t, &err)
			   : transfer_push(&r->way, hex, &t, &err)) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, on_push_line, on_pushed);
}

static void
on_push_line(void *arg, const char *line)
{
	sync_run_remark((struct sync_run *)arg, line, REMARK_RECEIPT);
}

static void
on_pushed(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fault fault;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (fault.class == SYNC_NONE)
			return;
		if (fault.err.code == ERR_UNREACHABLE)
			sync_pace_cut(&r->outcome.pace);
		sync_run_finish(r, &fault);
		return;
	}
	sync_pace_after(&r->outcome.pace,
	    r->slice.left > 0 ? r->outcome.pace.size : 0,
	    clock_mono_ms() - r->push_ms, r->slice.left > 0);
	r->n_slices++;
	r->outcome.moved++;
	r->outcome.pushed += r->slice.n;
	sync_run_show(r, "receipt", "");
	sync_run_step(r, run_receipt, on_receipted);
}

static void
run_receipt(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;
	struct store *s = state;

	j->rc = r->slice.side ? slice_pushed_side(s, r->slice.tip, &j->err)
			      : slice_pushed(s, r->slice.tip, &j->err);
	/* what waits beside the branch has none */
	if (j->rc == 0 && !r->slice.side && r->receipt.len > 0)
		j->rc = slice_take_receipt(s, r->slice.tip,
		    buf_str(&r->receipt), r->receipt.len, &j->err);
	if (j->rc == 0 && (j->rc = lost_look_office(s, &j->err)) == 0)
		j->rc = sync_run_plan(r, s, &j->err);
	if (j->rc < 0)
		fatal_check("cannot keep the hall's receipt", &j->err);
}

static void
on_receipted(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (!sync_run_job_ended(r))
		return;
	if (r->slice.n > 0)
		sync_push_begin(r);
	else
		sync_evidence_begin(r);
}
