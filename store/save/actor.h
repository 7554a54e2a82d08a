/*
 * actor: who did something and when, as it stands inside a record ("time",
 * "login", "name").
 *
 * Ownership: *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_NOMEM; ERR_INVALID for a time that cannot be written.
 * Thread:    any.
 */
#ifndef STORE_SAVE_ACTOR_H
#define STORE_SAVE_ACTOR_H

#include "store/save/save.h"

/* {"time","login","name"}, in the store's zone; the name as records take it. */
int actor_json(struct store *s, const struct person *p, int64_t when,
    cJSON **ret, struct err *e);

/* {"login","name"} of an object that holds them, null for NULL: for results. */
int actor_person(const cJSON *of, cJSON **ret, struct err *e);

#endif
