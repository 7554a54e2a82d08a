/*
 * verify_state: what the parts of verify share; for verify.c, verify_branch.c,
 * verify_evidence.c, verify_files.c, verify_journal.c, verify_log.c and
 * verify_rows.c only.
 *
 * Ownership: struct verify is verify_run()'s.
 * Units:     none.
 * Errors:    an error of a function means that it could not be checked; what is
 * wrong with the data is told to verify_found().
 * Thread:    the reader's.
 */
#ifndef STORE_VIEW_VERIFY_STATE_H
#define STORE_VIEW_VERIFY_STATE_H

#include "store/admit/trust.h"

struct verify {
	struct store *store;
	cJSON *findings;
	size_t n_findings, n_errors;
	/* checked so far; lines: of the acceptance log */
	int64_t commits, receipts, records, evidence, lines;
	int64_t total;
	/* a ministry: whose files were looked at last, and what came of it */
	char province[8];
	int province_readable;
	void (*progress)(void *arg, int64_t done, int64_t total);
	void *progress_arg;
};

struct receipted { /* a kept receipt's place in the office's history */
	int64_t row;
	int64_t time;
	int side;
	int64_t earliest; /* of this and all later ones on the main line */
};

struct verify_walk {        /* one branch of one repository */
	struct trust trust; /* first: trust's callbacks cast back to it */
	struct verify *v;
	struct branch b; /* as the database has it */
	char where[40];  /* "9105 office" */
	int has_ref;
	unsigned char ref[20];
	/* journal rows, oldest first */
	unsigned char (*journal)[20];
	size_t n_journal, journal_seen;
	/* while walking */
	int64_t n;      /* commits seen */
	int64_t ref_at; /* n at the ref's commit; 0: not met */
	int64_t tip_at; /* n at the indexed tip; 0: not met */
	unsigned char tip_tree[20];
	int64_t last_row;
	int64_t n_rows; /* commits that have a row */
	int64_t prev_time;
	const struct admit *admit; /* while walking */
	int beside;             /* the ref's first-parent line is another one */
	unsigned char last[20]; /* commit seen last */
	struct receipted *receipts; /* by row */
	size_t n_receipts, next_receipt;
};

/*
 * Tells one finding: f holds its sentence and, as hint, its advice. severity is
 * "error" or "warning". Only the first few hundred are kept in full.
 */
int verify_found(struct verify *v, const char *severity, const char *where,
    const struct err *f, struct err *e);

/* 1 if an error says something about the data, 0 if about this machine. */
int verify_is_finding(int rc);

/* --- verify_branch.c --- */
int verify_branch(
    struct verify *v, const char *office, const char *which, struct err *e);

/* --- verify_journal.c --- */
/* Builds the journal's revisions again in w's repository (in memory). */
int verify_journal(struct verify_walk *w, struct err *e);

/* --- verify_files.c --- */
/* Checksums of the files that hold an office's objects. *ret_readable: 0 if one
 * is in a state that libgit2 must not read. */
int verify_files(
    struct verify *v, const char *office, int *ret_readable, struct err *e);
/* The same for any objects directory; where: for its findings. */
int verify_objects(struct verify *v, const char *where, const char *dir,
    int *ret_readable, struct err *e);

/* --- verify_evidence.c --- */
/* An office's evidence files, and the hall's words on them. */
int verify_evidence(struct verify *v, const char *office, struct err *e);
/* What is kept aside (refs/aside): told, never a fault. */
int verify_aside(struct verify *v, const char *office, struct err *e);

/* --- verify_log.c --- */
/* At a hall: its acceptance log. */
int verify_log(struct verify *v, struct err *e);

/* --- verify_rows.c --- */
/* The rows of one commit against what a fresh look at it gives. */
int verify_commit_rows(struct verify_walk *w, const unsigned char id[20],
    const struct commit *c, const struct admit_file *files, size_t n,
    struct err *e);
/* The current state against the tree of the indexed tip, and rows that belong
 * to no commit. */
int verify_state_rows(struct verify_walk *w, struct err *e);
/* The branch's own row. */
int verify_branch_row(
    struct verify_walk *w, const struct commit *tip, struct err *e);

#endif
