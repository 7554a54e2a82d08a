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
#include "daemon/sync/sync_progress.h"
#include "daemon/sync/sync_refused.h"
#include "daemon/worker.h"
#include "store/conf.h"
#include "store/merge/join.h"

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
	int64_t moved;    /* slices, pieces of files, steps: what stays done
			  whatever comes after (a failure with it is tried
			  again soon) */
	int held;         /* ended early: may() said that no more may begin */
	int files_held;   /* the link is metered: files wait */
	struct join join; /* with what other devices wrote */
	int renewed;      /* letter or key changed: see conf again */
	cJSON *receipt;   /* the newest one, NULL if none */
	int url;          /* the address used last */
	struct sync_pace pace; /* what the link bears, for the next run */
	char note[REMARK_MAX]; /* why there is no receipt, as the hall said */
	/* evidence: confirmed in this run, still waiting, and the first that
	 * failed; the text's fate is not theirs */
	int64_t files_sent, files_left;
	int64_t files_fetched; /* that other devices added: came in this run */
	int64_t files_absent;  /* are not here, nor at the hall yet */
	struct sync_file files[SYNC_FILES_MAX];
	int n_files;
};

struct sync_run_opts {
	uv_loop_t *loop;
	struct worker *writer;
	const struct conf *conf; /* copied */
	int url;                 /* address to try first */
	struct sync_pace pace;
	const struct sync_refused *refused; /* copied; may be NULL */
	int no_files;                       /* text alone, as far as is known
					       at the beginning */
	/* Asked on the loop before each slice and piece: may text (files) go
	 * on? NULL: always. */
	int (*may)(void *arg, int files);
	/* While bytes move; may be NULL. */
	void (*progress)(void *arg, const struct sync_progress *p);
	void (*state)(void *arg, const char *state, const char *detail);
	/* The run has looked what there is to send: what is saved from here on
	 * is not in outcome.synced. May be NULL. */
	void (*planned)(void *arg);
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
