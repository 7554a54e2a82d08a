/*
 * alerts: what is wrong at a hall and its offices, since when, and whether
 * somebody was told: table alert.
 *
 * A look makes a list of what is wrong now; applying it opens an alert for what
 * is new (once, however long it lasts) and ends those that are over. Each is
 * told once when it begins and once when it ends; an alert that ended before
 * anybody was told is forgotten. What was told is noted after the message went:
 * a crash between the two sends it again, under the same Message-ID.
 *
 * Ownership: results are the caller's.
 * Units:     seconds since 1970; times in the JSON are RFC 3339.
 * Errors:    as db.h.
 * Thread:    look and list a reader's store (or the writer's), the others the
 * writer's, outside a group.
 */
#ifndef STORE_VIEW_ALERTS_H
#define STORE_VIEW_ALERTS_H

#include "store/store.h"

#define ALERTS_KEPT_S (90 * 86400) /* what ended and was told */
#define ALERTS_MESSAGE 1000        /* told in one message at most */

/* [{"key","kind","office","message","message_th","since":seconds}] of the kinds
 * that the configuration names. */
int alerts_look(struct store *s, int64_t now, cJSON **ret, struct err *e);

/* What of it is new, what is over. *ret_waiting: how many are to be told. */
int alerts_apply(struct store *s, const cJSON *looked, int64_t now,
    int64_t *ret_waiting, struct err *e);

/* What is to be told now: [{"id","end":bool,"kind","office","message",
 * "message_th","since","ended"}], or [] (also when the digest of the day went
 * already, or its hour has not come). */
int alerts_waiting(struct store *s, int64_t now, cJSON **ret, struct err *e);

/* It was told. */
int alerts_told(
    struct store *s, const cJSON *waiting, int64_t now, struct err *e);

/* {"open":[…],"ended":[…]}: each {"kind","office","message","message_th",
 * "since","raised","told","ended"}; open: what is wrong now, raised null where
 * no look has found it yet; ended: the last 20. */
int alerts_list(struct store *s, int64_t now, cJSON **ret, struct err *e);

#endif
