/*
 * cmd_diff: what differs between two points in the past, or two offices; and
 * bringing back what was.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_DIFF_H
#define CLIENT_CMD_CMD_DIFF_H

#include "client/cmd.h"

int cmd_diff_diff(struct cmd *c, struct err *e);

/* Beside it: cmd_restore.c. */
int cmd_restore_restore(struct cmd *c, struct err *e);
int cmd_restore_revert(struct cmd *c, struct err *e);

#endif
