/*
 * sha256: SHA-256 (FIPS 180-4) for the client, which loads no library of
 * cryptography at each start; the store uses libsodium's.
 *
 * Ownership: the caller's struct, no memory behind it.
 * Units:     bytes.
 * Errors:    none.
 * Thread:    any.
 */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_HEX 65 /* with NUL */

struct sha256 {
	uint32_t h[8];
	uint64_t len; /* bytes so far */
	unsigned char block[64];
};

void sha256_init(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t len);
/* Lower-case hex. */
void sha256_end(struct sha256 *s, char ret[SHA256_HEX]);

#endif
