/*
 * cmd_conflicts: what two devices of the office wrote apart and no merge could
 * decide: list, show, resolve; and the merges themselves.
 *
 * Ownership: static data.
 * Units:     none.
 * Errors:    as cmd.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_CMD_CONFLICTS_H
#define CLIENT_CMD_CMD_CONFLICTS_H

#include "client/cmd.h"

extern const struct cmd_desc cmd_conflicts_rows[];
extern const size_t cmd_conflicts_n_rows;

/* 1 if the record is a conflict; then one line of a history or a save says
 * which ("conflict about 1.1.gap"), in place of its fields. */
int cmd_conflicts_line(struct out *o, const cJSON *describe, const cJSON *one);

#endif
