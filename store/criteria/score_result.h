/*
 * score_result: scores of result items (category 7) from their indicators, by
 * the edition's policy. Pure.
 *
 * Source of the rules: domain/pmqa.md 3.3 (a published in-house system's two
 * versions); the cut-offs and floors are the edition's data. Per cent of
 * success: larger is better: actual / target * 100; smaller: 200 - actual /
 * target * 100; never below 0. Policy "bands": points by cut-offs; "linear":
 * from the points at the floor to those at the ceiling, 0 below the floor, the
 * ceiling's above it. A measure is the mean of its indicators that have a
 * result, an item the mean of its measures that have one; a required measure
 * without one leaves the item unassessed (0). A measure that does not apply
 * (all its indicators say so, with a reason) counts nowhere. A target of 0 (or
 * less) leaves the formula without meaning: 100 when it is reached, else 0. No
 * target: no score. A missing year is no score but no fault: only the year's
 * own result counts. docs/SCORING.md says how sure each of these is.
 *
 * Each step (per cent, points, measure, item) is computed exactly from the one
 * below it and kept to a millionth (ratio_round()): targets are any numbers, and a sum of many fractions over
 * them would fit nowhere.
 *
 * Ownership: borrowed. Units: points. Errors: ERR_DAMAGED. A figure too long to
 * be computed with is no error but RESULT_TOO_LONG: one office's slip must not
 * stop everybody's scores. Thread: any.
 */
#ifndef STORE_CRITERIA_SCORE_RESULT_H
#define STORE_CRITERIA_SCORE_RESULT_H

#include "store/criteria/score.h"

enum result_why { /* why there is no score */
	RESULT_SCORED,
	RESULT_NO_TARGET,
	RESULT_NO_ACTUAL,
	RESULT_NOT_APPLICABLE,
	RESULT_TOO_LONG,    /* a figure of more than RATIO_DIGITS digits */
	RESULT_NO_INDICATOR /* a measure without any */
};

struct result_score {
	struct ratio percent, score; /* valid when why is RESULT_SCORED */
	enum result_why why;
};

/* "scored", "no-target", "no-actual", "not-applicable", "too-long",
 * "no-indicator" */
const char *result_why_name(enum result_why why);

/* One indicator (an object below "indicators"). */
int score_indicator(const struct edition *ed, const struct edition_item *it,
    const cJSON *indicator, struct result_score *ret, struct err *e);
/* A measure of the edition or an own one, by id; percent and score are the
 * means over its indicators. */
int score_measure(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, const char *measure, struct result_score *ret,
    struct err *e);
/* The item; *ret_assessed 0 when a required measure is missing or none has a
 * result. */
int score_result_item(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, struct ratio *ret, int *ret_assessed, struct err *e);

#endif
