/*
 * cmd_setup: init, enroll, enroll accept.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd.h; init passes on the status of pmqad --init.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_SETUP_H
#define CLIENT_CMD_CMD_SETUP_H

#include "client/cmd.h"

int cmd_setup_init(struct cmd *c, struct err *e);
int cmd_setup_enroll(struct cmd *c, struct err *e);
int cmd_setup_accept(struct cmd *c, struct err *e);

/* Asks a method whose one parameter is a line given as the first argument
 * (itself, "-" or "@file"). */
int cmd_setup_ask_line(struct cmd *c, const char *method, const char *param,
    cJSON **ret, struct err *e);

#endif
