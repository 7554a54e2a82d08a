/*
 * receive_pack: the other end of `git push`: what git receive-pack does, in a
 * process of its own that serves one push and ends (receive_push.h starts it,
 * and is between it and the device). The pack goes into a directory beside the
 * repository's objects; the door looks at it there; what is admitted moves into
 * the repository, then the ref.
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    told to the device, in git's words and in ours, and logged; the
 * return value is the process's exit status.
 * Thread:    one; the process has no other.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_PACK_H
#define DAEMON_RECEIVE_RECEIVE_PACK_H

#include "daemon/receive/receive.h"

#define RECEIVE_PACK_CUT 128 /* git's own status when the line is cut */

struct receive_pack_opts {
	int64_t max_input;      /* of the pack */
	const char *quarantine; /* incoming_make_dir() */
	const char *protocol;   /* GIT_PROTOCOL, may be NULL */
};

/* Serves standard input, output and error. */
int receive_pack(const struct receive *r, const struct receive_pack_opts *o);

#endif
