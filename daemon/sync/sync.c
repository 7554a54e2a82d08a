/*
 * When a run begins, and what is known of the last ones; the run itself is
 * sync_run.c. One timer holds the next try: after a save, at the interval, or
 * after a failure by backoff.
 */
#include "daemon/sync/sync.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/sync/sync_files.h"
#include "daemon/sync/sync_run.h"
#include "daemon/sync/sync_wait.h"

#define DETAIL_MAX 400
#define BACKOFF_DOUBLINGS_MAX 20
struct sync {
	struct sync_env env;
	uv_timer_t timer;
	int due_set; /* the timer runs */
	int64_t due_ms;
	struct sync_run *run; /* until it is gone */
	int running;          /* until its outcome */
	int again;            /* begin once more when run is gone */
	const char *state;
	char detail[DETAIL_MAX];
	int64_t since, last_success, next_try; /* seconds since 1970, 0 none */
	struct sync_fault fault;               /* of the last run */
	struct sync_fault file_fault;          /* of its first failed file */
	struct sync_refused refused;           /* files not to be sent now */
	int asked;      /* by a person: refused files are sent again */
	int n_failures; /* in a row */
	int64_t n_saves, saves_at_begin;
	int url;
	int64_t slice_bytes;
	struct sync_wait waiters;
	int closing;
	void (*closed)(void *arg);
	void *closed_arg;
};

static void on_due(uv_timer_t *t);
static int begin(struct sync *s, struct err *e);
static void begin_failed(struct sync *s, const struct err *err);
static void on_state(void *arg, const char *state, const char *detail);
static void on_done(void *arg, const struct sync_outcome *o);
static void on_gone(void *arg);

static void
set_state(struct sync *s, const char *state, const char *detail)
{
	s->state = state;
	s->since = clock_now();
	snprintf(s->detail, sizeof(s->detail), "%s", detail);
	if (s->env.changed != NULL)
		s->env.changed(s->env.arg, s->state, s->detail);
}

static int64_t
random_below(int64_t n)
{
	uint64_t v = 0;

	if (n <= 0)
		return 0;
	/* without randomness the wait is merely not spread */
	if (uv_random(NULL, NULL, &v, sizeof(v), 0, NULL) != 0)
		return n / 2;
	return (int64_t)(v % (uint64_t)n);
}

static void
set_due(struct sync *s, int64_t wait_ms)
{
	if (s->closing || !s->env.conf->enrolled)
		return;
	s->due_set = 1;
	s->due_ms = clock_mono_ms() + wait_ms;
	s->next_try = clock_now() + (wait_ms + 999) / 1000;
	uv_update_time(s->env.loop);
	uv_timer_start(&s->timer, on_due, (uint64_t)wait_ms, 0);
}

static void
clear_due(struct sync *s)
{
	s->due_set = 0;
	s->next_try = 0;
	uv_timer_stop(&s->timer);
}

/* +- 10 %: offices that came up together do not come together for ever. */
static int64_t
interval_ms(const struct sync *s)
{
	int64_t ms = s->env.conf->sync_interval_s * 1000;

	return ms - ms / 10 + random_below(ms / 5 + 1);
}

/* Exponential with full jitter, but never below the least. */
static int64_t
backoff_ms(const struct sync *s)
{
	int64_t least = s->env.conf->backoff_min_ms;
	int64_t most = s->env.conf->backoff_max_ms, top = least;
	int i;

	for (i = 0; i < s->n_failures && i < BACKOFF_DOUBLINGS_MAX; i++)
		if (top < most)
			top *= 2;
	if (top > most)
		top = most;
	return least + random_below(top - least + 1);
}

static void
on_due(uv_timer_t *t)
{
	struct sync *s = (struct sync *)t->data;
	struct err err;

	memset(&err, 0, sizeof(err));
	s->due_set = 0;
	s->next_try = 0;
	if (!s->running && !s->closing && begin(s, &err) < 0)
		begin_failed(s, &err);
}

static int
not_enrolled(struct err *e)
{
	int rc = err_set(
	    e, ERR_FAILED, 0, "this office is not enrolled at a hall yet");

	err_hint(e,
	    "run 'pmqa enroll', give the line to the hall, then 'pmqa enroll "
	    "accept ANSWER'");
	return rc;
}

static int
begin(struct sync *s, struct err *e)
{
	struct sync_run_opts o = { .loop = s->env.loop,
		.writer = s->env.writer,
		.conf = s->env.conf,
		.url = s->url,
		.slice_bytes = s->slice_bytes,
		.refused = s->asked ? NULL : &s->refused,
		.state = on_state,
		.done = on_done,
		.gone = on_gone,
		.arg = s };
	int rc;

	if (!s->env.conf->enrolled || s->env.conf->n_urls == 0)
		return not_enrolled(e);
	if (s->run != NULL) { /* its connection is just ending */
		s->again = 1;
		return 0;
	}
	if ((rc = sync_run_begin(&o, &s->run, e)) < 0)
		return rc;
	clear_due(s);
	s->asked = 0;
	s->running = 1;
	s->saves_at_begin = s->n_saves;
	return 0;
}

static void
on_state(void *arg, const char *state, const char *detail)
{
	set_state((struct sync *)arg, state, detail);
}

static int
outcome_json(const struct sync_outcome *o, cJSON **ret, struct err *e)
{
	cJSON *v = cJSON_CreateObject(), *receipt;
	int rc;

	receipt = o->receipt != NULL ? cJSON_Duplicate(o->receipt, 1)
				     : cJSON_CreateNull();
	if (v == NULL || receipt == NULL) {
		cJSON_Delete(v);
		cJSON_Delete(receipt);
		return err_nomem(e);
	}
	if ((rc = json_put(v, "receipt", receipt, e)) < 0 ||
	    (rc = sync_files_json(o, v, e)) < 0 ||
	    (rc = json_put_bool(v, "synced", o->synced, e)) < 0 ||
	    (rc = json_put_int(v, "pushed", o->pushed, e)) < 0 ||
	    (rc = json_put_int(v, "fetched", o->fetched, e)) < 0) {
		cJSON_Delete(v);
		return rc;
	}
	*ret = v;
	return 0;
}

/* Answers the waiting clients; 1 if one stays for another run. */
static int
answer(struct sync *s, const struct sync_outcome *o, int newer)
{
	struct err err = o->fault.err;
	int rc = o->fault.class == SYNC_NONE ? 0 : (int)err.code, stay;
	cJSON *result = NULL;

	if (rc == 0)
		rc = outcome_json(o, &result, &err);
	stay = sync_wait_answer(&s->waiters, rc, result, rc < 0 ? &err : NULL,
	    rc == 0 && newer && !s->closing);
	cJSON_Delete(result);
	return stay;
}

/* The hall has the revisions but its word for it is missing: no fault of the
 * transfer, yet not synced (I5). */
static void
note_missing_receipt(struct sync *s, const struct sync_outcome *o)
{
	s->fault.class = SYNC_RETRY;
	if (o->note[0] != '\0')
		err_set(&s->fault.err, ERR_FAILED, 0,
		    "the hall has not given its receipt yet: %s", o->note);
	else
		err_set(&s->fault.err, ERR_FAILED, 0,
		    "the hall has not given its receipt yet");
}

static void
keep_files(struct sync *s, const struct sync_outcome *o)
{
	char before[sizeof(s->file_fault.err.msg)];
	int i;

	memcpy(before, s->file_fault.err.msg, sizeof(before));
	memset(&s->file_fault, 0, sizeof(s->file_fault));
	if (o->files_sent > 0)
		log_line(LOG_INFO, "sync: sent %" PRId64 " evidence files",
		    o->files_sent);
	for (i = 0; i < o->n_files; i++)
		if (o->files[i].fault.class == SYNC_REFUSED)
			sync_refused_add(
			    &s->refused, o->files[i].sha, clock_now());
	if (o->n_files == 0)
		return;
	s->file_fault = o->files[0].fault;
	if (strcmp(before, s->file_fault.err.msg) != 0)
		log_line(LOG_WARN, "sync: %s: %s",
		    sync_class_name(s->file_fault.class),
		    s->file_fault.err.msg);
}

static void
keep_outcome(struct sync *s, const struct sync_outcome *o, int newer)
{
	char before[sizeof(s->fault.err.msg)];

	memcpy(before, s->fault.err.msg, sizeof(before));
	s->url = o->url;
	s->slice_bytes = o->slice_bytes;
	s->fault = o->fault;
	keep_files(s, o);
	if (s->fault.class == SYNC_NONE) {
		s->last_success = clock_now();
		if (o->waiting && !newer)
			note_missing_receipt(s, o);
	}
	s->n_failures = s->fault.class == SYNC_NONE ? 0 : s->n_failures + 1;
	if (o->pushed > 0 || o->fetched > 0)
		log_line(LOG_INFO,
		    "sync: sent %" PRId64 ", received %" PRId64 " revisions",
		    o->pushed, o->fetched);
	/* an office that is offline for weeks says so once */
	if (strcmp(before, s->fault.err.msg) != 0 &&
	    s->fault.class != SYNC_NONE)
		log_line(LOG_WARN, "sync: %s: %s",
		    sync_class_name(s->fault.class), s->fault.err.msg);
}

static void
on_done(void *arg, const struct sync_outcome *o)
{
	struct sync *s = (struct sync *)arg;
	int newer = o->fault.class == SYNC_NONE && !o->synced &&
		    s->n_saves != s->saves_at_begin;

	s->running = 0;
	keep_outcome(s, o, newer);
	set_state(
	    s, "idle", s->fault.class == SYNC_NONE ? "" : s->fault.err.msg);
	if (s->fault.class != SYNC_NONE)
		set_due(s, backoff_ms(s));
	else
		set_due(s, newer ? s->env.conf->after_save_ms : interval_ms(s));
	if (answer(s, o, newer))
		s->again = 1;
}

static void
begin_failed(struct sync *s, const struct err *err)
{
	struct sync_outcome o;

	memset(&o, 0, sizeof(o));
	sync_error_own(err, &o.fault);
	o.url = s->url;
	o.slice_bytes = s->slice_bytes;
	on_done(s, &o);
	s->again = 0;
}

static void
on_closed(uv_handle_t *h)
{
	struct sync *s = (struct sync *)h->data;

	if (s->closed != NULL)
		s->closed(s->closed_arg);
	free(s);
}

static void
on_gone(void *arg)
{
	struct sync *s = (struct sync *)arg;
	struct err err;

	memset(&err, 0, sizeof(err));
	s->run = NULL;
	if (s->closing) {
		err_set(&err, ERR_UNREACHABLE, 0, "this daemon is ending");
		begin_failed(s, &err); /* answers who waited for another run */
		uv_close((uv_handle_t *)&s->timer, on_closed);
		return;
	}
	if (!s->again)
		return;
	s->again = 0;
	if (begin(s, &err) < 0)
		begin_failed(s, &err);
}

int
sync_create(const struct sync_env *env, struct sync **ret, struct err *e)
{
	struct sync *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_nomem(e);
	s->env = *env;
	s->slice_bytes = SYNC_SLICE_FIRST;
	s->state = "idle";
	s->since = clock_now();
	uv_timer_init(env->loop, &s->timer); /* cannot fail */
	s->timer.data = s;
	/* what was saved before the last stop waits for the hall too */
	set_due(s, env->conf->after_save_ms);
	*ret = s;
	return 0;
}

void
sync_close(struct sync *s, void (*closed)(void *arg), void *arg)
{
	s->closing = 1;
	s->closed = closed;
	s->closed_arg = arg;
	clear_due(s);
	if (s->run != NULL)
		sync_run_stop(s->run); /* on_gone() goes on */
	else
		uv_close((uv_handle_t *)&s->timer, on_closed);
}

/* A wait that is already set is not put off: constant saving must not keep
 * the sync away. After a failure the backoff holds, whoever saves. */
void
sync_saved(struct sync *s)
{
	int64_t wait = s->env.conf->after_save_ms;

	s->n_saves++;
	if (s->closing || s->running || s->n_failures > 0)
		return;
	if (!s->due_set || s->due_ms > clock_mono_ms() + wait)
		set_due(s, wait);
}

void
sync_reconfigure(struct sync *s)
{
	s->url = 0;
	s->n_failures = 0;
	memset(&s->fault, 0, sizeof(s->fault));
	if (!s->running)
		set_due(s, s->env.conf->after_save_ms);
}

int
sync_now(struct sync *s,
    void (*done)(void *arg, int rc, const cJSON *result, const struct err *err),
    void *arg, struct err *e)
{
	int rc;

	if (s->closing)
		return err_set(e, ERR_UNREACHABLE, 0, "this daemon is ending");
	if ((rc = sync_wait_add(&s->waiters, done, arg, e)) < 0)
		return rc;
	s->asked = 1;
	if (!s->running && (rc = begin(s, e)) < 0)
		sync_wait_forget(&s->waiters, arg);
	return rc;
}

void
sync_forget(struct sync *s, void *arg)
{
	sync_wait_forget(&s->waiters, arg);
}

static int
put_time(
    const struct sync *s, cJSON *o, const char *name, int64_t t, struct err *e)
{
	char text[CLOCK_TEXT];

	if (t == 0)
		return json_put_str(o, name, NULL, e);
	clock_rfc3339(text, t, s->env.conf->offset_min);
	return json_put_str(o, name, text, e);
}

static int
put_error(const struct sync *s, cJSON *o, struct err *e)
{
	const struct sync_fault *f =
	    s->fault.class != SYNC_NONE ? &s->fault : &s->file_fault;
	cJSON *v;
	int rc;

	if (f->class == SYNC_NONE)
		return json_put_str(o, "last_error", NULL, e);
	if ((v = cJSON_CreateObject()) == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(v, "class", sync_class_name(f->class), e)) < 0 ||
	    (rc = json_put_str(v, "message", f->err.msg, e)) < 0 ||
	    (rc = json_put_str(v, "message_th", f->err.th, e)) < 0 ||
	    (rc = json_put_str(v, "hint", f->err.hint, e)) < 0 ||
	    (rc = json_put_str(v, "hint_th", f->err.hint_th, e)) < 0) {
		cJSON_Delete(v);
		return rc;
	}
	return json_put(o, "last_error", v, e);
}

int
sync_status(const struct sync *s, cJSON **ret, struct err *e)
{
	cJSON *o = cJSON_CreateObject();
	int rc;

	if (o == NULL)
		return err_nomem(e);
	if ((rc = json_put_str(o, "state", s->state, e)) < 0 ||
	    (rc = json_put_str(o, "detail", s->detail, e)) < 0 ||
	    (rc = put_time(s, o, "since", s->since, e)) < 0 ||
	    (rc = put_time(s, o, "last_success", s->last_success, e)) < 0 ||
	    (rc = put_error(s, o, e)) < 0 ||
	    (rc = put_time(s, o, "next_try", s->next_try, e)) < 0 ||
	    (rc = json_put_int(o, "failures", s->n_failures, e)) < 0) {
		cJSON_Delete(o);
		return rc;
	}
	*ret = o;
	return 0;
}
