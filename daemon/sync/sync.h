/*
 * sync: the state machine that brings an office and its hall together: idle →
 * fetch → absorb → merge → push k/n → receipt → evidence k/n → idle.
 *
 * Ownership: sync_create() … sync_close(); borrows loop, workers and directory.
 * Units:     milliseconds; seconds since 1970 for moments.
 * Errors:    kept in the state: class "retry" (network, time-out), "person"
 * (key refused, host key changed, not enrolled, diverged), "refused" (the
 * hall's sentence).
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_SYNC_H
#define DAEMON_SYNC_SYNC_H

#include <uv.h>

#include "base/json.h"
#include "daemon/sync/sync_progress.h"
#include "daemon/sync/sync_when.h"
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
	/* a few times a second while bytes move; may be NULL */
	void (*progressed)(void *arg, const char *state, const char *detail,
	    const struct sync_progress *p);
	/* a run changed this machine's letter or key: conf is to be read again,
	 * without sync_reconfigure(); may be NULL */
	void (*renewed)(void *arg);
	void *arg;
};

int sync_create(const struct sync_env *env, struct sync **ret, struct err *e);
void sync_close(
    struct sync *s, void (*closed)(void *arg), void *arg); /* ends children */

void sync_saved(struct sync *s); /* a save was acknowledged: sync 2 s later */
void sync_reconfigure(struct sync *s); /* enrolled, addresses changed */

typedef void sync_done(
    void *arg, int rc, const cJSON *result, const struct err *err);

/* What a person wants of an exchange. */
enum sync_kind {
	SYNC_USUAL, /* files wait where the configuration calls the link metered
		     */
	SYNC_TEXT,  /* files wait */
	SYNC_FILES  /* files go, too, whatever the configuration says */
};

/*
 * Starts now, whatever the pause and the hours say (or joins the running one),
 * and calls done once with the outcome: {"synced","pushed":n,"fetched":n,
 * "receipt":{…}|null,"evidence":{"sent":n,"left":n,"held":bool,"failed":
 * [{"sha256","class","message","message_th"}]}}; held: files wait because the
 * link is metered; "paused": exchanges do not begin by themselves. err.code is ERR_UNREACHABLE, ERR_REFUSED, ERR_FAILED …;
 * done runs on the loop, never inside this call.
 */
int sync_now_as(struct sync *s, enum sync_kind kind, sync_done *done, void *arg,
    struct err *e);
int sync_now(
    struct sync *s, sync_done *done, void *arg, struct err *e); /* SYNC_USUAL */
void sync_forget(struct sync *s, void *arg); /* a waiting client went away */

/*
 * From now on exchanges begin by themselves no more until then (p->on), or do
 * again. done() comes when it is kept: it outlives a restart. p is copied.
 */
int sync_pause(struct sync *s, const struct sync_pause *p,
    void (*done)(void *arg, int rc, const struct err *err), void *arg,
    struct err *e);

/*
 * {"state","detail","since","last_success","failing_since","last_error":
 * {"class","message","message_th","hint","hint_th"}|null,"next_try","failures",
 * "paused":{"since","until","by"}|null,"windows":text|null,"in_window":bool,
 * "metered":bool,"rate_kib":n,"address":text|null,"progress":{…}|null}; detail
 * is "k/n" while pushing; failures counts those in a row.
 */
int sync_status(const struct sync *s, cJSON **ret, struct err *e);

/* {"step","steps","percent","bytes","rate","left_s"|null} into obj. */
int sync_progress_json(
    const struct sync_progress *p, cJSON *obj, struct err *e);

#endif
