/*
 * signers_https: the file by which TLS knows an office's key: DIR/keys/https.pem
 * (0600), the device's certificate and its secret key in one.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as key_load(); ERR_SYS, ERR_NOMEM.
 * Thread:    one.
 */
#ifndef STORE_HALL_SIGNERS_HTTPS_H
#define STORE_HALL_SIGNERS_HTTPS_H

#include "store/conf.h"

/* Below DIR. */
#define SIGNERS_HTTPS "keys/https.pem"

/* Written when the hall has an https address, gone when it has none. identity:
 * path of the secret key of the device that the hall knows. */
int signers_write_https(
    const struct conf *c, const char *identity, struct err *e);

#endif
