/*
 * report_cells: cells of a table (report_table.h) from members of a document.
 *
 * Ownership: texts are copied.
 * Units:     none.
 * Errors:    stick in the table: report_table_ok().
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_CELLS_H
#define CLIENT_REPORT_REPORT_CELLS_H

#include "base/json.h"
#include "client/report/report_table.h"

/* A member that is text or nothing. */
void report_cells_str(struct report_table *t, const cJSON *of, const char *key);
/* A member that is a word of the record, as people say it. */
void report_cells_word(
    struct report_table *t, const cJSON *of, const char *key);
/* A member that is a number; 0 without it. */
void report_cells_int(struct report_table *t, const cJSON *of, const char *key);
/* The list's strings in one cell. */
void report_cells_list(struct report_table *t, const cJSON *list);

#endif
