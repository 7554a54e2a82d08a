/*
 * ratio: fractions, for scores that are rounded only when they are written.
 *
 * Ownership: values.
 * Units:     none.
 * Errors:    ERR_DAMAGED when a fraction does not fit; what was to change is
 * untouched then. ERR_INVALID for text that is no decimal.
 * Thread:    any.
 */
#ifndef STORE_CRITERIA_RATIO_H
#define STORE_CRITERIA_RATIO_H

#include <stdint.h>

#include "base/err.h"

struct ratio {
	int64_t num, den;
}; /* den > 0, lowest terms, both within +-RATIO_MAX */

/* Small enough that ratio_text() needs no wider numbers. */
#define RATIO_MAX (INT64_MAX / 1000)

/* *a += b, *a = *a * n / d; ERR_DAMAGED when it does not fit (*a untouched). */
int ratio_add(struct ratio *a, struct ratio b, struct err *e);
int ratio_scale(struct ratio *a, int64_t n, int64_t d, struct err *e);

/* <0, 0, >0; never too large. */
int ratio_cmp(struct ratio a, struct ratio b);

/* To a whole number of millionths, half away from zero; ERR_DAMAGED when the
 * result does not fit. */
int ratio_round(struct ratio *a, struct err *e);

/* "-?digits[.digits]", a record's decimal, of at most RATIO_DIGITS digits (the 0
 * of "0.5" not counted): ERR_DAMAGED for more. */
#define RATIO_DIGITS 15
int ratio_parse(const char *decimal, struct ratio *ret, struct err *e);

/* a / b * times to a whole number of millionths, half away from zero, at most
 * RATIO_QUOTIENT_MAX (a larger one is that); for any a and b of ratio_parse(),
 * a >= 0, b > 0, times from 1 to 1000. */
#define RATIO_QUOTIENT_MAX 1000000000
struct ratio ratio_quotient(struct ratio a, struct ratio b, int64_t times);

/* "412.50": two digits, half away from zero. */
void ratio_text(struct ratio r, char ret[32]);

#endif
