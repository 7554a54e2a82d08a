/*
 * report_form: the forms of a document's file: which there are, each drawn from
 * the document's page and tables, and where it goes (report_file.h).
 *
 * Ownership: borrowed.
 * Units:     none.
 * Errors:    those of drawing and of report_file.h.
 * Thread:    one.
 */
#ifndef CLIENT_REPORT_REPORT_FORM_H
#define CLIENT_REPORT_REPORT_FORM_H

#include "client/cmd.h"
#include "client/report/report_table.h"

typedef void report_fill(const cJSON *doc, struct report_table *t);

/* What a document looks like. */
struct report_look {
	int (*html)(const cJSON *doc, struct buf *b, struct err *e);
	report_fill *const *sheets; /* of a workbook, in their order */
	size_t n_sheets;
	report_fill *csv;
};

/* What --format names, the page without it; NULL: there is no such form. */
const char *report_form_choose(const struct cmd *c);

/* Draws it and puts it where --output says, else into a file of its own name:
 * "PREFIX-9105-2565-a142.html". */
int report_form_put(struct cmd *c, const char *prefix, const char *form,
    const struct report_look *look, const cJSON *doc, struct err *e);

#endif
