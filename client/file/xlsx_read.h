/*
 * xlsx_read: the table of one sheet of a spreadsheet file, in memory. Part of
 * pmqa-report only.
 *
 * Only what a table needs is unpacked; entries, their sizes and their number
 * are capped before memory is taken, encrypted ones refused, macros and links
 * never looked at.
 *
 * Ownership: *ret is filled (sheet_init() before), released by the caller.
 * Units:     bytes.
 * Errors:    ERR_INVALID with a sentence that names the part or the cell.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_XLSX_READ_H
#define CLIENT_FILE_XLSX_READ_H

#include "client/file/sheet.h"

/* tab: the sheet of this name, else the first one that is not hidden. */
int xlsx_read(const char *bytes, size_t len, const char *tab, struct sheet *ret,
    struct err *e);

#endif
