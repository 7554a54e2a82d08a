/*
 * admit: is this new stretch of history acceptable? The same rules at the
 * hall's door (hook), at the hall's absorb and at an office's absorb.
 *
 * Ownership: callbacks borrow.
 * Units:     none.
 * Errors:    ERR_REFUSED with a sentence for the person, beginning with the
 * short commit id where one commit is at fault; ERR_CONFLICT when the new tip
 * does not descend from the old one; ERR_DAMAGED when objects are missing.
 * What a callback returned is passed up as it is. Thread: one at a time.
 *
 * Per commit, oldest first: size, strict form, exactly the old tip (or the
 * previous new commit) as parent, signature by a key valid for the branch's
 * device at that time, device and office as expected, sequence = previous of
 * that device + 1, time not before its parent by more than a day nor in the
 * future by more than a day, tree differences only at record paths of the
 * branch, plain files, sizes, canonical and valid records (against the pinned
 * edition), Content-SHA256.
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
#define ADMIT_TEXT_MAX ((size_t)64 * 1024)         /* allowed_signers */

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
	/* The edition pinned by an assessment record; ERR_REFUSED when the hall
	 * has not published it. */
	int (*edition_of)(void *arg, const char *id,
	    const unsigned char blob[20], const struct edition **ret,
	    struct err *e);
	/* Last sequence of a device on the branch before the new commits (0 =
	 * none). */
	int (*sequence_of)(
	    void *arg, const char *device, int64_t *ret, struct err *e);
	/* Called for each commit that passed, oldest first; may be NULL. */
	int (*accept)(void *arg, const unsigned char id[20],
	    const struct commit *c, const char *raw, size_t len,
	    const struct admit_file *files, size_t n, struct err *e);
	/* Told each object that was read because the new commits reach it
	 * (some of them more than once, and some of the old tip's); may be
	 * NULL. */
	int (*seen)(void *arg, const unsigned char id[20], struct err *e);
	void *arg;
	size_t max_commits; /* 0 = no limit */
	/* results */
	size_t n_commits;
};

/* Checks everything from old (exclusive, NULL = nothing yet) to new_. */
int admit_range(struct admit *a, const unsigned char *old,
    const unsigned char new_[20], struct err *e);

#endif
