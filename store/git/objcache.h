/*
 * objcache: trees and records of a repository, read once and kept while a
 * stretch of history is checked: neighbouring commits share nearly all of them.
 *
 * Ownership: objcache_create() … objcache_free(); a record taken with
 * objcache_record() is given back with objcache_release().
 * Units:     bytes.
 * Errors:    ERR_NOT_FOUND (no such object), ERR_INVALID (too large, an empty
 * directory, not canonical), what repo_read() said.
 * Thread:    one at a time.
 *
 * Memory is bounded: a fixed number of slots, and all is dropped between two
 * commits once the bytes pass OBJCACHE_BYTES.
 */
#ifndef STORE_GIT_OBJCACHE_H
#define STORE_GIT_OBJCACHE_H

#include "base/json.h"
#include "store/git/repo.h"

#define OBJCACHE_BYTES ((size_t)8 * 1024 * 1024)

struct objcache;

struct cached { /* one blob; read-only for its users */
	unsigned char id[20];
	char *bytes;
	size_t len;
	cJSON *json; /* NULL where it was asked for as text only */
	int refs;
};

/* seen (may be NULL) is told every object that is read, once or more. */
typedef int objcache_seen(void *arg, const unsigned char id[20], struct err *e);

int objcache_create(struct repo *r, objcache_seen *seen, void *arg,
    struct objcache **ret, struct err *e);
void objcache_free(struct objcache *c);

/* For tree_diff() and tree_load(); arg = struct objcache *. */
tree_source objcache_tree;

/* A blob of at most max bytes; with json its canonical parse too. */
int objcache_record(struct objcache *c, const unsigned char id[20], size_t max,
    int json, struct cached **ret, struct err *e);
void objcache_release(struct cached *r);

/* Between two commits: drops everything when it has grown too large. */
void objcache_trim(struct objcache *c);

#endif
