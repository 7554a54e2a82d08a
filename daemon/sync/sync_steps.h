/*
 * sync_steps: what the hall answers transfer_steps(). Over ssh it is the lines
 * of store/git/steps.h; over https, where only git asks, "git ls-remote" of
 * names that are no refs: "<commit> TAB refs/steps/<n>", and
 * "<any id> TAB refs/receipt/<base64>", the receipt of a whole file.
 *
 * Ownership: the caller's memory.
 * Units:     none.
 * Errors:    ERR_INVALID: of no form.
 * Thread:    any.
 */
#ifndef DAEMON_SYNC_SYNC_STEPS_H
#define DAEMON_SYNC_SYNC_STEPS_H

#include "daemon/sync/transfer.h"
#include "store/git/steps.h"

#define SYNC_STEP_REF "refs/steps/"
#define SYNC_RECEIPT_REF "refs/receipt/"

/* *ret_receipt gets the receipt, if one is among them (over ssh it comes as a
 * remark); NULL: of no interest. */
int sync_steps_read(const struct transfer_way *w, const struct buf *out,
    struct steps *ret, struct buf *ret_receipt, struct err *e);

/* The text of ls-remote alone. */
int sync_steps_from_refs(const char *text, size_t len, struct steps *ret,
    struct buf *ret_receipt, struct err *e);

#endif
