/*
 * conflict_state: the open conflicts of a branch in memory; for conflict.c and
 * conflict_resolve.c.
 *
 * Ownership: struct conflicts is the caller's memory; conflicts_release().
 * Units:     none.
 * Errors:    as asof.h.
 * Thread:    the store's.
 */
#ifndef STORE_MERGE_CONFLICT_STATE_H
#define STORE_MERGE_CONFLICT_STATE_H

#include "store/look/asof.h"
#include "store/merge/conflict.h"
#include "store/record/record.h"

struct conflict {
	char id[72], path[104]; /* of its own record */
	cJSON *rec;
	/* what it is about; borrowed from rec */
	const char *record, *field;
	char of[104];          /* path of that record */
	struct record_path rp; /* of that record */
	char name[320];        /* as a person calls it: "1.1.gap" */
};

struct conflicts {
	struct conflict *list; /* by record and field, then id */
	size_t n;
};

int conflicts_load(struct store *s, const struct branch *b,
    struct conflicts *ret, struct err *e);
void conflicts_release(struct conflicts *c);

/* 1 if the conflict is the one that a person calls so (conflict.h); year 0:
 * of any year. */
int conflict_fits(const struct conflict *c, const char *which, int year);
/* ERR_NOT_FOUND that names those that there are. */
int conflicts_none(
    const struct conflicts *all, const char *which, struct err *e);

#endif
