/*
 * sha1: the checksum at the end of git's pack and index files. Only to find
 * bits that turned on the disk: nothing is trusted because of it.
 *
 * Ownership: the caller's struct, no memory behind it.
 * Units:     bytes.
 * Errors:    none.
 * Thread:    any.
 */
#ifndef STORE_GIT_SHA1_H
#define STORE_GIT_SHA1_H

#include <stddef.h>
#include <stdint.h>

#define SHA1_LEN 20

struct sha1 {
	uint32_t h[5];
	uint64_t len; /* bytes so far */
	unsigned char block[64];
};

void sha1_init(struct sha1 *s);
void sha1_add(struct sha1 *s, const void *data, size_t len);
void sha1_end(struct sha1 *s, unsigned char ret[SHA1_LEN]);

#endif
