/*
 * cmd_hall: the hall's side: admit offices, see where each of them stands.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_HALL_H
#define CLIENT_CMD_CMD_HALL_H

#include "client/cmd.h"

int cmd_hall_enroll(struct cmd *c, struct err *e);
int cmd_hall_status(struct cmd *c, struct err *e);

#endif
