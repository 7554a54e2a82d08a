/*
 * conn: the connections of clients: lines in, answers out, within bounds.
 *
 * Ownership: conn_set_create() … conn_set_finish(); a connection belongs to
 * its set and is gone after on_gone() returned.
 * Units:     bytes, milliseconds.
 * Errors:    a connection that breaks a bound is told so if possible, then
 * closed; others are not affected.
 * Thread:    loop.
 *
 * Bounds: a line has at most FRAME_MAX bytes. Reading pauses while a client
 * has many unfinished requests or does not fetch its answers; one whose
 * answers pile up, or stand still for long, is dropped. A client that closed
 * its sending side still gets its answers.
 */
#ifndef DAEMON_CONN_H
#define DAEMON_CONN_H

#include <uv.h>

#include "base/buf.h"
#include "base/err.h"
#include "daemon/listen.h"
#include "daemon/peer.h"

#define CONN_QUEUE_PAUSE (256 * 1024)
#define CONN_QUEUE_MAX (4 * 1024 * 1024)
#define CONN_STALL_MS 30000
#define CONN_UNFINISHED_MAX 64
#define CONN_FINISH_MS 2000 /* for the last answers when the daemon stops */

struct conn;
struct conn_set;
struct exchange;

struct conn_set_opts {
	uv_loop_t *loop;
	size_t max_clients;
	uint64_t stall_ms;
	/* One message; line is borrowed during the call. */
	void (*on_line)(
	    void *arg, struct conn *c, const char *line, size_t len);
	/* The client is gone, or as good as: nothing can be sent any more. */
	void (*on_gone)(void *arg, struct conn *c);
	void *arg;
};

int conn_set_create(
    const struct conn_set_opts *o, struct conn_set **ret, struct err *e);

/* Takes one waiting connection (a listen_cb; arg is the set). */
void conn_set_accept(void *arg, struct listener *l);

size_t conn_set_count(const struct conn_set *set);

/* Takes no more lines; clients that wait for nothing are closed. */
void conn_set_quiet(struct conn_set *set);

/* Quiet, and the end: sends what is queued (for CONN_FINISH_MS at most), closes
 * all, frees the set, then closed(arg). */
void conn_set_finish(
    struct conn_set *set, void (*closed)(void *arg), void *arg);

const struct peer *conn_peer(const struct conn *c);

/* Head of dispatch's list of what is under way for this client. */
struct exchange **conn_exchanges(struct conn *c);

/* n requests began, n have ended: reading pauses while too many run. */
void conn_begin(struct conn *c, size_t n);
void conn_end(struct conn *c, size_t n);

/* Queues the bytes of line and leaves it empty. */
void conn_send(struct conn *c, struct buf *line);

#endif
