/*
 * cmd_cycle: the calendar of a fiscal year.
 *
 * Ownership: static data.
 * Units:     days.
 * Errors:    as cmd.h; ERR_USAGE for wrong arguments.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_CYCLE_H
#define CLIENT_CMD_CMD_CYCLE_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_cycle_rows[];
extern const size_t cmd_cycle_n_rows;

/* "submit" as people read it; the word itself when it is not known. */
const char *cmd_cycle_due_name(const char *due);

#endif
