/*
 * xlsx_write: a table as a spreadsheet to fill in: names of the columns, below
 * them their labels, lists to choose from where a cell is one of a few words.
 * Part of pmqa-report only.
 *
 * Ownership: all is borrowed; *ret is appended to.
 * Units:     none.
 * Errors:    ERR_INVALID for a text that no spreadsheet holds; ERR_SYS.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_XLSX_WRITE_H
#define CLIENT_FILE_XLSX_WRITE_H

#include "base/buf.h"
#include "client/file/exchange.h"

/* labels: one a column. */
int xlsx_write(const struct exchange_kind *k, const struct sheet *s,
    const char *const *labels, struct buf *ret, struct err *e);

#endif
