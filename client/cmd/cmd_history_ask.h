/*
 * cmd_history_ask: what the commands about the past ask with.
 *
 * Ownership: *ret belongs to the caller.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_HISTORY_ASK_H
#define CLIENT_CMD_CMD_HISTORY_ASK_H

#include "client/cmd.h"

/* Revisions of one answer of the daemon. */
#define HISTORY_PAGE_MAX 1000

/* Which revisions, by options and argument; without limit and cursor. */
int cmd_history_params(const struct cmd *c, cJSON **ret, struct err *e);

/* One page: params as above (kept), with limit and cursor (NULL: the first)
 * put in. */
int cmd_history_page(struct cmd *c, cJSON *params, long limit,
    const char *cursor, cJSON **ret, struct err *e);

/*
 * Pages until limit revisions are there or there are no more, as one answer: a
 * page may be short where few of many revisions match.
 */
int cmd_history_pages(
    struct cmd *c, cJSON *params, long limit, cJSON **ret, struct err *e);

/* "item" or "item.field", or a record's name, into record and field. */
int cmd_history_record(cJSON *params, const char *arg, struct err *e);

/*
 * One line on standard error that is written over, when it takes long and both
 * a person and a terminal are there. fd: where what is found goes meanwhile, -1
 * nowhere. next: the cursor of the page that is asked for.
 */
struct cmd_history_wait {
	int64_t begun_ms;
	int on, shown;
};
void cmd_history_wait_begin(
    struct cmd_history_wait *w, const struct cmd *c, int fd);
void cmd_history_wait_tell(
    struct cmd_history_wait *w, int64_t found, const char *next);
void cmd_history_wait_end(struct cmd_history_wait *w);

/* --stat, and --format. */
int cmd_history_count(struct cmd *c, struct err *e);
int cmd_history_file(struct cmd *c, const char *format, struct err *e);

#endif
