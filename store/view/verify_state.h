/*
 * verify_state: what the parts of verify share; for verify*.c only.
 *
 * Ownership: struct verify is verify_with()'s, or a job's of the pool.
 * Units:     none.
 * Errors:    an error of a function means that it could not be checked; what is
 * wrong with the data is told to verify_found().
 * Thread:    that of the store.
 */
#ifndef STORE_VIEW_VERIFY_STATE_H
#define STORE_VIEW_VERIFY_STATE_H

#include <stdatomic.h>

#include "store/admit/trust.h"
#include "store/view/verify.h"
#include "store/view/verify_seal.h"

#define VERIFY_PROGRESS_EVERY 256

/* What helps when the database is not as the repository says. */
#define VERIFY_REINDEX                                                         \
	"run pmqad --reindex: it rebuilds the database from the repository"

static const char *const VERIFY_BRANCHES[2] = { "office", "hall" };

struct verify {
	struct store *store;
	const struct verify_opts *o;
	int deep;
	cJSON *findings;
	size_t n_findings, n_errors;
	/* checked so far; lines: of the acceptance log */
	int64_t commits, receipts, records, evidence, lines;
	int64_t before; /* revisions that a seal stands for */
	int64_t total;
	struct verify_base base; /* what was proved before, all branches */
	cJSON *proved;           /* what there is to seal */
	atomic_llong *counter;   /* a job's: what all jobs have done */
	int unreadable;          /* a damaged file of an office was not read */
	int evidence_apart;      /* the office's files are another job's */
	int files_less;          /* files of the office's repository are gone */
	/* the office's repository by a handle of this proof: verify_repo() */
	struct repo *fresh_base, *fresh;
	char fresh_of[8];
	/* a ministry: whose files were looked at last, and what came of it */
	char province[8];
	int province_readable, province_less;
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
	const struct verify_seal
	    *sealed;     /* NULL: proved from zero, a stretch */
	struct branch b; /* as the database has it */
	char where[40];  /* "9105 office" */
	int has_ref;
	unsigned char ref[20];
	/* journal rows, oldest first */
	unsigned char (*journal)[20];
	size_t n_journal, journal_seen;
	/* the proof goes on behind this; n 0: from the first on */
	struct verify_point start;
	int64_t old_receipts; /* up to this one they were looked at before */
	int part;             /* a stretch of the past: no tip is looked for */
	int unreceipted;      /* "received" of its rows is not looked at */
	int has_target;
	unsigned char target[20];    /* up to which it can be sealed */
	struct verify_point reached; /* that, when it was met; n 0: not */
	int64_t asked;               /* sequence of the commit at hand */
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
	/* all spans of the branch, and where the last one ends */
	int64_t span_last;
	char span_sum[65];
	char state_sum[65]; /* of the rows of records; "": not looked at */
};

/* --- verify_found.c --- */
/*
 * Tells one finding: f holds its sentence and, as hint, its advice. severity is
 * "error", "warning" or "note"; class one of verify.h. Only the first few
 * hundred are kept in full.
 */
int verify_found(struct verify *v, const char *severity, const char *class,
    const char *where, const struct err *f, struct err *e);
/* 1 if an error says something about the data, 0 if about this machine. */
int verify_is_finding(int rc);
/* Makes an error that is about the data a finding. */
int verify_or_found(struct verify *v, const char *class, const char *where,
    int rc, const struct err *f, struct err *e);
/* The result as it is told. */
int verify_result(struct verify *v, cJSON **ret, struct err *e);
/* Takes over what a job found. */
int verify_take(struct verify *v, struct verify *job, struct err *e);

/* --- verify_pool.c --- */
struct verify_job {
	int (*run)(struct verify *v, const struct verify_job *j, struct err *e);
	const char *office;
	const char *which; /* and these: of a stretch */
	struct verify_point from, to;
};
/* All of them, by threads when there are several; findings in their order. */
int verify_pool(
    struct verify *v, const struct verify_job *jobs, size_t n, struct err *e);

/* --- verify_branch.c --- */
/* The office's repository by a handle that this proof opened: what another one
 * has cached is not seen. It is v's until verify_repo_close(), or until another
 * office's is asked for. */
int verify_repo(
    struct verify *v, const char *office, struct repo **ret, struct err *e);
void verify_repo_close(struct verify *v);
/* One branch from there on; sealed: what stands behind that, NULL from zero. */
int verify_branch(struct verify *v, const char *office, const char *which,
    const struct verify_point *start, const struct verify_seal *sealed,
    struct err *e);
/* One stretch alone, the rows beside it. */
int verify_stretch(struct verify *v, const struct verify_job *j, struct err *e);

/* --- verify_walk.c --- */
/* From w->start to there; *ret_rc: admit's answer, told as a finding already
 * when it is one. */
int verify_walk_to(struct verify_walk *w, const unsigned char to[20],
    int *ret_rc, struct err *e);

/* --- verify_decision.c --- */
/* Do the hall's decisions and reviews among these files name submissions that
 * the office made? */
int verify_decisions(struct verify_walk *w, const struct commit *c,
    const struct admit_file *files, size_t n, struct err *e);

/* --- verify_past.c --- */
/* The stretches of the branches' past, for the pool; *ret_n points in all, the
 * last of each branch in start[2]. */
int verify_plan(struct verify *v, const char *office, struct verify_job **ret,
    size_t *ret_n, struct verify_point start[2], struct err *e);
/* Where the seal lets the proof of a branch go on; n 0: nowhere. */
int verify_known(struct verify *v, const char *office, const char *which,
    struct verify_seal *ret_seal, struct verify_point *ret, struct err *e);
/* From zero: is what an earlier proof saw still on the branch? */
int verify_goes_on(
    struct verify *v, const char *office, const char *which, struct err *e);
/* A stretch of what was proved before, the one that is due. */
int verify_patrol(struct verify *v, const char *office, const char *which,
    struct verify_seal *seal, const struct verify_point *start, struct err *e);

/* --- verify_receipts.c --- */
/* What the hall signed for this office's branch. */
int verify_receipts(struct verify *v, const char *office, struct err *e);

/* --- verify_journal.c --- */
/* Builds the journal's revisions again in w's repository (in memory). */
int verify_journal(struct verify_walk *w, struct err *e);

/* --- verify_files.c --- */
/* Checksums of the files that hold an office's objects. *ret_readable: 0 if one
 * is in a state that libgit2 must not read. */
int verify_files(
    struct verify *v, const char *office, int *ret_readable, struct err *e);
/* The same for any objects directory; where: for its findings. what: under which
 * name its files are sealed ("files", "evidence"; NULL: not at all); *ret_less:
 * some that were sealed are gone. */
int verify_objects(struct verify *v, const char *where, const char *dir,
    const char *office, const char *what, int *ret_readable, int *ret_less,
    struct err *e);

/* --- verify_kept.c --- */
/* Adds a file of DIR/pack, if it stands for a whole pack. */
int verify_kept_note(
    struct verify_kept *k, const char *dir, const char *name, struct err *e);
/* *ret_less: some of what was sealed is gone; seals what is here. */
int verify_kept_compare(struct verify *v, const char *office, const char *what,
    const struct verify_kept *now, int *ret_less, struct err *e);
/* When files are gone: is all that the index names here? */
int verify_present(struct verify *v, const char *office, struct err *e);

/* --- verify_evidence.c --- */
/* An office's evidence files, and the hall's words on them. */
int verify_evidence(struct verify *v, const char *office, struct err *e);
/* The same as a job of the pool. */
int verify_evidence_job(
    struct verify *v, const struct verify_job *j, struct err *e);
/* What is kept aside (refs/aside): told, never a fault. */
int verify_aside(struct verify *v, const char *office, struct err *e);

/* --- verify_log.c --- */
/* At a hall: its acceptance log. */
int verify_log(struct verify *v, struct err *e);

/* --- verify_spans.c --- */
/* What the index says of times. */
int verify_spans(struct verify_walk *w, struct err *e);

/* --- verify_access.c --- */
/* The log of who took how much of the past. */
int verify_access(struct verify *v, struct err *e);

/* --- verify_province.c --- */
/* At a hall: what auditors and a ministry are given. */
int verify_province(struct verify *v, struct err *e);

/* --- verify_province_refs.c --- */
/* Its refs against the repositories that they name. */
int verify_province_refs(
    struct verify *v, struct repo *province, struct err *e);

/* --- verify_rows.c --- */
/* The rows of one commit against what a fresh look at it gives. */
int verify_commit_rows(struct verify_walk *w, const unsigned char id[20],
    const struct commit *c, const struct admit_file *files, size_t n,
    struct err *e);
/* Rows behind the commit before (w->last_row) up to this one belong to no
 * commit. */
int verify_between(struct verify_walk *w, int64_t to, struct err *e);
/* The branch's own row. */
int verify_branch_row(
    struct verify_walk *w, const struct commit *tip, struct err *e);

/* --- verify_tip.c --- */
/* The current state against the tree of the indexed tip, and rows that belong
 * to no commit. */
int verify_state_rows(struct verify_walk *w, struct err *e);

#endif
