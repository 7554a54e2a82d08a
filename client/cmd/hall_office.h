/*
 * hall_office: one office as its hall sees it, in words.
 *
 * Ownership: none; office is one of "offices" of hall.status.
 * Units:     none.
 * Errors:    as table.h.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_HALL_OFFICE_H
#define CLIENT_CMD_HALL_OFFICE_H

#include "base/json.h"
#include "client/out.h"

/* All that is not in order, a line each, or that it is; the style of the worst
 * of it. */
enum style hall_office_state(const cJSON *office, struct buf *ret);

/* Everything about the one office of an answer. */
int hall_office_print(struct out *o, const cJSON *result, struct err *e);

/* An office's name as a table has room for it: cut with a mark. */
void hall_office_name(const struct out *o, const char *name, struct buf *ret);

#endif
