/*
 * cmd_edition: edition list, show, import, export, validate, diff, wording.
 *
 * Ownership, errors, thread: as cmd.h; validate ends with ERR_INVALID when
 * something is wrong with the file.
 * Units:     none.
 */
#ifndef CLIENT_CMD_CMD_EDITION_H
#define CLIENT_CMD_CMD_EDITION_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_edition_rows[];
extern const size_t cmd_edition_n_rows;

#endif
