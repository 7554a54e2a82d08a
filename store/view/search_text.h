/*
 * search_text: which texts of a record are searched, folded; for search.c and
 * search_index.c only.
 *
 * Ownership: search_texts_get() … search_texts_release() on the caller's
 * struct.
 * Units:     none.
 * Errors:    ERR_DAMAGED for stored bytes that are no record.
 * Thread:    any.
 */
#ifndef STORE_VIEW_SEARCH_TEXT_H
#define STORE_VIEW_SEARCH_TEXT_H

#include "store/record/record.h"
#include "store/store.h"

#define SEARCH_MARK "search" /* last revision that is taken in (table mark) */

struct search_text {
	char *field;  /* dotted */
	char *folded; /* not NULL */
};

struct search_texts {
	struct search_text *list;
	size_t n;
	struct record_path rp;
};

/* None for a record that is not searched or (bytes NULL) is gone. hall: the
 * directory is a hall's. */
int search_texts_get(struct search_texts *ret, int hall, const char *branch,
    const char *path, const void *bytes, size_t len, struct err *e);
void search_texts_release(struct search_texts *t);

/* The last revision that the index has taken in; 0 = none. */
int search_mark(struct db *db, int64_t *ret, struct err *e);

#endif
