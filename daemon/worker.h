/*
 * worker: one thread that runs blocking jobs in the order they were given, and
 * its way back to the loop.
 *
 * Ownership: the caller owns a job until worker_submit(); the worker owns it
 * until done() is called; then the caller again. Units:     none. Errors: run()
 * leaves its result in the job (rc, err); worker_submit() says ERR_BUSY when
 * WORKER_QUEUE_MAX jobs wait. Thread:    all functions on the loop thread;
 * run() and the batch hooks on the worker thread; done() on the loop thread.
 *
 * Group work: jobs that waited together and have grouped set are run between
 * ops->group_begin() and ops->group_end(); when group_end() fails all of them
 * get its error. Other jobs run alone. Order is kept. Jobs go to the thread at
 * the end of the loop's turn, all together.
 */
#ifndef DAEMON_WORKER_H
#define DAEMON_WORKER_H

#include <uv.h>

#include "base/err.h"

#define WORKER_QUEUE_MAX 4096
/* Jobs that share one fsync at most: with more, the loop would stand idle while
 * they run and the thread while they are answered. */
#define WORKER_GROUP_MAX 48

struct job {
	struct job *next;
	int grouped;
	int rc;
	struct err err;
	void (*run)(struct job *j, void *state);
	void (*done)(struct job *j);
};

struct worker_ops {
	int (*start)(void *state,
	    struct err *e); /* first thing on the thread; may be NULL */
	int (*group_begin)(void *state, struct err *e);
	int (*group_end)(void *state, struct err *e);
	void (*stop)(void *state); /* last thing on the thread; may be NULL */
	void (*rest)(void *state); /* no job for rest_ms; may be NULL */
	int rest_ms;
};

struct worker;

int worker_create(uv_loop_t *loop, const char *name,
    const struct worker_ops *ops, void *state, struct worker **ret,
    struct err *e);
int worker_submit(struct worker *w, struct job *j, struct err *e);
size_t worker_waiting(const struct worker *w);

/* From run(): hands text to the loop thread (progress). fn runs on the loop;
 * arg must live until then. */
int worker_tell(struct worker *w, void (*fn)(void *arg), void *arg);

/* Finishes what is queued, ends the thread, calls the remaining done()s, then
 * closed(arg) on the loop. */
void worker_close(struct worker *w, void (*closed)(void *arg), void *arg);

#endif
