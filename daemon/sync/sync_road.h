/*
 * sync_road: one ssh connection that all transfers of a run share: an ssh that
 * only holds it (ControlMaster) and its socket in DIR/ssh.
 *
 * Ownership: road_begin() … until gone() was called; the road frees itself
 * after it. When road_begin() fails no callback comes.
 * Units:     none.
 * Errors:    opened() gets the fault when the connection does not come about.
 * Thread:    loop; callbacks never run inside the call that asked.
 */
#ifndef DAEMON_SYNC_SYNC_ROAD_H
#define DAEMON_SYNC_SYNC_ROAD_H

#include "daemon/sync/sync_error.h"
#include "daemon/sync/transfer.h"

#define ROAD_OPEN_MS 60000

struct road;

/* opened(): fault NULL when git may use it. gone(): it has ended, whether by
 * road_end() or by itself. */
int road_begin(uv_loop_t *loop, const struct transfer_way *way,
    void (*opened)(void *arg, const struct sync_fault *fault),
    void (*gone)(void *arg), void *arg, struct road **ret, struct err *e);

void road_end(struct road *r);

#endif
