/*
 * absorb: verifies new commits of a ref (admit) and indexes them in SQLite;
 * with no new commits it costs one ref look-up.
 *
 * Ownership: results are the caller's.
 * Units:     none.
 * Errors:    ERR_REFUSED (a commit breaks the rules: nothing of it or after it
 * is indexed, what was good before it is), ERR_DAMAGED, ERR_CONFLICT (the ref
 * does not descend from what is indexed).
 * Thread:    the writer's, outside a save group.
 *
 * Works in transactions of at most 1,000 commits; a merge comes in one with all
 * that it brings. Rows stand in canonical order (git/graph.h): where the history
 * that comes has what is indexed only as a second parent, the index is taken
 * back to where the two lines part and goes on from there, in one transaction.
 */
#ifndef STORE_ADMIT_ABSORB_H
#define STORE_ADMIT_ABSORB_H

#include "store/store.h"

/*
 * At the hall: office's refs/heads/office. At an office: from =
 * "refs/incoming/hall" (fetched); after it passed, refs/heads/hall is moved
 * there. Receipts in the hall's commits are verified and applied (received
 * times). *ret_n: commits indexed.
 */
int absorb_ref(struct store *s, const char *office, const char *which,
    const char *from, int64_t *ret_n, struct err *e);

/*
 * As absorb_ref() for a branch that others write, but to a history that does not
 * continue what is indexed (the hall was restored from an old copy and wrote
 * other revisions): what only the old one had leaves the index. Keep its tip in
 * refs/aside first. The branch's ref is moved.
 */
int absorb_instead(struct store *s, const char *office, const char *which,
    const unsigned char tip[20], int64_t *ret_n, struct err *e);

/*
 * The branch that is written here, after its ref was moved other than by a save
 * (a merge, revisions of another device of ours, a new letter), and at start
 * after a crash in between: the index follows the ref. It must descend from what
 * is indexed, or that must be kept in refs/aside (ERR_DAMAGED: an old repository
 * beside a newer database). What it reaches is taken as checked already as far
 * as times go. ERR_BUSY while saves wait in the journal. Branches are forgotten:
 * look them up again. office "" = our own.
 */
int absorb_written(
    struct store *s, const char *office, int64_t *ret_n, struct err *e);
/* The same for all offices that are here; an office has one. */
int absorb_own(struct store *s, int64_t *ret_n, struct err *e);

/*
 * An office's own branch, to a history that other devices continued and that
 * descends from what is here: checked, indexed, the ref moved, in batches; what
 * was good before a bad commit stays. The journal must be empty.
 */
int absorb_forward(struct store *s, const unsigned char tip[20], int64_t *ret_n,
    struct err *e);

/* Hall: all offices, at start (pushes admitted while the daemon was away). */
int absorb_all(struct store *s, int64_t *ret_n, struct err *e);

/* Empties the index and absorbs every branch of every repository from its first
 * commit (I3). Journal first. progress may be NULL. */
int absorb_reindex(struct store *s, void (*progress)(void *arg, int64_t done),
    void *arg, struct err *e);

#endif
