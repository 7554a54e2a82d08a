/*
 * notice: what happened to this machine or its hall that a person should know
 * of, kept until somebody has read it: a restored copy, a hall that lost
 * revisions. Facts of this machine alone (table mark), not of the record.
 *
 * Ownership: results are the caller's.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND for a number that is not there.
 * Thread:    the store's; adding and clearing the writer's, outside a group.
 */
#ifndef STORE_HALL_NOTICE_H
#define STORE_HALL_NOTICE_H

#include "base/json.h"
#include "store/store.h"

#define NOTICE_MAX 20 /* kept; the oldest go first */

/* said: sentence and hint of the notice, in both languages. One that has the
 * same kind and key as a kept one is not added again. */
int notice_add(struct store *s, const char *kind, const char *key,
    const struct err *said, struct err *e);

/* [{"id","time","kind","message","message_th","hint","hint_th"}], oldest
 * first. */
int notice_list(struct store *s, cJSON **ret, struct err *e);

/* id 0: all of them. */
int notice_clear(struct store *s, int64_t id, int64_t *ret_n, struct err *e);

#endif
