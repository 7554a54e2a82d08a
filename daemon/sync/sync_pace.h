/*
 * sync_pace: how large the next slice may be. It grows while the link is fast
 * and holds, so that a good link is not held up by small slices, and stays a
 * small part of what the link carried between two cuts, so that what a cut
 * costs (one slice at most, which goes again) is a small part of the whole.
 *
 * Ownership: the caller's memory; sync_pace_init() first.
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
#define SYNC_SLICE_SLOW_MS 60000

struct sync_pace {
	int64_t size;   /* of the next slice */
	int64_t flowed; /* since the last cut */
	int64_t held;   /* flowed when the last cut came; 0: none came yet */
};

void sync_pace_init(struct sync_pace *p);

/* After a slice of so many bytes that took so long; full: more was waiting
 * than fit. */
void sync_pace_after(
    struct sync_pace *p, int64_t bytes, int64_t took_ms, int full);

/* After one that did not arrive because the link was cut. */
void sync_pace_cut(struct sync_pace *p);

#endif
