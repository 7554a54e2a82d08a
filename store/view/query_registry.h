/*
 * query_registry: an office as the hall's registry has it, for hall.status.
 *
 * Ownership: everything is borrowed; what is put into out belongs to it.
 * Units:     none.
 * Errors:    ERR_DAMAGED (a device without a key).
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_QUERY_REGISTRY_H
#define STORE_VIEW_QUERY_REGISTRY_H

#include "base/json.h"
#include "store/store.h"

/* "name", "state" (with "disabled") and "devices": [{"device","state",
 * "fingerprint"}]. An office is active while one of its devices is and the hall
 * has not disabled it. */
int query_registry_put(
    struct store *s, cJSON *out, const char *office, struct err *e);

#endif
