/*
 * cmd_reason: asking for the reason of a change that the daemon wants to know.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_REASON_H
#define CLIENT_CMD_CMD_REASON_H

#include "client/cmd.h"

/* 1 if a person sits there who could be asked: a terminal on both sides, no
 * --json, and no reason given yet. */
int cmd_reason_can_ask(const struct cmd *c);

/* Asks for one line; 1 and "reason" in params, 0 if nothing was said. */
int cmd_reason_ask(cJSON *params, const struct err *why, struct err *e);

#endif
