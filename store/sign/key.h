/*
 * key: Ed25519 keys in OpenSSH's file formats, so that ssh, ssh-keygen and git
 * use the same files.
 *
 * Ownership: struct key is the caller's memory; key_release() wipes it.
 * Units:     bytes.
 * Errors:    ERR_SYS, ERR_NOT_FOUND, ERR_CONFLICT (would overwrite),
 *            ERR_INVALID (not an unencrypted ssh-ed25519 key), ERR_DENIED (a
 *            secret key that others may read).
 * Thread:    any.
 */
#ifndef STORE_SIGN_KEY_H
#define STORE_SIGN_KEY_H

#include "base/buf.h"
#include "base/err.h"

#define KEY_PUBLIC_LEN 32
#define KEY_SECRET_LEN 64
#define KEY_LINE_MAX 128 /* "ssh-ed25519 AAAA…" with NUL */

struct key {
	unsigned char pub[KEY_PUBLIC_LEN];
	unsigned char sec[KEY_SECRET_LEN];
	int has_secret;
};

/* sodium_init() once per process; ERR_FAILED if the random source is missing.
 */
int key_init(struct err *e);

int key_generate(struct key *ret, struct err *e);
void key_release(struct key *k);

/* Writes path (0600, openssh-key-v1, unencrypted) and path.pub (0644), durably.
 * Refuses to overwrite. */
int key_save(
    const struct key *k, const char *path, const char *comment, struct err *e);
int key_load(const char *path, struct key *ret, struct err *e);

/* "ssh-ed25519 AAAA…" without comment; and back (a comment after a blank is
 * allowed and ignored). */
void key_line(const unsigned char pub[KEY_PUBLIC_LEN], char ret[KEY_LINE_MAX]);
int key_parse_line(
    const char *line, unsigned char ret[KEY_PUBLIC_LEN], struct err *e);

/* "SHA256:…" as ssh-keygen -l prints it. */
void key_fingerprint(const unsigned char pub[KEY_PUBLIC_LEN], char ret[64]);

#endif
