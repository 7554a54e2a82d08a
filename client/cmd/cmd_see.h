/*
 * cmd_see: gaps, compare, practices, and what the hall gives to all its
 * offices.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h; ERR_USAGE for wrong arguments.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_SEE_H
#define CLIENT_CMD_CMD_SEE_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_see_rows[];
extern const size_t cmd_see_n_rows;

/* "2565,2566" or "2565 2566" to an array of strings below name; nothing when
 * the option is not given. */
int cmd_see_list(const struct cmd *c, cJSON *params, enum opt o,
    const char *name, struct err *e);

/* --- cmd_compare.c --- */
int cmd_compare_compare(struct cmd *c, struct err *e);

/* --- cmd_publish.c --- */
int cmd_publish_publish(struct cmd *c, struct err *e);
int cmd_publish_share(struct cmd *c, struct err *e);
int cmd_publish_unshare(struct cmd *c, struct err *e);
/* Which offices got what: the "published" member of several results. */
int cmd_publish_print(struct out *o, const cJSON *published, struct err *e);

#endif
