/*
 * merge_origin: who gave a field the value that one of two histories has: the
 * newest of its commits that the other one does not reach.
 *
 * Ownership: merge_origins_create() … merge_origins_free(); repository and
 * cache are borrowed.
 * Units:     none.
 * Errors:    ERR_DAMAGED (an object is missing), ERR_NOMEM.
 * Thread:    the repository's.
 *
 * The stretch is walked once, at the first question; then a question costs the
 * commits that touched the record.
 */
#ifndef STORE_MERGE_MERGE_ORIGIN_H
#define STORE_MERGE_MERGE_ORIGIN_H

#include "store/git/objcache.h"
#include "store/merge/merge.h"

#define MERGE_MAX_ENTRIES 400000 /* of the trees of one comparison */

struct merge_origins;

int merge_origins_create(struct repo *r, struct objcache *cache,
    const unsigned char tip[20], const unsigned char other[20],
    struct merge_origins **ret, struct err *e);
void merge_origins_free(struct merge_origins *o);

/* *ret stays as it is when no commit of the stretch gave it. */
int merge_origins_find(struct merge_origins *o, const char *path,
    const char *field, struct merge_origin *ret, struct err *e);

/* The root tree of a commit. */
int merge_tree_of(struct repo *r, const unsigned char commit[20],
    unsigned char ret[20], struct err *e);

/* The record at a path of a tree, the caller's; NULL if it is not there. */
int merge_read(struct objcache *cache, struct tree *tree, const char *path,
    cJSON **ret, struct err *e);

/* A tree for merge_read(), by its root; tree_free(). */
int merge_load(struct objcache *cache, const unsigned char root[20],
    struct tree **ret, struct err *e);

#endif
