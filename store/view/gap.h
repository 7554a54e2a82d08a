/*
 * gap: what is missing to the target levels, and what each missing step would
 * gain, the cheapest first.
 *
 * A step is a missing point of the item's next incomplete level (above it the
 * policy is gated: nothing counts). Its gain is the item's score with all
 * missing points of that level ticked minus the score now, divided by their
 * number: with partial credit that is what each point gains alone, without it
 * what each contributes. (Points that were ticked above the gate earlier count
 * from then on, and so belong to the gain.) In the total it counts by the
 * category's weight and number of items.
 *
 * A result item that is not assessed: its required measures without a result,
 * each brought to 100 per cent of a target; else its indicators below their
 * targets, each brought to its own. An item's target in points is what complete
 * levels up to the target level give.
 *
 * Ownership: *ret is the caller's.
 * Units:     points of the edition's scale, decimal strings with two digits.
 * Errors:    ERR_NOT_FOUND, ERR_INVALID (no such level).
 * Thread:    the store's.
 */
#ifndef STORE_VIEW_GAP_H
#define STORE_VIEW_GAP_H

#include "store/store.h"

/* target NULL: the calendar's, else the highest level.
 * {"office","cycle","edition","target":level|null (exceptions of the calendar
 * apart),"total","gaps":[{"item","kind","score","level","target":level,"below":
 * bool,"missing":[{"point","level"|null,"title"?,"gain","gain_total"}],
 * "next_level"|null,"points_to_next":n,"gain","gain_total","gain_per_step",
 * "gap":text|null,
 * "actions":[ids]}]} items with something to gain, by gain_total per missing
 * step, greatest first. "point" of a result item is the measure or indicator */
int gap_list(struct store *s, const char *office, int year, const char *target,
    cJSON **ret, struct err *e);

#endif
