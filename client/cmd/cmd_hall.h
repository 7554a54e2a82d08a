/*
 * cmd_hall: the hall's side: see where each of the offices stands.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_HALL_H
#define CLIENT_CMD_CMD_HALL_H

#include "client/cmd.h"

int cmd_hall_status(struct cmd *c, struct err *e);

/* The table of an answer of hall.status, and what is said below it. */
int cmd_hall_print(
    struct out *o, const cJSON *result, int only_behind, struct err *e);

#endif
