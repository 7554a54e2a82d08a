/*
 * mark: small facts of this machine alone that are kept over restarts, by name
 * (table mark): how far the search index came, whether the exchange is paused.
 * A rebuilt index keeps them.
 *
 * Ownership: cJSON results are the caller's.
 * Units:     bytes.
 * Errors:    as db.h. A value that cannot be read counts as none: it is written
 * anew, and nothing else depends on it.
 * Thread:    that of the db; setting is the writer's, outside a group.
 */
#ifndef STORE_DB_MARK_H
#define STORE_DB_MARK_H

#include "base/json.h"
#include "store/db/db.h"

#define MARK_MAX ((size_t)64 * 1024)

/* *ret NULL if there is none. */
int mark_get(struct db *db, const char *name, cJSON **ret, struct err *e);
/* NULL drops it. */
int mark_set(struct db *db, const char *name, const cJSON *v, struct err *e);

#endif
