/*
 * door_relay: pmqa-receive's part: has this transfer served by the door that
 * the hall's daemon keeps ready, and ends as that ended.
 *
 * A line that is cut is noticed by who reads and writes it, and that is the
 * door's process, not this one. What is sent to this process (SIGTERM, SIGHUP)
 * is passed on; when it is gone the door ends what it began.
 *
 * Ownership: none.
 * Units:     milliseconds.
 * Errors:    ERR_UNREACHABLE: no door, nothing has been begun: serve it without
 * one; ERR_FAILED: the door went away in the middle.
 * Thread:    one; changes the handling of signals for the time of the call.
 */
#ifndef DAEMON_DOOR_DOOR_RELAY_H
#define DAEMON_DOOR_DOOR_RELAY_H

#include "base/err.h"

#define DOOR_RELAY_READY_MS 3000
#define DOOR_RELAY_BEGUN_MS 30000

/* argv: all of pmqa-receive's. 0: it was served; *ret_status, or *ret_signal
 * other than 0, is how it ended. */
int door_relay(const char *dir, int argc, char *const *argv, int *ret_status,
    int *ret_signal, struct err *e);

#endif
