/*
 * sha1: SHA-1 by libcrypto: names of git's objects, and the checksums at the end
 * of its pack and index files. It does not look for the marks of a collision
 * attack, as libgit2 and git do where an object comes in; what is trusted is
 * what SHA-256 and a signature cover (docs/decisions/0022-plain-sha1.md).
 *
 * Ownership: sha1_new() … sha1_free().
 * Units:     bytes.
 * Errors:    ERR_NOMEM; ERR_FAILED when libcrypto fails.
 * Thread:    one at a time.
 */
#ifndef STORE_GIT_SHA1_H
#define STORE_GIT_SHA1_H

#include <stddef.h>

#include "base/err.h"

#define SHA1_LEN 20

struct sha1;

int sha1_new(struct sha1 **ret, struct err *e);
void sha1_free(struct sha1 *s);

/* A sum is: begin, what is summed in any pieces, end. What failed on the way is
 * told at the end. */
void sha1_begin(struct sha1 *s);
void sha1_add(struct sha1 *s, const void *data, size_t len);
int sha1_end(struct sha1 *s, unsigned char ret[SHA1_LEN], struct err *e);

#endif
