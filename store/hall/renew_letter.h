/*
 * renew_letter: a letter that no device of the office has or ever had.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_CONFLICT when the wanted one, or all of them, are used;
 * ERR_INVALID when the wanted one is no letter of an office's device.
 * Thread:    the writer's.
 */
#ifndef STORE_HALL_RENEW_LETTER_H
#define STORE_HALL_RENEW_LETTER_H

#include "store/store.h"

/*
 * The lowest letter that stands neither in the registry nor in any commit that
 * is here, nor has a key in this directory. Where no registry has come from the
 * hall yet the search begins behind the present letter: the lower ones are most
 * likely those of other devices. theirs: what the hall has of this office,
 * NULL: nothing that is not here. wanted: the letter a person asks for, 0: none.
 */
int renew_letter(struct store *s, const unsigned char *theirs, char wanted,
    char *ret, struct err *e);

#endif
