/*
 * x509: a device's own key as a certificate that TLS understands, and the pin
 * of a server's certificate.
 *
 * The certificate of a device is signed by its own key and says nothing but
 * its name: nobody vouches for it, the hall knows the key. It has one form
 * only, in which everything but name, key and signature is fixed, so reading it
 * is comparing bytes.
 *
 * Ownership: none; texts are appended to the caller's buf.
 * Units:     bytes.
 * Errors:    ERR_INVALID: no certificate, of another form, of another name.
 * Thread:    any; after key_init().
 */
#ifndef STORE_SIGN_X509_H
#define STORE_SIGN_X509_H

#include "store/sign/key.h"

#define X509_NAME_LEN 6                   /* "9105-a" */
#define X509_PEM_MAX 1024                 /* of a device's certificate */
#define X509_FILE_MAX ((size_t)64 * 1024) /* of a server's, with its chain */
#define X509_PIN_LEN 52 /* "sha256//" and 44 letters of base64 */

/* The certificate as PEM, with LF. */
int x509_put_certificate(
    const struct key *k, const char *name, struct buf *ret, struct err *e);
/* The secret key as PEM (PKCS #8), with LF. The caller wipes it. */
int x509_put_key(const struct key *k, struct buf *ret, struct err *e);

/* Exactly the certificate that x509_put_certificate() makes for that name: the
 * key in it. */
int x509_read(const char *pem, const char *name,
    unsigned char ret[KEY_PUBLIC_LEN], struct err *e);

/* "sha256//…" over the public key of the first certificate in text (PEM), as
 * http.pinnedPubkey of git takes it. */
int x509_pin(const char *text, char ret[X509_PIN_LEN + 1], struct err *e);
/* Is it such a pin? */
int x509_is_pin(const char *pin);

#endif
