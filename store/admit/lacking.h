/*
 * lacking: an object was not found while a push was looked at: did the push not
 * bring it, or has this repository lost it?
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_REFUSED with a sentence for who pushed; what was given.
 * Thread:    the repository's.
 */
#ifndef STORE_ADMIT_LACKING_H
#define STORE_ADMIT_LACKING_H

#include "store/git/repo.h"

/*
 * What admit_range() gave, and e that it filled. An ERR_DAMAGED for an object
 * that is not there becomes ERR_REFUSED where all that the known tips hold is
 * whole; all else is given back as it is.
 */
int lacking_blame(int rc, struct repo *r, const unsigned char (*known)[20],
    size_t n_known, struct err *e);

#endif
