/*
 * sync_wait: the clients that wait for the outcome of a synchronisation.
 *
 * Ownership: the owner's memory, zeroed; everything waiting is answered or
 * forgotten before it goes.
 * Units:     none.
 * Errors:    ERR_NOMEM.
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_SYNC_WAIT_H
#define DAEMON_SYNC_SYNC_WAIT_H

#include "base/json.h"

/* A client whose save came too late for the run under way gets one more, not
 * one after the other for ever. */
#define SYNC_WAIT_RUNS 2

typedef void sync_wait_done(
    void *arg, int rc, const cJSON *result, const struct err *err);

struct waiter;

struct sync_wait {
	struct waiter *list;
	int round;
};

int sync_wait_add(
    struct sync_wait *w, sync_wait_done *done, void *arg, struct err *e);
void sync_wait_forget(struct sync_wait *w, void *arg);

/*
 * Answers all who wait; done() may add and forget meanwhile. With again, those
 * who may have another run stay: 1 if any does.
 */
int sync_wait_answer(struct sync_wait *w, int rc, const cJSON *result,
    const struct err *err, int again);

#endif
