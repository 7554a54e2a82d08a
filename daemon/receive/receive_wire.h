/*
 * receive_wire: git's packets on the descriptors of a process: "<4 hex of the
 * length><bytes>", 0000 for a pause; bands within them.
 *
 * Ownership: struct receive_wire is the caller's memory, zeroed at the start.
 * Units:     bytes.
 * Errors:    ERR_UNREACHABLE: the other end is gone; ERR_REFUSED: what came has
 * no form; ERR_SYS, ERR_NOMEM.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_WIRE_H
#define DAEMON_RECEIVE_RECEIVE_WIRE_H

#include "base/buf.h"

#define RECEIVE_BAND_REPORT 1
#define RECEIVE_BAND_TEXT 2
#define RECEIVE_LINE_MAX 1000 /* a command and what its sender can do */

struct receive_wire {
	char in[65536]; /* of standard input, not yet used from at on */
	size_t at, len;
	char line[RECEIVE_LINE_MAX];
};

/* One packet of standard input: *ret_line NULL at a pause; borrowed until the
 * next call, not terminated. */
int receive_wire_packet(struct receive_wire *w, const char **ret_line,
    size_t *ret_len, struct err *e);

/* Everything was used: waits for more. */
int receive_wire_fill(struct receive_wire *w, struct err *e);

/* Without waiting: 1 if more than was used has come. */
int receive_wire_has_more(const struct receive_wire *w);

/* All of it to a descriptor. */
int receive_wire_write(int fd, const void *data, size_t len, struct err *e);

/* To standard output in this band; of nothing: an empty packet. */
int receive_wire_band(int band, const void *data, size_t len, struct err *e);

/* A packet with this text, appended. */
void receive_wire_put(struct buf *b, const char *text);

#endif
