/*
 * compare_state: what compare.c and compare_read.c share.
 *
 * Ownership: struct comparing is compare_run()'s; the years of the office at
 * hand go with compare_forget_office().
 * Units:     none.
 * Errors:    ERR_DAMAGED.
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_COMPARE_STATE_H
#define STORE_VIEW_COMPARE_STATE_H

#include "base/json.h"
#include "store/store.h"

#define COMPARE_YEARS_MAX 64

/* What is scored of a year; each NULL where there is none. */
struct compare_year {
	int year;
	cJSON *assessment, *decision, *calendar;
	cJSON *answers, *reviews; /* by item: the members that scores need */
};

struct comparing {
	struct store *s;
	int wanted[COMPARE_YEARS_MAX]; /* none: all */
	size_t n_wanted;
	cJSON *rows, *categories;
	int seen[COMPARE_YEARS_MAX]; /* years of rows, in no order */
	size_t n_seen;
	/* the office at hand */
	struct branch *office, *hall;
	struct compare_year years[COMPARE_YEARS_MAX];
	size_t n_years;
	int64_t now;
};

/* Reads all that is scored of the office at hand, each branch once. */
int compare_read_office(struct comparing *c, struct err *e);
void compare_forget_office(struct comparing *c);

#endif
