/*
 * accepted_lost: lines that the acceptance log lacks: a branch moved, and then
 * its push was killed, or could not write.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as accepted.h and repo.h.
 * Thread:    the writer's, outside a save group.
 */
#ifndef STORE_HALL_ACCEPTED_LOST_H
#define STORE_HALL_ACCEPTED_LOST_H

#include "store/git/repo.h"
#include "store/store.h"

/* At start: enters that the office's branch moved from old (NULL: there was
 * none) to tip, unless a line says so. Lines up to number `after` need not be
 * looked at. */
int accepted_lost_enter(struct store *s, struct repo *r, const char *code,
    const unsigned char *old, const unsigned char tip[20], int64_t after,
    struct err *e);

/* While it runs, when the office comes: *ret_behind 1 when its branch has moved
 * and nobody asked to have that absorbed; the line stands then. Costs a look at
 * the branch as a rule. */
int accepted_lost_settle(
    struct store *s, const char *code, int *ret_behind, struct err *e);

#endif
