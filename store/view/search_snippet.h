/*
 * search_snippet: the part of a text around what was found.
 *
 * Ownership: borrowed.
 * Units:     characters (code points).
 * Errors:    ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_VIEW_SEARCH_SNIPPET_H
#define STORE_VIEW_SEARCH_SNIPPET_H

#include <stddef.h>

#include "base/json.h"

/* Adds "snippet", one line with "…" where it was cut, and "at": [from,len] of
 * the first word (folded) that stands in the text. Neither the cut nor the
 * mark splits a character from its marks. */
int search_snippet(const char *text, const char *const *words, size_t n_words,
    cJSON *out, struct err *e);

#endif
