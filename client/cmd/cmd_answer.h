/*
 * cmd_answer: set, tick, untick: the commands that save.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h; ERR_USAGE for an argument that is no FIELD=VALUE;
 * ERR_INVALID for a file that is too long or not text.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_ANSWER_H
#define CLIENT_CMD_CMD_ANSWER_H

#include "client/cmd.h"

int cmd_answer_set(struct cmd *c, struct err *e);
int cmd_answer_tick(struct cmd *c, struct err *e);
int cmd_answer_untick(struct cmd *c, struct err *e);

/* VALUE: a text, "@file", "@-", or "@@…" for a text that begins with @. */
int cmd_answer_value(const char *value, struct buf *ret, struct err *e);

/* One "FIELD=VALUE" into fields ({name:text|null}). */
int cmd_answer_field(cJSON *fields, const char *arg, struct err *e);

/* The arguments from the first on, each such; ERR_USAGE when there is none. */
int cmd_answer_fields(
    const struct cmd *c, size_t first, cJSON **ret, struct err *e);

/* What all saves may carry: year, reason, if_rev. */
int cmd_answer_params(const struct cmd *c, cJSON **ret, struct err *e);

/* A save of fields: params (taken, as fields are) get "fields". */
int cmd_answer_save_fields(struct cmd *c, const char *method, cJSON *params,
    cJSON *fields, struct err *e);

typedef void cmd_answer_print(
    struct out *o, const cJSON *describe, const cJSON *saved);

/* The same with another way to say what was saved. */
int cmd_answer_save_as(struct cmd *c, const char *method, cJSON *params,
    cmd_answer_print *print, struct err *e);

/* Asks a method that saves and prints what it saved; params are taken. */
int cmd_answer_save(
    struct cmd *c, const char *method, cJSON *params, struct err *e);

#endif
