/*
 * sshwire: the pieces that OpenSSH's key and signature formats are made of:
 * length-prefixed strings, Ed25519 key blobs, base64 between two lines.
 *
 * Ownership: a reader borrows the bytes it reads.
 * Units:     bytes.
 * Errors:    readers return 0, or -1 for anything malformed; writers need room
 * that the caller has worked out (a full writer sticks, see failed).
 * Thread:    any.
 */
#ifndef STORE_SIGN_SSHWIRE_H
#define STORE_SIGN_SSHWIRE_H

#include <stddef.h>
#include <stdint.h>

#include "store/sign/key.h"

#define SSHWIRE_KEY_TYPE "ssh-ed25519"
#define SSHWIRE_KEY_LEN 51 /* string type, string key */
#define SSHWIRE_BASE64                                                         \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
#define SSHWIRE_COLUMNS 70     /* of base64, as ssh-keygen writes it */
#define SSHWIRE_COLUMNS_PEM 76 /* as other writers of SSHSIG do */

/* Writes into the caller's array: secrets leave no copies in the heap. */
struct sshwire_out {
	unsigned char *data;
	size_t size, len;
	int failed;
};

void sshwire_put(struct sshwire_out *o, const void *data, size_t len);
void sshwire_put_u32(struct sshwire_out *o, uint32_t v);
void sshwire_put_string(struct sshwire_out *o, const void *data, size_t len);
void sshwire_put_key(
    struct sshwire_out *o, const unsigned char pub[KEY_PUBLIC_LEN]);

struct sshwire_in {
	const unsigned char *data;
	size_t len; /* left */
};

int sshwire_get(struct sshwire_in *in, const void *expected, size_t len);
int sshwire_get_u32(struct sshwire_in *in, uint32_t *ret);
int sshwire_get_string(
    struct sshwire_in *in, const unsigned char **ret, size_t *ret_len);
/* A string that must have exactly these bytes. */
int sshwire_get_exact(struct sshwire_in *in, const void *expected, size_t len);
/* A string that holds one ssh-ed25519 key blob and nothing else. */
int sshwire_get_key(struct sshwire_in *in, unsigned char ret[KEY_PUBLIC_LEN]);

/* Canonical base64 only (alphabet, padding, no stray bits): one content has
 * one text. *ret_len bytes go to ret, which has room for max. */
int sshwire_decode(const char *text, size_t len, unsigned char *ret, size_t max,
    size_t *ret_len);

/*
 * Reads "<begin>\n<base64 in full lines>\n<end>" with at most one LF after it;
 * canonical base64 only, so one content has one text per width. cols: the
 * widths allowed, ended by 0. *ret_len bytes go to ret, which has room for max.
 */
int sshwire_dearmour(const char *text, size_t len, const char *begin,
    const char *end, const size_t *cols, unsigned char *ret, size_t max,
    size_t *ret_len);

/* Writes the same at SSHWIRE_COLUMNS, without a final LF. */
void sshwire_armour(struct buf *out, const char *begin, const char *end,
    const unsigned char *data, size_t len);

#endif
