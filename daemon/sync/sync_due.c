/*
 * When the next exchange begins by itself. What is wanted (after a save, at the
 * interval, after a failure, when a link comes up) is counted on a clock that
 * nobody sets; what is allowed (hours of the day, a pause) by the time of day.
 * The alarm rings at the first moment that is both, and looks again then: the
 * clock may have been set, the configuration read anew.
 */
#include "base/clock.h"
#include "daemon/sync/sync_state.h"

static uint64_t
some_number(void)
{
	uint64_t v = 0;

	/* without randomness the wait is merely not spread */
	if (uv_random(NULL, NULL, &v, sizeof(v), 0, NULL) != 0)
		v = (uint64_t)clock_mono_ms();
	return v;
}

int
sync_due_allowed(const struct sync *s)
{
	int64_t now = clock_now();

	return sync_when_allowed(s->env.conf, &s->kept.pause, now) == now;
}

int
sync_due_files_wait(const struct sync *s, enum sync_kind kind)
{
	if (kind != SYNC_USUAL)
		return kind == SYNC_TEXT;
	return sync_when_metered(s->env.conf, clock_now());
}

void
sync_due_again(struct sync *s)
{
	int64_t now_ms, now, wait_ms, at;

	s->next_try = 0;
	if (s->closing) /* the alarm is gone */
		return;
	if (!s->wanted || s->running || !s->loaded || !s->env.conf->enrolled) {
		alarm_stop(s->alarm);
		return;
	}
	now_ms = alarm_now_ms();
	now = clock_now();
	wait_ms = s->want_ms > now_ms ? s->want_ms - now_ms : 0;
	at = sync_when_allowed(
	    s->env.conf, &s->kept.pause, now + (wait_ms + 999) / 1000);
	if (at < 0) { /* until somebody resumes */
		alarm_stop(s->alarm);
		return;
	}
	if (at > now + (wait_ms + 999) / 1000)
		wait_ms = (at - now) * 1000;
	s->next_try = at;
	alarm_set(s->alarm, now_ms + wait_ms);
}

void
sync_due_in(struct sync *s, int64_t wait_ms)
{
	s->wanted = 1;
	s->want_ms = alarm_now_ms() + wait_ms;
	sync_due_again(s);
}

void
sync_due_within(struct sync *s, int64_t wait_ms)
{
	if (!s->wanted || s->want_ms > alarm_now_ms() + wait_ms)
		sync_due_in(s, wait_ms);
}

void
sync_due_none(struct sync *s)
{
	s->wanted = 0;
	sync_due_again(s);
}

void
sync_on_alarm(void *sync)
{
	struct sync *s = sync;

	if (!s->wanted || s->running || s->closing)
		return;
	if (alarm_now_ms() < s->want_ms || !sync_due_allowed(s))
		sync_due_again(s);
	else
		sync_begin_due(s);
}

void
sync_on_clock_set(void *sync)
{
	struct sync *s = sync;

	sync_pause_clock_set(&s->kept.pause, clock_now());
	sync_due_again(s);
}

/* An office that is well gains nothing by it: it has just exchanged. */
static int
is_well(const struct sync *s)
{
	int64_t ago = clock_now() - s->kept.last_success;

	return s->kept.fault.class == SYNC_NONE && ago >= 0 &&
	       ago < s->env.conf->sync_interval_s;
}

void
sync_on_link(void *sync)
{
	struct sync *s = sync;
	int64_t now = alarm_now_ms(), wait = SYNC_LINK_MS;

	if (s->running) {
		s->link_news = 1; /* the run may have begun without it */
		return;
	}
	if (s->closing || !s->loaded || is_well(s))
		return;
	if (s->linked_ms > 0 && now < s->linked_ms + SYNC_LINK_GAP_MS)
		wait = s->linked_ms + SYNC_LINK_GAP_MS - now;
	s->linked_ms = now + wait;
	s->n_idle = 0; /* what failed before failed on another road */
	sync_due_within(s, wait);
}

void
sync_due_after_run(struct sync *s, const struct sync_outcome *o, int newer)
{
	const struct conf *c = s->env.conf;
	int failed = s->kept.fault.class != SYNC_NONE;
	int link_news = s->link_news;

	s->link_news = 0;
	if (!failed)
		s->n_idle = 0;
	else if (o->moved > 0) /* a link that carries something at all */
		s->n_idle = 1;
	else
		s->n_idle++;
	if (failed && link_news)
		sync_due_in(s, SYNC_LINK_MS);
	else if (failed)
		sync_due_in(
		    s, sync_when_backoff_ms(c, s->n_idle, some_number()));
	else if (o->held) /* goes on as soon as it may */
		sync_due_in(s, 0);
	else if (newer)
		sync_due_in(s, c->after_save_ms);
	else
		sync_due_in(s, sync_when_interval_ms(c, some_number()));
}
