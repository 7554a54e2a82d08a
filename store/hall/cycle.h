/*
 * cycle: the calendar of a fiscal year that the hall publishes: due dates,
 * edition, target levels; days left, and who is late.
 *
 * Late is judged by the hall's receipts alone (revision.received), never by an
 * office's clock: a submission is in time when the revision that made it was
 * received before the end of the due day, in the hall's zone (the offset of the
 * receipt).
 *
 * What makes a due date done: submit, the first submission; review, the hall's
 * first decision on it; correct, a later submission after a return (nothing to
 * do before one); final, the acceptance; followup6 and followup12, a text in
 * every action of the plan that was not dropped.
 *
 * Ownership: borrowed; results are the caller's.
 * Units:     days; dates are common era in records.
 * Errors:    ERR_NOT_FOUND, ERR_INVALID.
 * Thread:    the store's; cycle_set() the writer's, outside a group.
 */
#ifndef STORE_HALL_CYCLE_H
#define STORE_HALL_CYCLE_H

#include "store/save/save.h"

/* Names of the due dates, in the order of a year: "submit", "review", … */
extern const char *const cycle_dues[];
extern const size_t cycle_n_dues;

/* The calendar of a year as the office's hall branch has it (at a hall with
 * office "": its own file); NULL if none. */
int cycle_read(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);

/* Hall: writes DIR/cycles/<year>.json and publishes it (publish.h).
 * {"cycle","fields","published":[…]} */
int cycle_set(struct store *s, const struct ask *a, const cJSON *fields,
    cJSON **ret, struct err *e);

/* {"cycles":[{"year","edition","due":{…},"opened":bool,"calendar":bool}]},
 * newest first; at an office its opened years too, with or without calendar */
int cycle_list(struct store *s, const char *office, cJSON **ret, struct err *e);

/* {"year","fields":{…}|null,"due":[{"name","date","days","done","late"}],
 * and at the hall "offices":[{"code","name","state","submitted":time|null,
 * "received":time|null,"late":bool}]}; year 0: the current one */
int cycle_show(
    struct store *s, const char *office, int year, cJSON **ret, struct err *e);

/* The "due" list of a year for one office; empty without a calendar. now: for
 * days and for what is not done yet. */
int cycle_due(struct store *s, const char *office, int year, int64_t now,
    cJSON **ret, struct err *e);

/* Days from today to a date ("2026-11-22"), negative when it is past. */
int64_t cycle_days(const char *date, int offset_min, int64_t now);

/* 1 if something received at this time (0 = not yet) came after the end of
 * that day. */
int cycle_is_late(
    const char *due, int64_t received, int offset_min, int64_t now);

/* The revision that made the n-th submission of a year (n 0: the last one). */
struct cycle_submission {
	int n; /* 0: there is none */
	int64_t time;
	int time_offset_min;
	int64_t received; /* 0: not yet */
	int offset_min;   /* of the receipt */
};
int cycle_submission(struct store *s, const struct branch *office, int year,
    int n, struct cycle_submission *ret, struct err *e);

/* Target level of an item by a calendar (NULL: none): exceptions for the item,
 * then its category, then "target"; LEVEL_NONE when nothing is set. */
enum level cycle_target(const cJSON *cycle, const struct edition_item *it);

#endif
