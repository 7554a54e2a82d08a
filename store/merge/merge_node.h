/*
 * merge_node: one merge, and the merges of common ancestors below it.
 *
 * A node is a version, or the merge of two nodes over a third. Where histories
 * cross, the common ancestors of two versions are merged one after the other,
 * each time over the common ancestors of what is merged: what comes out stands
 * for the ancestor (as in git's recursive merge), with the values that it could
 * as well hold ("open") and the conflicts that it has. It is made record by
 * record, only where somebody asks.
 *
 * Ownership: merge_nodes_create() … merge_nodes_free(); what is given out is
 * borrowed until merge_nodes_forget().
 * Units:     none.
 * Errors:    as merge.h.
 * Thread:    one at a time.
 */
#ifndef STORE_MERGE_MERGE_NODE_H
#define STORE_MERGE_MERGE_NODE_H

#include "store/merge/merge.h"

#define MERGE_CONFLICTS "conflicts/"

enum { MERGE_HALL, MERGE_MINE, MERGE_SIDES };

/* One record of a node. */
struct merged {
	char path[128];
	struct record_path rp;
	cJSON *rec;  /* NULL: absent */
	cJSON *open; /* {"field":[value,…]}, null = absent; may be NULL */
	cJSON *conflicts; /* [{"field","base","hall","mine","id"}]; may be
			     NULL */
	const char *why;  /* of the conflicts */
};

struct merge_node {
	int64_t version; /* of a node without sides */
	struct merge_node *sides[MERGE_SIDES];
	struct merge_node *base; /* NULL: nothing in common */
	struct merged **known;   /* for a while */
	size_t n, cap;
	int has_settled;
	cJSON *settled[MERGE_SIDES]; /* {"record":{"field":[value,…]}} */
};

struct merge_nodes {
	const struct merge_history *h;
	struct merge_node **list;
	size_t n;
	struct merge_node *top; /* the merge that was asked for */
};

int merge_nodes_create(const struct merge_history *h, int64_t hall,
    int64_t mine, struct merge_nodes **ret, struct err *e);
void merge_nodes_free(struct merge_nodes *g);

/* The record at a path that is no conflict's, or at any path of a version. */
int merge_node_record(struct merge_nodes *g, struct merge_node *n,
    const char *path, const struct merged **ret, struct err *e);

/* Drops all records but assessments. */
void merge_nodes_forget(struct merge_nodes *g);

#endif
