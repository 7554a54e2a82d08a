/*
 * ministry_sync: a ministry fetches its provinces: one after the other, each
 * with its own state, faults and next try, so that one that cannot be reached
 * or is not right keeps no other out.
 *
 *   idle -> fetch (git over ssh, province.git) -> absorb k/n -> idle
 *
 * Ownership: ministry_sync_create() … ministry_sync_close(); borrows loop,
 * worker and configuration.
 * Units:     milliseconds; seconds since 1970 for moments.
 * Errors:    kept in the state, classed as in sync_error.h.
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_MINISTRY_SYNC_H
#define DAEMON_SYNC_MINISTRY_SYNC_H

#include <uv.h>

#include "base/json.h"
#include "daemon/worker.h"
#include "store/conf.h"

struct ministry_sync;

struct ministry_sync_env {
	uv_loop_t *loop;
	struct worker *writer;
	const struct conf *conf; /* re-read by the owner, then
				    ministry_sync_reload() */
	/* something was taken in; may be NULL */
	void (*absorbed)(void *arg);
	/* the writer is busy with a long job, or is so no more; may be NULL */
	void (*busy)(void *arg, int on);
	void *arg;
};

int ministry_sync_create(const struct ministry_sync_env *env,
    struct ministry_sync **ret, struct err *e);
/* Ends what is under way, then closed(arg). */
void ministry_sync_close(
    struct ministry_sync *ms, void (*closed)(void *arg), void *arg);

/* Provinces came or went, or the configuration changed. */
int ministry_sync_reload(struct ministry_sync *ms, struct err *e);

/* Fetches a province, or (NULL) all of them, now. ERR_NOT_FOUND. */
int ministry_sync_now(
    struct ministry_sync *ms, const char *code, struct err *e);

/*
 * Into the entry of a province ("code"): {"state","detail","last_success",
 * "failing_since","failures","next_try","last_error":{…}|null,"address",
 * "runs":n}: runs counts the exchanges since the start.
 */
int ministry_sync_put(
    const struct ministry_sync *ms, cJSON *province, struct err *e);

#endif
