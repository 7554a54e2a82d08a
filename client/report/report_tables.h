/*
 * report_tables: the tables that a report's document gives (report_table.h).
 *
 * Ownership: each fills a table that the caller releases.
 * Units:     none.
 * Errors:    report_table_ok() of the table.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_TABLES_H
#define CLIENT_REPORT_REPORT_TABLES_H

#include "base/json.h"
#include "client/report/report_table.h"

/* An office's document. */
void report_table_summary(const cJSON *doc, struct report_table *t);
void report_table_items(const cJSON *doc, struct report_table *t);
void report_table_indicators(const cJSON *doc, struct report_table *t);
void report_table_gaps(const cJSON *doc, struct report_table *t);
void report_table_plan(const cJSON *doc, struct report_table *t);
void report_table_evidence(const cJSON *doc, struct report_table *t);
void report_table_signoffs(const cJSON *doc, struct report_table *t);
void report_table_years(const cJSON *doc, struct report_table *t);

/* A hall's; the first columns of the offices' are not scores by category. */
#define REPORT_OFFICES_HEAD 10
void report_table_offices(const cJSON *doc, struct report_table *t);
void report_table_practices(const cJSON *doc, struct report_table *t);

#endif
