/*
 * cmd_main: one run of the program: options, language, the command, its output
 * and the exit status. For pmqa, pmqa-report and pmqa-publish, which are the same
 * program but for what a few commands do.
 *
 * Ownership: argv and the overrides are borrowed.
 * Units:     none.
 * Errors:    printed; the result is the exit status.
 * Thread:    one.
 *
 * pmqa links no library that draws or packs files: every start would pay for
 * it. A command that needs one is done by pmqa-report, which pmqa becomes
 * (cmd_main_become_report) with the same arguments.
 */
#ifndef CLIENT_CMD_MAIN_H
#define CLIENT_CMD_MAIN_H

#include "client/cmd.h"

/* What a command of the table does in this program instead. */
struct cmd_override {
	const char *name; /* of the command; NULL ends the list */
	int (*run)(struct cmd *c, struct err *e);
};

/* o: NULL in pmqa itself. */
int cmd_main(int argc, char **argv, const struct cmd_override *o);

/* Runs pmqa-report with our own arguments in this process's place; comes back
 * only with an error. Nothing may have been printed or asked yet. */
int cmd_main_become_report(struct cmd *c, struct err *e);
/* The same with pmqa-publish. */
int cmd_main_become_publish(struct cmd *c, struct err *e);

#endif
