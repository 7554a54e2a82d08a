/*
 * admit: is this new stretch of history acceptable? The same rules at the
 * hall's door, at the hall's absorb and at an office's absorb.
 *
 * Ownership: callbacks borrow.
 * Units:     none.
 * Errors:    ERR_REFUSED with a sentence for the person, beginning with the
 * short commit id where one commit is at fault; ERR_CONFLICT when the new tip
 * does not descend from the old one; ERR_DAMAGED when objects are missing (with
 * sub ERR_NOT_FOUND: lacking.h).
 * What a callback returned is passed up as it is. Thread: one at a time.
 *
 * Per commit, in canonical order (graph.h): size, strict form, signature by a
 * key valid for the branch's device at that time, device and office as expected,
 * sequence = previous of that device + 1 and a descendant of it (so that every
 * order that the graph allows is one by sequence, too), time not before a parent by more than
 * a day nor in the future by more than a day, tree differences only at record
 * paths of the branch, plain files, sizes, canonical and valid records (against
 * the pinned edition), Content-SHA256. All of it against the commit's own
 * parent.
 *
 * On the office's branch a commit may have two parents: action "merge", neither
 * of them an ancestor of the other, and exactly what merge_commits() gives, so
 * that a merge can hide no edit. Only merges write conflict records; any commit
 * may remove them. A merge names no edition (its trailer is not looked at). The
 * hall's branch is one line.
 */
#ifndef STORE_ADMIT_ADMIT_H
#define STORE_ADMIT_ADMIT_H

#include "store/criteria/edition.h"
#include "store/git/repo.h"
#include "store/record/record.h"
#include "store/sign/commit.h"

#define ADMIT_FUTURE_S 86400
#define ADMIT_BACK_S 86400       /* behind the parent's time */
#define ADMIT_MAX_FILES 2000     /* changed files per commit */
#define ADMIT_MAX_ENTRIES 200000 /* tree entries looked at per commit */
#define ADMIT_MAX_BYTES ((size_t)16 * 1024 * 1024) /* changed, per commit */
/* a merge brings what many commits of its second parent changed */
#define ADMIT_MERGE_FILES 50000
#define ADMIT_MERGE_BYTES ((size_t)256 * 1024 * 1024)
#define ADMIT_TEXT_MAX ((size_t)64 * 1024) /* allowed_signers */

/* One changed file of an accepted commit. */
struct admit_file {
	const char *path;
	struct record_path rp; /* rp.type NULL: allowed_signers, plain text */
	const unsigned char *old_blob, *new_blob; /* NULL where absent */
	const char *bytes; /* new bytes, NULL if removed */
	size_t len;
	const cJSON *old_rec, *new_rec; /* NULL where absent */
};

struct admit {
	struct repo *repo;
	const char *office; /* "9105" */
	const char *hall;   /* "91"; read on the hall branch only */
	enum record_branch branch;
	int64_t now;
	int stored; /* 1: this history came in before: the rules about its
		       times were answered by the clock of that day */
	/* The key that a device ("9105-a", "91-h") may sign with at commit time
	 * t; ERR_REFUSED with a sentence. */
	int (*key_of)(void *arg, const char *device, int64_t t,
	    unsigned char ret[KEY_PUBLIC_LEN], struct err *e);
	/* Whether this revision of a device may be in the history at all: its
	 * key alone does not decide that (a revoked one); ERR_REFUSED with a
	 * sentence. NULL: any may. */
	int (*may_write)(
	    void *arg, const char *device, int64_t sequence, struct err *e);
	/* The edition pinned by an assessment record; ERR_REFUSED when the hall
	 * has not published it. */
	int (*edition_of)(void *arg, const char *id,
	    const unsigned char blob[20], const struct edition **ret,
	    struct err *e);
	/* Last sequence of a device in what is known before the new commits
	 * (0 = none). */
	int (*sequence_of)(
	    void *arg, const char *device, int64_t *ret, struct err *e);
	/* The commit that has it; *ret_has 0: there is none. NULL: that a
	 * device's revisions follow each other is asked of the new ones alone.
	 */
	int (*newest_of)(void *arg, const char *device, unsigned char ret[20],
	    int *ret_has, struct err *e);
	/* Called for each commit that passed, in canonical order (admit.side
	 * says of it what graph_commit.side does); may be NULL. */
	int (*accept)(void *arg, const unsigned char id[20],
	    const struct commit *c, const char *raw, size_t len,
	    const struct admit_file *files, size_t n, struct err *e);
	/* Told each object that was read because the new commits reach it
	 * (some of them more than once, and some of the old tip's); may be
	 * NULL. */
	int (*seen)(void *arg, const unsigned char id[20], struct err *e);
	void *arg;
	size_t max_commits; /* 0 = no limit */
	/* More tips whose histories were admitted before; borrowed. */
	const unsigned char (*known)[20];
	size_t n_known;
	int apart; /* new_ need not continue old */
	/* Says 1 of what old reaches, and of nothing else, without a look at the
	 * graph; not asked where there are more known tips. NULL, or
	 * ERR_NOT_FOUND: the graph tells. */
	int (*is_known)(void *arg, const unsigned char id[20], struct err *e);
	/* results */
	size_t n_commits;
	/* The kind of rule that a refused commit breaks: "form", "writer",
	 * "clock", "signature", "sequence", "records", "content"; NULL: none
	 * of these. */
	const char *rule;
	int side; /* of the commit being accepted */
};

/* Checks everything that new_ reaches and neither old (NULL = nothing yet) nor
 * a known tip does. */
int admit_range(struct admit *a, const unsigned char *old,
    const unsigned char new_[20], struct err *e);

#endif
