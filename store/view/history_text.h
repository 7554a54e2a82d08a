/*
 * history_text: does a revision say this? In its reason, or in an old or a new
 * value of what it changed. Values too long for the index are looked for in the
 * files; the last look at each field is kept: what one revision found is what an
 * earlier one wrote.
 *
 * Ownership: struct history_text is the caller's memory, zeroed, and filled but
 * for its last member; it borrows all of it. history_text_release() when done.
 * Units:     work: about a microsecond each, added.
 * Errors:    as db_stmt(); ERR_DAMAGED.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_HISTORY_TEXT_H
#define STORE_VIEW_HISTORY_TEXT_H

#include "store/view/history_record.h"

struct history_seen;

struct history_text {
	struct store *s;
	struct branch *b;
	const char *folded; /* what is looked for (base/text.h: text_fold) */
	int64_t record;     /* in this one alone; 0: in any */
	const char *field;  /* in this one alone; NULL: in any */
	struct history_seen *seen; /* its own */
};

/* 1 or 0; row stands on a row of HISTORY_ROW. */
int history_text_match(
    struct history_text *t, sqlite3_stmt *row, int64_t *work, struct err *e);
void history_text_release(struct history_text *t);

/* 1 when the folded text stands somewhere in the string (NULL: in none). */
int history_text_in(const char *s, const char *folded, struct err *e);

#endif
