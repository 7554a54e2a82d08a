/*
 * flags_words: the memory of flags_year.h: arrays that grow, and texts that come
 * often, kept once and called by their numbers.
 *
 * Ownership: struct flags_words is the caller's memory, zeroed before;
 * flags_words_release().
 * Units:     none.
 * Errors:    ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_AUDIT_FLAGS_WORDS_H
#define STORE_AUDIT_FLAGS_WORDS_H

#include <stddef.h>

#include "base/err.h"

struct flags_words {
	char **list;
	size_t n, cap;
	int *slots; /* numbers + 1 by hash, 0 = free; more than twice n */
	size_t n_slots;
};

void flags_words_release(struct flags_words *w);

/* The number of a text, a new one if it was not there (NULL: -1). */
int flags_word(
    struct flags_words *w, const char *text, int *ret, struct err *e);

/* One more of an array, whose pointer stands at list_at, of things of this
 * size, zeroed; NULL: no memory. */
void *flags_more(void *list_at, size_t *n, size_t *cap, size_t size);
#define FLAGS_MORE(y, what)                                                    \
	flags_more(                                                            \
	    &(y)->what, &(y)->n_##what, &(y)->cap_##what, sizeof(*(y)->what))

#endif
