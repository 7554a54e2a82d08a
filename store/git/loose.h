/*
 * loose: looks at a loose object's file before libgit2 does, which up to 1.9
 * can loop for ever or write past its memory on a damaged one (inflate.h).
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    ERR_DAMAGED names the file; ERR_SYS, ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_GIT_LOOSE_H
#define STORE_GIT_LOOSE_H

#include "base/err.h"

/*
 * 0 if objects_dir has no such loose object, or one that unpacks whole, with
 * the header and the length it states (that its content is what its name says
 * is libgit2's own check).
 */
int loose_check(
    const char *objects_dir, const unsigned char id[20], struct err *e);

#endif
