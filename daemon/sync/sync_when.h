/*
 * sync_when: when exchanges begin by themselves: a pure function of the
 * configuration, the pause, the failures so far and the time.
 *
 * Ownership: values.
 * Units:     seconds since 1970 for moments, milliseconds for waits.
 * Errors:    none.
 * Thread:    any.
 *
 * What a person starts begins at once, whatever this says.
 */
#ifndef DAEMON_SYNC_SYNC_WHEN_H
#define DAEMON_SYNC_SYNC_WHEN_H

#include <stdint.h>

#include "store/conf.h"

#define SYNC_PAUSE_MAX_S (INT64_C(366) * 86400)
/* After a link came up: addresses and routes settle first. */
#define SYNC_LINK_MS 2000
/* Between two exchanges that links set off: one that flaps wakes no storm. */
#define SYNC_LINK_GAP_MS 15000

struct sync_pause {
	int on;
	int64_t since;
	int64_t until; /* 0: until somebody resumes */
	char by[64];   /* login of who paused */
};

/* 1 if it holds; a pause that has run out is not dropped by this. */
int sync_pause_holds(const struct sync_pause *p, int64_t now);
/* The clock was set back: no pause gets longer than it was meant to be. */
void sync_pause_clock_set(struct sync_pause *p, int64_t now);

/* The interval +- 10 %: offices that came up together do not come together for
 * ever. random: any number. */
int64_t sync_when_interval_ms(const struct conf *c, uint64_t random);
/* After n failures in a row that moved nothing: exponential with full jitter,
 * but never below the least. */
int64_t sync_when_backoff_ms(
    const struct conf *c, int n_failures, uint64_t random);

/* The first moment from wanted on at which an exchange may begin by itself; -1:
 * not before somebody resumes. */
int64_t sync_when_allowed(
    const struct conf *c, const struct sync_pause *p, int64_t wanted);
/* 1 if files wait now because the link is paid by volume. */
int sync_when_metered(const struct conf *c, int64_t now);

#endif
