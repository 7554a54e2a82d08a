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

/* "in 5 days", "today", "3 days ago", late in red: the state of one of the
 * "due" members of several results. */
void cmd_cycle_due_state(const cJSON *due, char *ret, size_t size);

#endif
