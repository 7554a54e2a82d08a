/*
 * action: the improvement plan: from a gap to what is done about it.
 *
 * Ownership: borrowed; *ret is the caller's.
 * Units:     dates are common era in records; per cent.
 * Errors:    ERR_NOT_FOUND, ERR_INVALID (due before the year, progress…),
 * ERR_DENIED (state, signoff.h).
 * Thread:    the writer's inside a group; action_list() the store's.
 */
#ifndef STORE_SAVE_ACTION_H
#define STORE_SAVE_ACTION_H

#include "store/save/save.h"

/* id NULL: a new one; *ret has "id" too. status done sets progress 100 unless
 * given. */
int action_set(struct store *s, const struct ask *a, const char *id,
    const cJSON *fields, cJSON **ret, struct err *e);
int action_remove(struct store *s, const struct ask *a, const char *id,
    cJSON **ret, struct err *e);

/* {"year","actions":[{"id","what","gap","items":[…],"who","due","days":n|null,
 * "overdue":bool,"priority","budget","status","progress","followup":{"m6",
 * "m12"},"origin":{"year"}|null,"revision"}]} by due day, open first */
int action_list(struct store *s, const char *office, int year, const char *item,
    int overdue, int64_t now, cJSON **ret, struct err *e);

struct action_query {
	const char *office; /* "" = own */
	int year;           /* 0 = the cycle */
	const char *item;   /* NULL: all */
	int overdue;        /* only those */
	const char *at;     /* moment (look/moment.h); NULL = now */
	int64_t now;        /* for "days"; at a moment: that one's time */
};

/* The same as it stood at a moment, then with "at". */
int action_list_at(
    struct store *s, const struct action_query *q, cJSON **ret, struct err *e);

#endif
