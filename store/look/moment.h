/*
 * moment: one way to name a point in the past of an office, for all that looks
 * back.
 *
 *   now (or nothing)       as it is
 *   a142, h7               after this revision
 *   1f0c2ab (7 to 40)      after this commit, by the beginning of its id
 *   2026-03-31, 31/3/2569  at the end of that day, of either era
 *   2026-03-31 13:14       at that time (any form that clock.h reads)
 *   submission, submission:2   as the office signed it off: last, or for the
 *                          second time
 *   decision, decision:2   as the hall decided on it: the newest decision, or
 *                          that on the second submission
 *   opening                as the year was opened
 *
 * A name with a revision of that spelling is a revision first, then a commit.
 *
 * Both branches of the office have a row at a moment. Named by one branch, the
 * other is taken as of that revision's time; of a decision, the office's row is
 * the submission that it decided on. By time: times never go back along a
 * branch's first-parent line (save.c, admit.c), so that the newest row that is
 * not later is found by halving.
 *
 * Ownership: none; struct moment is the caller's memory.
 * Units:     rows are row ids as in asof.h, 0 = before the branch's first;
 * times in seconds since 1970.
 * Errors:    ERR_NOT_FOUND (revision, commit, sign-off), ERR_INVALID (no such
 * way to name one; a commit that is not the only one), each with a hint.
 * Thread:    the store's.
 */
#ifndef STORE_LOOK_MOMENT_H
#define STORE_LOOK_MOMENT_H

#include "base/json.h"
#include "store/look/asof.h"

enum moment_kind {
	MOMENT_NOW,
	MOMENT_REVISION, /* or commit */
	MOMENT_SIGNOFF,
	MOMENT_TIME
};

struct moment {
	enum moment_kind kind;
	int64_t office, hall; /* rows; ASOF_NOW */
	int year;             /* of a sign-off; else 0 */
	int of_hall;          /* a revision of the hall's branch names it */
	/* of the newest revision then, of the hall's branch when that names
	 * it; "" when there was none */
	char name[24];
	char commit[41];
	int64_t time; /* of that revision; MOMENT_TIME: the one asked for */
	int offset_min;
};

/* office "" = own; year: whose sign-offs, 0 = the current cycle's; text NULL or
 * "": now. */
int moment_find(struct store *s, const char *office, int year, const char *text,
    struct moment *ret, struct err *e);

/* The branch's row of a moment. */
int64_t moment_row(const struct moment *m, const struct branch *b);

/* The newest row of a branch's first-parent line that is not later; 0: none. */
int moment_row_at(struct store *s, const struct branch *b, int64_t time,
    int64_t *ret, struct err *e);

/* {"asked","revision","commit","time"} as a member of obj; the last three are
 * null where there is none. Now: "asked" is "now". */
int moment_put(cJSON *obj, const char *key, const char *text,
    const struct moment *m, struct err *e);

#endif
