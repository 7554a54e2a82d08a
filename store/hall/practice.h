/*
 * practice: good practices that the hall shares with all offices.
 *
 * Ownership: borrowed; *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_NOT_FOUND (no good practice is written there), ERR_INVALID.
 * Thread:    the store's; share and withdraw the writer's, outside a group.
 */
#ifndef STORE_HALL_PRACTICE_H
#define STORE_HALL_PRACTICE_H

#include "store/save/save.h"

/* Hall: makes practices/gh<n>.json from an office's answer (its
 * good_practice.text), publishes it. {"id","published":[…]} */
int practice_share(struct store *s, const struct ask *a, const char *office,
    const char *item, const char *title, cJSON **ret, struct err *e);
int practice_withdraw(struct store *s, const struct ask *a, const char *id,
    cJSON **ret, struct err *e);

/* {"practices":[{"id","title","text","office":{code,name},"year","item",
 * "time"}],"more":bool} newest first; text and item may be NULL. more: others did
 * not fit into an answer. */
int practice_list(struct store *s, const char *text, const char *item,
    cJSON **ret, struct err *e);

#endif
