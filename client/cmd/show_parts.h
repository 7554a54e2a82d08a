/*
 * show_parts: the parts of an answer that have parts themselves: indicators
 * below their measures, files with what is said of them.
 *
 * Ownership: documents are borrowed; show_parts_nested() makes one.
 * Units:     none.
 * Errors:    ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_CMD_SHOW_PARTS_H
#define CLIENT_CMD_SHOW_PARTS_H

#include "base/json.h"
#include "client/out.h"

/* {"evidence.<sha>.class": v, …} to {"<sha>": {"class": v}} for one group. */
int show_parts_nested(
    const cJSON *fields, const char *group, cJSON **ret, struct err *e);

/* The links of an answer or profile; nothing when there is none. */
void show_parts_evidence(struct out *o, const cJSON *links);

/* One item of indicator.list: a table, measures as heads. */
int show_parts_indicators(struct out *o, const cJSON *item, struct err *e);

#endif
