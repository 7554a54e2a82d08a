/*
 * server_ministry: what a ministry's server has beside the others': the flow
 * that fetches the provinces (sync/ministry_sync.h), and what it tells.
 *
 * Ownership: srv->provinces is the server's, which closes it.
 * Units:     none.
 * Errors:    as ministry_sync.h.
 * Thread:    loop.
 */
#ifndef DAEMON_SERVER_MINISTRY_H
#define DAEMON_SERVER_MINISTRY_H

#include "base/err.h"

struct server;

int server_ministry_start(struct server *srv, struct err *e);

#endif
