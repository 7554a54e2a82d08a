/*
 * dispatch: a line of a client becomes calls, and their answers become a line.
 *
 * An exchange is one line: a single request or a batch. A batch is answered
 * whole, in the order of its requests; single requests in the order in which
 * they are done. Notifications get no answer, a batch of them none at all.
 *
 * Ownership: an exchange frees itself when its last call is finished; a client
 * that is gone only detaches it.
 * Units:     none.
 * Errors:    the standard codes of JSON-RPC 2.0, and our own (proto/rpc.h). An
 * answer too long for a line is replaced by an error.
 * Thread:    loop.
 */
#ifndef DAEMON_DISPATCH_H
#define DAEMON_DISPATCH_H

#include "daemon/conn.h"
#include "daemon/handlers/call.h"

/* conn_set_opts.on_line and .on_gone; arg is the struct server. */
void dispatch_line(void *arg, struct conn *c, const char *line, size_t len);
void dispatch_gone(void *arg, struct conn *c);

#endif
