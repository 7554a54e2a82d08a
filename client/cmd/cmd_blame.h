/*
 * cmd_blame: who wrote what stands in a record.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_BLAME_H
#define CLIENT_CMD_CMD_BLAME_H

#include "client/cmd.h"

int cmd_blame_blame(struct cmd *c, struct err *e);

#endif
