/*
 * cmd_batch: batch.apply as import and edit ask it: where only the reason is
 * missing, the person is asked for it, and what was typed is not lost.
 *
 * Ownership: params are taken; *ret is the caller's.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_BATCH_H
#define CLIENT_CMD_CMD_BATCH_H

#include "client/cmd.h"

/* A dry run needs no reason: *ret_needs_reason (may be NULL) tells that the
 * save will. */
int cmd_batch_ask(struct cmd *c, cJSON *params, int *ret_needs_reason,
    cJSON **ret, struct err *e);

#endif
