/*
 * report_doc: the document of a report: asked for in parts, put together, and
 * looked up.
 *
 * Ownership: report_doc_fetch()'s result is the caller's; what is looked up is
 * borrowed from it.
 * Units:     none.
 * Errors:    the daemon's; ERR_BUSY when saves come faster than a whole
 * document can be read.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_DOC_H
#define CLIENT_REPORT_REPORT_DOC_H

#include "client/cmd.h"

/* "report.data" or "report.province"; params are borrowed. */
int report_doc_fetch(struct cmd *c, const char *method, const cJSON *params,
    cJSON **ret, struct err *e);

/* Moves the members of part into doc: objects member by member, lists end to
 * end, anything else replaced. */
int report_doc_merge(cJSON *doc, cJSON *part, struct err *e);

/* The element of a list whose member has this value; NULL if none. */
const cJSON *report_doc_find(
    const cJSON *list, const char *member, const char *value);

/* Of one item: {"id","score",…}, {"item","answer","review"}, its gap. */
const cJSON *report_doc_score(const cJSON *doc, const char *item);
const cJSON *report_doc_item(const cJSON *doc, const char *item);
const cJSON *report_doc_gap(const cJSON *doc, const char *item);

/* The target level of an item: its gap's, else that of all; NULL if none. */
const char *report_doc_target(const cJSON *doc, const char *item);

/* Points of a full item, and of one with all levels up to this one. */
double report_doc_max(const cJSON *doc);
double report_doc_level_points(const cJSON *doc, const char *level);

/* 1 when the item has no result that could be scored yet. */
int report_doc_unassessed(const cJSON *doc, const char *item);

/* The list's strings with ", " between; *ret is emptied first. */
const char *report_doc_join(const cJSON *list, struct buf *ret);

#endif
