/*
 * answer: what an office writes of its assessment: opening a year, setting
 * fields of an item, ticking points. Each call is one save (save.h).
 *
 * Ownership: everything is borrowed; *ret is save_run()'s result, the caller's.
 * Units:     year: Buddhist era; 0 = the cycle that is being worked on.
 * Errors:    ERR_CONFLICT (the year is open already; if_rev), ERR_NOT_FOUND (no
 * such assessment, item, point or edition: the sentence names what there is),
 * ERR_INVALID.
 * Thread:    the writer's, inside a save group.
 */
#ifndef STORE_SAVE_ANSWER_H
#define STORE_SAVE_ANSWER_H

#include "store/save/save.h"

/* Fiscal years that can be opened. */
#define ANSWER_YEAR_MIN 2500
#define ANSWER_YEAR_MAX 2700

/* Opens a year's assessment with an edition, pinned by its blob (edition NULL:
 * the newest there is). An office's first save also writes office.json. */
int answer_open(struct store *s, const struct person *p, int year,
    const char *edition, const char *reason, cJSON **ret, struct err *e);

/* fields: {"explanation.basic": text, "gap": null, …}; null or "" removes. */
int answer_set(struct store *s, const struct person *p, int year,
    const char *item, const cJSON *fields, const char *reason,
    const char *if_rev, cJSON **ret, struct err *e);

/* points: ["1.1.B1", …] of one or more items; on: 1 ticks, 0 unticks. */
int answer_tick(struct store *s, const struct person *p, int year,
    const cJSON *points, int on, const char *reason, const char *if_rev,
    cJSON **ret, struct err *e);

#endif
