/*
 * cmd_at: --at, for all commands that show what was.
 *
 * Ownership: borrows everything.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_AT_H
#define CLIENT_CMD_CMD_AT_H

#include "client/cmd.h"

/* {"office","year"} and, when it was given, "at". */
int cmd_at_params(const struct cmd *c, cJSON **ret, struct err *e);

/*
 * What an argument names, as "record" and (when there is one) "field":
 * "1.1.explanation.basic", "pa1.what", "profile.1a1" (its answer), or a whole
 * record's name.
 */
int cmd_at_put_record(cJSON *params, const char *arg, struct err *e);

/* A line that says as of when the result is; nothing when it is as of now. */
void cmd_at_head(struct out *o, const cJSON *result);

/* "a12, 22 Nov 2026 13:14" of {"asked","revision","commit","time"}. */
void cmd_at_text(struct buf *ret, const cJSON *at);

#endif
