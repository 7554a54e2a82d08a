/*
 * years: what the years of an office are answered against, and how far their
 * sign-off is, along a history that comes in; for changeset.c.
 *
 * Ownership: years_init() on the caller's memory, years_release(); a year is
 * borrowed until the next year is got.
 * Units:     fiscal years of the Buddhist era.
 * Errors:    ERR_INVALID or ERR_REFUSED with a sentence.
 * Thread:    one at a time.
 */
#ifndef STORE_ADMIT_YEARS_H
#define STORE_ADMIT_YEARS_H

#include "store/admit/admit.h"
#include "store/git/objcache.h"
#include "store/record/change_rules.h"

struct year {
	int year;
	int open; /* it has an assessment */
	char id[72];
	unsigned char blob[20];
	const struct edition *edition;
	struct change_year now;   /* its sign-off after the last commit */
	struct change_year doing; /* by the commit at hand */
	int touched;              /* by the commit at hand */
};

struct years {
	const struct admit *a;
	struct objcache *cache;
	const unsigned char *tree; /* of the commit at hand */
	struct year *list;
	size_t n;
};

void years_init(
    struct years *ys, const struct admit *a, struct objcache *cache);
void years_release(struct years *ys);

/* The next commit; its tree is borrowed. */
void years_begin(struct years *ys, const unsigned char tree[20]);

int years_is_assessment(const struct record_path *p);

/* The commit changes this assessment (either may be NULL): call these before
 * years_get(). */
int years_assessment(struct years *ys, const struct record_path *p,
    const cJSON *old_, const cJSON *new_, struct err *e);

/* A year as it is in the commit's tree, open or not. */
int years_get(struct years *ys, int year, struct year **ret, struct err *e);
struct year *years_known(const struct years *ys, int year); /* or NULL */

/* Each changed record of a year; then the rules over all of them. */
int years_add(struct years *ys, const struct record_path *p, const cJSON *old_,
    const cJSON *new_, struct err *e);
int years_end(const struct years *ys, const char *reason, struct err *e);

#endif
