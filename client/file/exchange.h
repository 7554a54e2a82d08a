/*
 * exchange: the three tables that go out and come in: answers, indicators,
 * actions of a year. Their columns, what the daemon holds as such a table, and
 * what a row of a file would change.
 *
 * Ownership: sheets and documents are the caller's.
 * Units:     rows and columns of a sheet, from 0.
 * Errors:    as cmd.h; faults of cells go into a list, all of them.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_EXCHANGE_H
#define CLIENT_FILE_EXCHANGE_H

#include "client/cmd.h"
#include "client/file/sheet.h"

enum exchange_cell {
	CELL_KEY,    /* says which record the row is */
	CELL_INFO,   /* for the reader; not taken in */
	CELL_TEXT,   /* several lines */
	CELL_LINE,   /* one line, a word of a list */
	CELL_SET,    /* names separated by blanks */
	CELL_FLAG,   /* true or false */
	CELL_NUMBER, /* decimal */
	CELL_INT,
	CELL_DATE /* "2026-11-22" */
};

/* The row of labels of a table to fill in begins so; a row that does is no
 * data. */
#define EXCHANGE_LABEL_MARK '#'

struct exchange_column {
	const char *name;
	enum exchange_cell kind;
};

struct exchange_kind {
	const char *name; /* "answers" */
	const struct exchange_column *columns;
	size_t n_columns;
	int (*fetch)(struct cmd *c, cJSON *params, struct sheet *s,
	    struct err *e); /* params: year and office; borrowed */
};

/* ERR_USAGE with the three names. */
int exchange_find(
    const char *name, const struct exchange_kind **ret, struct err *e);

/* What stands in the daemon as a table of all columns; *ret_year is its year.
 */
int exchange_fetch(struct cmd *c, const struct exchange_kind *k,
    struct sheet *ret, int *ret_year, struct err *e);

/* What a column is called by people; describe: records.describe. */
const char *exchange_label(const cJSON *describe, const struct exchange_kind *k,
    const struct exchange_column *col);

/* A cell of a file as it would stand in an export: line ends, digits, dates of
 * people and spreadsheets. *ret is the caller's (free()). */
int exchange_clean(
    enum exchange_cell kind, const char *text, char **ret, struct err *e);

/* A value of a document as the text of a cell; appended. */
void exchange_text(const cJSON *v, struct buf *ret);

#endif
