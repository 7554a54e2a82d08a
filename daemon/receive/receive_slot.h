/*
 * receive_slot: how many connections of one device the hall serves at once.
 * What one push may take is limited; so is how many of them there are, or one
 * office could still leave nothing for the others. The newest one wins: where a
 * line dies without a word, the hall goes on waiting for what it carried, and
 * the device that comes again must not be locked out by its own past.
 *
 * Ownership: the slot is a lock that goes with the process and what it becomes.
 * Units:     connections, milliseconds.
 * Errors:    ERR_BUSY with a sentence when all are taken and the oldest does not
 * end; ERR_SYS.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_SLOT_H
#define DAEMON_RECEIVE_RECEIVE_SLOT_H

#include "daemon/receive/receive.h"

#define RECEIVE_SLOTS 4 /* a sync needs one */
#define RECEIVE_SLOT_MS 10000

/* who: the device, or the name of what else comes; it becomes a file's name. */
int receive_slot_take(const struct receive *r, const char *who, struct err *e);

#endif
