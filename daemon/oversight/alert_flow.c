#include "daemon/oversight/alert_flow.h"

#include "base/clock.h"
#include "base/log.h"
#include "daemon/fatal.h"
#include "daemon/oversight/alert_send.h"
#include "store/view/alerts.h"

struct alert_flow {
	struct job job; /* first: job callbacks cast back */
	uv_timer_t timer;
	struct alert_flow_env env;
	cJSON *looked, *waiting;
	int64_t n_waiting;
	int job_pending;
	int again; /* woken while under way */
	struct alert_send *sending;
	/* who asked for a test that is being sent, or waits for what is under
	 * way; NULL: nobody */
	void (*tested)(void *arg, int rc, const struct err *err);
	void *tested_arg;
	/* how the sending goes */
	int64_t last_sent, failing_since, next_try;
	int failures;
	struct err fault; /* of the last failure */
	int closing;
	void (*closed)(void *arg);
	void *closed_arg;
};

static void begin_look(struct alert_flow *a);
static void run_look(struct job *j, void *state);
static void on_looked(struct job *j);
static void run_apply(struct job *j, void *state);
static void on_applied(struct job *j);
static void begin_send(struct alert_flow *a);
static void on_sent(void *arg, int rc, const struct err *err);
static void run_told(struct job *j, void *state);
static void on_told(struct job *j);
static void begin_test(struct alert_flow *a);
static void rest(struct alert_flow *a);
static void leave(struct alert_flow *a);

/* --- one look --- */

static int
is_busy(const struct alert_flow *a)
{
	return a->job_pending || a->sending != NULL;
}

static void
step(struct alert_flow *a, struct worker *w,
    void (*run)(struct job *j, void *state), void (*done)(struct job *j))
{
	struct err err;

	memset(&a->job, 0, sizeof(a->job));
	a->job.run = run;
	a->job.done = done;
	if (worker_submit(w, &a->job, &err) < 0) {
		log_err("alerts", &err);
		rest(a);
		return;
	}
	a->job_pending = 1;
}

/* The end of every job: 1 if the flow goes on. */
static int
job_ended(struct alert_flow *a)
{
	a->job_pending = 0;
	if (a->closing) {
		leave(a);
		return 0;
	}
	if (a->job.rc == 0)
		return 1;
	log_err("alerts", &a->job.err);
	rest(a);
	return 0;
}

static void
on_timer(uv_timer_t *timer)
{
	struct alert_flow *a = timer->data;

	if (!is_busy(a))
		begin_look(a);
	else
		a->again = 1;
}

static void
begin_look(struct alert_flow *a)
{
	a->again = 0;
	step(a, a->env.reader, run_look, on_looked);
}

static void
run_look(struct job *j, void *state)
{
	struct alert_flow *a = (struct alert_flow *)j;

	store_forget_branches(state);
	j->rc = alerts_look(state, clock_now(), &a->looked, &j->err);
}

static void
on_looked(struct job *j)
{
	struct alert_flow *a = (struct alert_flow *)j;

	if (job_ended(a))
		step(a, a->env.writer, run_apply, on_applied);
}

static void
run_apply(struct job *j, void *state)
{
	struct alert_flow *a = (struct alert_flow *)j;
	int64_t now = clock_now();

	j->rc = alerts_apply(state, a->looked, now, &a->n_waiting, &j->err);
	if (j->rc == 0 && a->n_waiting > 0)
		j->rc = alerts_waiting(state, now, &a->waiting, &j->err);
	if (j->rc < 0)
		fatal_check("alerts", &j->err);
}

static void
on_applied(struct job *j)
{
	struct alert_flow *a = (struct alert_flow *)j;

	cJSON_Delete(a->looked);
	a->looked = NULL;
	if (!job_ended(a))
		return;
	if (cJSON_GetArraySize(a->waiting) > 0 &&
	    conf_alerts_on(&a->env.conf->alerts) && clock_now() >= a->next_try)
		begin_send(a);
	else
		rest(a);
}

/* --- telling --- */

static void
begin_send(struct alert_flow *a)
{
	struct err err;
	int rc = alert_send_begin(a->env.loop, a->env.conf, a->waiting, on_sent,
	    a, &a->sending, &err);

	if (rc < 0)
		on_sent(a, rc, &err);
}

/* 30 s, 1 min, 2 min … 1 h */
static void
note_failure(struct alert_flow *a, const struct err *err)
{
	int64_t wait = ALERT_FLOW_RETRY_S, now = clock_now();
	int i;

	for (i = 0; i < a->failures && wait < ALERT_FLOW_RETRY_MAX_S; i++)
		wait *= 2;
	if (wait > ALERT_FLOW_RETRY_MAX_S)
		wait = ALERT_FLOW_RETRY_MAX_S;
	if (a->failures++ == 0)
		a->failing_since = now;
	a->next_try = now + wait;
	a->fault = *err;
	log_err("cannot send alerts", err);
}

static void
note_success(struct alert_flow *a)
{
	a->failures = 0;
	a->failing_since = a->next_try = 0;
	a->last_sent = clock_now();
}

static void
on_sent(void *arg, int rc, const struct err *err)
{
	struct alert_flow *a = arg;

	a->sending = NULL;
	if (a->closing) {
		/* told or not: it is sent again, under the same id */
		leave(a);
	} else if (rc < 0) {
		note_failure(a, err);
		rest(a);
	} else {
		note_success(a);
		step(a, a->env.writer, run_told, on_told);
	}
}

static void
run_told(struct job *j, void *state)
{
	struct alert_flow *a = (struct alert_flow *)j;

	j->rc = alerts_told(state, a->waiting, clock_now(), &j->err);
	if (j->rc < 0)
		fatal_check("alerts", &j->err);
}

static void
on_told(struct job *j)
{
	struct alert_flow *a = (struct alert_flow *)j;

	if (job_ended(a))
		rest(a);
}

/* Until the next look. */
static void
rest(struct alert_flow *a)
{
	int64_t now = clock_now(), wait_s = a->env.conf->alerts.every_s;

	cJSON_Delete(a->looked);
	cJSON_Delete(a->waiting);
	a->looked = a->waiting = NULL;
	if (a->closing) {
		leave(a);
		return;
	}
	if (a->tested != NULL) {
		begin_test(a);
		return;
	}
	if (a->next_try > now && a->next_try - now < wait_s)
		wait_s = a->next_try - now;
	uv_timer_start(&a->timer, on_timer,
	    a->again ? ALERT_FLOW_SOON_MS : (uint64_t)wait_s * 1000, 0);
}

void
alert_flow_wake(struct alert_flow *a)
{
	if (a == NULL || a->closing)
		return;
	if (is_busy(a)) {
		a->again = 1;
		return;
	}
	/* many refusals in a moment are one look */
	if (uv_timer_get_due_in(&a->timer) > ALERT_FLOW_SOON_MS)
		uv_timer_start(&a->timer, on_timer, ALERT_FLOW_SOON_MS, 0);
}

/* --- a test --- */

static void
end_test(struct alert_flow *a, int rc, const struct err *err)
{
	void (*tested)(void *arg, int rc, const struct err *err) = a->tested;

	a->tested = NULL;
	tested(a->tested_arg, rc, err);
}

static void
on_tested(void *arg, int rc, const struct err *err)
{
	struct alert_flow *a = arg;

	a->sending = NULL;
	if (rc == 0)
		note_success(a);
	end_test(a, rc, err);
	if (a->closing)
		leave(a);
	else
		rest(a);
}

/* Nothing else is under way. */
static void
begin_test(struct alert_flow *a)
{
	struct err err;
	int rc;

	uv_timer_stop(&a->timer);
	rc = alert_send_begin(
	    a->env.loop, a->env.conf, NULL, on_tested, a, &a->sending, &err);
	if (rc < 0)
		on_tested(a, rc, &err);
}

static void
on_test_timer(uv_timer_t *timer)
{
	begin_test(timer->data);
}

int
alert_flow_test(struct alert_flow *a,
    void (*done)(void *arg, int rc, const struct err *err), void *arg,
    struct err *e)
{
	if (!conf_alerts_on(&a->env.conf->alerts)) {
		err_set(e, ERR_NOT_FOUND, 0,
		    "nobody is named in [alerts] of pmqad.conf");
		err_hint(e,
		    "write mail = ADDRESS or command = PATH there, then "
		    "restart the daemon");
		return ERR_NOT_FOUND;
	}
	if (a->tested != NULL)
		return err_set(e, ERR_BUSY, 0,
		    "another message is being sent; try again in a moment");
	a->tested = done;
	a->tested_arg = arg;
	/* one that is under way goes first; see rest() */
	if (!is_busy(a))
		uv_timer_start(&a->timer, on_test_timer, 0, 0);
	return 0;
}

/* --- how it goes --- */

static int
put_time(const struct alert_flow *a, cJSON *out, const char *key, int64_t t,
    struct err *e)
{
	char text[CLOCK_TEXT];

	if (t == 0)
		return json_put_str(out, key, NULL, e);
	clock_rfc3339(text, t, a->env.conf->offset_min);
	return json_put_str(out, key, text, e);
}

static int
put_failing(const struct alert_flow *a, cJSON *out, struct err *e)
{
	cJSON *f;
	int rc;

	if (a->failures == 0)
		return json_put_str(out, "failing", NULL, e);
	f = cJSON_CreateObject();
	if ((rc = put_time(a, f, "since", a->failing_since, e)) < 0 ||
	    (rc = json_put_str(f, "message", a->fault.msg, e)) < 0 ||
	    (rc = json_put_str(f, "message_th", a->fault.th, e)) < 0 ||
	    (rc = put_time(a, f, "next_try", a->next_try, e)) < 0) {
		cJSON_Delete(f);
		return rc;
	}
	return json_put(out, "failing", f, e);
}

int
alert_flow_status(const struct alert_flow *a, cJSON **ret, struct err *e)
{
	const struct conf_alerts *c = &a->env.conf->alerts;
	cJSON *out = cJSON_CreateObject();
	char when[16] = "instant";
	int rc;

	if (c->digest_min >= 0)
		snprintf(when, sizeof(when), "%02d:%02d", c->digest_min / 60,
		    c->digest_min % 60);
	if ((rc = json_put_str(out, "to",
		 c->command[0] != '\0' ? c->command
		 : c->mail[0] != '\0'  ? c->mail
				       : NULL,
		 e)) < 0 ||
	    (rc = json_put_str(out, "when", when, e)) < 0 ||
	    (rc = put_time(a, out, "last_sent", a->last_sent, e)) < 0 ||
	    (rc = put_failing(a, out, e)) < 0) {
		cJSON_Delete(out);
		return rc;
	}
	*ret = out;
	return 0;
}

/* --- life --- */

int
alert_flow_create(
    const struct alert_flow_env *env, struct alert_flow **ret, struct err *e)
{
	struct alert_flow *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return err_nomem(e);
	a->env = *env;
	uv_timer_init(env->loop, &a->timer); /* cannot fail */
	a->timer.data = a;
	/* what a crash left untold goes now */
	uv_timer_start(&a->timer, on_timer, ALERT_FLOW_SOON_MS, 0);
	*ret = a;
	return 0;
}

static void
on_closed(uv_handle_t *h)
{
	struct alert_flow *a = h->data;
	void (*closed)(void *arg) = a->closed;
	void *arg = a->closed_arg;

	cJSON_Delete(a->looked);
	cJSON_Delete(a->waiting);
	free(a);
	closed(arg);
}

/* Whatever was under way has ended. */
static void
leave(struct alert_flow *a)
{
	struct err err;

	if (is_busy(a))
		return;
	if (a->tested != NULL)
		end_test(a,
		    err_set(&err, ERR_BUSY, 0, "the daemon is stopping"), &err);
	uv_close((uv_handle_t *)&a->timer, on_closed);
}

void
alert_flow_close(struct alert_flow *a, void (*closed)(void *arg), void *arg)
{
	a->closing = 1;
	a->closed = closed;
	a->closed_arg = arg;
	if (a->sending != NULL)
		alert_send_stop(a->sending);
	leave(a);
}
