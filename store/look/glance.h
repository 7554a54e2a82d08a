/*
 * glance: single members of a record's canonical bytes, found without reading
 * all of them. In the canonical form (canon.h) a member of the record itself
 * begins a line with two blanks, and no text can: line ends in texts are
 * escaped.
 *
 * Ownership: the cJSON is the caller's.
 * Units:     bytes.
 * Errors:    ERR_DAMAGED, ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_LOOK_GLANCE_H
#define STORE_LOOK_GLANCE_H

#include <stddef.h>

#include "base/json.h"

/* An object of those of the named members that are there. keys ends with NULL.
 * path: for the sentence. */
int glance_members(const char *bytes, size_t len, const char *path,
    const char *const *keys, cJSON **ret, struct err *e);

#endif
