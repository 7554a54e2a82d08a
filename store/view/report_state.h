/*
 * report_state: what the sections of an office's report share; for report.c and
 * report_past.c only.
 *
 * Ownership: run() of report.c owns all of it.
 * Units:     none.
 * Errors:    none.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_REPORT_STATE_H
#define STORE_VIEW_REPORT_STATE_H

#include "store/view/report.h"
#include "store/view/report_part.h"

struct report_maker {
	struct store *s;
	const char *office; /* as asked: "" = own */
	struct branch *b, *hall;
	int year;
	const struct edition *ed;
	cJSON *answers, *reviews; /* {"1.1": record}, read once */
	cJSON *commented;         /* {"1.1": true}: the office commented */
};

/* A time at our offset. */
int report_put_time(const struct report_maker *m, cJSON *out, const char *key,
    int64_t t, struct err *e);

/* Sections (report_part.h); arg is a struct report_maker. */
int report_section_signoffs(void *arg, struct report_part *p, struct err *e);
int report_section_years(void *arg, struct report_part *p, struct err *e);

#endif
