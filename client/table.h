/*
 * table: rows aligned by display width, fitted into the terminal.
 *
 * Ownership: table_init() … table_release() on the caller's struct; texts are
 * copied.
 * Units:     terminal columns.
 * Errors:    a failed allocation sticks; table_print() says ERR_NOMEM.
 * Thread:    one.
 *
 * At most one column is flexible: it gets what the others leave, and its cells
 * wrap (COL_FLEX) or are cut with a mark (COL_CLIP). A table that is still too
 * wide is printed too wide.
 */
#ifndef CLIENT_TABLE_H
#define CLIENT_TABLE_H

#include <stddef.h>

#include "client/out.h"

#define TABLE_COLS 24

enum column { COL_LEFT, COL_RIGHT, COL_FLEX, COL_CLIP };

struct table_cell {
	char *text;
	enum style style;
};

struct table {
	size_t n_cols;
	enum column cols[TABLE_COLS];
	struct table_cell *cells; /* row by row; the first row is the head */
	size_t n_cells, cap;
	int no_head;
	int failed;
};

void table_init(struct table *t);
void table_release(struct table *t);
/* Columns first, then cells row by row. A NULL head in the first column means
 * no heads at all. */
void table_column(struct table *t, const char *head, enum column kind);
void table_cell(struct table *t, enum style st, const char *text);
int table_print(
    const struct table *t, struct out *o, size_t indent, struct err *e);

#endif
