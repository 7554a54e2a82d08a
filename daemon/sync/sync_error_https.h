/*
 * sync_error_https: what git and its https library say when a hall is not
 * reached over https, put in words.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    none: what is not known is left to sync_error.c.
 * Thread:    any.
 */
#ifndef DAEMON_SYNC_SYNC_ERROR_HTTPS_H
#define DAEMON_SYNC_SYNC_ERROR_HTTPS_H

#include "daemon/sync/sync_error.h"

/* said: git's standard error. 1 if *ret says what is the matter. */
int sync_error_https(
    const char *said, const char *where, struct sync_fault *ret);

#endif
