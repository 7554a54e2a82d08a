/*
 * words: where the words of a text end. Thai has no blanks between words: they
 * are found by libthai's dictionary where that library is installed, else a
 * Thai text is taken by its clusters.
 *
 * Ownership: *ret is the caller's, free(); words_release() gives the dictionary
 * back.
 * Units:     bytes.
 * Errors:    ERR_NOMEM.
 * Thread:    one.
 *
 * The library is loaded when the first Thai text comes, not at the start of
 * every command. No word ends inside a combining sequence: text_cluster().
 */
#ifndef CLIENT_WORDS_H
#define CLIENT_WORDS_H

#include <stddef.h>

#include "base/err.h"

/* Ends of the words of s, growing; the last one is len. Blanks, line ends and
 * marks are words of their own. */
int words_ends(
    const char *s, size_t len, size_t **ret, size_t *ret_n, struct err *e);

/* 1 if Thai words are known here, 0: clusters. */
int words_known(void);

/* For tests: as if the library were not installed. */
void words_forbid(int forbid);

void words_release(void);

#endif
