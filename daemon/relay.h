/*
 * relay: stands between a program and whoever started it, and lets so many bytes
 * a second through, each way.
 *
 * Ownership: none.
 * Units:     bytes a second; milliseconds of clock_mono_ms().
 * Errors:    ERR_SYS.
 * Thread:    a process with one thread.
 */
#ifndef DAEMON_RELAY_H
#define DAEMON_RELAY_H

#include <stdint.h>

#include "base/err.h"

/* A measure that fills at a rate, up to what a quarter of a second brings. */
struct relay_rate {
	int64_t per_s, size, level; /* bytes; level in thousandths of them */
	int64_t at_ms;
};

void relay_rate_init(struct relay_rate *r, int64_t per_s, int64_t now_ms);
/* How many bytes may go now, at most max; few at a time are none. */
int64_t relay_rate_may(struct relay_rate *r, int64_t max, int64_t now_ms);
void relay_rate_took(struct relay_rate *r, int64_t n);
/* When bytes may go again. */
int64_t relay_rate_wait_ms(const struct relay_rate *r);

/*
 * Splits the process: *ret_child is 1 in the new one, which goes on with pipes
 * for standard input and output, and 0 in the old one, which has relayed until
 * it ended; then *ret_status is its exit status.
 */
int relay_split(int64_t per_s, int *ret_child, int *ret_status, struct err *e);

#endif
