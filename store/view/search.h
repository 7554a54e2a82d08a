/*
 * search: texts of all present records by substring, Thai or English, best
 * first.
 *
 * Two indexes make one answer: SQLite's FTS5 with trigrams (Thai has no spaces)
 * over what search_index() has taken in, and a scan over the records that
 * changed since. Indexing is not part of a save: the flush does it. Texts and
 * words are compared folded (text_fold(): NFKC, case, digits, order of Thai
 * marks). The trigrams only propose: what is told was compared whole. A word of
 * fewer than three characters is found by scanning.
 *
 * Looked through are the lines and texts that people write: answers, profile,
 * plan, comments, captions and names of evidence, reviews, decisions, and at an
 * office the practices of its hall (at the hall they are copies of answers).
 *
 * Ownership: *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_USAGE (nothing to look for), ERR_INVALID.
 * Thread:    search_run() and search_check() the store's; search_index() and
 * search_put_back() the writer's.
 */
#ifndef STORE_VIEW_SEARCH_H
#define STORE_VIEW_SEARCH_H

#include "store/store.h"

#define SEARCH_LIMIT_MAX 200

/* Takes in what changed since it was called last; its own transaction unless
 * one is open. max: records at most (0 = all); *ret_left: how many wait. */
int search_index(struct store *s, int max, int64_t *ret_left, struct err *e);

/* A record's row was put back to an earlier state: what is searched follows.
 * Inside a transaction. */
int search_put_back(struct store *s, int64_t record, struct err *e);

/* office NULL or "": all that are here; year 0: all. Every word of the text
 * must stand in one field of a record.
 * {"text","hits":[{"office","year","record","item","field","branch","revision",
 * "snippet","at":[from,len] in characters of the snippet}],"more":bool} */
int search_run(struct store *s, const char *office, int year, const char *text,
    int limit, cJSON **ret, struct err *e);

/* Holds the index against the records: how many texts it should have, and how
 * many it lacks, has too many or has wrong. */
int search_check(
    struct store *s, int64_t *ret_texts, int64_t *ret_wrong, struct err *e);

#endif
