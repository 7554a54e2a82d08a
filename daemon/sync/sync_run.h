/*
 * sync_run: one synchronisation, from the first step to the last: fetch →
 * absorb → merge → push k/n → receipt → evidence k/n.
 *
 * Ownership: sync_run_begin() … until gone() was called; the run frees itself
 * after it. done() comes once and before gone(); what it shows is borrowed for
 * the call.
 * Units:     bytes, counts of revisions.
 * Errors:    in the outcome, classed (sync_error.h).
 * Thread:    loop; callbacks never run inside the call that asked.
 *
 * A file that the hall refuses stops neither text nor other files.
 *
 * With something to push the run first opens one ssh connection that fetch and
 * pushes share; with nothing to push the fetch connects by itself.
 */
#ifndef DAEMON_SYNC_SYNC_RUN_H
#define DAEMON_SYNC_SYNC_RUN_H

#include "base/json.h"
#include "daemon/sync/remark.h"
#include "daemon/sync/sync_error.h"
#include "daemon/sync/sync_pace.h"
#include "daemon/sync/sync_refused.h"
#include "daemon/worker.h"
#include "store/conf.h"

#define SYNC_FILES_MAX 8

struct sync_file { /* an evidence file that did not go */
	char sha[65];
	struct sync_fault fault;
};

struct sync_outcome {
	struct sync_fault fault; /* class SYNC_NONE: no fault */
	int synced;              /* a receipt names the tip (I5) */
	int waiting;             /* it should, but none does */
	int64_t pushed, fetched;
	cJSON *receipt;        /* the newest one, NULL if none */
	int url;               /* the address used last */
	int64_t slice_bytes;   /* what the link bears, for the next run */
	char note[REMARK_MAX]; /* why there is no receipt, as the hall said */
	/* evidence: confirmed in this run, still waiting, and the first that
	 * failed; the text's fate is not theirs */
	int64_t files_sent, files_left;
	struct sync_file files[SYNC_FILES_MAX];
	int n_files;
};

struct sync_run_opts {
	uv_loop_t *loop;
	struct worker *writer;
	const struct conf *conf; /* copied */
	int url;                 /* address to try first */
	int64_t slice_bytes;
	const struct sync_refused *refused; /* copied; may be NULL */
	void (*state)(void *arg, const char *state, const char *detail);
	void (*done)(void *arg, const struct sync_outcome *o);
	void (*gone)(void *arg);
	void *arg;
};

struct sync_run;

int sync_run_begin(
    const struct sync_run_opts *o, struct sync_run **ret, struct err *e);

/* Calls it off: children are ended; done() and gone() come as always. */
void sync_run_stop(struct sync_run *r);

#endif
