/*
 * query: what is read: records, scores, history, differences, status. All by
 * index.
 *
 * Ownership: results are cJSON in the shapes of design section 10; the caller
 * frees. Units:     times in the JSON are RFC 3339. Errors:    ERR_NOT_FOUND
 * names what is missing and what there is; ERR_INVALID. Thread:    a reader
 * store (or the writer's).
 */
#ifndef STORE_VIEW_QUERY_H
#define STORE_VIEW_QUERY_H

#include "store/store.h"

struct query_history {
	const char *office; /* "" = own */
	const char *branch; /* "office" (default, NULL) or "hall" */
	int year; /* 0 = the current cycle when item is given, else all */
	const char
	    *record; /* item "1.1", or record name "2565/items/1.1", or NULL */
	const char *field;    /* dotted or NULL */
	const char *person;   /* login or NULL */
	const char *action;   /* what it did ("merge") or NULL */
	int64_t since, until; /* 0 = open */
	int limit;            /* 1..1000 */
	const char *cursor;   /* NULL = newest */
	int oldest_first; /* cursor NULL = oldest; for programs that follow */
};

int query_show(struct store *s, const char *office, int year, const char *item,
    const char *at_rev, cJSON **ret, struct err *e);
int query_assessment(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);
int query_score(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);
int query_history(
    struct store *s, const struct query_history *q, cJSON **ret, struct err *e);
/* {"from","to","records":[{"record","changes":[…]}]}; revision names ("a3"), of
 * one branch */
int query_diff(struct store *s, const char *office, const char *from,
    const char *to, cJSON **ret, struct err *e);
/* store's part of status: everything but "sync" (the daemon's) */
int query_status(struct store *s, cJSON **ret, struct err *e);
int query_hall_status(struct store *s, cJSON **ret, struct err *e);
/* the cycle's edition for clients: items, points, labels, levels */
int query_edition(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);

#endif
