/*
 * cmd_ministry: the provinces of a ministry: key, add, list, sync, remove.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_MINISTRY_H
#define CLIENT_CMD_CMD_MINISTRY_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_ministry_rows[];
extern const size_t cmd_ministry_n_rows;

#endif
