/*
 * index: writes the rows of one revision, the same rows whether the revision
 * was just saved here (save.c) or came from a repository (absorb.c): that the
 * index can be rebuilt from git (I3) rests on this being the only writer of
 * them.
 *
 * Ownership: everything is borrowed for the call.
 * Units:     bytes; seconds since 1970.
 * Errors:    as db_run(); ERR_NOMEM. After an error the caller rolls back and
 * puts *b as it was.
 * Thread:    the writer's, inside a transaction.
 */
#ifndef STORE_SAVE_INDEX_H
#define STORE_SAVE_INDEX_H

#include "store/record/record.h"
#include "store/store.h"

/* Values whose JSON text is longer are not kept in table change: read them
 * from the blob (change.long says which). */
#define INDEX_VALUE_MAX 512

/* The bit in touch.fields of a field's group, the part of its name before the
 * first dot: fields of several groups can share one, so a bit that is set only
 * says where to look. */
int64_t index_field_bit(const char *field);

/* One changed file of the revision, in byte order of path. */
struct index_file {
	const char *path;
	const struct record_type *type; /* NULL: not a record (allowed_signers):
					   no rows in change */
	const unsigned char *new_blob;  /* NULL = removed */
	const char *bytes;              /* NULL = removed */
	size_t len;
	const cJSON *old_rec, *new_rec; /* NULL where absent */
	const cJSON *changes; /* record_diff(type, old_rec, new_rec) if the
				 caller has it, else NULL: made here */
};

/*
 * Adds the rows revision, record, touch and change, moves the branch row and
 * *b (tip, content, time, n, sequence) forward. The estimate of the
 * revision's size on the wire (revision.bytes) is made from the files here.
 */
int index_revision(struct store *s, struct branch *b,
    const unsigned char id[COMMIT_ID_LEN], const struct commit *c,
    const struct index_file *files, size_t n, int64_t *ret_revision,
    struct err *e);

/*
 * The same for a side revision (git/graph.h): history and names know it, the
 * branch's state stays. Only the count and the own device's sequence move; the
 * merge that brought it must follow in the same transaction.
 */
int index_side(struct store *s, struct branch *b,
    const unsigned char id[COMMIT_ID_LEN], const struct commit *c,
    const struct index_file *files, size_t n, struct err *e);

/* 1 if the commit is a revision of the branch, side ones too, else 0: a branch's
 * rows are what its tip reaches. */
int index_has(struct store *s, int64_t branch,
    const unsigned char id[COMMIT_ID_LEN], struct err *e);

#endif
