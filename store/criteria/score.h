/*
 * score: scores by the edition's policy, exact (rational numbers), rounded only
 * when written.
 *
 * Source of the rule: domain/pmqa.md 3.2 and 3.4 (as a published in-house
 * system computes it): item = gate*b/B, and above a complete level step*a/A,
 * then step*s/S; category = plain mean of its items; total = mean of the
 * categories by their weights (equal ones: a plain mean). The figures
 * (300/400/500), whether partial credit is given and the weights are the
 * edition's policy, never code. docs/SCORING.md has each rule with its source,
 * how sure it is, and worked examples.
 *
 * Ownership: the result is cJSON, the caller frees it.
 * Units:     points of the edition's scale.
 * Errors:    ERR_NOMEM; ERR_DAMAGED for ticks that the edition does not have.
 * Thread:    any.
 */
#ifndef STORE_CRITERIA_SCORE_H
#define STORE_CRITERIA_SCORE_H

#include "store/criteria/edition.h"
#include "store/criteria/ratio.h"

/* Score and level of one item from its answer record (NULL = none): process
 * items by their ticks, result items by their indicators (score_result.h);
 * these have no level. *ret_assessed (may be NULL): 0 for a result item that
 * cannot be scored yet, which scores 0. */
int score_item(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, struct ratio *ret, enum level *ret_level,
    int *ret_assessed, struct err *e);

/* How somebody at the hall sees an item. */
struct score_view {
	int given; /* 0: nothing to score by */
	struct ratio score;
	enum level level;
};

/* One assessor's view, or the consensus (an object with "ticks" and "score"):
 * a score that is written there stands (and with it the level that it
 * reaches), else the ticks are scored. view may be NULL. */
int score_assessor(const struct edition *ed, const struct edition_item *it,
    const cJSON *view, struct score_view *ret, struct err *e);

/* The committee's: the consensus; without one the only assessor's; several
 * assessors without consensus: not given. *ret_from: "consensus", "assessor",
 * "none". */
int score_committee(const struct edition *ed, const struct edition_item *it,
    const cJSON *review, struct score_view *ret, const char **ret_from,
    struct err *e);

/* Borrowed records of an item, or NULL. */
typedef const cJSON *score_source(void *arg, const char *item);

/*
 * {"total","categories":[{"id","score","committee"|null}],"items":
 * [{"id","score","level","ticked","points","committee"|null,
 * "committee_level"|null}],"unassessed":["7.1",…],"committee":{"total","items":
 * n scored by it}|null,"thresholds":[{"id","points","reached":bool}]} (design
 * section 10); a committee figure of a category or the total is there when all
 * of its items have one; thresholds are held against the office's total.
 * review_of may be NULL.
 */
int score_all(const struct edition *ed, score_source *answer_of,
    score_source *review_of, void *arg, cJSON **ret, struct err *e);

#endif
