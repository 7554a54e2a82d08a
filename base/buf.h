/*
 * buf: growable bytes.
 *
 * Ownership: buf_init() on the caller's struct, buf_release() frees; data
 * belongs to the buf until buf_take().
 * Units:     bytes.
 * Errors:    a failed allocation sticks: later appends do nothing and buf_ok()
 * says ERR_NOMEM once, at the end.
 * Thread:    one thread at a time.
 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stddef.h>

#include "base/err.h"

struct buf {
	char *data; /* NUL-terminated; NULL as long as nothing was added */
	size_t len; /* without that NUL */
	size_t cap;
	int failed;
};

#define BUF_INIT                                                               \
	{                                                                      \
		NULL, 0, 0, 0                                                  \
	}

void buf_init(struct buf *b);
void buf_release(struct buf *b);
void buf_clear(struct buf *b); /* len = 0, keeps memory; clears failed */
void buf_append(struct buf *b, const void *data, size_t len);
void buf_puts(struct buf *b, const char *s);
void buf_putc(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_consume(struct buf *b, size_t len); /* drops the first len bytes */
char *buf_take(struct buf *b); /* the caller now owns the (NUL-terminated)
				  bytes; NULL only if failed */
const char *buf_str(const struct buf *b); /* "" when empty; borrowed */
int buf_ok(const struct buf *b,
    struct err *e); /* 0, or ERR_NOMEM when an append failed */

#endif
