/*
 * sheet: a table of texts, as a file of spreadsheets holds it: the first row
 * names the columns. What is read from CSV, JSON and XLSX, and written to them.
 *
 * Ownership: sheet_init() … sheet_release() on the caller's struct; cells are
 * its own copies.
 * Units:     rows and columns from 0; struct sheet_row tells where a row stood
 * in its file, from 1.
 * Errors:    ERR_NOMEM; ERR_INVALID over the limits below.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_SHEET_H
#define CLIENT_FILE_SHEET_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SHEET_FILE_MAX ((size_t)16 * 1024 * 1024)
#define SHEET_ROWS_MAX 5000
#define SHEET_COLS_MAX 64
#define SHEET_CELL_MAX ((size_t)256 * 1024)
/* Of all cells: in a spreadsheet thousands of them may name one long text. */
#define SHEET_TEXT_MAX (2 * SHEET_FILE_MAX)

struct sheet_row {
	size_t row;     /* as a spreadsheet counts; the names stand in row 1 */
	size_t line;    /* where it begins in the text; 0: not a text */
	char **cells;   /* n_cols of them, never NULL */
	uint64_t given; /* bit i: cell i was in the file, empty or not */
};

struct sheet {
	size_t n_cols;
	char **names; /* n_cols of them */
	struct sheet_row *rows;
	size_t n_rows, cap;
	size_t bytes; /* put so far */
};

void sheet_init(struct sheet *s);
void sheet_release(struct sheet *s);

/* The names, once, before any row. Copied. */
int sheet_columns(
    struct sheet *s, const char *const *names, size_t n, struct err *e);

/* One more row of empty cells. */
int sheet_add(struct sheet *s, size_t row, size_t line, struct err *e);

/* A cell of the last row. */
int sheet_put(
    struct sheet *s, size_t col, const char *text, size_t len, struct err *e);

/* The column of this name; -1 if there is none. */
int sheet_find(const struct sheet *s, const char *name);

/* Its letters as a spreadsheet names it: "A", "AB". */
void sheet_letters(size_t col, char ret[8]);

#endif
