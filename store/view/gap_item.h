/*
 * gap_item: what is missing in one item, and what it would gain; pure. For
 * gap.c.
 *
 * Ownership: gap_item() fills the caller's struct, gap_release() frees what is
 * in it; names are borrowed from edition and answer.
 * Units:     points of the edition's scale, exact.
 * Errors:    as score.h.
 * Thread:    any.
 */
#ifndef STORE_VIEW_GAP_ITEM_H
#define STORE_VIEW_GAP_ITEM_H

#include "store/criteria/score.h"

struct gap_step {
	const char *id;    /* point, measure or indicator */
	const char *title; /* of an indicator; else NULL */
	struct ratio gain, gain_total;
};

struct gap {
	const struct edition_item *it;
	struct ratio score;
	enum level level, next, target; /* next: LEVEL_NONE for result items
					   and complete ones */
	int assessed, below;
	struct gap_step *steps;
	size_t n_steps;
	struct ratio gain, gain_total; /* of all steps together */
	struct ratio per_step;         /* gain_total / n_steps */
	size_t order;                  /* the caller's */
};

/* share: of the item's score in the total. answer may be NULL. */
int gap_item(const struct edition *ed, const struct edition_item *it,
    const cJSON *answer, enum level target, struct ratio share, struct gap *ret,
    struct err *e);
void gap_release(struct gap *g);

#endif
