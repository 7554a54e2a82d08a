/*
 * csv: RFC 4180, read strictly and written so that spreadsheets show Thai and
 * run nothing.
 *
 * Read: UTF-8 with or without a byte order mark, CRLF or LF between records,
 * cells by commas, quotes around cells, doubled inside. Nothing is guessed: a
 * quote inside a bare cell, text behind a closing quote, a lone CR, a NUL or a
 * record of another number of cells is an error with its place. Lines with
 * nothing on them are passed over.
 *
 * Written: byte order mark, CRLF, quotes where needed. A cell that a
 * spreadsheet would take for a formula gets an apostrophe before it, which
 * csv_read() takes off again: any text comes back as it was.
 *
 * Ownership: *ret is filled (sheet_init() before), released by the caller.
 * Units:     bytes.
 * Errors:    ERR_INVALID names line and column; limits are sheet.h's.
 * Thread:    any.
 */
#ifndef CLIENT_FILE_CSV_H
#define CLIENT_FILE_CSV_H

#include "base/buf.h"
#include "client/file/sheet.h"

int csv_read(const char *s, size_t len, struct sheet *ret, struct err *e);

/* numeric: per column, 1 where cells are numbers, which may begin with "-";
 * NULL: none. */
void csv_write(const struct sheet *s, const int *numeric, struct buf *out);

/* One cell, so written; for files that are too long for a sheet. */
void csv_cell(const char *s, struct buf *out);

/* 1 if a spreadsheet would not take the text as it is. */
int csv_is_formula(const char *s);

#endif
