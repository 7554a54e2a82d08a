/*
 * visit: what the hall remembers of an office's visits: when it was last seen,
 * and since when and why its pushes fail (table peer); of each of its machines
 * when it came, with which program, and how far it holds what the hall wrote
 * (table visitor).
 *
 * Facts of the database alone: they enter neither journal nor history, and a
 * rebuilt index keeps them. A failure ends with a push that came in, or with
 * the second visit after it that brings no other: every push follows a fetch,
 * so the first one says nothing yet.
 *
 * Ownership: none.
 * Units:     seconds since 1970.
 * Errors:    ERR_NOT_FOUND: no such office is enrolled; ERR_INVALID: the words
 * of a failure.
 * Thread:    the writer's; not within a save group.
 */
#ifndef STORE_HALL_VISIT_H
#define STORE_HALL_VISIT_H

#include "store/store.h"

#define VISIT_MESSAGE_MAX 512 /* bytes */
#define VISIT_VERSION_MAX 24  /* bytes */

/* A machine of an office that came, and what it said of itself. */
struct visitor {
	const char *office;
	const char *device;         /* "9105-a" */
	const char *version;        /* of its program; NULL: not told */
	const unsigned char *holds; /* the tip of the hall's branch that is
				       absorbed there, 20 bytes; NULL: not told */
};

/* What is known of a machine. */
struct visit {
	char device[16];
	int64_t last_seen;
	char version[VISIT_VERSION_MAX + 1]; /* "": not told */
	int has_holds;
	unsigned char holds[20];
	int has_offered; /* the hall's tip when it came, for it to fetch */
	unsigned char offered[20];
};

/* It came and looked. */
int visit_seen(
    struct store *s, const char *office, int64_t time, struct err *e);

/* visit_seen() of one machine: both in one transaction. What is not told stays
 * as it was told before. */
int visit_came(
    struct store *s, const struct visitor *v, int64_t time, struct err *e);

/* Calls each() for every machine of an office that ever came, by name. Any
 * thread's store. */
int visit_each(struct store *s, const char *office,
    int (*each)(void *arg, const struct visit *v, struct err *e), void *arg,
    struct err *e);

/* It brought something, and that was taken in. */
int visit_well(
    struct store *s, const char *office, int64_t time, struct err *e);

/* Its push failed: class is "refused" or "trouble" (the hall's own), message
 * the sentence that the office got. */
int visit_failed(struct store *s, const char *office, int64_t time,
    const char *class, const char *message, struct err *e);

#endif
