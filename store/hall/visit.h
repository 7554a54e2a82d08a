/*
 * visit: what the hall remembers of an office's visits: when it was last seen,
 * and since when and why its pushes fail (table peer).
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

/* It came and looked. */
int visit_seen(
    struct store *s, const char *office, int64_t time, struct err *e);

/* It brought something, and that was taken in. */
int visit_well(
    struct store *s, const char *office, int64_t time, struct err *e);

/* Its push failed: class is "refused" or "trouble" (the hall's own), message
 * the sentence that the office got. */
int visit_failed(struct store *s, const char *office, int64_t time,
    const char *class, const char *message, struct err *e);

#endif
