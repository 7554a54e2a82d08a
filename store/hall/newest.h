/*
 * newest: what the hall published, newest first, as much as an answer holds.
 *
 * Ownership: what fits moves from list to sorted; both are the caller's.
 * Units:     bytes.
 * Errors:    ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_HALL_NEWEST_H
#define STORE_HALL_NEWEST_H

#include "base/json.h"

/* Entries have "id", "time" and "text"; overhead: bytes of one beside its text.
 * What stays in list did not fit. */
int newest_first(cJSON *list, size_t overhead, cJSON *sorted, struct err *e);

#endif
