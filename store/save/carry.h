/*
 * carry: a new year that begins with the old one's work: texts, owners,
 * indicators (this year's result becomes the previous one) and open actions
 * (same name, origin kept); ticks, evidence links and good-practice flags are
 * cleared. What the new edition does not have any more is left out and listed.
 *
 * Ownership: borrowed; *ret is save_run()'s result with "left_out":[…].
 * Units:     fiscal years.
 * Errors:    ERR_NOT_FOUND (no such year), ERR_CONFLICT (open already).
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_CARRY_H
#define STORE_SAVE_CARRY_H

#include "store/save/save.h"

/* As answer_open(), in one revision with what is carried over. edition NULL: the
 * one that the hall's calendar names, else that of the old year. */
int carry_open(struct store *s, const struct ask *a, const char *edition,
    int from, cJSON **ret, struct err *e);

#endif
