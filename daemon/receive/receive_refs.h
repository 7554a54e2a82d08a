/*
 * receive_refs: what a device is shown before it pushes: the refs that it may
 * move, and what this side can do; as git receive-pack's (protocol versions 0
 * and 1).
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    through giterr.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_REFS_H
#define DAEMON_RECEIVE_RECEIVE_REFS_H

#include "base/buf.h"
#include "daemon/receive/receive.h"

#define RECEIVE_REFS_MAX 3

/* The whole list as packets, with the pause behind it. protocol: GIT_PROTOCOL,
 * may be NULL. */
int receive_refs_put(const struct receive *r, const char *protocol,
    struct buf *out, struct err *e);

#endif
