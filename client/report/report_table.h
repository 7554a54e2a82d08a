/*
 * report_table: the tables of a report, once for HTML, XLSX and CSV: columns
 * with a kind, cells as the record has them ("412.50", "2026-11-22").
 *
 * Ownership: report_table_init() … report_table_release() on the caller's
 * struct; texts are copied, titles borrowed (translations, static).
 * Units:     none.
 * Errors:    a failed allocation sticks; report_table_ok() says ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_TABLE_H
#define CLIENT_REPORT_REPORT_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define REPORT_COLS 24

enum report_kind {
	REPORT_WORD,    /* short: not broken */
	REPORT_TEXT,    /* long, several lines */
	REPORT_SCORE,   /* decimal string, two digits */
	REPORT_DECIMAL, /* decimal string with its own digits */
	REPORT_INT,
	REPORT_DAY,  /* YYYY-MM-DD */
	REPORT_TIME, /* RFC 3339 */
	REPORT_HASH, /* long hex: a page shows its beginning */
	REPORT_PRINT /* a key's fingerprint: whole, broken anywhere */
};

struct report_col {
	const char *title;
	enum report_kind kind;
	int share;  /* of the page's width in HTML, per cent; 0: as needed */
	int hidden; /* not in HTML: a page is narrow */
};

#define REPORT_TITLE_MAX 64

struct report_table {
	const char *title; /* of the sheet: at most 31 characters */
	struct report_col cols[REPORT_COLS];
	char copies[REPORT_COLS][REPORT_TITLE_MAX]; /* of titles */
	size_t n_cols;
	int sums;     /* the last row is a sum */
	size_t heat;  /* from this column on shaded by value; 0 = none */
	char **cells; /* row by row, without the head; NULL = empty */
	size_t n_cells, cap;
	int failed;
};

void report_table_init(struct report_table *t, const char *title);
void report_table_release(struct report_table *t);
void report_table_col(struct report_table *t, const char *title,
    enum report_kind kind, int share);
/* The same with a title that is copied. */
void report_table_col_copy(
    struct report_table *t, const char *title, enum report_kind kind);
/* The same, in sheets and CSV alone. */
void report_table_more(
    struct report_table *t, const char *title, enum report_kind kind);
/* Cells in order; NULL is empty. */
void report_table_add(struct report_table *t, const char *text);
void report_table_addf(struct report_table *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
size_t report_table_rows(const struct report_table *t);
/* "" when empty. */
const char *report_table_at(
    const struct report_table *t, size_t row, size_t col);
int report_table_ok(const struct report_table *t, struct err *e);

#endif
