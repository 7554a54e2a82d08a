/*
 * door_keep: keeps the door of a hall (pmqa-door --resident) running as a child
 * of the daemon. Where it does not run, pmqa-receive serves each transfer by
 * itself, only slower: nothing here stops the hall.
 *
 * Ownership: door_keep_create() … door_keep_close(); borrows loop and dir.
 * Units:     milliseconds.
 * Errors:    logged; it is started again after a while that grows.
 * Thread:    loop.
 */
#ifndef DAEMON_DOOR_DOOR_KEEP_H
#define DAEMON_DOOR_DOOR_KEEP_H

#include <uv.h>

#include "base/err.h"

#define DOOR_KEEP_RETRY_MS 1000
#define DOOR_KEEP_RETRY_MAX_MS 60000 /* also: a run so long was a good one */

struct door_keep;

int door_keep_create(
    uv_loop_t *loop, const char *dir, struct door_keep **ret, struct err *e);

/* Tells it to end, waits for that, then closed(arg). */
void door_keep_close(struct door_keep *k, void (*closed)(void *arg), void *arg);

#endif
