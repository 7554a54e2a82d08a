/*
 * cmd_review: sign-off and review: submit, reopen, state, comment, review show,
 * hall review, hall return, hall accept.
 *
 * Ownership: static table.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_REVIEW_H
#define CLIENT_CMD_CMD_REVIEW_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_review_rows[];
extern const size_t cmd_review_n_rows;

/* Prints where an assessment stands, by the document of assess.state, as rows
 * of a table (two columns), and gives what to do next; "" if nothing. */
struct table;
void cmd_review_state_rows(struct table *t, const cJSON *state);
const char *cmd_review_advice(const cJSON *state, int at_hall);

#endif
