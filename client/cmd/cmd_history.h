/*
 * cmd_history: history: the past.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_HISTORY_H
#define CLIENT_CMD_CMD_HISTORY_H

#include "client/cmd.h"

/* Asks for revisions with these parameters (taken) and prints them. */
int cmd_history_merges(struct cmd *c, cJSON *params, struct err *e);

int cmd_history_history(struct cmd *c, struct err *e);

/*
 * "1.1.explanation.basic" is item "1.1" and field "explanation.basic"; a record
 * name ("2565/items/1.1", "2565/assessment") stays whole. Returns the field's
 * start in s and the bytes of the record; NULL when there is no field.
 */
const char *cmd_history_split(const char *s, size_t *ret_record_len);

#endif
