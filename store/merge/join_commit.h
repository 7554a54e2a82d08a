/*
 * join_commit: the commit of a merge: what the hall has as first parent, this
 * device's own tip as second, the tree that merge_commits() gives.
 *
 * Ownership: none; the objects are in the repository's memory until
 * repo_flush() or repo_forget().
 * Units:     none.
 * Errors:    as merge_commits() and commit_build().
 * Thread:    the writer's, outside a save group.
 */
#ifndef STORE_MERGE_JOIN_COMMIT_H
#define STORE_MERGE_JOIN_COMMIT_H

#include "store/merge/join.h"
#include "store/merge/merge.h"

struct join_sides {
	const unsigned char *hall, *mine; /* commits of 20 bytes */
	int64_t sequence; /* of this device, the last one used on either side */
	/* as in merge.h */
	int (*edition_of)(void *arg, const char *id,
	    const unsigned char blob[20], const struct edition **ret,
	    struct err *e);
	void *arg;
};

/* Fills in ret->revision, n_fields and n_conflicts. */
int join_commit_make(struct store *s, struct repo *r,
    const struct join_sides *sides, unsigned char ret_id[20], struct join *ret,
    struct err *e);

#endif
