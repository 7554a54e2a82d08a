/*
 * worddiff: what changed between two texts, word by word (words.h).
 *
 * Ownership: *ret is the caller's, free().
 * Units:     bytes.
 * Errors:    ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_WORDDIFF_H
#define CLIENT_WORDDIFF_H

#include <stddef.h>

#include "base/err.h"
#include "base/json.h"

/* One place where they differ: these bytes of the old text became those of the
 * new one; either may be none. Between two such places both are the same. */
struct worddiff_place {
	size_t old_at, old_len, new_at, new_len;
};

/* In order; none for equal texts. What differs nearly everywhere, or too much
 * to look at word by word, is one place. */
int worddiff_find(const char *old, const char *new_,
    struct worddiff_place **ret, size_t *ret_n, struct err *e);

/* 1 if marking the places shows more than both texts, one after the other. */
int worddiff_is_worth(const char *old, const char *new_,
    const struct worddiff_place *list, size_t n);

/* [{"op":"same"|"old"|"new","text"}]: without "new" the old text, without
 * "old" the new one. */
int worddiff_segments(
    const char *old, const char *new_, cJSON **ret, struct err *e);

#endif
