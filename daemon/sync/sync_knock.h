/*
 * sync_knock: is anybody there? One TCP connection to an https address (or to
 * the proxy on the way), made and closed, before git is sent there: git's own
 * library would wait for minutes, and another address of the hall may be open.
 *
 * Ownership: knock_begin() … until done() was called; knock_end() only asks.
 * Units:     seconds.
 * Errors:    in done(): the fault, of a road that is not open; else NULL.
 * Thread:    loop; done() never runs inside the call that asked.
 */
#ifndef DAEMON_SYNC_SYNC_KNOCK_H
#define DAEMON_SYNC_SYNC_KNOCK_H

#include <uv.h>

#include "daemon/sync/sync_error.h"
#include "daemon/sync/transfer.h"

struct knock;

int knock_begin(uv_loop_t *loop, const struct transfer_way *way,
    void (*done)(void *arg, const struct sync_fault *fault), void *arg,
    struct knock **ret, struct err *e);

/* done() comes soon, with a fault. */
void knock_end(struct knock *k);

#endif
