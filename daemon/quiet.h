/*
 * quiet: runs a job a while after the last change, so that nobody waits for it,
 * and some time after the first at the latest. Without changes there is no
 * timer: a daemon with nothing to do sleeps.
 *
 * Ownership: struct quiet is the first member of what its user allocates;
 * quiet_close() frees that with free(). Worker and loop are borrowed.
 * Units:     milliseconds.
 * Errors:    what run() left in the job is done()'s to tell.
 * Thread:    loop; run() on the worker's.
 */
#ifndef DAEMON_QUIET_H
#define DAEMON_QUIET_H

#include "daemon/worker.h"

struct quiet {
	struct job job; /* first */
	/* the user's, before quiet_init() */
	struct worker *worker;
	uint64_t quiet_ms;  /* after the last change */
	uint64_t latest_ms; /* after the first of those that wait */
	void (*run)(struct job *j, void *state);
	/* says in how many milliseconds it is to run again, whatever changes; 0:
	 * after the next change */
	uint64_t (*done)(struct quiet *q);
	int closing; /* to be read */
	/* its own */
	uv_timer_t timer;
	uint64_t first_ms; /* of the changes that wait */
	int waiting;       /* for the timer, because of changes */
	int under_way;
	int again; /* woken while under way */
	void (*closed)(void *arg);
	void *closed_arg;
};

void quiet_init(struct quiet *q, uv_loop_t *loop);

/* Runs it now. */
void quiet_begin(struct quiet *q);

/* Something changed. */
void quiet_wake(struct quiet *q);

/* Ends without what waits, once what is under way is done; then closed(arg). */
void quiet_close(struct quiet *q, void (*closed)(void *arg), void *arg);

#endif
