/*
 * query_changes: which fields one revision changed, for histories.
 *
 * Ownership: everything is borrowed; what is put into out belongs to it.
 * Units:     row ids.
 * Errors:    ERR_DAMAGED when index and repository disagree.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_QUERY_CHANGES_H
#define STORE_VIEW_QUERY_CHANGES_H

#include "store/record/record.h"
#include "store/store.h"

/* A record's file, and the revision that left it so. */
struct query_state {
	struct buf bytes; /* empty: it was absent */
	int64_t revision; /* 0: it never was */
	int is_read;
};

/* The state before the revision last asked about: the next older one that
 * touched the record left it so. Zeroed by the caller, who releases it. */
struct query_carry {
	int64_t record;
	int side; /* the line it stands on is not the branch's */
	struct query_state state;
};

void query_carry_release(struct query_carry *carry);

struct query_changes {
	struct store *s;
	const struct branch *b;
	enum record_branch branch;
	int64_t revision;
	int side;          /* of that revision */
	const char *path;  /* of the one record asked for; "" = all */
	int64_t record;    /* its row */
	const char *field; /* only this one; NULL = all */
	struct query_carry *carry;
};

/*
 * Puts "record" and "changes" of the first file (by path) that the revision
 * touched; several are listed under "records", as in the answer to a save.
 */
int query_changes_put(const struct query_changes *x, cJSON *out, struct err *e);

#endif
