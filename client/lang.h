/*
 * lang: the language of the client's texts.
 *
 * Ownership: none; texts are static.
 * Units:     none.
 * Errors:    none: an unknown language is English.
 * Thread:    one; lang_init() first.
 *
 * _() translates, N_() only marks a text of a table for xgettext; tables are
 * translated where they are printed.
 */
#ifndef CLIENT_LANG_H
#define CLIENT_LANG_H

#include "base/err.h"

#define _(s) err_tr(s)
#define N_(s) s

/* "th" or "en" from an explicit wish (may be NULL), PMQA_LANG, LC_ALL,
 * LC_MESSAGES, LANG: the first that is set decides. */
const char *lang_choose(const char *wish);

/* 1 if the text names a language we have ("th" or "en"). */
int lang_known(const char *s);

/* Loads the catalogue for "th" or "en" and keeps the choice. */
void lang_init(const char *lang);

/* 1 when texts are Thai. */
int lang_thai(void);

/* Of a number and its noun: one for 1, many (which the catalogue has) for the
 * rest. Both take the same arguments. */
const char *lang_n(long long n, const char *one, const char *many)
    __attribute__((format_arg(2), format_arg(3)));

/* The one of two texts that fits; the other when that is NULL or "". */
const char *lang_pick(const char *en, const char *th);

#endif
