/*
 * conf_times: hours of the day as a setting: "18:00-06:00, 12:00-13:00".
 *
 * Ownership: a value, zeroed: none.
 * Units:     minutes since midnight; seconds since 1970 and minutes east of UTC
 * for the questions.
 * Errors:    ERR_INVALID shows what is expected.
 * Thread:    any.
 */
#ifndef STORE_CONF_TIMES_H
#define STORE_CONF_TIMES_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define CONF_TIMES 8
#define CONF_DAY 1440

struct conf_times {
	int n;
	/* from belongs to it, to does not; to <= from goes over midnight */
	struct {
		int from, to;
	} list[CONF_TIMES];
};

/* "18:00-06:00, 12.00-13.00"; 24:00 is an end. The same hour twice would be
 * either a day or nothing: refused. */
int conf_times_parse(const char *s, struct conf_times *ret, struct err *e);
/* "18:00-06:00, 12:00-13:00", appended. */
void conf_times_text(const struct conf_times *c, struct buf *ret);

/* 1 if t falls into one of them. */
int conf_times_has(const struct conf_times *c, int64_t t, int offset_min);
/* The first moment from t on that falls into one; t itself if it does, or if
 * there are none. */
int64_t conf_times_next(const struct conf_times *c, int64_t t, int offset_min);
/* The first moment after t that falls into none; 0 if t does not, or if they
 * fill the day. */
int64_t conf_times_end(const struct conf_times *c, int64_t t, int offset_min);

#endif
