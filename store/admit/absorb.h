/*
 * absorb: verifies new commits of a ref (admit) and indexes them in SQLite;
 * with no new commits it costs one ref look-up.
 *
 * Ownership: results are the caller's.
 * Units:     none.
 * Errors:    ERR_REFUSED (a commit breaks the rules: nothing of it or after it
 * is indexed, what was good before it is), ERR_DAMAGED, ERR_CONFLICT (the ref
 * does not descend from what is indexed). Thread:    the writer's, outside a
 * save group. Works in transactions of at most 1,000 commits.
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

/* Hall: all offices, at start (pushes admitted while the daemon was away). */
int absorb_all(struct store *s, int64_t *ret_n, struct err *e);

/* Empties the index and absorbs every branch of every repository from its first
 * commit (I3). Journal first. progress may be NULL. */
int absorb_reindex(struct store *s, void (*progress)(void *arg, int64_t done),
    void *arg, struct err *e);

#endif
