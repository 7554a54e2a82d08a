/* begin_return() -> on_returned() -> run_returned() -> on_kept() -> go_on() */
#include "daemon/sync/sync_restored.h"

#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/sync/sync_join.h"
#include "store/admit/absorb.h"
#include "store/hall/renew.h"

static void begin_return(struct sync_run *r);
static void on_line(void *arg, const char *line);
static void on_returned(void *arg, const struct child_result *c);
static void run_returned(struct job *j, void *state);
static void on_kept(struct job *j);
static void go_on(struct sync_run *r);

int
sync_restored_look(struct sync_run *r, struct store *s, struct err *e)
{
	char before = store_conf(s)->device;
	int rc;

	memset(&r->lost, 0, sizeof(r->lost));
	/* a change to another letter that a full disk cut in two */
	if ((rc = renew_resume(s, e)) < 0)
		return rc;
	r->outcome.renewed = store_conf(s)->device != before;
	if ((rc = lost_look(s, &r->lost, e)) < 0 || r->lost.give_back)
		return rc;
	return absorb_ref(
	    s, "", "hall", "refs/incoming/hall", &r->outcome.fetched, e);
}

int
sync_restored_settle(struct sync_run *r, struct store *s, struct err *e)
{
	int settled = 0, rc = renew_settle(s, &settled, e);

	r->outcome.renewed |= settled;
	return rc;
}

void
sync_restored_begin(struct sync_run *r)
{
	if (r->lost.give_back)
		begin_return(r);
	else
		go_on(r);
}

static void
begin_return(struct sync_run *r)
{
	struct transfer t;
	struct err err;
	char hex[41];

	memset(&err, 0, sizeof(err));
	log_line(LOG_WARN, "sync: the hall lost revisions of its own: they are "
			   "given back to it");
	sync_run_show(r, "return", "");
	commit_hex(r->lost.hall, hex);
	buf_clear(&r->receipt);
	if (transfer_return(&r->way, hex, &t, &err) < 0)
		sync_run_finish_own(r, &err);
	else
		sync_run_git(r, &t, on_line, on_returned);
}

static void
on_line(void *arg, const char *line)
{
	sync_run_remark((struct sync_run *)arg, line, REMARK_RECEIPT);
}

static void
on_returned(void *arg, const struct child_result *c)
{
	struct sync_run *r = (struct sync_run *)arg;
	struct sync_fault fault;

	if (!sync_run_child_ended(r, c, &fault)) {
		if (fault.class != SYNC_NONE)
			sync_run_finish(r, &fault);
		return;
	}
	sync_run_step(r, run_returned, on_kept);
}

static void
run_returned(struct job *j, void *state)
{
	struct sync_run *r = (struct sync_run *)j;

	j->rc = lost_returned(state, r->lost.hall, &j->err);
	if (j->rc < 0)
		fatal_check("cannot note what the hall has", &j->err);
}

static void
on_kept(struct job *j)
{
	struct sync_run *r = (struct sync_run *)j;

	if (sync_run_job_ended(r))
		go_on(r);
}

/* The connection, if any, stands under the old key: a run that has just heard
 * of its enrolment ends, and the next one begins with the new one. */
static void
go_on(struct sync_run *r)
{
	struct err err;

	memset(&err, 0, sizeof(err));
	if (r->outcome.renewed)
		sync_run_finish(r, NULL);
	else if (renew_is_waiting(&r->conf, &err))
		sync_run_finish_own(r, &err);
	else
		sync_join_begin(r);
}

int
sync_restored_renew(struct sync_run *r, struct store *s,
    const unsigned char tip[20], struct err *e)
{
	struct renewed made;
	int rc;

	if ((rc = renew_restored(s, tip, &made, e)) < 0)
		return rc;
	r->outcome.renewed = 1;
	log_line(LOG_WARN,
	    "sync: this machine was restored from an old copy: %s goes on as "
	    "%s, %lld revisions carried over",
	    made.from, made.to, (long long)made.n);
	if (renew_is_waiting(store_conf(s), e))
		return ERR_DENIED;
	return err_set(e, ERR_FAILED, 0,
	    "this machine goes on as device %s: synchronise again", made.to);
}

int
sync_restored_plan(struct sync_run *r, struct store *s, struct err *e)
{
	int64_t row;
	int less = 0, rc;

	if ((rc = lost_is(s, &less, &row, e)) < 0 || !less)
		return rc;
	r->outcome.waiting |= r->outcome.synced;
	r->outcome.synced = 0;
	return 0;
}
