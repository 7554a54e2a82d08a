/*
 * door_begin: the child of the door that serves one transfer: nothing of the
 * door's stays open in it, and of the surroundings there is what the request
 * names.
 *
 * Ownership: closes the request's descriptors in the door.
 * Units:     none.
 * Errors:    ERR_SYS: there is no child.
 * Thread:    one.
 */
#ifndef DAEMON_DOOR_DOOR_BEGIN_H
#define DAEMON_DOOR_DOOR_BEGIN_H

#include <signal.h>
#include <sys/types.h>

#include "daemon/door/door_wire.h"

struct door_begin {
	const struct door_request *request;
	const int *fds;       /* DOOR_FDS, none of them 0, 1 or 2 */
	const sigset_t *mask; /* signals blocked in the child */
	int (*serve)(int argc, char **argv);
};

int door_begin(const struct door_begin *b, pid_t *ret, struct err *e);

#endif
