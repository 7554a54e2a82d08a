/*
 * slice_graph: the next stretch to push where the rows of the index alone do
 * not say it: something of ours is at the hall beside its office branch.
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    ERR_DAMAGED, ERR_NOMEM.
 * Thread:    the writer's.
 */
#ifndef STORE_ADMIT_SLICE_GRAPH_H
#define STORE_ADMIT_SLICE_GRAPH_H

#include "store/admit/slice.h"

/* office, side: what the hall has there, or NULL. */
int slice_graph_next(struct store *s, const struct branch *b,
    const unsigned char own[20], const unsigned char *office,
    const unsigned char *side, int64_t max_bytes, struct slice *ret,
    struct err *e);

#endif
