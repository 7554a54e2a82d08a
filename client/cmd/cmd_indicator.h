/*
 * cmd_indicator: measures and indicators of result items.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_INDICATOR_H
#define CLIENT_CMD_CMD_INDICATOR_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_indicator_rows[];
extern const size_t cmd_indicator_n_rows;

#endif
