/*
 * cmd_table: the one table of commands; it drives running, help and
 * suggestions.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    ERR_USAGE for an unknown command, with what may have been meant.
 * Thread:    any.
 */
#ifndef CLIENT_CMD_TABLE_H
#define CLIENT_CMD_TABLE_H

#include "client/cmd.h"

/* The i-th command, NULL behind the last; ret_group (may be NULL): the title
 * of its group, a message id, the same pointer for all of a group. */
const struct cmd_desc *cmd_table_at(size_t i, const char **ret_group);

/* 1 if the command is a pair that begins with this word. */
int cmd_table_begins(const struct cmd_desc *d, const char *first);
/* 1 for a word that pairs begin with and that is no command by itself. */
int cmd_table_is_first(const char *word);
/*
 * The command that the words begin with (two words before one) and how many of
 * them are its name.
 */
int cmd_table_find(const char *const *words, size_t n,
    const struct cmd_desc **ret, size_t *ret_used, struct err *e);

#endif
