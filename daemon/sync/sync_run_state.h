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

#include "daemon/sync/sync_knock.h"
#include "daemon/sync/sync_road.h"
#include "daemon/sync/sync_run.h"
#include "daemon/sync/transfer.h"
#include "store/admit/copy.h"
#include "store/admit/slice.h"
#include "store/evidence/evidence_fetch.h"
#include "store/git/steps.h"
#include "store/hall/lost.h"

#define SYNC_RECEIPT_LINE_MAX 4096

struct sync_fetch { /* what is fetched, and how (sync_fetch.c) */
	struct copy copy;
	struct steps steps[N_COPY_BRANCHES]; /* still to come: from at on */
	size_t at[N_COPY_BRANCHES];
	enum copy_branch branch; /* being asked for, or fetched */
	int planned;             /* both branches' steps are known */
	int part;                /* the steps are those of one long step */
	int64_t total;           /* revisions of the whole copy */
	size_t stop;             /* the step under way is before this one */
	int64_t step_n, step_ms;
	struct sync_fault fault; /* of a fetch that was cut */
};

struct sync_missing { /* files fetched (sync_evidence_fetch.c) */
	struct evidence_list files;
	size_t at;                      /* the one under way */
	struct evidence_part_here here; /* what is here of it */
	struct steps steps;             /* its parts at the hall */
	size_t next, stop;              /* the piece under way */
	int whole;                      /* all of it came */
	int listed, n_trouble;
	int64_t n_absent;
};

struct sync_run {
	struct job job; /* first: job callbacks cast back */
	struct sync_run_opts opts;
	struct conf conf;
	struct transfer_way way;
	char holds
	    [41]; /* the hall's tip that is absorbed here; way borrows it */
	struct road *road;   /* the shared connection while it is open */
	struct knock *knock; /* https: is anybody there? */
	void (*go)(struct sync_run *r); /* once it is */
	struct child *child;            /* git while it runs */
	int job_pending;
	int planned; /* by the job that has run: opts.planned() is owed */
	int n_tried; /* addresses that were not reached in this run */
	int stopping, finished;
	int ahead;
	struct sync_fetch fetch;
	struct lost lost; /* what the hall lost (sync_restored.c) */
	int64_t n_slices; /* pushed in this run */
	struct slice slice;
	int64_t push_ms;
	struct buf receipt;      /* the line of the push under way */
	struct sync_gauge gauge; /* of the stage under way */
	void (*line)(void *arg, const char *line); /* of the git under way */
	struct sync_outcome outcome;
	/* evidence, once the text is there */
	struct sync_refused refused; /* files not to be sent now */
	struct evidence_list files;  /* that waited when last looked */
	size_t at;                   /* the one under way */
	int64_t n_gone;              /* erased since they were listed */
	int64_t parts, parts_gone;   /* of all files; of those that went */
	struct evidence_slice piece;
	unsigned char have[20]; /* what the hall has of it, if has_have */
	int has_have, asked, files_begun;
	struct sync_missing missing;
	int n_trouble; /* files in a row that failed, not by refusal */
	struct sync_fault trouble;
};

void sync_run_show(struct sync_run *r, const char *state, const char *detail);
/* A line of a push: keeps the receipt behind this prefix, or a note. */
void sync_run_remark(
    struct sync_run *r, const char *line, const char *receipt_prefix);

/* sync_tell.c. May text (files) go on? When not, the outcome says so. */
int sync_run_may(struct sync_run *r, int files);
/* A stage of many parts begins; then each part: k of n, and how many units are
 * behind it, in it and in all (what the time left is reckoned by). */
void sync_run_stage(struct sync_run *r, int64_t done);
void sync_run_part(struct sync_run *r, int64_t k, int64_t n, int64_t done,
    int64_t part, int64_t total);
/* What git says: progress, then r->line. */
void sync_run_on_line(void *run, const char *line);

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

/* What the hall has of both branches: in one go, or in steps; then
 * sync_run_fetched(). */
void sync_fetch_begin(struct sync_run *r);
void sync_run_fetched(struct sync_run *r);
/* Another address of the same hall; the last one's fault stands if none is
 * left. */
void sync_run_next_address(struct sync_run *r, const struct sync_fault *fault);

/* Slices of revisions until none is left, then evidence, then the end. */
void sync_push_begin(struct sync_run *r);
void sync_evidence_begin(struct sync_run *r);
/* Files that other devices added, then the end. */
void sync_evidence_fetch_begin(struct sync_run *r);
/* Keeps why a file did not go or come, if there is room. */
void sync_evidence_note(
    struct sync_run *r, const char *sha, const struct sync_fault *fault);
/* Opens the shared connection if there is none and one is possible, then
 * go(r). */
void sync_run_share(struct sync_run *r, void (*go)(struct sync_run *r));

#endif
