/*
 * base64: the standard alphabet with padding (RFC 4648 section 4), strictly.
 *
 * Ownership: results are appended to the caller's buf.
 * Units:     bytes.
 * Errors:    ERR_INVALID for anything but what base64_write() makes; ERR_NOMEM.
 * Thread:    any.
 */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* buf_ok(ret) tells whether there was memory. */
void base64_write(const void *data, size_t len, struct buf *ret);
int base64_read(const char *text, size_t len, struct buf *ret, struct err *e);

#endif
