/*
 * sync_pace: how large the next slice may be: doubled while the link is fast,
 * halved after a cut, so that a link that dies loses one slice at most and a
 * good one is not held up by small ones.
 *
 * Ownership: none.
 * Units:     bytes, milliseconds.
 * Errors:    none.
 * Thread:    any.
 */
#ifndef DAEMON_SYNC_SYNC_PACE_H
#define DAEMON_SYNC_SYNC_PACE_H

#include <stdint.h>

#define SYNC_SLICE_MIN (INT64_C(64) * 1024)
#define SYNC_SLICE_FIRST (INT64_C(256) * 1024)
#define SYNC_SLICE_MAX (INT64_C(8) * 1024 * 1024)
#define SYNC_SLICE_FAST_MS 10000

/* After a slice of size that took so long; full: more was waiting than fit. */
int64_t sync_pace_after(int64_t size, int64_t took_ms, int full);
int64_t sync_pace_cut(int64_t size);

#endif
