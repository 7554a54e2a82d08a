/*
 * report_html: a report as one HTML file that needs nothing else: no scripts,
 * no links outside, its only style by hash in a Content-Security-Policy. For
 * the screen, and for printing on A4.
 *
 * Ownership: documents are borrowed; the page is appended to the buf.
 * Units:     none.
 * Errors:    ERR_NOMEM.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_HTML_H
#define CLIENT_REPORT_REPORT_HTML_H

#include "base/json.h"
#include "client/report/report_table.h"

/* The whole page of an office's document, or of a hall's. */
int report_html_office(const cJSON *doc, struct buf *b, struct err *e);
int report_html_hall(const cJSON *doc, struct buf *b, struct err *e);

/* --- for report_html*.c --- */

/* The style sheet of all reports. */
void report_style(struct buf *b);

void report_html_begin(struct buf *b, const char *title);
void report_html_end(struct buf *b);
enum report_page { PAGE_SAME, PAGE_NEW, PAGE_WIDE, PAGE_WIDE_ON };
/* <section> with its heading, when printed on this page, a new one, a new one
 * in landscape, or on behind another in landscape. */
void report_html_section(
    struct buf *b, const char *id, const char *title, enum report_page page);
void report_html_section_end(struct buf *b);
/* <tag class="class">escaped text</tag>; nothing for an empty text. */
void report_html_text(
    struct buf *b, const char *tag, const char *class, const char *text);
/* A long text of a person below its heading; nothing for an empty one. */
void report_html_said(struct buf *b, const char *heading, const char *text);
/* A line of <dl>; nothing for an empty value. */
void report_html_fact(struct buf *b, const char *name, const char *value);
/* Fills, puts and releases a table; none: what is said when it has no rows. */
int report_html_filled(struct buf *b, const cJSON *doc,
    void (*fill)(const cJSON *doc, struct report_table *t), const char *none,
    struct err *e);

/* Sections of an office's page. */
void report_html_items(struct buf *b, const cJSON *doc);
void report_html_profile(struct buf *b, const cJSON *doc);

#endif
