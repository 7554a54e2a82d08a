/*
 * history_match: does a revision answer the question? What no index says is
 * looked up here, row by row, and what that costs is counted.
 *
 * Ownership: struct history_match is the caller's memory, zeroed and filled; it
 * borrows the question. history_text_release() its text.
 * Units:     work: about a microsecond each.
 * Errors:    as db_stmt(); ERR_DAMAGED.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_HISTORY_MATCH_H
#define STORE_VIEW_HISTORY_MATCH_H

#include "store/view/history_text.h"
#include "store/view/query.h"

#define HISTORY_YEARS 64

/* What is known of a year that a revision touched. */
struct history_year {
	int year;
	/* ends of the days "submit" and "correct"; INT64_MAX: none */
	int64_t due, due_correct;
	int64_t submitted; /* row of the first submission; INT64_MAX: none */
	int64_t returned;  /* of the first that the hall returned, likewise */
};

struct history_match {
	struct store *s;
	struct branch *b;
	enum record_branch branch;
	const struct query_history *q;
	int64_t record;           /* the one asked for, 0: any */
	const char *person;       /* folded, of a name; NULL: not by name */
	struct history_text text; /* folded NULL: any */
	int64_t since, until;
	/* its own */
	struct history_year years[HISTORY_YEARS];
	int n_years;
	int64_t work; /* grows */
};

/* 1 or 0; row stands on a row of HISTORY_ROW. */
int history_match(struct history_match *m, sqlite3_stmt *row, struct err *e);

#endif
