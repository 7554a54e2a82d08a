/*
 * cmd_flags: red flags: what an auditor may want to ask about.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_FLAGS_H
#define CLIENT_CMD_CMD_FLAGS_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_flags_rows[];
extern const size_t cmd_flags_n_rows;

#endif
