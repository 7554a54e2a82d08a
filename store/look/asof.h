/*
 * asof: what a branch holds, now or at one of its revisions; the look-ups that
 * the queries share.
 *
 * Ownership: records are cJSON that the caller frees.
 * Units:     revision ids are row ids, growing along a branch; a side revision
 * (git/graph.h) has a state of its own, along its own first parents.
 * Errors:    ERR_NOT_FOUND names the revision; ERR_DAMAGED for bytes that are no
 * record.
 * Thread:    the store's.
 */
#ifndef STORE_LOOK_ASOF_H
#define STORE_LOOK_ASOF_H

#include "base/json.h"
#include "store/store.h"

#define ASOF_NOW INT64_MAX /* a revision later than any */

/* One state of one record. */
struct asof {
	cJSON *rec;       /* NULL: absent then */
	int64_t revision; /* that wrote (or removed) it; 0 = never was */
	char name[24];    /* of that revision */
	char commit[41];
};

void asof_release(struct asof *a);

/* Row id of a revision name on a branch. */
int asof_revision(struct store *s, const struct branch *b, const char *name,
    int64_t *ret, struct err *e);

/* The row that a revision was made on, its first parent; 0 if it has none. */
int asof_parent(struct store *s, const struct branch *b, int64_t revision,
    int64_t *ret, struct err *e);

/* Where a revision's line leaves the branch's first-parent line: the revision
 * itself, unless it is a side one. 0: it never was on it. */
int asof_base(struct store *s, const struct branch *b, int64_t revision,
    int64_t *ret, struct err *e);

/* The record at path as it stood after revision at (ASOF_NOW: as it is). */
int asof_record(struct store *s, const struct branch *b, const char *path,
    int64_t at, struct asof *ret, struct err *e);

/* The file of that record, not read: 1 and its blob; 0: it was absent.
 * *ret_revision wrote or removed it; 0: it never was. */
int asof_blob_id(struct store *s, const struct branch *b, const char *path,
    int64_t at, unsigned char ret_id[COMMIT_ID_LEN], int64_t *ret_revision,
    struct err *e);

/* Calls each() for the records below a directory ("cycles") as they are now, by
 * path; stops at the first error. */
int asof_each(struct store *s, const struct branch *b, const char *dir,
    int (*each)(void *arg, const char *path, const cJSON *rec, struct err *e),
    void *arg, struct err *e);

/* All records right below a directory ("2565/items") as they are now, by the
 * last part of their names: {"1.1": record, …}. */
int asof_below(struct store *s, const struct branch *b, const char *dir,
    cJSON **ret, struct err *e);

/* The same as they stood after revision at. */
int asof_below_at(struct store *s, const struct branch *b, const char *dir,
    int64_t at, cJSON **ret, struct err *e);

/* A blob's record; id NULL gives NULL. */
int asof_blob(struct store *s, const struct branch *b, const unsigned char *id,
    cJSON **ret, struct err *e);

/* Stored bytes to a record; damage is ERR_DAMAGED with the path. */
int asof_parse(const void *bytes, size_t len, const char *path, cJSON **ret,
    struct err *e);

/*
 * Several look-ups that must see one state of the database: a reader begins a
 * transaction unless one is open already (*ret_began), asof_end() ends it and
 * gives rc, or its own error. The writer needs none.
 */
int asof_begin(struct store *s, int *ret_began, struct err *e);
int asof_end(struct store *s, int began, int rc, struct err *e);

#endif
