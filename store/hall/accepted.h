/*
 * accepted: the hall's acceptance log: one line for each result of a push,
 * append-only and chained, so that nobody can take a line out, change one or
 * put one in unseen.
 *
 * DIR/log/<year of the Buddhist era>.jsonl, a line: compact JSON, keys in byte
 * order,
 *   {"device","hash","n","new","office","old","prev","reason","ref","result",
 *    "road","time"}
 * n counts from 1 over all years; hash is the SHA-256 (hex) of the same line
 * without "hash" and without its line end; prev is the hash of the line before,
 * 64 zeros for the first. old and new are 40 hex digits, ref and reason may be
 * "". Stock tools check it: `jq -cS 'del(.hash)'` gives the bytes of each hash.
 *
 * Several processes append (a flock keeps them in order); a line is on the disk
 * before accepted_add() comes back. A last line that a crash cut, and that was
 * told to nobody, is taken away by the next append.
 *
 * Ownership: none; results are the caller's.
 * Units:     seconds since 1970, bytes.
 * Errors:    ERR_DAMAGED: the last line is not one of ours; ERR_SYS;
 * ERR_INVALID for a cursor or filter that has no form.
 * Thread:    any; any process.
 */
#ifndef STORE_HALL_ACCEPTED_H
#define STORE_HALL_ACCEPTED_H

#include <stdint.h>

#include "base/json.h"

#define ACCEPTED_HASH 65 /* 64 hex digits with NUL */
#define ACCEPTED_LINE_MAX ((size_t)4096)
#define ACCEPTED_REASON_MAX ((size_t)400)
/* Of one device within a minute: an equal refusal is not written again, and
 * not more than so many in all, so that nobody fills the disk. */
#define ACCEPTED_QUIET_S 60
#define ACCEPTED_REFUSALS_MAX 100

struct accepted_entry {
	const char *office, *device; /* "9105", "9105-a" */
	const char *ref;             /* NULL: it came to none */
	const char *old, *new_;      /* 40 hex digits; NULL: 40 zeros */
	const char *result; /* "admitted", "refused", "denied", "trouble" */
	const char *road;   /* "ssh", "https", "path", "stick" */
	const char *reason; /* NULL: none */
	int64_t time;
};

struct accepted_head {
	int64_t n; /* 0: nothing was ever written */
	char hash[ACCEPTED_HASH];
};

/* Appends a line, durably. *ret_written (may be NULL): 0 when it was a refusal
 * that is not written again. */
int accepted_add(const char *dir, const struct accepted_entry *en,
    int *ret_written, struct err *e);

/* Could a line be written behind the last one now? */
int accepted_ready(const char *dir, struct err *e);

/* The last line's. */
int accepted_head(const char *dir, struct accepted_head *ret, struct err *e);

/* Each filter may be NULL or 0. */
struct accepted_query {
	const char *office, *device, *result;
	int64_t since, until; /* both inclusive */
	const char *cursor;   /* of the page before */
	int limit;            /* lines, 1 to ACCEPTED_PAGE_MAX */
	int oldest_first;
};
#define ACCEPTED_PAGE_MAX 1000

/* {"entries":[line,…],"cursor":text|null,"head":{"n","hash"}} */
int accepted_page(const char *dir, const struct accepted_query *q, cJSON **ret,
    struct err *e);

/* *ret: 1 if a line of en->office says that en->ref was moved to en->new_. Lines
 * before en->time, and those up to number `after`, need not be looked at. */
int accepted_has(const char *dir, const struct accepted_entry *en,
    int64_t after, int *ret, struct err *e);

/*
 * Every line from the first to the last. hash_ok, chain_ok: 0 when the line is
 * not what its hash says, or does not follow the one before. line NULL: it is
 * no line of ours at all. Stops when each() says other than 0.
 */
struct accepted_line {
	const cJSON *line;
	int year;    /* of its file */
	int64_t at;  /* number of the line in its file, from 1 */
	int64_t end; /* bytes of its file up to the end of it */
	int hash_ok, chain_ok;
};
/* A line after which to go on: it was looked at before. */
struct accepted_place {
	int year;
	int64_t end, n, at;
	char hash[ACCEPTED_HASH];
};
typedef int accepted_told(
    void *arg, const struct accepted_line *l, struct err *e);
int accepted_each(
    const char *dir, accepted_told *each, void *arg, struct err *e);
/* From a place on (NULL: the first). */
int accepted_each_from(const char *dir, const struct accepted_place *from,
    accepted_told *each, void *arg, struct err *e);

#endif
