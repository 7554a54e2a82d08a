/*
 * listen: the Unix socket that clients connect to: made, taken over from a
 * crash, taken from the service manager, removed.
 *
 * Ownership: listen_open() … listen_close().
 * Units:     none.
 * Errors:    ERR_BUSY when somebody answers there already, ERR_INVALID for a
 * path too long for a socket or that is something else, ERR_SYS.
 * Thread:    loop; the caller holds the directory's lock.
 *
 * The mode is set on the socket before it gets its name, so no moment exists
 * in which others could connect, and no umask is changed under the threads.
 */
#ifndef DAEMON_LISTEN_H
#define DAEMON_LISTEN_H

#include <uv.h>

#include "base/err.h"

#define LISTEN_BACKLOG 1024

struct listener;

/* Called for every connection that waits: accept it, with listen_accept(). */
typedef void listen_cb(void *arg, struct listener *l);

/* group: name of a group that may connect too (0660), or NULL (0600). A group
 * that the system does not have is none. */
int listen_open(uv_loop_t *loop, const char *path, const char *group,
    listen_cb *on_waiting, void *arg, struct listener **ret, struct err *e);

/* The descriptor that the service manager passed (LISTEN_FDS, LISTEN_PID), -1
 * if none; takes both out of the environment. */
int listen_passed_fd(int *ret_fd, struct err *e);

/* Takes a listening socket that somebody else made and will remove. */
int listen_take(uv_loop_t *loop, int fd, listen_cb *on_waiting, void *arg,
    struct listener **ret, struct err *e);

int listen_accept(struct listener *l, uv_pipe_t *pipe, struct err *e);

/* Stops listening; removes the socket file if it is still ours. */
void listen_close(struct listener *l);

#endif
