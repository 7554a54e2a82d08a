/*
 * spans: between which times the revisions of a stretch of a branch were saved:
 * one small row for each SPANS_ROWS of them, so that a question about a time
 * leaps over what cannot answer it. An index on the time would cost every save
 * a page; this costs one row a thousand, a moment after the save.
 *
 * The newest revisions, less than a whole span (more, until the daemon has
 * caught up), are in none: they are looked at one by one.
 *
 * Ownership: none.
 * Units:     row ids, seconds since 1970.
 * Errors:    as db_run().
 * Thread:    spans_write(), spans_cut() the writer's; the others the store's.
 */
#ifndef STORE_LOOK_SPANS_H
#define STORE_LOOK_SPANS_H

#include "store/store.h"

#define SPANS_ROWS 1024

/* Writes what is missing, max spans at most; its own transaction, none when
 * there is nothing to do. *ret_left: 1 when it has to be called again. */
int spans_write(struct store *s, int max, int *ret_left, struct err *e);

/* The branch's revisions behind this row go: so do their spans. Inside a
 * transaction. */
int spans_cut(struct db *db, int64_t branch, int64_t row, struct err *e);

/*
 * The next stretch of a branch, going back, that has rows below `before` and
 * may hold revisions saved in since..until (until INT64_MAX: open): rows
 * *ret_first..*ret_last, *ret_last below `before`. 0 when there is none, else 1.
 */
int spans_before(struct db *db, int64_t branch, int64_t before, int64_t since,
    int64_t until, int64_t *ret_first, int64_t *ret_last, struct err *e);

/* How many spans do not say what their revisions say. */
int spans_check(struct db *db, int64_t *ret_wrong, struct err *e);
/* The same of one branch's (0: all), those that end behind a row. */
int spans_check_from(struct db *db, int64_t branch, int64_t after,
    int64_t *ret_wrong, struct err *e);

#endif
