/*
 * merge_record: what two sides make of one record: by field, unless a sign-off
 * or the record's own rules say otherwise.
 *
 * Ownership: *m is filled; it is the caller's.
 * Units:     none.
 * Errors:    as merge.h.
 * Thread:    one at a time.
 */
#ifndef STORE_MERGE_MERGE_RECORD_H
#define STORE_MERGE_MERGE_RECORD_H

#include "store/merge/merge_node.h"

/* m->path and m->rp are set; n has sides. */
int merge_record(struct merge_nodes *g, struct merge_node *n, struct merged *m,
    struct err *e);

#endif
