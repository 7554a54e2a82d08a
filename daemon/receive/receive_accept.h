/*
 * receive_accept: what became of a push, in the hall's acceptance log
 * (store/hall/accepted.h).
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    as accepted_add().
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_ACCEPT_H
#define DAEMON_RECEIVE_RECEIVE_ACCEPT_H

#include "daemon/receive/receive.h"
#include "store/admit/door.h"

/* By which road this process was reached: "stick" and "https" are told by who
 * started it (PMQA_ROAD), "ssh" by sshd's own variables, else "path". */
void receive_accept_road(struct receive *r);

/* What was taken in: before the office gets its receipt. */
int receive_accept_admitted(
    const struct receive *r, const struct door_update *u, struct err *e);

/* What was not; u may be NULL. result: "refused", "denied", "trouble". A log
 * that cannot be written is told to receive.log and stops nothing: nothing came
 * in. */
void receive_accept_refused(const struct receive *r,
    const struct door_update *u, const char *result, const char *reason);

/* Before a push is looked at: nothing is taken in that could not be logged. */
int receive_accept_ready(const struct receive *r, struct err *e);

#endif
