/*
 * server: pmqad as one value: everything that runs on one loop for one
 * directory, from start to stop.
 *
 * Ownership: server_start() … server_stop(), then the caller runs the loop
 * until stopped() was called, and closes the loop.
 * Units:     milliseconds.
 * Errors:    ERR_BUSY: another daemon has the directory; ERR_DAMAGED;
 * ERR_NOT_FOUND: not set up. A failed start leaves handles that close when the
 * loop runs on.
 * Thread:    loop.
 *
 * Start: configuration, stores (lock, journal), workers, sync, and the socket
 * last. Stop: accept no more, end the sync and its children, write the
 * journal, end the workers, let the last answers out.
 */
#ifndef DAEMON_SERVER_H
#define DAEMON_SERVER_H

#include <uv.h>

#include "daemon/conn.h"
#include "daemon/door/door_keep.h"
#include "daemon/flush.h"
#include "daemon/indexer.h"
#include "daemon/listen.h"
#include "daemon/maintain_when.h"
#include "daemon/notify.h"
#include "daemon/oversight/alert_flow.h"
#include "daemon/oversight/watch.h"
#include "daemon/province_when.h"
#include "daemon/sync/ministry_sync.h"
#include "daemon/sync/sync.h"
#include "daemon/watchdog.h"
#include "daemon/worker.h"
#include "store/conf.h"

struct call;

struct server_opts {
	const char *dir;
	const char *socket;        /* NULL: DIR/pmqad.sock */
	const char *socket_group;  /* may connect too; NULL: nobody else */
	int passed_fd;             /* a listening socket, or -1 */
	const char *notify_socket; /* NULL: no service manager */
	uint64_t watchdog_usec;    /* 0: nobody watches */
	uint64_t stall_ms;         /* 0: CONN_STALL_MS */
	/* The server cannot go on and wants to be stopped; may be NULL. */
	void (*failed)(void *arg, const struct err *e);
	void *failed_arg;
};

struct server {
	uv_loop_t *loop;
	struct conf conf;
	struct notify notify;
	/* each with a store of its own; lengthy reads for minutes (verify,
	 * sticks), so that reader's clients need not wait for it */
	struct worker *writer, *reader, *lengthy;
	struct flush *flush;             /* NULL at the end of the stop */
	struct indexer *indexer;         /* NULL once the stop began */
	struct province_when *province;  /* the same; NULL but at a hall */
	struct watchdog *watchdog;       /* NULL: nobody watches */
	struct sync *sync;               /* NULL at a hall */
	struct ministry_sync *provinces; /* NULL but at a ministry */
	struct watch *watch;             /* NULL once the stop began */
	struct alert_flow *alerts;       /* the same; NULL but at a hall */
	struct door_keep *door;          /* the same */
	struct maintain_when *maintain;  /* NULL once the stop began */
	struct conn_set *conns;
	struct listener *listener;
	struct call *waiters; /* calls that wait for the sync */
	cJSON *described;     /* what records.describe answers; NULL: not yet */
	void (*failed)(void *arg, const struct err *e);
	void *failed_arg;
	int check_owed; /* of the database, after a crash */
	/* stopping */
	int stopping;
	int n_open; /* parts of the present step that have not closed */
	void (*stopped)(void *arg);
	void *stopped_arg;
};

int server_start(uv_loop_t *loop, const struct server_opts *o,
    struct server **ret, struct err *e);

/* Frees the server before stopped(arg) is called. A second call does nothing. */
void server_stop(struct server *srv, void (*stopped)(void *arg), void *arg);

/* A save was acknowledged: the journal and the sync have something to do. */
void server_saved(struct server *srv);

/* Revisions of the other side came in. */
void server_absorbed(struct server *srv);

/* The hall is known now, or its addresses changed. */
int server_reload_conf(struct server *srv, struct err *e);

#endif
