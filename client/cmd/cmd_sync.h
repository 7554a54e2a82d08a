/*
 * cmd_sync: the exchange with the hall.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_SYNC_H
#define CLIENT_CMD_CMD_SYNC_H

#include "client/cmd.h"

int cmd_sync_sync(struct cmd *c, struct err *e);
int cmd_sync_pause(struct cmd *c, struct err *e);
int cmd_sync_resume(struct cmd *c, struct err *e);

#endif
