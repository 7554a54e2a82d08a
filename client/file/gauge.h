/*
 * gauge: how far a transfer is, on one line of standard error that is written
 * over: a bar, bytes, rate and the time left. Quiet where standard error is no
 * terminal.
 *
 * Ownership: gauge_init() … gauge_end() on the caller's struct; name is
 * borrowed.
 * Units:     bytes, milliseconds.
 * Errors:    none: what cannot be shown changes nothing of the outcome.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_GAUGE_H
#define CLIENT_FILE_GAUGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct gauge {
	const char *name;
	int64_t total, begun_at; /* bytes that were there at the beginning */
	int64_t start_ms, shown_ms;
	int on, shown;
};

/* quiet: never shows anything (--json). */
void gauge_init(
    struct gauge *g, const char *name, int64_t done, int64_t total, int quiet);
void gauge_set(struct gauge *g, int64_t done);
/* Takes the line away. */
void gauge_end(struct gauge *g);

/* "12 B", "340 KiB", "1.2 MiB" */
void gauge_bytes(char *ret, size_t size, int64_t n);

/* The line itself, for a terminal so wide; for tests too. now: since the
 * start. */
void gauge_line(const struct gauge *g, int64_t done, int64_t now_ms,
    size_t width, struct buf *ret);

#endif
