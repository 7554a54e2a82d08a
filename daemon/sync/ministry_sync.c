/* Which province is fetched next, and when. */
#include "daemon/sync/ministry_sync.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/log.h"
#include "daemon/sync/ministry_sync_state.h"

static void look(struct ministry_sync *ms);

static uint64_t
some_number(void)
{
	uint64_t v = 0;

	/* without randomness the wait is merely not spread */
	if (uv_random(NULL, NULL, &v, sizeof(v), 0, NULL) != 0)
		v = (uint64_t)clock_mono_ms();
	return v;
}

struct ministry_place *
ministry_sync_place(const struct ministry_sync *ms, const char *code)
{
	size_t i;

	for (i = 0; i < ms->n; i++)
		if (strcmp(ms->places[i].code, code) == 0)
			return &ms->places[i];
	return NULL;
}

/* --- when --- */

static void
due_in(struct ministry_place *p, int64_t wait_ms)
{
	p->due_ms = alarm_now_ms() + wait_ms;
	p->next_try = clock_now() + (wait_ms + 999) / 1000;
}

static struct ministry_place *
earliest(const struct ministry_sync *ms)
{
	struct ministry_place *p = NULL;
	size_t i;

	for (i = 0; i < ms->n; i++)
		if (p == NULL || ms->places[i].due_ms < p->due_ms)
			p = &ms->places[i];
	return p;
}

static void
begin(struct ministry_sync *ms, struct ministry_place *p)
{
	struct sync_fault fault;
	struct err err;

	memset(&err, 0, sizeof(err));
	p->next_try = 0;
	p->state = "fetch";
	p->detail[0] = '\0';
	if (ministry_fetch_begin(ms, p, &ms->run, &err) == 0) {
		ms->n_open++;
		return;
	}
	sync_error_own(&err, &fault);
	ministry_sync_done(ms, p->code, &fault, p->url, 0);
}

/* Begins what is due, or sets the alarm to what will be. */
static void
look(struct ministry_sync *ms)
{
	static const struct sync_pause none;
	struct ministry_place *p = earliest(ms);
	int64_t now_ms = alarm_now_ms(), now = clock_now(), wait, at;

	if (ms->closing || ms->run != NULL || p == NULL) {
		if (!ms->closing)
			alarm_stop(ms->alarm);
		return;
	}
	wait = p->due_ms > now_ms ? p->due_ms - now_ms : 0;
	at = sync_when_allowed(ms->env.conf, &none, now + (wait + 999) / 1000);
	/* outside the hours only what a person asked for, which is due since
	 * ever */
	if (p->due_ms > 0 && at > now + (wait + 999) / 1000)
		wait = (at - now) * 1000;
	if (wait > 0)
		alarm_set(ms->alarm, now_ms + wait);
	else
		begin(ms, p);
}

static void
on_alarm(void *arg)
{
	look((struct ministry_sync *)arg);
}

/* Those that fail may have failed on another road. */
static void
on_link(void *arg)
{
	struct ministry_sync *ms = (struct ministry_sync *)arg;
	size_t i;

	for (i = 0; i < ms->n; i++)
		if (ms->places[i].kept.fault.class == SYNC_RETRY)
			due_in(&ms->places[i], SYNC_LINK_MS);
	look(ms);
}

/* --- after one --- */

static void
keep(struct ministry_place *p, const struct sync_fault *fault)
{
	struct sync_kept *k = &p->kept;
	int news = strcmp(k->fault.err.msg, fault->err.msg) != 0;

	k->fault = *fault;
	if (fault->class == SYNC_NONE) {
		k->last_success = clock_now();
		k->n_failures = 0;
		k->failing_since = 0;
		return;
	}
	if (k->n_failures++ == 0)
		k->failing_since = clock_now();
	if (news) /* a province that is away for weeks says so once */
		log_line(LOG_WARN, "province %s: %s: %s", p->code,
		    sync_class_name(fault->class), fault->err.msg);
}

void
ministry_sync_done(struct ministry_sync *ms, const char *code,
    const struct sync_fault *fault, int url, int64_t n)
{
	struct ministry_place *p = ministry_sync_place(ms, code);

	ms->run = NULL;
	if (p != NULL && !ms->closing) {
		p->state = "idle";
		p->detail[0] = '\0';
		p->runs++;
		p->url = url;
		keep(p, fault);
		due_in(
		    p, fault->class == SYNC_NONE
			   ? sync_when_interval_ms(ms->env.conf, some_number())
			   : sync_when_backoff_ms(ms->env.conf,
				 p->kept.n_failures, some_number()));
		if (p->again)
			p->due_ms = 0;
		p->again = 0;
		ministry_keep_save(ms, p);
	}
	if (n > 0)
		log_line(LOG_INFO,
		    "province %s: received %" PRId64 " revisions", code, n);
	if (n > 0 && ms->env.absorbed != NULL && !ms->closing)
		ms->env.absorbed(ms->env.arg);
	/* on the alarm, not in here: who failed at once must not recurse */
	if (!ms->closing)
		alarm_set(ms->alarm, alarm_now_ms());
}

/* --- which --- */

/* What is known of those that stay stays. */
void
ministry_sync_loaded(
    struct ministry_sync *ms, struct ministry_place *places, size_t n)
{
	struct ministry_place *wanted;
	size_t i;

	for (i = 0; i < n; i++) {
		const struct ministry_place *was =
		    ministry_sync_place(ms, places[i].code);

		places[i].state = "idle";
		if (was == NULL) {
			due_in(&places[i], 0);
			continue;
		}
		places[i].kept = was->kept;
		places[i].runs = was->runs;
		places[i].again = was->again;
		places[i].state = was->state;
		memcpy(places[i].detail, was->detail, sizeof(was->detail));
		/* the hall may have told a new address */
		due_in(&places[i], 0);
	}
	free(ms->places);
	ms->places = places;
	ms->n = n;
	if ((wanted = ministry_sync_place(ms, ms->wanted)) != NULL)
		wanted->due_ms = 0;
	if (wanted != NULL || !ms->load_again)
		ms->wanted[0] = '\0';
	look(ms);
}

int
ministry_sync_reload(struct ministry_sync *ms, struct err *e)
{
	if (ms->loading) {
		ms->load_again = 1;
		return 0;
	}
	return ministry_keep_load(ms, e);
}

int
ministry_sync_now(struct ministry_sync *ms, const char *code, struct err *e)
{
	size_t i;

	if (ms->closing)
		return err_set(e, ERR_UNREACHABLE, 0, "this daemon is ending");
	/* added a moment ago: its turn comes when it has been read */
	if (code != NULL && ministry_sync_place(ms, code) == NULL &&
	    ms->loading) {
		snprintf(ms->wanted, sizeof(ms->wanted), "%s", code);
		return 0;
	}
	if (code != NULL && ministry_sync_place(ms, code) == NULL)
		return err_set(e, ERR_NOT_FOUND, 0,
		    "province %.20s is not among those that this ministry "
		    "fetches",
		    code);
	for (i = 0; i < ms->n; i++) {
		if (code != NULL && strcmp(ms->places[i].code, code) != 0)
			continue;
		ms->places[i].due_ms = 0;
		ms->places[i].again = strcmp(ms->places[i].state, "idle") != 0;
		ms->places[i].next_try = clock_now();
	}
	alarm_set(ms->alarm, alarm_now_ms());
	return 0;
}

/* --- life --- */

void
ministry_sync_end_part(struct ministry_sync *ms)
{
	if (--ms->n_open > 0 || !ms->closing)
		return;
	if (ms->closed != NULL)
		ms->closed(ms->closed_arg);
	free(ms->places);
	free(ms);
}

static void
on_part_closed(void *arg)
{
	ministry_sync_end_part((struct ministry_sync *)arg);
}

int
ministry_sync_create(const struct ministry_sync_env *env,
    struct ministry_sync **ret, struct err *e)
{
	struct ministry_sync *ms = calloc(1, sizeof(*ms));
	struct err err;
	int rc;

	if (ms == NULL)
		return err_nomem(e);
	ms->env = *env;
	memset(&err, 0, sizeof(err));
	if ((rc = alarm_create(
		 env->loop, on_alarm, on_alarm, ms, &ms->alarm, e)) < 0) {
		free(ms);
		return rc;
	}
	ms->n_open = 1;
	if ((rc = ministry_keep_load(ms, e)) < 0) {
		alarm_close(ms->alarm, NULL, NULL);
		free(ms);
		return rc;
	}
	if (link_create(env->loop, on_link, ms, &ms->link, &err) < 0)
		log_err("exchanges will not begin when a link comes up", &err);
	else
		ms->n_open++;
	*ret = ms;
	return 0;
}

void
ministry_sync_close(
    struct ministry_sync *ms, void (*closed)(void *arg), void *arg)
{
	ms->closing = 1;
	ms->closed = closed;
	ms->closed_arg = arg;
	if (ms->link != NULL)
		link_close(ms->link, on_part_closed, ms);
	alarm_close(ms->alarm, on_part_closed, ms);
	if (ms->run != NULL)
		ministry_fetch_stop(ms->run);
}
