/*
 * score: scores by the edition's policy, exact (rational numbers), rounded only
 * when written.
 *
 * Source of the rule: domain/pmqa.md 3.2 and 3.4 (as a published in-house
 * system computes it): item = gate*b/B, and above a complete level step*a/A,
 * then step*s/S; category = plain mean of its items; total = mean of the
 * categories by their weights (equal ones: a plain mean). The figures
 * (300/400/500), whether partial credit is given and the weights are the
 * edition's policy, never code.
 *
 * Ownership: the result is cJSON, the caller frees it.
 * Units:     points of the edition's scale.
 * Errors:    ERR_NOMEM; ERR_DAMAGED for ticks that the edition does not have.
 * Thread:    any.
 */
#ifndef STORE_SCORE_H
#define STORE_SCORE_H

#include <stdint.h>

#include "store/edition.h"

struct ratio {
	int64_t num, den;
}; /* den > 0, lowest terms, both within +-RATIO_MAX */

/* Small enough that ratio_text() needs no wider numbers. */
#define RATIO_MAX (INT64_MAX / 1000)

/* *a += b, *a = *a * n / d; ERR_DAMAGED when it does not fit (*a untouched). */
int ratio_add(struct ratio *a, struct ratio b, struct err *e);
int ratio_scale(struct ratio *a, int64_t n, int64_t d, struct err *e);
/* "412.50": two digits, half away from zero. */
void ratio_text(struct ratio r, char ret[32]);

/* Score and level of one item from its answer record (NULL = none). Result
 * items without indicators score 0. */
int score_item(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, struct ratio *ret, enum level *ret_level,
    struct err *e);

/*
 * {"total","categories":[{"id","score"}],"items":[{"id","score","level","ticked","points"}],"unassessed":["7.1",…]}
 * (design section 10); unassessed: result items without indicators; answer_of
 * returns the borrowed answer record of an item, or NULL.
 */
int score_all(const struct edition *ed,
    const cJSON *(*answer_of)(void *arg, const char *item), void *arg,
    cJSON **ret, struct err *e);

#endif
