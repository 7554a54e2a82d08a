/*
 * cmd_bundle: bundle create, import, show: exchange by a stick.
 *
 * Ownership: static tables.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_BUNDLE_H
#define CLIENT_CMD_CMD_BUNDLE_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_bundle_rows[];
extern const size_t cmd_bundle_n_rows;

/* bundle import: cmd_bundle_import.c */
int cmd_bundle_import(struct cmd *c, struct err *e);

/* What a bundle is about, from bundle.open's or bundle.pack's answer. */
void cmd_bundle_describe(struct out *o, const cJSON *doc);
/* Sends a file and lets the daemon unpack and check it; token and what it says
 * of it. */
int cmd_bundle_open(struct cmd *c, const char *path, char *token, size_t size,
    cJSON **ret, struct err *e);
/* The daemon forgets it; what cannot be forgotten now goes by itself. */
void cmd_bundle_end(struct cmd *c, const char *token);
/* {"token", and "n" if it is not negative} */
int cmd_bundle_params(const char *token, int n, cJSON **ret, struct err *e);

#endif
