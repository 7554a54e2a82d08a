/*
 * sshsig: SSH signatures (OpenSSH PROTOCOL.sshsig), Ed25519 and SHA-512 only.
 *
 * Ownership: results go to the caller's buf.
 * Units:     bytes.
 * Errors:    ERR_INVALID for a malformed, foreign or wrong signature; the
 *            sentence says which.
 * Thread:    any.
 */
#ifndef STORE_SIGN_SSHSIG_H
#define STORE_SIGN_SSHSIG_H

#include "store/sign/key.h"

#define SSHSIG_NS_GIT "git"
#define SSHSIG_NS_RECEIPT "pmqa-receipt"
#define SSHSIG_NS_ENROLL "pmqa-enroll"
#define SSHSIG_NS_ANCHOR "pmqa-anchor"

/* Appends the armoured signature, "-----BEGIN SSH SIGNATURE-----\n…-----END SSH
 * SIGNATURE-----", without a final LF. */
int sshsig_sign(const struct key *k, const char *ns, const void *msg,
    size_t len, struct buf *ret_armour, struct err *e);

/* The 64 bytes of the same signature alone (always with sha512), for lines that
 * people carry and that name the key themselves: the rest of the armour can be
 * made from key and namespace. */
#define SSHSIG_RAW_LEN 64
int sshsig_sign_raw(const struct key *k, const char *ns, const void *msg,
    size_t len, unsigned char ret[SSHSIG_RAW_LEN], struct err *e);
int sshsig_verify_raw(const unsigned char pub[KEY_PUBLIC_LEN], const char *ns,
    const void *msg, size_t len, const unsigned char sig[SSHSIG_RAW_LEN],
    struct err *e);

/*
 * Checks an armoured signature over msg in namespace ns, strictly: one armour
 * block and nothing else, 70- or 76-column base64, version 1, ssh-ed25519,
 * namespace exactly ns, empty reserved, sha512 (sha256 accepted), no trailing
 * bytes. On success *ret_pub is the signing key: whether that key may sign is
 * the caller's question.
 */
int sshsig_verify(const char *armour, size_t armour_len, const char *ns,
    const void *msg, size_t len, unsigned char ret_pub[KEY_PUBLIC_LEN],
    struct err *e);

#endif
