/*
 * tree: a branch's tree of files in memory: strict reading of raw git trees,
 * changing paths, writing the changed trees.
 *
 * Ownership: tree_new() … tree_free(); objects made by tree_write() go to the
 *            caller's sink.
 * Units:     git object ids of 20 bytes.
 * Errors:    ERR_INVALID for a tree that breaks the rules (modes other than
 *            100644 and 40000, order, doubles, names, empty subdirectories) or
 *            a path that does; ERR_NOMEM; what the source or the sink said.
 * Thread:    one at a time.
 */
#ifndef STORE_GIT_TREE_H
#define STORE_GIT_TREE_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

struct tree;

/* Gives the raw bytes of a tree object (appended to *out). */
typedef int tree_source(
    void *arg, const unsigned char id[20], struct buf *out, struct err *e);
/* Takes one new tree object. */
typedef int tree_sink(void *arg, const unsigned char id[20], const void *raw,
    size_t len, struct err *e);

struct tree *tree_new(void); /* empty; NULL: no memory */
void tree_free(struct tree *t);

/* Lazily: root now, subtrees when first needed. id NULL = empty. */
int tree_load(struct tree *t, const unsigned char *id, tree_source *src,
    void *arg, struct err *e);

/* Puts or (blob NULL) removes one path of at most three names; emptied
 * directories go. Removing what is not there is ERR_NOT_FOUND. */
int tree_put(
    struct tree *t, const char *path, const unsigned char *blob, struct err *e);
int tree_find(struct tree *t, const char *path, unsigned char ret_blob[20],
    struct err *e); /* ERR_NOT_FOUND */

/* Writes the trees that changed since the last tree_write(), children first;
 * gives the root id. */
int tree_write(struct tree *t, tree_sink *sink, void *arg,
    unsigned char ret_root[20], struct err *e);

/* Forgets unwritten changes and reads again from root id (after a failed save).
 */
int tree_reset(struct tree *t, const unsigned char *id, struct err *e);

/* One difference between two raw trees; old/new blob NULL where absent. */
typedef int tree_diff_cb(void *arg, const char *path,
    const unsigned char *old_blob, const unsigned char *new_blob,
    struct err *e);

/*
 * Differences in path order, descending only where ids differ: the cost is that
 * of what changed. Depth at most 3, at most max_entries entries looked at
 * (ERR_INVALID beyond: tree bombs end here). a or b may be NULL = empty.
 */
int tree_diff(const unsigned char *a, const unsigned char *b, tree_source *src,
    void *src_arg, size_t max_entries, tree_diff_cb *cb, void *arg,
    struct err *e);

#endif
