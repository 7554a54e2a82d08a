/*
 * announce: what the hall tells all its offices: a title, a text, and a day
 * until which it matters. Each is a record of every office's hall branch
 * (announcements/nh1.json), published as practices are (publish.h).
 *
 * Which of them were read is a fact of a machine alone (table mark).
 *
 * Ownership: borrowed; *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_INVALID, ERR_NOT_FOUND.
 * Thread:    the store's; add, withdraw and read the writer's, outside a group.
 */
#ifndef STORE_HALL_ANNOUNCE_H
#define STORE_HALL_ANNOUNCE_H

#include "store/save/save.h"

/* Hall: {"id","published":[…]}. text and until ("2026-12-31") may be NULL. */
int announce_add(struct store *s, const struct ask *a, const char *title,
    const char *text, const char *until, cJSON **ret, struct err *e);
int announce_withdraw(struct store *s, const struct ask *a, const char *id,
    cJSON **ret, struct err *e);

/* {"announcements":[{"id","title","text","until","over","time","login","name",
 * "read"}],"more":bool}, newest first. over: its day is past; read: shown here
 * before (always at a hall); more: others did not fit into an answer. */
int announce_list(struct store *s, cJSON **ret, struct err *e);

/* [{"id","title","until"}]: what an office has not read and is not over; empty
 * at a hall. */
int announce_unread(struct store *s, cJSON **ret, struct err *e);

/* All that are here count as read. {"read":n}: how many are new. */
int announce_read(struct store *s, cJSON **ret, struct err *e);

#endif
