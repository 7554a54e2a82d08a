/*
 * notify: tells the service manager how we are: one datagram a message, as in
 * sd_notify(3), without its library.
 *
 * Ownership: notify_init()/notify_release() on the caller's struct.
 * Units:     none.
 * Errors:    ERR_INVALID for an address that is none, ERR_SYS.
 * Thread:    loop.
 */
#ifndef DAEMON_NOTIFY_H
#define DAEMON_NOTIFY_H

#include <sys/socket.h>
#include <sys/un.h>

#include "base/err.h"

struct notify {
	int fd; /* -1: nobody listens, and every call does nothing */
	struct sockaddr_un to;
	socklen_t to_len;
};

/* address: $NOTIFY_SOCKET, a path or "@name" (abstract); NULL = nobody. */
int notify_init(struct notify *n, const char *address, struct err *e);
void notify_release(struct notify *n);

/* "READY=1\nSTATUS=serving". Never blocks. */
int notify_send(struct notify *n, const char *state, struct err *e);

#endif
