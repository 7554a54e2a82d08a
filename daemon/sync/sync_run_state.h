/*
 * sync_run_state: one run as its parts see it: sync_run.c (the steps up to the
 * first push, and the end), sync_push.c (revisions), sync_evidence.c (files).
 *
 * Ownership: as sync_run.h.
 * Units:     bytes, milliseconds.
 * Errors:    into the outcome, by sync_run_finish().
 * Thread:    loop; run_* on the writer.
 */
#ifndef DAEMON_SYNC_SYNC_RUN_STATE_H
#define DAEMON_SYNC_SYNC_RUN_STATE_H

#include "daemon/sync/sync_road.h"
#include "daemon/sync/sync_run.h"
#include "daemon/sync/transfer.h"
#include "store/admit/slice.h"
#include "store/evidence/evidence_send.h"

#define SYNC_RECEIPT_LINE_MAX 4096

struct sync_run {
	struct job job; /* first: job callbacks cast back */
	struct sync_run_opts opts;
	struct conf conf;
	struct transfer_way way;
	struct road *road;   /* the shared connection while it is open */
	struct child *child; /* git while it runs */
	int job_pending;
	int n_tried; /* addresses that were not reached in this run */
	int stopping, finished;
	int ahead;
	int64_t n_slices; /* pushed in this run */
	struct slice slice;
	int64_t push_ms;
	struct buf receipt; /* the line of the push under way */
	struct sync_outcome outcome;
	/* evidence, once the text is there */
	struct sync_refused refused; /* files not to be sent now */
	struct evidence_list files;  /* that waited when last looked */
	size_t at;                   /* the one under way */
	int64_t n_gone;              /* erased since they were listed */
	struct evidence_slice piece;
	unsigned char have[20]; /* what the hall has of it, if has_have */
	int has_have, asked;
	int n_trouble; /* files in a row that failed, not by refusal */
	struct sync_fault trouble;
};

void sync_run_show(struct sync_run *r, const char *state, const char *detail);
/* A line of a push: keeps the receipt behind this prefix, or a note. */
void sync_run_remark(
    struct sync_run *r, const char *line, const char *receipt_prefix);

/* One job on the writer; its done() begins with sync_run_job_ended(): 1 if the
 * run goes on. */
void sync_run_step(struct sync_run *r, void (*run)(struct job *j, void *state),
    void (*done)(struct job *j));
int sync_run_job_ended(struct sync_run *r);

/* One git; its exited() begins with sync_run_child_ended(): 1 if it did its
 * work and the run goes on; else *ret is the fault, of class SYNC_NONE when
 * there is nothing left to do. */
void sync_run_git(struct sync_run *r, const struct transfer *t,
    void (*line)(void *arg, const char *line),
    void (*exited)(void *arg, const struct child_result *c));
int sync_run_child_ended(
    struct sync_run *r, const struct child_result *c, struct sync_fault *ret);

/* On the writer: what is to be pushed next, and is all receipted? */
int sync_run_plan(struct sync_run *r, struct store *s, struct err *e);

/* The outcome: fault NULL if there is none. */
void sync_run_finish(struct sync_run *r, const struct sync_fault *fault);
void sync_run_finish_own(struct sync_run *r, const struct err *err);

/* Slices of revisions until none is left, then evidence, then the end. */
void sync_push_begin(struct sync_run *r);
void sync_evidence_begin(struct sync_run *r);

#endif
