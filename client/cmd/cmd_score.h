/*
 * cmd_score: scores of items, categories, total.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_SCORE_H
#define CLIENT_CMD_CMD_SCORE_H

#include "client/cmd.h"

int cmd_score_score(struct cmd *c, struct err *e);

#endif
