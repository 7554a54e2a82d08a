/*
 * side: revisions of a device that wait at the hall, in refs/side/<letter> of
 * the office's repository, for the merge that will bring them to the branch: so
 * that a long parted history comes in slices too.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as repo.h, graph.h.
 * Thread:    the repository's; side_sweep() the writer's.
 */
#ifndef STORE_ADMIT_SIDE_H
#define STORE_ADMIT_SIDE_H

#include "store/store.h"

#define SIDE_REFS "refs/side/"

/* refs/side/<letter> of a device ("9105-a"). */
void side_ref(const char *device, char ret[16]);

/* Hall, after an absorb: removes those that the office's branch reaches now. */
int side_sweep(struct store *s, const char *office, struct err *e);

#endif
