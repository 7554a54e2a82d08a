#include "daemon/province_when.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/quiet.h"
#include "store/hall/province.h"
#include "store/save/journal.h"

struct province_when {
	struct quiet quiet; /* first */
	int starting;
	int64_t whole_ms; /* when all of it was last brought up to date */
};

static void
run_province(struct job *j, void *state)
{
	struct province_when *p = (struct province_when *)j;
	int64_t now = clock_mono_ms();
	int whole = now >= p->whole_ms + PROVINCE_WHOLE_MS;

	if (p->starting || whole)
		p->whole_ms = now;
	/* its refs name what has been given out: receipts, too */
	if ((j->rc = journal_flush(state, &j->err)) < 0)
		fatal_check("cannot write the repository", &j->err);
	else if (p->starting)
		j->rc = province_start(state, &j->err);
	else if (whole)
		j->rc = province_update(state, 0, NULL, &j->err);
	else
		j->rc = province_refs(state, NULL, &j->err);
	if (j->rc < 0)
		fatal_check("cannot bring province.git up to date", &j->err);
}

static uint64_t
on_done(struct quiet *q)
{
	struct province_when *p = (struct province_when *)q;

	if (q->job.rc < 0)
		log_err("cannot bring province.git up to date", &q->job.err);
	else
		p->starting = 0;
	return 0;
}

void
province_when_wake(struct province_when *p)
{
	quiet_wake(&p->quiet);
}

int
province_when_create(uv_loop_t *loop, struct worker *writer,
    struct province_when **ret, struct err *e)
{
	struct province_when *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return err_nomem(e);
	p->quiet.worker = writer;
	p->quiet.quiet_ms = PROVINCE_QUIET_MS;
	p->quiet.latest_ms = PROVINCE_LATEST_MS;
	p->quiet.run = run_province;
	p->quiet.done = on_done;
	p->starting = 1;
	quiet_init(&p->quiet, loop);
	quiet_begin(&p->quiet);
	*ret = p;
	return 0;
}

void
province_when_close(
    struct province_when *p, void (*closed)(void *arg), void *arg)
{
	quiet_close(&p->quiet, closed, arg);
}
