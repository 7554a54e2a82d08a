/*
 * sync_progress: how far an exchange is, read from what git says of a transfer
 * (git push --progress), and how long it will take.
 *
 * Ownership: values.
 * Units:     bytes, bytes a second; milliseconds of clock_mono_ms() for now.
 * Errors:    none: a line that tells nothing changes nothing.
 * Thread:    any, one at a time.
 */
#ifndef DAEMON_SYNC_SYNC_PROGRESS_H
#define DAEMON_SYNC_SYNC_PROGRESS_H

#include <stdint.h>

/* What is shown. */
struct sync_progress {
	int64_t step, steps; /* part k of n: slices, files; 0 of 0: no parts */
	int percent;         /* of the part under way */
	int64_t bytes;       /* that this stage has moved */
	int64_t rate;        /* bytes a second, so far; 0 unknown */
	int64_t left_s;      /* to the end of this stage; -1 unknown */
};

/* One stage of an exchange (all slices, all files). Zeroed: none. */
struct sync_gauge {
	int64_t begun_ms;
	int64_t first; /* units that were done before it began */
	int64_t done, part, total;
	int64_t bytes,
	    part_bytes; /* of parts behind it; of the one under way */
	struct sync_progress now;
};

/* The stage begins. */
void sync_gauge_begin(struct sync_gauge *g, int64_t now_ms, int64_t done);
/* A part of it begins: k of n; done units of total are behind it, part units
 * are in it. Units are what the time left is reckoned by. */
void sync_gauge_part(struct sync_gauge *g, int64_t step, int64_t steps,
    int64_t done, int64_t part, int64_t total);
/* A line of git's: 1 if it tells how far the part is. */
int sync_gauge_line(struct sync_gauge *g, const char *line, int64_t now_ms);

#endif
