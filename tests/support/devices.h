/*
 * devices: a few devices of one office and what they sync with, at random: edits
 * while apart, merges, syncs that are cut, a hall restored to what it was, sticks
 * from one device to another, sign-offs, conflicts that people resolve.
 *
 * Ownership: devices_create() … devices_free().
 * Units:     versions of the history (histories.h).
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_DEVICES_H
#define TESTS_SUPPORT_DEVICES_H

#include "tests/support/histories.h"

#define DEVICES_MAX 5

struct devices {
	struct history *h;
	uint64_t rnd;
	int n;
	int64_t tips[DEVICES_MAX];
	int64_t hall;
	int64_t halls[HISTORY_MAX]; /* all that the hall ever had */
	size_t n_halls;
	int n_made; /* values so far: each is another one */
	/* told of every merge */
	void (*merged)(struct devices *d, int64_t version);
	int n_merges, n_crossed, n_resolved, n_conflicts;
};

/* Two to five devices that all have the first version. */
struct devices *devices_create(uint64_t seed);
void devices_free(struct devices *d);

uint64_t devices_random(struct devices *d, uint64_t below);

/* One thing that happens. */
void devices_step(struct devices *d);

/* All devices sync until nothing is left to do; their version. */
int64_t devices_settle(struct devices *d);

/* edits.c: one revision of a person on top of a tip; gives the new version. */
int64_t devices_edit(struct devices *d, int device);
/* The same that resolves one of the tip's conflicts; the tip if it cannot. */
int64_t devices_resolve(struct devices *d, int device);

#endif
