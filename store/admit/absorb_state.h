/*
 * absorb_state: one branch being taken in; for absorb.c and absorb_each.c only.
 *
 * Ownership: absorb_init() … absorb_release() on the caller's struct.
 * Units:     none.
 * Errors:    as absorb.h.
 * Thread:    the writer's.
 */
#ifndef STORE_ADMIT_ABSORB_STATE_H
#define STORE_ADMIT_ABSORB_STATE_H

#include "store/admit/absorb.h"
#include "store/admit/trust.h"

struct index_file;

struct absorb {             /* one branch being taken in */
	struct trust trust; /* first: trust's callbacks cast back to it */
	struct store *store;
	struct branch *branch;
	const char *move; /* ref that follows what is indexed, or NULL */
	struct index_file *files;
	size_t cap;
	const struct admit *admit; /* while it runs */
	int open;                  /* a transaction is */
	int whole;  /* all in one transaction: it begins with a rewind */
	int beside; /* side revisions came that no merge brought in yet */
	int refill; /* receipts that are kept may be about what comes in */
	int failed; /* the index could not be written: nothing to keep of it */
	size_t n_open;
	int64_t n; /* commits indexed and committed */
	void (*progress)(void *arg, int64_t done);
	void *progress_arg;
	int64_t done_before;
};

int absorb_init(struct absorb *a, struct store *s, const char *office,
    const char *which, struct err *e);
void absorb_release(struct absorb *a);

/* Everything up to tip that the index lacks. stored: see admit.h. */
int absorb_take_in(
    struct absorb *a, const unsigned char tip[20], int stored, struct err *e);

#endif
