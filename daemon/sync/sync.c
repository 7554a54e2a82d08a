/*
 * Runs one exchange after the other; the run itself is sync_run.c, when it
 * begins sync_due.c.
 */
#include "daemon/sync/sync.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/sync/sync_files.h"
#include "daemon/sync/sync_join.h"
#include "daemon/sync/sync_state.h"

#define PROGRESS_MS 250 /* between two tellings of how far bytes are */

static int begin(struct sync *s, struct err *e);
static void begin_failed(struct sync *s, const struct err *err);
static void on_done(void *arg, const struct sync_outcome *o);
static void on_gone(void *arg);

/* --- what a run tells --- */

static void
set_state(struct sync *s, const char *state, const char *detail)
{
	s->state = state;
	s->since = clock_now();
	snprintf(s->detail, sizeof(s->detail), "%s", detail);
	s->has_progress = 0;
	s->progress_ms = 0; /* what follows is told at once */
	if (s->env.changed != NULL)
		s->env.changed(s->env.arg, s->state, s->detail);
}

static void
on_state(void *arg, const char *state, const char *detail)
{
	set_state((struct sync *)arg, state, detail);
}

static void
on_planned(void *arg)
{
	struct sync *s = (struct sync *)arg;

	s->saves_at_plan = s->n_saves;
}

static void
on_progress(void *arg, const struct sync_progress *p)
{
	struct sync *s = (struct sync *)arg;
	int64_t now = clock_mono_ms();

	s->progress = *p;
	s->has_progress = 1;
	if (s->env.progressed == NULL || now - s->progress_ms < PROGRESS_MS)
		return;
	s->progress_ms = now;
	s->env.progressed(s->env.arg, s->state, s->detail, p);
}

static int
on_may(void *arg, int files)
{
	const struct sync *s = (const struct sync *)arg;

	if (!s->by_person && !sync_due_allowed(s))
		return 0;
	return !files || !sync_due_files_wait(s, s->kind);
}

/* --- begin --- */

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
		.pace = s->pace,
		.refused = s->by_person ? NULL : &s->refused,
		.no_files = sync_due_files_wait(s, s->kind),
		.may = on_may,
		.progress = on_progress,
		.state = on_state,
		.planned = on_planned,
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
	s->n_open++;
	s->running = 1;
	s->link_news = 0;
	s->saves_at_begin = s->saves_at_plan = s->n_saves;
	sync_due_none(s);
	return 0;
}

void
sync_begin_due(struct sync *s)
{
	struct err err;

	memset(&err, 0, sizeof(err));
	s->by_person = 0;
	s->kind = SYNC_USUAL;
	if (begin(s, &err) < 0)
		begin_failed(s, &err);
}

/* --- end --- */

static int
outcome_json(const struct sync_outcome *o, cJSON **ret, struct err *e)
{
	cJSON *v = cJSON_CreateObject(), *receipt;
	int rc;

	receipt = o->receipt != NULL ? cJSON_Duplicate(o->receipt, 1)
				     : cJSON_CreateNull();
	if ((rc = json_put(v, "receipt", receipt, e)) < 0 ||
	    (rc = sync_files_json(o, v, e)) < 0 ||
	    (rc = json_put_bool(v, "synced", o->synced, e)) < 0 ||
	    (rc = json_put_int(v, "pushed", o->pushed, e)) < 0 ||
	    (rc = json_put_int(v, "fetched", o->fetched, e)) < 0 ||
	    (rc = sync_join_json(&o->join, v, e)) < 0) {
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

	if (rc == 0 && (rc = outcome_json(o, &result, &err)) == 0)
		rc = json_put_bool(result, "paused",
		    sync_pause_holds(&s->kept.pause, clock_now()), &err);
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
	struct sync_fault *f = &s->kept.fault;

	f->class = SYNC_RETRY;
	if (o->note[0] != '\0')
		err_set(&f->err, ERR_FAILED, 0,
		    "the hall has not given its receipt yet: %s", o->note);
	else
		err_set(&f->err, ERR_FAILED, 0,
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

/* An office that is offline for weeks says so once. */
static void
log_outcome(const struct sync_outcome *o, const struct sync_fault *f,
    const char *before)
{
	if (o->pushed > 0 || o->fetched > 0)
		log_line(LOG_INFO,
		    "sync: sent %" PRId64 ", received %" PRId64 " revisions",
		    o->pushed, o->fetched);
	if (f->class != SYNC_NONE && strcmp(before, f->err.msg) != 0)
		log_line(LOG_WARN, "sync: %s: %s", sync_class_name(f->class),
		    f->err.msg);
}

static void
keep_outcome(struct sync *s, const struct sync_outcome *o, int newer)
{
	struct sync_kept *k = &s->kept;
	char before[sizeof(k->fault.err.msg)];
	struct err err;

	memcpy(before, k->fault.err.msg, sizeof(before));
	s->url = o->url;
	s->pace = o->pace;
	k->fault = o->fault;
	keep_files(s, o);
	if (k->fault.class == SYNC_NONE) {
		k->last_success = clock_now();
		if (o->waiting && !newer && !o->held)
			note_missing_receipt(s, o);
	}
	if (k->fault.class == SYNC_NONE) {
		k->n_failures = 0;
		k->failing_since = 0;
	} else if (k->n_failures++ == 0) {
		k->failing_since = clock_now();
	}
	log_outcome(o, &k->fault, before);
	memset(&err, 0, sizeof(err));
	if (sync_keep_save(s, NULL, NULL, &err) < 0)
		log_err("cannot keep the state of the exchange", &err);
}

/* 1 if there is something that the run did not see, so that another one should
 * follow soon. */
static int
is_newer(const struct sync *s, const struct sync_outcome *o)
{
	if (o->fault.class != SYNC_NONE || o->held)
		return 0;
	if (o->synced) /* with all that it knew of */
		return s->n_saves != s->saves_at_plan;
	/* a run that ended because the hall knows our new key by now has done
	 * nothing yet */
	return s->n_saves != s->saves_at_begin || o->renewed;
}

static void
on_done(void *arg, const struct sync_outcome *o)
{
	struct sync *s = (struct sync *)arg;
	const struct sync_fault *f = &s->kept.fault;
	int newer = is_newer(s, o);

	s->running = 0;
	if (o->renewed && s->env.renewed != NULL)
		s->env.renewed(s->env.arg);
	if (!s->closing) /* what is called off at the end is no failure */
		keep_outcome(s, o, newer);
	set_state(s, "idle", f->class == SYNC_NONE ? "" : f->err.msg);
	sync_due_after_run(s, o, newer);
	if (answer(s, o, newer && !o->synced))
		s->again = 1;
}

static void
begin_failed(struct sync *s, const struct err *err)
{
	struct sync_outcome o;

	memset(&o, 0, sizeof(o));
	sync_error_own(err, &o.fault);
	o.url = s->url;
	o.pace = s->pace;
	on_done(s, &o);
	s->again = 0;
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
	} else if (s->again) {
		s->again = 0;
		if (begin(s, &err) < 0)
			begin_failed(s, &err);
	}
	sync_end_part(s);
}

/* --- life --- */

static void
free_all(struct sync *s)
{
	if (s->closed != NULL)
		s->closed(s->closed_arg);
	free(s);
}

void
sync_end_part(struct sync *s)
{
	if (--s->n_open == 0 && s->closing)
		free_all(s);
}

static void
on_part_closed(void *arg)
{
	sync_end_part((struct sync *)arg);
}

/* Without links (a confined process) the timer does it all. */
static void
watch_links(struct sync *s)
{
	struct err err;

	memset(&err, 0, sizeof(err));
	if (link_create(s->env.loop, sync_on_link, s, &s->link, &err) < 0)
		log_err("exchanges will not begin when a link comes up", &err);
	else
		s->n_open++;
}

int
sync_create(const struct sync_env *env, struct sync **ret, struct err *e)
{
	struct sync *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		return err_nomem(e);
	s->env = *env;
	sync_pace_init(&s->pace);
	s->state = "idle";
	s->since = clock_now();
	if ((rc = alarm_create(env->loop, sync_on_alarm, sync_on_clock_set, s,
		 &s->alarm, e)) < 0) {
		free(s);
		return rc;
	}
	s->n_open = 1;
	if ((rc = sync_keep_load(s, e)) < 0) {
		alarm_close(s->alarm, NULL, NULL);
		free(s);
		return rc;
	}
	watch_links(s);
	/* what was saved before the last stop waits for the hall too */
	sync_due_in(s, env->conf->after_save_ms);
	*ret = s;
	return 0;
}

void
sync_close(struct sync *s, void (*closed)(void *arg), void *arg)
{
	sync_due_none(s);
	s->closing = 1;
	s->closed = closed;
	s->closed_arg = arg;
	if (s->link != NULL)
		link_close(s->link, on_part_closed, s);
	alarm_close(s->alarm, on_part_closed, s);
	if (s->run != NULL)
		sync_run_stop(s->run); /* on_gone() goes on */
}

/* --- what others want --- */

/* A wait that is already set is not put off: constant saving must not keep
 * the sync away. After a failure the backoff holds, whoever saves. */
void
sync_saved(struct sync *s)
{
	s->n_saves++;
	if (s->closing || s->running || s->n_idle > 0)
		return;
	sync_due_within(s, s->env.conf->after_save_ms);
}

void
sync_reconfigure(struct sync *s)
{
	struct sync_kept *k = &s->kept;

	s->url = 0;
	s->n_idle = k->n_failures = 0;
	k->failing_since = 0;
	memset(&k->fault, 0, sizeof(k->fault));
	if (!s->running)
		sync_due_in(s, s->env.conf->after_save_ms);
}

int
sync_now_as(struct sync *s, enum sync_kind kind, sync_done *done, void *arg,
    struct err *e)
{
	int rc;

	if (s->closing)
		return err_set(e, ERR_UNREACHABLE, 0, "this daemon is ending");
	if ((rc = sync_wait_add(&s->waiters, done, arg, e)) < 0)
		return rc;
	s->by_person = 1; /* also the one that runs, from here on */
	if (!s->running || kind != SYNC_USUAL)
		s->kind = kind;
	if (!s->running && (rc = begin(s, e)) < 0)
		sync_wait_forget(&s->waiters, arg);
	return rc;
}

int
sync_now(struct sync *s, sync_done *done, void *arg, struct err *e)
{
	return sync_now_as(s, SYNC_USUAL, done, arg, e);
}

void
sync_forget(struct sync *s, void *arg)
{
	sync_wait_forget(&s->waiters, arg);
}

int
sync_pause(struct sync *s, const struct sync_pause *p,
    void (*done)(void *arg, int rc, const struct err *err), void *arg,
    struct err *e)
{
	struct sync_pause was = s->kept.pause;
	int rc;

	if (s->closing)
		return err_set(e, ERR_UNREACHABLE, 0, "this daemon is ending");
	s->kept.pause = *p;
	if ((rc = sync_keep_save(s, done, arg, e)) < 0) {
		s->kept.pause = was;
		return rc;
	}
	if (!p->on)
		sync_due_within(s, s->env.conf->after_save_ms);
	sync_due_again(s); /* what was held is so no more, or the reverse */
	return 0;
}
