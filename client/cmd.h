/*
 * cmd: one run of a command, and what commands share: parameters, asking the
 * daemon.
 *
 * Ownership: struct cmd belongs to main(); results of cmd_ask() and cmd_wait()
 * to the caller.
 * Units:     none.
 * Errors:    as talk.h; ERR_USAGE for wrong arguments.
 * Thread:    one.
 *
 * A command is one row of the table in cmd_table.c and one function run(): it
 * asks, prints the result document (cmd_print_json) or writes text to c->out.
 */
#ifndef CLIENT_CMD_H
#define CLIENT_CMD_H

#include <stdint.h>

#include "base/json.h"
#include "client/opts.h"
#include "client/out.h"
#include "client/talk.h"

struct cmd;

struct cmd_desc {
	const char *name;    /* "assess open" */
	const char *args;    /* message id; "" if none */
	const char *summary; /* message id: one line */
	const char *detail;  /* message id: more, or NULL */
	const char *example; /* lines of a shell, the same in all languages */
	opt_set opts;        /* OPT_BIT()s beside OPTS_ALWAYS */
	size_t min_args, max_args;
	int (*run)(struct cmd *c, struct err *e);
};

struct cmd {
	const struct cmd_desc *desc;
	const struct opts *opts;
	const char *const *args;
	size_t n_args;
	char *const *argv; /* all of the command line, as it came */
	int json;
	int in_helper; /* this is pmqa-report or pmqa-publish (cmd_main.h) */
	struct out out;
	struct out note;   /* to standard error: what a script does not read */
	struct talk *talk; /* NULL until something is asked */
};

/* {"office","year"} from the options, more to be added. */
int cmd_params(const struct cmd *c, cJSON **ret, struct err *e);
/* Adds an option's text to params when it was given. */
int cmd_param(const struct cmd *c, cJSON *params, enum opt o, const char *name,
    struct err *e);

/* params are taken; the first one connects. */
int cmd_send(struct cmd *c, const char *method, cJSON *params, int64_t *ret_id,
    struct err *e);
int cmd_wait(struct cmd *c, int64_t id, cJSON **ret, struct err *e);
int cmd_ask(struct cmd *c, const char *method, cJSON *params, cJSON **ret,
    struct err *e);
/* The same for long calls: no deadline, progress on a terminal. */
int cmd_ask_long(struct cmd *c, const char *method, cJSON *params,
    const char *doing, cJSON **ret, struct err *e);

/* How the next page is asked for; nothing when cursor is NULL. */
void cmd_say_more(struct out *o, const char *cursor);

/* An argument that may be "-" (standard input) or "@file": its text with line
 * ends at the end dropped. */
int cmd_read_arg(const char *arg, size_t max, struct buf *ret, struct err *e);

/* Where the directory is (--dir, PMQA_DIR), NULL when a socket was named or
 * nothing. */
const char *cmd_dir(const struct opts *o);

#endif
