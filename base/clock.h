/*
 * clock: times as numbers, as RFC 3339 and as people in Thailand write them.
 *
 * Ownership: none; results go to the caller's arrays.
 * Units:     seconds since 1970-01-01 UTC, milliseconds for clock_mono_ms(),
 * minutes east of UTC for offsets.
 * Errors:    clock_parse*() say ERR_INVALID; the others cannot fail.
 * Thread:    any.
 *
 * Buddhist era = common era + 543; fiscal year N (BE) runs 1 Oct N-1 to 30 Sep
 * N (domain: the Thai budget year).
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/err.h"

#define CLOCK_TEXT 64
#define CLOCK_OFFSET_MAX (23 * 60 + 59)

int64_t clock_now(void);
int64_t clock_mono_ms(void);

/* "2026-11-22T13:14:15+07:00" */
void clock_rfc3339(char ret[CLOCK_TEXT], int64_t t, int offset_min);

/* th: "22 พ.ย. 2569 13:14"; en: "2026-11-22 13:14" */
void clock_people(char ret[CLOCK_TEXT], int64_t t, int offset_min, int thai);

/*
 * Reads a date or a time: "22/11/2569", "2026-11-22", "2026-11-22T13:14:15+07:00",
 * "2026-11-22 13:14". A date without a zone is taken at offset_min; end_of_day
 * picks 23:59:59 of a date alone. Years from 2400 up are Buddhist era.
 */
int clock_parse(const char *s, int offset_min, int end_of_day, int64_t *ret_t,
    struct err *e);

/* "+07:00" (or "Z") to minutes and back. */
int clock_parse_offset(const char *s, int *ret_min, struct err *e);
void clock_offset_text(char ret[8], int offset_min);

/* The fiscal year (BE) that t falls into. */
int clock_fiscal_year(int64_t t, int offset_min);

#endif
