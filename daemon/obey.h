/*
 * obey: after a hall has absorbed an office's revisions: what they order to
 * erase is erased. A job of its own, so that no receipt waits for it.
 *
 * Ownership: none of the caller's.
 * Units:     none.
 * Errors:    ERR_NOMEM, ERR_BUSY when it cannot be queued; later ones go to
 * the log, and the order is carried out with the next revisions or the next
 * start.
 * Thread:    loop.
 */
#ifndef DAEMON_OBEY_H
#define DAEMON_OBEY_H

#include "daemon/server.h"

int obey_begin(struct server *srv, const char *office, struct err *e);

#endif
