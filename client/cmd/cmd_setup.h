/*
 * cmd_setup: init.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h; init passes on the status of pmqad --init.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_SETUP_H
#define CLIENT_CMD_CMD_SETUP_H

#include "client/cmd.h"

int cmd_setup_init(struct cmd *c, struct err *e);

#endif
