/*
 * edition_pick: the edition that a command is about.
 *
 * Ownership: *ret becomes the caller's, to be given to cJSON_Delete().
 * Errors:    those of the daemon.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_EDITION_PICK_H
#define CLIENT_CMD_EDITION_PICK_H

#include "client/cmd.h"

/* What edition.export says of an edition: its document and its sentences. */
int edition_pick_ask(struct cmd *c, const char *id, cJSON **ret, struct err *e);

/* The one that a year uses, or with --edition any that is known. Before the
 * first year is opened, and at a hall, the newest. */
int edition_pick(struct cmd *c, cJSON **ret, struct err *e);

#endif
