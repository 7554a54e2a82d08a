/*
 * history_rows: the revisions of a branch that may answer a question, newest
 * first, by the narrowest index there is: those that touched a record, those of
 * a person, of a device, or all of them, leaping over times that cannot be
 * meant.
 *
 * Ownership: struct history_rows is the caller's memory and borrows the rest.
 * Units:     row ids, seconds since 1970.
 * Errors:    as db_stmt().
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_HISTORY_ROWS_H
#define STORE_VIEW_HISTORY_ROWS_H

#include "store/store.h"

#define HISTORY_ROWS 64 /* read at a time */

enum history_by {
	HISTORY_BY_BRANCH,
	HISTORY_BY_RECORD,
	HISTORY_BY_LOGIN,
	HISTORY_BY_DEVICE,
	HISTORY_BY_OLDEST /* all of the branch, oldest first */
};

struct history_rows {
	struct store *s;
	const struct branch *b;
	enum history_by by;
	int64_t record;    /* BY_RECORD: its row */
	const char *login; /* BY_LOGIN */
	char letter;       /* BY_DEVICE */
	int64_t since,
	    until;      /* BY_BRANCH: saved between; until INT64_MAX: open */
	int64_t stop;   /* but none below this one; 0: all */
	int64_t before; /* only rows below it; BY_OLDEST: above it */
	/* its own */
	int64_t ids[HISTORY_ROWS];
	int n, at, ended;
};

/* The next row; *ret 0: there is none any more. */
int history_rows_next(struct history_rows *r, int64_t *ret, struct err *e);

#endif
