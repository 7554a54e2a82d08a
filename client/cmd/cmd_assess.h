/*
 * cmd_assess: assess open, assess show.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_ASSESS_H
#define CLIENT_CMD_CMD_ASSESS_H

#include "client/cmd.h"

int cmd_assess_open(struct cmd *c, struct err *e);
int cmd_assess_show(struct cmd *c, struct err *e);

#endif
