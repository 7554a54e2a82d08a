/*
 * inflate: unpacks one whole zlib stream (RFC 1950, 1951), strictly and within
 * a limit.
 *
 * Here because libgit2 up to 1.9 reads a damaged loose object without end
 * (#7342) or past its memory (#7177): zlib looks at the file first.
 *
 * Ownership: the caller owns the bytes.
 * Units:     bytes.
 * Errors:    ERR_INVALID for anything but one complete stream that fits its
 * checksum, with nothing after it, of at most max bytes; ERR_NOMEM.
 * Thread:    any.
 */
#ifndef STORE_GIT_INFLATE_H
#define STORE_GIT_INFLATE_H

#include <stddef.h>

#include "base/buf.h"

/* Appends what is unpacked to *ret (after an error, a part of it). */
int inflate_zlib(
    const void *data, size_t len, size_t max, struct buf *ret, struct err *e);

#endif
