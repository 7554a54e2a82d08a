/* What a run asks of its owner and tells it between its steps. */
#include "base/clock.h"
#include "daemon/sync/sync_run_state.h"

int
sync_run_may(struct sync_run *r, int files)
{
	if (r->opts.may == NULL || r->opts.may(r->opts.arg, files))
		return 1;
	if (files && r->opts.may(r->opts.arg, 0))
		r->outcome.files_held = 1;
	else
		r->outcome.held = 1;
	return 0;
}

void
sync_run_stage(struct sync_run *r, int64_t done)
{
	sync_gauge_begin(&r->gauge, clock_mono_ms(), done);
}

void
sync_run_part(struct sync_run *r, int64_t k, int64_t n, int64_t done,
    int64_t part, int64_t total)
{
	sync_gauge_part(&r->gauge, k, n, done, part, total);
	if (r->opts.progress != NULL)
		r->opts.progress(r->opts.arg, &r->gauge.now);
}

void
sync_run_on_line(void *run, const char *line)
{
	struct sync_run *r = (struct sync_run *)run;

	if (sync_gauge_line(&r->gauge, line, clock_mono_ms()) &&
	    r->opts.progress != NULL)
		r->opts.progress(r->opts.arg, &r->gauge.now);
	if (r->line != NULL)
		r->line(r, line);
}
