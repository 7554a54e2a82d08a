/*
 * pace: sizes, rates and spans of time as people read them; and how far a
 * transfer is.
 *
 * Ownership: texts go to the caller's memory.
 * Units:     bytes, bytes a second, seconds.
 * Errors:    pace_read_span() says ERR_USAGE; the others cannot fail.
 * Thread:    one.
 */
#ifndef CLIENT_PACE_H
#define CLIENT_PACE_H

#include "client/out.h"

/* "300 bytes", "1.2 MiB" */
void pace_size(char *ret, size_t size, int64_t bytes);
/* "40 s", "3 min", "2 h 5 min", "3 days" */
void pace_span(char *ret, size_t size, int64_t seconds);
/* "90", "90s", "45m", "2h", "3d", in Thai digits too: to seconds. */
int pace_read_span(const char *s, int64_t *ret, struct err *e);

/* " 45 %, 1.2 MiB, 300 KiB/s, 2 min left": what is known of it. NULL prints
 * nothing. */
void pace_print(struct out *o, const cJSON *transfer);

#endif
