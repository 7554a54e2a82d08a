/* Who looks after a hall: events, alerts, figures, health; and what the hall
 * tells all its offices. */
#include <sys/statvfs.h>

#include "base/clock.h"
#include "daemon/handlers/handlers.h"
#include "daemon/server.h"
#include "store/hall/announce.h"
#include "store/view/alerts.h"
#include "store/view/metrics.h"

/* below this the disk counts as full: enough for a day of an office */
#define STORAGE_LOW_BYTES (64 * 1024 * 1024)

/* --- events --- */

static int
begin_watch(struct call *c, cJSON **ret, struct err *e)
{
	return watch_begin(c->server->watch, c, json_str(c->params, "cursor"),
	    json_int(c->params, "wait", 0), ret, e);
}

/* --- alerts --- */

/* What is wrong now, not when the last look was. */
static int
run_alerts(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return alerts_list(s, clock_now(), ret, e);
}

static int
after_alerts(struct call *c, struct err *e)
{
	cJSON *sender = NULL;
	int rc = 0;

	if (c->server->alerts == NULL)
		return json_put_str(c->result, "sender", NULL, e);
	if ((rc = alert_flow_status(c->server->alerts, &sender, e)) < 0)
		return rc;
	return json_put(c->result, "sender", sender, e);
}

static void
on_tested(void *arg, int rc, const struct err *fault)
{
	struct call *c = arg;

	if (rc < 0) {
		c->job.err = *fault;
	} else {
		c->result = cJSON_CreateObject();
		rc = json_put_bool(c->result, "sent", 1, &c->job.err);
	}
	call_finish(c, rc);
}

static int
begin_test(struct call *c, cJSON **ret, struct err *e)
{
	int rc;

	(void)ret;
	if (c->server->alerts == NULL)
		return err_set(
		    e, ERR_USAGE, 0, "only a hall has somebody told");
	rc = alert_flow_test(c->server->alerts, on_tested, c, e);
	return rc < 0 ? rc : HANDLER_LATER;
}

/* --- figures --- */

static int
run_metrics(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct buf b = BUF_INIT;
	cJSON *out = NULL;
	int rc = metrics_store(s, &b, e);

	(void)c;
	if (rc == 0) {
		out = cJSON_CreateObject();
		rc = json_put_str(out, "text", buf_str(&b), e);
	}
	buf_release(&b);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

static void
put_sync(const struct server *srv, struct buf *b)
{
	static const struct {
		const char *key, *name, *help;
	} times[] = {
		{ "last_success", "pmqa_sync_last_success_timestamp_seconds",
		    "Last exchange that did all it could; 0: none." },
		{ "failing_since", "pmqa_sync_failing_since_timestamp_seconds",
		    "Since when exchanges fail; 0: they do not." },
		{ "next_try", "pmqa_sync_next_try_timestamp_seconds",
		    "When the next exchange begins; 0: not known." },
	};
	cJSON *sync = NULL;
	size_t i;
	int64_t t;

	/* without memory for it the other figures are worth having */
	if (srv->sync == NULL || sync_status(srv->sync, &sync, NULL) < 0)
		return;
	metrics_gauge(b, "pmqa_sync_state", "The state it is in; always 1.");
	metrics_sample(
	    b, "pmqa_sync_state", "state", json_str(sync, "state"), 1);
	metrics_one(b, "pmqa_sync_failures", "Exchanges that failed in a row.",
	    json_int(sync, "failures", 0));
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const char *text = json_str(sync, times[i].key);

		t = 0;
		if (text != NULL && clock_parse(text, 0, 0, &t, NULL) < 0)
			t = 0;
		metrics_one(b, times[i].name, times[i].help, t);
	}
	cJSON_Delete(sync);
}

/* What only the loop knows. */
static int
after_metrics(struct call *c, struct err *e)
{
	const struct server *srv = c->server;
	const char *text = json_str(c->result, "text");
	struct buf b = BUF_INIT;
	int rc;

	buf_puts(&b, text != NULL ? text : "");
	metrics_one(&b, "pmqa_connections", "Clients that are connected.",
	    (int64_t)conn_set_count(srv->conns));
	metrics_gauge(&b, "pmqa_queue_jobs", "Jobs that wait for a thread.");
	metrics_sample(&b, "pmqa_queue_jobs", "thread", "store",
	    (int64_t)worker_waiting(srv->writer));
	metrics_sample(&b, "pmqa_queue_jobs", "thread", "reader",
	    (int64_t)worker_waiting(srv->reader));
	metrics_sample(&b, "pmqa_queue_jobs", "thread", "long",
	    (int64_t)worker_waiting(srv->lengthy));
	metrics_one(&b, "pmqa_storage_ok",
	    "1 unless the journal cannot be written to the repository.",
	    srv->flush == NULL || !flush_is_failing(srv->flush));
	put_sync(srv, &b);
	if ((rc = buf_ok(&b, e)) == 0)
		rc = json_put_str(c->result, "text", buf_str(&b), e);
	buf_release(&b);
	return rc;
}

/* --- health --- */

static int
put_check(cJSON *health, const char *name, int ok, struct err *e)
{
	int rc = json_put_bool(json_get(health, "checks"), name, ok, e);

	if (rc == 0 && !ok)
		rc = json_put_bool(health, "ok", 0, e);
	return rc;
}

/* That it answers at all is one: the database was read for it. */
static int
run_health(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	cJSON *out = cJSON_CreateObject();
	struct statvfs fs;
	int64_t one = 0;
	int rc;

	(void)c;
	if ((rc = json_put_bool(out, "ok", 1, e)) < 0 ||
	    (rc = json_put(out, "checks", cJSON_CreateObject(), e)) < 0 ||
	    (rc = db_one_int(store_db(s), &one, e,
		 "SELECT count(*) >= 0 FROM branch", "")) < 0 ||
	    (rc = put_check(out, "database", one == 1, e)) < 0)
		goto out;
	if (statvfs(store_conf(s)->dir, &fs) != 0)
		rc = err_sys(e, "cannot look at '%s'", store_conf(s)->dir);
	else
		rc = put_check(out, "disk",
		    (int64_t)(fs.f_bavail * fs.f_frsize) >= STORAGE_LOW_BYTES,
		    e);
out:
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}

static int
after_health(struct call *c, struct err *e)
{
	const struct server *srv = c->server;
	int rc = put_check(c->result, "repository",
	    srv->flush == NULL || !flush_is_failing(srv->flush), e);

	if (rc < 0)
		return rc;
	/* a queue that is full takes no save */
	return put_check(c->result, "queue",
	    worker_waiting(srv->writer) < WORKER_QUEUE_MAX / 2, e);
}

/* --- announcements --- */

static int
run_announce(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc = handlers_ask(c, &a, e);

	if (rc < 0)
		return rc;
	return announce_add(s, &a, json_str(c->params, "title"),
	    json_str(c->params, "text"), json_str(c->params, "until"), ret, e);
}

static int
run_withdraw(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct ask a;
	int rc = handlers_ask(c, &a, e);

	if (rc < 0)
		return rc;
	return announce_withdraw(s, &a, json_str(c->params, "id"), ret, e);
}

static int
run_announcements(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return announce_list(s, ret, e);
}

static int
run_read(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return announce_read(s, ret, e);
}

static int
after_published(struct call *c, struct err *e)
{
	(void)e;
	if (cJSON_GetArraySize(json_get(c->result, "published")) > 0)
		server_saved(c->server);
	return 0;
}

const struct handler handlers_oversight[] = {
	{ "hall.watch", NULL, begin_watch, NULL },
	{ "hall.alerts", run_alerts, NULL, after_alerts },
	{ "hall.alerts_test", NULL, begin_test, NULL },
	{ "metrics", run_metrics, NULL, after_metrics },
	{ "health", run_health, NULL, after_health },
	{ "announcement.add", run_announce, NULL, after_published },
	{ "announcement.withdraw", run_withdraw, NULL, after_published },
	{ "announcement.list", run_announcements, NULL, NULL },
	{ "announcement.read", run_read, NULL, NULL },
};
const size_t handlers_n_oversight =
    sizeof(handlers_oversight) / sizeof(*handlers_oversight);
