/*
 * cmd_profile: the organizational profile (category 0).
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_PROFILE_H
#define CLIENT_CMD_CMD_PROFILE_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_profile_rows[];
extern const size_t cmd_profile_n_rows;

#endif
