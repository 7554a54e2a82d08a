/*
 * merge_settled: which conflicts a node has, and which ones people settled on a
 * side of a merge.
 *
 * A conflict that only one side has was taken away on the other, if one of the
 * other's revisions did so, or is new. That the common ancestor has it says too
 * little where that is a merge itself: three values that differ can be told by
 * other pairs on each side.
 *
 * Ownership: results are the caller's.
 * Units:     none.
 * Errors:    as merge.h.
 * Thread:    one at a time.
 */
#ifndef STORE_MERGE_MERGE_SETTLED_H
#define STORE_MERGE_MERGE_SETTLED_H

#include "store/merge/merge_node.h"

/* Whether it was taken away on a side that does not have it. */
int merge_node_removed(struct merge_nodes *g, struct merge_node *n, int side,
    const char *conflict, const char *record, int *ret, struct err *e);

/* Fields of this record of which the side settled a conflict, with the values
 * that were to choose from: {"field":[value,…]}. */
int merge_node_settled(struct merge_nodes *g, struct merge_node *n, int side,
    const struct merged *base, const char *record, cJSON **ret, struct err *e);

#endif
