/*
 * history_ask: a question about the past taken apart: the branches it is put
 * to, and the next revision of each that answers. For query_history.c and
 * history_stat.c.
 *
 * Ownership: history_ask_begin() … history_ask_end() on the caller's memory, in
 * any case.
 * Units:     work as in history_match.h.
 * Errors:    ERR_USAGE, ERR_INVALID, ERR_NOT_FOUND.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_HISTORY_ASK_H
#define STORE_VIEW_HISTORY_ASK_H

#include "store/view/history_match.h"
#include "store/view/history_rows.h"

struct history_source {
	struct branch *b;
	struct history_match match;
	struct history_rows rows;
	char path[HISTORY_PATH]; /* of the record asked for; "" = any */
	int64_t head; /* the next that answers; 0: not looked for, or none */
	int64_t head_received, head_time;
	int done;     /* there is none any more */
	char pos[24]; /* the last that was looked at and is done with */
};

struct history_ask {
	const struct query_history *q;
	struct store *s;
	enum record_branch branch;
	int several; /* offices */
	struct history_source *sources;
	size_t n;
	char *person, *text; /* folded */
	int64_t work, max_work;
	struct err lacks; /* why an office has no answer */
	/* of one source: stands on the row of its head; NULL: look it up */
	sqlite3_stmt *row;
	int began;
};

int history_ask_begin(struct history_ask *x, struct store *s,
    const struct query_history *q, struct err *e);
/* Gives rc, or its own error. */
int history_ask_end(struct history_ask *x, int rc, struct err *e);

/* Looks for the source's next answer, if it has none yet, at one row at least:
 * afterwards it has a head, or is done, or the work is used up
 * (history_ask_is_tired()). */
int history_ask_advance(
    struct history_ask *x, struct history_source *src, struct err *e);
int history_ask_is_tired(const struct history_ask *x);

/* The head is done with. */
void history_ask_pass(struct history_source *src, const char *name);

/* Puts "next": where to go on; null when every source is done. */
int history_ask_put_next(
    const struct history_ask *x, cJSON *out, struct err *e);

#endif
