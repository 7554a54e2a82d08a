/*
 * cmd_oversight: who looks after a hall: events, alerts, figures, health; and
 * what the hall tells all its offices.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_OVERSIGHT_H
#define CLIENT_CMD_CMD_OVERSIGHT_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_oversight_rows[];
extern const size_t cmd_oversight_n_rows;
extern const struct cmd_desc cmd_announce_rows[];
extern const size_t cmd_announce_n_rows;

/* --- cmd_watch.c --- */
int cmd_watch_watch(struct cmd *c, struct err *e);

#endif
