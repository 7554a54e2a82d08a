/*
 * cmd_action: the actions of the improvement plan: add, change, remove, list.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_ACTION_H
#define CLIENT_CMD_CMD_ACTION_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_action_rows[];
extern const size_t cmd_action_n_rows;

/* Days left or gone, in words; days is a number or JSON null. */
void cmd_action_days(char *ret, size_t size, const cJSON *days, int open);

/* The list that a command asks for by its options. */
int cmd_action_ask(struct cmd *c, cJSON **ret, struct err *e);

#endif
