/*
 * report_xlsx: tables as an XLSX workbook with real numbers and days: a sheet a
 * table, heads frozen, columns as wide as their texts, filters, texts never
 * taken for formulas.
 *
 * Ownership: tables are borrowed; the file's bytes are appended to the buf.
 * Units:     bytes; a cell holds at most REPORT_XLSX_CELL characters, what is
 * longer is cut with a mark.
 * Errors:    ERR_SYS (temporary file), ERR_NOMEM, ERR_FAILED (the library's).
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_XLSX_H
#define CLIENT_REPORT_REPORT_XLSX_H

#include "base/buf.h"
#include "client/report/report_table.h"

#define REPORT_XLSX_CELL 32767

int report_xlsx(struct buf *b, const struct report_table *tables, size_t n,
    const char *title, struct err *e);

/* How many days after 1899-12-30 a time is, as spreadsheets count; 0 when the
 * text is none. */
int report_xlsx_serial(const char *time, double *ret);

#endif
