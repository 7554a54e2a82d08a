/*
 * tree_dir: one directory of a tree: the entries of one raw git tree object, in
 * git's order, read strictly.
 *
 * Ownership: a dir owns its entries, their names and the dirs below them.
 * Units:     bytes; git object ids of 20 bytes.
 * Errors:    ERR_INVALID for a raw tree that breaks the rules, ERR_NOMEM.
 * Thread:    one at a time.
 */
#ifndef STORE_GIT_TREE_DIR_H
#define STORE_GIT_TREE_DIR_H

#include <stddef.h>

#include "store/git/tree.h"

#define TREE_DEPTH 3      /* "2565/items/1.1.json" */
#define TREE_NAME_MAX 100 /* "<sha256>.json" and more */

struct dir;

struct entry {
	const char *name; /* in the dir's raw bytes, or own */
	char *own;
	struct dir *dir; /* loaded or new subdirectory; NULL: only its id */
	int is_dir;
	unsigned char id[20]; /* stale while dir is changed */
};

struct dir {
	char *raw; /* what it was read from; NULL for a new one */
	struct entry *entries;
	size_t n, cap;
	int changed; /* since it was read or written */
};

struct dir *tree_dir_new(void); /* empty and changed; NULL: no memory */
void tree_dir_free(struct dir *d);

/* Reads the tree object id; is_root: may be empty. */
int tree_dir_load(tree_source *src, void *arg, const unsigned char id[20],
    int is_root, struct dir **ret, struct err *e);

/* Length of a name by the allow-list, 0 if it is not one. */
size_t tree_dir_name(const char *s);

/* Git's order: as if a directory's name ended in '/'. */
int tree_dir_order(const char *a, int a_is_dir, const char *b, int b_is_dir);

/* NULL if absent. */
struct entry *tree_dir_find(struct dir *d, const char *name, int is_dir);

/* Adds an entry that is not there, with a zero id. */
int tree_dir_add(struct dir *d, const char *name, size_t len, int is_dir,
    struct entry **ret, struct err *e);
void tree_dir_remove(struct dir *d, struct entry *at);

/* Appends the raw tree object. */
void tree_dir_format(const struct dir *d, struct buf *out);

#endif
