/*
 * server_oversight: what a hall's server has beside the others': its events
 * (oversight/watch.h) and its alerts (oversight/alert_flow.h).
 *
 * Ownership: srv->watch and srv->alerts are the server's.
 * Units:     none.
 * Errors:    ERR_NOMEM.
 * Thread:    loop.
 */
#ifndef DAEMON_SERVER_OVERSIGHT_H
#define DAEMON_SERVER_OVERSIGHT_H

#include "base/err.h"

struct server;

int server_oversight_start(struct server *srv, struct err *e);

/* Each that is there adds one to srv->n_open and calls closed(srv) at its
 * end. */
void server_oversight_end(struct server *srv, void (*closed)(void *arg));

#endif
