/*
 * report_file: where a report goes: --output, or a file of its own name; never
 * over another one unasked.
 *
 * Ownership: borrowed.
 * Units:     bytes.
 * Errors:    ERR_CONFLICT when the file is there already, ERR_SYS.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_FILE_H
#define CLIENT_REPORT_REPORT_FILE_H

#include "client/cmd.h"

/* Writes it where --output says ("-": standard output), else to name here, and
 * says so. format: its word for a program that reads the answer. */
int report_file_put(struct cmd *c, const char *format, const char *name,
    const struct buf *b, struct err *e);

/* At a hall without --office: a report over all offices. */
int report_file_over_offices(struct cmd *c, int *ret, struct err *e);

#endif
