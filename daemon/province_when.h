/*
 * province_when: keeps province.git (store/hall/province.h) near the present
 * at a hall, while no push waits for it.
 *
 * Ownership: province_when_create() … province_when_close(); borrows loop and
 * writer.
 * Units:     milliseconds.
 * Errors:    logged and tried again with the next change.
 * Thread:    loop.
 *
 * At creation what a crash left is put in order; then the refs follow
 * PROVINCE_QUIET_MS after the last change, PROVINCE_LATEST_MS after the first;
 * the hall's own history, at most every PROVINCE_WHOLE_MS (and whenever an
 * auditor comes: method hall.province). Without changes there is no timer.
 */
#ifndef DAEMON_PROVINCE_WHEN_H
#define DAEMON_PROVINCE_WHEN_H

#include <uv.h>

#include "base/err.h"
#include "daemon/worker.h"

#define PROVINCE_QUIET_MS 2000
#define PROVINCE_LATEST_MS 10000
#define PROVINCE_WHOLE_MS 600000

struct province_when;

int province_when_create(uv_loop_t *loop, struct worker *writer,
    struct province_when **ret, struct err *e);

/* Something came in, or was published. */
void province_when_wake(struct province_when *p);

/* Ends without what waits (the next start does it), then closed(arg). */
void province_when_close(
    struct province_when *p, void (*closed)(void *arg), void *arg);

#endif
