/*
 * report: pmqa report, in pmqa-report.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h; ERR_CONFLICT when the file is there already.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_H
#define CLIENT_REPORT_REPORT_H

#include "client/cmd.h"

int report_run(struct cmd *c, struct err *e);

#endif
