/*
 * frame: a stream of bytes cut into lines, one message a line. Pure: no I/O.
 *
 * Ownership: frame_init()/frame_release() on the caller's struct; a line
 * returned is borrowed until the next frame_* call. Units:     bytes, LF not
 * counted. Errors:    ERR_INVALID once a line is longer than FRAME_MAX: the
 * stream cannot be used on. Thread:    one at a time.
 */
#ifndef PROTO_FRAME_H
#define PROTO_FRAME_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

#define FRAME_MAX (1024 * 1024)

struct frame {
	struct buf in;
	size_t scanned; /* bytes of in known to hold no LF */
	size_t taken;   /* bytes of in already given out */
};

void frame_init(struct frame *f);
void frame_release(struct frame *f);
/* Adds what was read. Memory grows to at most FRAME_MAX + one read. */
int frame_feed(struct frame *f, const void *data, size_t len, struct err *e);
/* 1 and a line (NUL-terminated, without LF and a CR before it), 0 when more
 * bytes are needed, ERR_INVALID when too long. Blank lines are skipped. */
int frame_next(
    struct frame *f, char **ret_line, size_t *ret_len, struct err *e);

#endif
