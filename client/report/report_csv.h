/*
 * report_csv: a table as CSV that spreadsheets open without asking: UTF-8 with
 * a byte order mark (else Excel takes Thai for another encoding), CRLF, quotes
 * as RFC 4180 has them.
 *
 * A cell that a spreadsheet would take for a formula is kept a text by an
 * apostrophe before it; numbers stay numbers.
 *
 * Ownership: the text is appended to the buf.
 * Units:     none.
 * Errors:    buf_ok().
 * Thread:    any.
 */
#ifndef CLIENT_REPORT_REPORT_CSV_H
#define CLIENT_REPORT_REPORT_CSV_H

#include "client/report/report_table.h"

#include "base/buf.h"

#define REPORT_CSV_BOM "\xef\xbb\xbf"

void report_csv(struct buf *b, const struct report_table *t);

/* One cell; last: ends the line. */
void report_csv_cell(struct buf *b, const char *text, int last);

#endif
