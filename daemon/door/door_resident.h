/*
 * door_resident: the door that stays: a process of the hall's daemon in which
 * the libraries are loaded, and that splits off a child for each transfer that
 * pmqa-receive hands over (door_wire.h). One thread; it reads nothing of what a
 * device sends, its children do.
 *
 * Ownership: none.
 * Units:     milliseconds, connections.
 * Errors:    ERR_SYS; ERR_INVALID for a path that is too long for a socket.
 * Thread:    one.
 */
#ifndef DAEMON_DOOR_DOOR_RESIDENT_H
#define DAEMON_DOOR_DOOR_RESIDENT_H

#include <sys/types.h>

#include "base/err.h"

#define DOOR_CONNECTIONS 128 /* at once */
#define DOOR_OF_ONE 16 /* of one key: four are served, others wait for theirs */
#define DOOR_REQUEST_MS 10000 /* until a request has come */
#define DOOR_DRAIN_MS 1500    /* what is under way may take at the end */

struct door_opts {
	const char *dir;
	pid_t daemon; /* the process that must live as long */
	/* one transfer, in a child: argc, argv as of main() */
	int (*serve)(int argc, char **argv);
};

/* Serves until SIGTERM, or until the daemon is gone. */
int door_resident(const struct door_opts *o, struct err *e);

#endif
