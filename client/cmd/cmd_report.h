/*
 * cmd_report: the command report, as pmqa offers it; pmqa-report does it
 * (cmd_main.h).
 *
 * Ownership: static data. Units: none. Errors: as cmd.h. Thread: one.
 */
#ifndef CLIENT_CMD_CMD_REPORT_H
#define CLIENT_CMD_CMD_REPORT_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_report_rows[];
extern const size_t cmd_report_n_rows;

#endif
