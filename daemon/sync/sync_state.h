/*
 * sync_state: the state machine as its parts see it: sync.c (runs), sync_due.c
 * (when), sync_keep.c (what outlives a restart), sync_status.c (what is told).
 *
 * Ownership: as sync.h.
 * Units:     milliseconds of alarm_now_ms(); seconds since 1970.
 * Errors:    none.
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_SYNC_STATE_H
#define DAEMON_SYNC_SYNC_STATE_H

#include "daemon/sync/alarm.h"
#include "daemon/sync/link.h"
#include "daemon/sync/sync.h"
#include "daemon/sync/sync_kept.h"
#include "daemon/sync/sync_run.h"
#include "daemon/sync/sync_wait.h"

#define SYNC_DETAIL_MAX 400

struct sync {
	struct sync_env env;
	int n_open; /* handles, jobs and the run: what must end before it */
	struct alarm *alarm;
	struct link *link; /* NULL: the kernel tells nothing */
	/* when */
	int wanted; /* an exchange is to begin by itself, from want_ms on */
	int64_t want_ms;
	int64_t next_try;  /* what the alarm is set to; 0 none */
	int64_t linked_ms; /* the last one that a link set off */
	int link_news;     /* a link came up during the run */
	/* the run */
	struct sync_run *run; /* until it is gone */
	int running;          /* until its outcome */
	int again;            /* begin once more when run is gone */
	int by_person;        /* it was asked for */
	enum sync_kind kind;
	int64_t n_saves, saves_at_begin, saves_at_plan;
	int url;
	struct sync_pace pace;
	const char *state;
	char detail[SYNC_DETAIL_MAX];
	int64_t since;
	struct sync_progress progress; /* while bytes move */
	int has_progress;
	int64_t progress_ms; /* when it was last told */
	/* of the last ones */
	int loaded; /* what was kept is known */
	struct sync_kept kept;
	int n_idle; /* failures in a row that moved nothing: the backoff */
	struct sync_fault file_fault; /* of its first failed file */
	struct sync_refused refused;  /* files not to be sent now */
	struct sync_wait waiters;
	int closing;
	void (*closed)(void *arg);
	void *closed_arg;
};

/* Begins an exchange by itself; a failure is told as that of a run. */
void sync_begin_due(struct sync *s);
/* One thing less is open: at the last one of a closing sync, closed(). */
void sync_end_part(struct sync *s);

/* --- sync_due.c --- */

/* An exchange is wanted in so long; one already wanted is replaced. */
void sync_due_in(struct sync *s, int64_t wait_ms);
/* The same, but one that comes earlier stays. */
void sync_due_within(struct sync *s, int64_t wait_ms);
void sync_due_none(struct sync *s);
/* Sets the alarm anew: something that it depends on has changed. */
void sync_due_again(struct sync *s);
/* After a run: the next one. */
void sync_due_after_run(
    struct sync *s, const struct sync_outcome *o, int newer);
/* 1 if exchanges may go on by themselves at this moment. */
int sync_due_allowed(const struct sync *s);
/* 1 if files wait in this run (or would, in one that began now). */
int sync_due_files_wait(const struct sync *s, enum sync_kind kind);

void sync_on_alarm(void *sync);
void sync_on_clock_set(void *sync);
void sync_on_link(void *sync);

/* --- sync_keep.c --- */

/* Reads what was kept, then loaded is set and the alarm. */
int sync_keep_load(struct sync *s, struct err *e);
/* Writes it; done may be NULL (then a failure goes to the log). */
int sync_keep_save(struct sync *s,
    void (*done)(void *arg, int rc, const struct err *err), void *arg,
    struct err *e);

#endif
