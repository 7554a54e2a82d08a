/*
 * audit: pmqa audit and pmqa audit anchor, in pmqa-report.
 *
 * Ownership: documents are borrowed; pages and files are appended to the buf.
 * Units:     none.
 * Errors:    as cmd.h; ERR_CONFLICT when the file is there already.
 * Thread:    one.
 *
 * The document is that of the daemon (store/audit/dossier.h) and beside it
 *   "flags":    {"flags":[…],"total"} of all pages, or null
 *   "verify":   the answer of verify
 *   "criteria": [{"id","title_th","title_en"}] of the items
 *   "checks":   [{"id","what","commands"}] (audit_checks.h)
 */
#ifndef CLIENT_REPORT_AUDIT_H
#define CLIENT_REPORT_AUDIT_H

#include "client/cmd.h"
#include "client/report/report_table.h"

int audit_run(struct cmd *c, struct err *e);
int audit_anchor_run(struct cmd *c, struct err *e);

/* --- for audit*.c --- */

/* Tables of an office's document … */
void audit_table_summary(const cJSON *doc, struct report_table *t);
void audit_table_scores(const cJSON *doc, struct report_table *t);
void audit_table_people(const cJSON *doc, struct report_table *t);
void audit_table_devices(const cJSON *doc, struct report_table *t);
void audit_table_records(const cJSON *doc, struct report_table *t);
void audit_table_months(const cJSON *doc, struct report_table *t);
void audit_table_timeline(const cJSON *doc, struct report_table *t);
/* … of a hall's … */
void audit_table_offices(const cJSON *doc, struct report_table *t);
/* … and of both. */
void audit_table_flags(const cJSON *doc, struct report_table *t);
void audit_table_findings(const cJSON *doc, struct report_table *t);
void audit_table_checks(const cJSON *doc, struct report_table *t);

int audit_html_office(const cJSON *doc, struct buf *b, struct err *e);
int audit_html_hall(const cJSON *doc, struct buf *b, struct err *e);

#endif
