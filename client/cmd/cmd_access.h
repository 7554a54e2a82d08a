/*
 * cmd_access: hall log --access: who took how much of the past out of here.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_ACCESS_H
#define CLIENT_CMD_CMD_ACCESS_H

#include "client/cmd.h"

int cmd_access_show(struct cmd *c, struct err *e);

#endif
