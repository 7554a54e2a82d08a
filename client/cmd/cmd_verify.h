/*
 * cmd_verify: the proof that history, signatures, receipts and index agree.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h; ERR_DAMAGED when something was found.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_VERIFY_H
#define CLIENT_CMD_CMD_VERIFY_H

#include "client/cmd.h"

int cmd_verify_verify(struct cmd *c, struct err *e);

#endif
