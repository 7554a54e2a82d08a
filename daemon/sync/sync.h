/*
 * sync: the state machine that brings an office and its hall together: idle →
 * fetch → absorb → merge → push k/n → receipt → evidence k/n → idle.
 *
 * Ownership: sync_create() … sync_close(); borrows loop, workers and directory.
 * Units:     milliseconds.
 * Errors:    kept in the state: class "retry" (network, time-out), "person"
 * (key refused, host key changed, not enrolled, diverged), "refused" (the
 * hall's sentence).
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_SYNC_H
#define DAEMON_SYNC_SYNC_H

#include <uv.h>

#include "base/json.h"
#include "daemon/worker.h"
#include "store/conf.h"

struct sync;

struct sync_env {
	uv_loop_t *loop;
	struct worker *writer;
	const struct conf *conf; /* re-read by the owner after enrolment, then
				    sync_reconfigure() */
	/* every change of state, for waiting clients and the log; state is
	 * "idle", "fetch", … */
	void (*changed)(void *arg, const char *state, const char *detail);
	void *arg;
};

int sync_create(const struct sync_env *env, struct sync **ret, struct err *e);
void sync_close(
    struct sync *s, void (*closed)(void *arg), void *arg); /* ends children */

void sync_saved(struct sync *s); /* a save was acknowledged: sync 2 s later */
void sync_reconfigure(struct sync *s); /* enrolled, addresses changed */

/*
 * Starts now (or joins the running one) and calls done once with the outcome:
 * {"synced","pushed":n,"fetched":n,"receipt":{…}|null,"evidence":{"sent":n,
 * "left":n,"failed":[{"sha256","class","message","message_th"}]}}. err.code is
 * ERR_UNREACHABLE, ERR_REFUSED, ERR_FAILED …; done runs on the loop, never
 * inside this call.
 */
int sync_now(struct sync *s,
    void (*done)(void *arg, int rc, const cJSON *result, const struct err *err),
    void *arg, struct err *e);
void sync_forget(struct sync *s, void *arg); /* a waiting client went away */

/*
 * {"state","detail","since","last_success","last_error":{"class","message",
 * "message_th","hint","hint_th"}|null,"next_try","failures"}; detail is "k/n"
 * while pushing; failures counts those in a row.
 */
int sync_status(const struct sync *s, cJSON **ret, struct err *e);

#endif
