/*
 * cmd_status: what this machine holds, what is not yet at the hall, and why.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_STATUS_H
#define CLIENT_CMD_CMD_STATUS_H

#include "client/cmd.h"

int cmd_status_status(struct cmd *c, struct err *e);

#endif
