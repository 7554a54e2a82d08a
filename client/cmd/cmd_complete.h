/*
 * cmd_complete: completion for shells: the script that a shell reads once, and
 * what may follow on a command line.
 *
 * Ownership: as cmd.h.
 * Units:     none.
 * Errors:    ERR_USAGE (a shell that is not known). `complete` itself prints
 * nothing when it cannot know: a shell that completes must not print errors
 * into the line that is being typed.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_COMPLETE_H
#define CLIENT_CMD_CMD_COMPLETE_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_complete_rows[];
extern const size_t cmd_complete_n_rows;

#endif
