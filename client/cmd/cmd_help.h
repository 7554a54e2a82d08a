/*
 * cmd_help: help from the table of commands: the list, and one command.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as cmd_table_find().
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_HELP_H
#define CLIENT_CMD_CMD_HELP_H

#include "client/cmd.h"

int cmd_help_run(struct cmd *c, struct err *e);

/* The list of commands. */
int cmd_help_all(struct out *o, struct err *e);
/* The commands that begin with a word, such as "hall". */
int cmd_help_word(struct out *o, const char *first, struct err *e);
/* One command: usage, options, example. */
int cmd_help_one(struct out *o, const struct cmd_desc *d, struct err *e);
/* The same as a document: {"commands":[…]}; d NULL = all. */
int cmd_help_json(struct out *o, const struct cmd_desc *d, struct err *e);

#endif
