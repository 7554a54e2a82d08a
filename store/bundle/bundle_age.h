/*
 * bundle_age: encryption to the receiver, by the program age: its recipients
 * may be ssh-ed25519 keys, which devices and halls have already.
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    ERR_FAILED (age is not installed, or says why not), ERR_INVALID
 * (cut or altered), ERR_DENIED (for another key).
 * Thread:    any; blocks it.
 */
#ifndef STORE_BUNDLE_BUNDLE_AGE_H
#define STORE_BUNDLE_BUNDLE_AGE_H

#include "base/err.h"
#include "store/sign/key.h"

#define BUNDLE_AGE_KEYS 26

/* Do these first bytes begin a file of age? */
int bundle_age_is(const void *data, size_t len);
/* Does its header name this key? */
int bundle_age_names(
    const void *data, size_t len, const unsigned char pub[KEY_PUBLIC_LEN]);

/* keys: "ssh-ed25519 AAAA…", n of them, 1 to BUNDLE_AGE_KEYS. */
int bundle_age_encrypt(const char *const *keys, size_t n, const char *from,
    const char *to, struct err *e);
/* identity: the file of the secret key. */
int bundle_age_decrypt(
    const char *identity, const char *from, const char *to, struct err *e);

#endif
