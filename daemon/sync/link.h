/*
 * link: tells when a network link comes up, as the kernel announces it
 * (rtnetlink): nothing is polled.
 *
 * Ownership: link_create() … closed() of link_close().
 * Units:     none.
 * Errors:    ERR_SYS when the kernel (or what confines the process) gives no
 * such socket: then exchanges begin by timer alone.
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_LINK_H
#define DAEMON_SYNC_LINK_H

#include <stddef.h>
#include <uv.h>

#include "base/err.h"

struct link;

int link_create(uv_loop_t *loop, void (*up)(void *arg), void *arg,
    struct link **ret, struct err *e);
void link_close(struct link *l, void (*closed)(void *arg), void *arg);

/* What was told of links so far: a renewed address is not a new one. */
#define LINK_SEEN_MAX 64

struct link_seen {
	struct {
		int index;
		unsigned family; /* 0: the link itself */
		unsigned char addr[16];
	} list[LINK_SEEN_MAX];
	size_t n;
};

/*
 * Reads one datagram of the kernel: 1 if a link that can lead anywhere began to
 * carry or got an address, else 0. Links of the machine with itself do not
 * count, nor addresses that reach only the next cable.
 */
int link_read(struct link_seen *s, const void *msg, size_t len);

#endif
