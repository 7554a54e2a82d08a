/*
 * merge_kept: conflicts as data: their ids, their records.
 *
 * Ownership: said at each function.
 * Units:     none.
 * Errors:    ERR_NOMEM, what callbacks gave.
 * Thread:    any.
 */
#ifndef STORE_MERGE_MERGE_KEPT_H
#define STORE_MERGE_MERGE_KEPT_H

#include "store/merge/merge_node.h"

/* Gives each conflict of a merged record its id (merge.h says of what). */
int merge_kept_ids(struct merged *m, struct err *e);

/* "conflicts/<id>.json" of a conflict with an id. */
void merge_kept_path(const cJSON *conflict, char ret[64]);

/* 1 if one of the conflicts (may be NULL) has this path. */
int merge_kept_lists(const cJSON *conflicts, const char *path);

/* The record of a conflict of g->top, the caller's. */
int merge_kept_record(const struct merge_nodes *g, const struct merged *m,
    const cJSON *conflict, cJSON **ret, struct err *e);

#endif
