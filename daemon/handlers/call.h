/*
 * call: one request on its way: found, permitted and checked by dispatch, run
 * by its handler on the loop or on a worker, answered once.
 *
 * Ownership: dispatch makes a call; call_finish() answers and frees it.
 * params, id and person are borrowed from its exchange, which lives longer.
 * Units:     none.
 * Errors:    in job.err.
 * Thread:    loop; run() and call_progress() on the worker.
 */
#ifndef DAEMON_HANDLERS_CALL_H
#define DAEMON_HANDLERS_CALL_H

#include <stdatomic.h>

#include "base/json.h"
#include "daemon/peer.h"
#include "daemon/worker.h"
#include "proto/methods.h"
#include "store/store.h"

struct call;
struct exchange;
struct server;

/* begin() answers later, by call_finish(). */
#define HANDLER_LATER 1

/* What stands behind a method of the table (proto/methods.h): run on a worker,
 * or begin on the loop; after: back on the loop, when run succeeded. */
struct handler {
	const char *method;
	int (*run)(struct call *c, struct store *s, cJSON **ret, struct err *e);
	int (*begin)(struct call *c, cJSON **ret, struct err *e);
	int (*after)(struct call *c, struct err *e);
};

struct call {
	struct job job; /* first: job callbacks cast back */
	struct server *server;
	const struct method *method;
	const struct handler *handler;
	struct exchange *exchange;
	size_t slot;         /* place of the answer in its exchange */
	const cJSON *id;     /* NULL: a notification, nothing is answered */
	const cJSON *params; /* object or NULL */
	const struct peer *peer;
	cJSON *result;
	cJSON *kept;           /* from run() for after(); freed with the call */
	struct worker *worker; /* NULL on the loop */
	/* progress, from the worker to the loop */
	_Atomic int64_t done, total;
	atomic_int told;      /* a tell is under way */
	int64_t last_told_ms; /* worker */
	int held;             /* loop: the watchdog is told to wait */
	/* waiting for the sync */
	struct call *next, **link;
};

/* Answers with job.rc, job.err and result, and frees the call. */
void call_finish(struct call *c, int rc);

/* From run(): shows a long call's progress, at most a few times a second. */
void call_progress(void *call, int64_t done, int64_t total);

/* From run(), before a wait for git that shows no progress: the watchdog is to
 * wait until the call is done. */
int call_hold(struct call *c, struct err *e);

/* On the loop: sends one progress notification. */
void call_send_progress(
    const struct call *c, const char *what, int64_t done, int64_t total);

/* The same with "transfer" beside it: how far its bytes are. Taken. */
void call_send_transfer(
    const struct call *c, const char *what, cJSON *transfer);

/* 1 while somebody still wants the answer. */
int call_is_wanted(const struct call *c);

#endif
