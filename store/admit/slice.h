/*
 * slice: which of our revisions the hall has not got, cut into stretches small
 * enough to push in one go; and what a push brought back.
 *
 * Ownership: results are the caller's.
 * Units:     bytes are the index's estimate of the size on the wire.
 * Errors:    ERR_CONFLICT: the hall has revisions of this office that are not
 * here (join them first).
 * Thread:    the writer's, outside a save group.
 *
 * What the hall has is what refs/incoming/office says: git fetch sets it, and
 * slice_pushed() after a push. Slices go in canonical order (git/graph.h). One
 * that ends on the first-parent line goes to refs/heads/office; one that ends
 * beside it goes to refs/side/<letter>, which waits there for the merge that
 * will bring it to the branch: no receipt comes for it. refs/incoming/side is
 * what the hall has of ours there.
 */
#ifndef STORE_ADMIT_SLICE_H
#define STORE_ADMIT_SLICE_H

#include "base/json.h"
#include "store/store.h"

struct slice {
	unsigned char tip[20]; /* what to push */
	int64_t n;             /* revisions in it; 0: the hall has all */
	int64_t left;          /* revisions after it */
	int side; /* to refs/side/<letter> instead of refs/heads/office */
};

/* *ret: 1 if refs/heads/office is not what the hall is known to have. */
int slice_ahead(struct store *s, int *ret, struct err *e);

/* The next stretch of refs/heads/office (flushed revisions only), in canonical
 * order: as many revisions as fit max_bytes, one at least. */
int slice_next(
    struct store *s, int64_t max_bytes, struct slice *ret, struct err *e);

/* After a push that the hall took: refs/incoming/office moves to tip. */
int slice_pushed(struct store *s, const unsigned char tip[20], struct err *e);
/* The same for one with side set: refs/incoming/side moves. */
int slice_pushed_side(
    struct store *s, const unsigned char tip[20], struct err *e);

/*
 * Takes the receipt line of a push: strict JSON, signed by the hall's key, for
 * this office, naming tip; then kept (receipt_apply).
 */
int slice_take_receipt(struct store *s, const unsigned char tip[20],
    const char *json, size_t len, struct err *e);

/* I5: *ret_synced is 1 if the newest receipt names the branch's tip, journal
 * included, *ret_waiting if none does though there is a tip. *ret_receipt: the
 * newest receipt, or NULL. */
int slice_synced(struct store *s, int *ret_synced, int *ret_waiting,
    cJSON **ret_receipt, struct err *e);

#endif
