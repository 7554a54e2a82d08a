/* The exchange with the hall: now, later, not for a while; and its receipts. */
#include "base/clock.h"
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/view/receipts.h"

#define RECEIPTS_LIMIT 50

/* --- now, waited for or not --- */

static void
unlink_waiter(struct call *c)
{
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
}

static void
on_sync_done(void *arg, int rc, const cJSON *result, const struct err *fault)
{
	struct call *c = arg;

	unlink_waiter(c);
	if (rc < 0)
		c->job.err = *fault;
	else if ((c->result = cJSON_Duplicate(result, 1)) == NULL)
		rc = err_nomem(&c->job.err);
	call_finish(c, rc);
}

/* Nobody waits: the state tells how it went. */
static void
on_sync_unwatched(
    void *arg, int rc, const cJSON *result, const struct err *fault)
{
	(void)arg;
	(void)rc;
	(void)result;
	(void)fault;
}

static enum sync_kind
kind_of(const struct call *c)
{
	if (json_get(c->params, "metered") == NULL)
		return SYNC_USUAL;
	return json_bool(c->params, "metered", 0) ? SYNC_TEXT : SYNC_FILES;
}

static int
begin_sync(struct call *c, cJSON **ret, struct err *e)
{
	struct server *srv = c->server;
	int rc;

	handlers_end_waiters(srv, 0);
	if (!json_bool(c->params, "wait", 0)) {
		if ((rc = sync_now_as(
			 srv->sync, kind_of(c), on_sync_unwatched, srv, e)) < 0)
			return rc;
		return sync_status(srv->sync, ret, e);
	}
	if ((rc = sync_now_as(srv->sync, kind_of(c), on_sync_done, c, e)) < 0)
		return rc;
	c->next = srv->waiters;
	c->link = &srv->waiters;
	if (c->next != NULL)
		c->next->link = &c->next;
	srv->waiters = c;
	return HANDLER_LATER;
}

/* "push: 3/12" */
static void
state_text(struct buf *ret, const char *state, const char *detail)
{
	buf_puts(ret, state);
	if (detail != NULL && detail[0] != '\0')
		buf_printf(ret, ": %s", detail);
}

void
handlers_sync_changed(struct server *srv, const char *state, const char *detail)
{
	struct buf what = BUF_INIT;
	struct call *c;

	if (srv->waiters == NULL)
		return;
	state_text(&what, state, detail);
	for (c = srv->waiters; c != NULL; c = c->next)
		call_send_progress(c, buf_str(&what), 0, 0);
	buf_release(&what);
}

void
handlers_sync_progressed(struct server *srv, const char *state,
    const char *detail, const struct sync_progress *p)
{
	struct buf what = BUF_INIT;
	struct call *c;
	cJSON *v;

	if (srv->waiters == NULL)
		return;
	state_text(&what, state, detail);
	for (c = srv->waiters; c != NULL; c = c->next) {
		v = cJSON_CreateObject();
		/* without memory only the news is lost */
		if (sync_progress_json(p, v, NULL) == 0)
			call_send_transfer(c, buf_str(&what), v);
		else
			cJSON_Delete(v);
	}
	buf_release(&what);
}

void
handlers_end_waiters(struct server *srv, int all)
{
	struct call *c, *next;

	for (c = srv->waiters; c != NULL; c = next) {
		next = c->next;
		if (!all && call_is_wanted(c))
			continue;
		sync_forget(srv->sync, c);
		unlink_waiter(c);
		call_finish(c, err_set(&c->job.err, ERR_UNREACHABLE, 0,
				   "the daemon is stopping"));
	}
}

/* --- not for a while --- */

static void
on_pause_kept(void *arg, int rc, const struct err *fault)
{
	struct call *c = arg;

	if (rc < 0)
		c->job.err = *fault;
	else
		rc = sync_status(c->server->sync, &c->result, &c->job.err);
	call_finish(c, rc);
}

static int
keep_pause(struct call *c, const struct sync_pause *p, struct err *e)
{
	int rc = sync_pause(c->server->sync, p, on_pause_kept, c, e);

	return rc < 0 ? rc : HANDLER_LATER;
}

static int
begin_pause(struct call *c, cJSON **ret, struct err *e)
{
	int64_t seconds = json_int(c->params, "seconds", 0);
	struct sync_pause p = { .on = 1, .since = clock_now() };

	(void)ret;
	if (json_get(c->params, "seconds") != NULL &&
	    (seconds < 1 || seconds > SYNC_PAUSE_MAX_S))
		return err_set(e, ERR_INVALID, 0,
		    "a pause lasts from one second to 366 days");
	p.until = seconds > 0 ? p.since + seconds : 0;
	err_text(p.by, sizeof(p.by), c->peer->person.login);
	return keep_pause(c, &p, e);
}

static int
begin_resume(struct call *c, cJSON **ret, struct err *e)
{
	const struct sync_pause none = { .on = 0 };

	(void)ret;
	return keep_pause(c, &none, e);
}

/* --- receipts --- */

static int
run_receipts(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct receipts_query q;
	int rc;

	memset(&q, 0, sizeof(q));
	if ((rc = handlers_office(c, s, &q.office, e)) < 0)
		return rc;
	q.limit = (int)json_int(c->params, "limit", RECEIPTS_LIMIT);
	q.cursor = json_str(c->params, "cursor");
	q.files = json_bool(c->params, "files", 0);
	return receipts_list(s, &q, ret, e);
}

const struct handler handlers_sync[] = {
	{ "sync", NULL, begin_sync, NULL },
	{ "sync.pause", NULL, begin_pause, NULL },
	{ "sync.resume", NULL, begin_resume, NULL },
	{ "receipts", run_receipts, NULL, NULL },
};
const size_t handlers_n_sync = sizeof(handlers_sync) / sizeof(*handlers_sync);
