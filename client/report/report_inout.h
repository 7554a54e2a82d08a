/*
 * report_inout: export and import with spreadsheets, for pmqa-report.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd_inout.h.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_INOUT_H
#define CLIENT_REPORT_REPORT_INOUT_H

#include "client/cmd.h"

int report_inout_export(struct cmd *c, struct err *e);
int report_inout_import(struct cmd *c, struct err *e);

#endif
