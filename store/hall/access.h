/*
 * access: who took how much of the past out of this directory: exports of the
 * history, audits, dossiers. Kept where pmqad.conf wishes it ([audit]
 * record_access = yes), append-only and chained as the acceptance log is.
 *
 * DIR/log/access-<year of the Buddhist era>.jsonl, a line: compact JSON, keys
 * in byte order,
 *   {"action","detail","format","hash","login","n","office","person","prev",
 *    "time","year"}
 * n counts from 1 over all years; hash and prev as in accepted.h. All others
 * are texts; office, year, format and detail may be "": all, or none.
 *
 * A line is on the disk before access_record() comes back: whoever gives out
 * the past records it first, and gives out nothing when that fails.
 *
 * Ownership: none; results are the caller's.
 * Units:     seconds since 1970; fiscal years of the Buddhist era.
 * Errors:    ERR_DAMAGED: the last line is not one of ours; ERR_SYS;
 * ERR_INVALID for a cursor that has no form.
 * Thread:    any; any process.
 */
#ifndef STORE_HALL_ACCESS_H
#define STORE_HALL_ACCESS_H

#include "store/conf.h"
#include "store/hall/accepted.h"

struct access_entry {
	const char *action; /* "history.export", "audit", "audit.anchor", … */
	const char *login, *person; /* who asked: of the call's peer */
	const char *office;         /* NULL or "": all that are here */
	int year;                   /* 0: all */
	const char *format;         /* "csv", "html", …; NULL: none */
	const char *detail;         /* what else was asked for; NULL: nothing */
};

/* Appends a line, durably; nothing where the configuration does not ask. */
int access_record(
    const struct conf *c, const struct access_entry *en, struct err *e);

struct access_query {
	const char *login;    /* NULL: anybody */
	int64_t since, until; /* both inclusive, 0: open */
	const char *cursor;   /* of the page before */
	int limit;            /* lines, 1 to ACCEPTED_PAGE_MAX */
};

/* Newest first: {"entries":[line,…],"cursor":text|null,"head":{"n","hash"},
 * "recording":bool} */
int access_page(const struct conf *c, const struct access_query *q, cJSON **ret,
    struct err *e);

/* Every line from the first to the last, as accepted_each() does. */
int access_each(const char *dir, accepted_told *each, void *arg, struct err *e);

#endif
