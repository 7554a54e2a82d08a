/*
 * cmd_search: texts by the words in them.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_SEARCH_H
#define CLIENT_CMD_CMD_SEARCH_H

#include "client/cmd.h"

int cmd_search_search(struct cmd *c, struct err *e);

#endif
