/*
 * blame_state: what blame.c and blame_apart.c share.
 *
 * Ownership: in the comments.
 * Units:     row ids.
 * Errors:    as blame.h.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_BLAME_STATE_H
#define STORE_VIEW_BLAME_STATE_H

#include "store/view/blame.h"

/* What stands, and who made it so. */
struct blamed {
	char *field;
	char *point;     /* of a set: one of its elements; NULL: the field */
	cJSON *value;    /* NULL: gone */
	int64_t by, via; /* rows; via: the merge that brought it, or 0 */
};

struct blame {
	struct store *s;
	const struct blame_ask *a;
	struct branch *b;
	struct history_record r;
	struct blamed *list;
	size_t n, cap;
	size_t open; /* of them without a row yet */
	int complete;
};

/* A field's change as one revision made it. */
struct blame_change {
	int64_t revision;
	const char *field;
	cJSON *old, *new_; /* NULL: absent; only of those that were read */
};

/* A side of the change that st stands on (field, old, new, long), whose revision
 * and field are set; blame_change_release(). */
int blame_read_new(
    struct blame *x, sqlite3_stmt *st, struct blame_change *c, struct err *e);
int blame_read_old(
    struct blame *x, sqlite3_stmt *st, struct blame_change *c, struct err *e);
void blame_change_release(struct blame_change *c);

/* Was it a merge that brought it? Then the revision of the other side that
 * wrote it becomes by, and the merge via. */
int blame_look_behind(struct blame *x, struct blamed *b, struct err *e);

#endif
