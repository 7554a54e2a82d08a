/*
 * flags_hall: the hall's part of a year: calendar, decisions, reviews.
 *
 * Ownership: all of it belongs to the year (flags_year.h).
 * Units:     none.
 * Errors:    as flags.h.
 * Thread:    the store's.
 */
#ifndef STORE_AUDIT_FLAGS_HALL_H
#define STORE_AUDIT_FLAGS_HALL_H

#include "store/audit/flags_year.h"

/* After the office's events: sign-offs are known. */
int flags_hall_read(struct flags_year *y, const char *office, struct err *e);

/* 1 after a sign-off (NULL: before the first) when the hall had returned that
 * one or one before: the day of the correction counts from then on. */
int flags_hall_corrects(
    const struct flags_year *y, const struct flags_submission *after);
/* The due day that a change before or after this sign-off (NULL: before the
 * first) had to keep; NULL if none. */
const char *flags_hall_due(
    const struct flags_year *y, const struct flags_submission *after);

/* 1 if the hall had looked at this item of that sign-off. */
int flags_hall_saw(const struct flags_year *y,
    const struct flags_submission *sub, const char *item);

/* 1 if a decision on that sign-off asked for this item. */
int flags_hall_asked(const struct flags_year *y,
    const struct flags_submission *sub, const char *item);

#endif
