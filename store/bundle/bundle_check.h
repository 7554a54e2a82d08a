/*
 * bundle_check: is an unpacked bundle what it says, from somebody who may?
 *
 * Ownership: *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_INVALID (altered), ERR_DENIED (a stranger, a revoked device).
 * Thread:    the store's; reads only.
 */
#ifndef STORE_BUNDLE_BUNDLE_CHECK_H
#define STORE_BUNDLE_BUNDLE_CHECK_H

#include "store/bundle/bundle_head.h"
#include "store/bundle/bundle_room.h"

/* Reads note, signature and receipts from the scratch repository, checks all of
 * them, and puts them into the room as note.json and receipts.json. */
int bundle_check(struct store *s, const struct bundle_room *room,
    const struct bundle_head *h, cJSON **ret_note, struct err *e);

#endif
