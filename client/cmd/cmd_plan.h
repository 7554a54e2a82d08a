/*
 * cmd_plan: the improvement plan as people read it: by priority, with days.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_PLAN_H
#define CLIENT_CMD_CMD_PLAN_H

#include "client/cmd.h"

int cmd_plan_plan(struct cmd *c, struct err *e);

/* The status of an action in the chosen language. */
const char *cmd_plan_status(const char *status);

#endif
