/*
 * cmd_show: one item: its points with ticks, and what is written about it.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_SHOW_H
#define CLIENT_CMD_CMD_SHOW_H

#include "client/cmd.h"

int cmd_show_show(struct cmd *c, struct err *e);

#endif
