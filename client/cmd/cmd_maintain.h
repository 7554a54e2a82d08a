/*
 * cmd_maintain: pmqa maintain.
 *
 * Ownership: static tables.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_MAINTAIN_H
#define CLIENT_CMD_CMD_MAINTAIN_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_maintain_rows[];
extern const size_t cmd_maintain_n_rows;

#endif
