/*
 * flush: brings acknowledged saves from the journal into the repository, soon
 * and together.
 *
 * Ownership: flush_create() … flush_close(); borrows loop and writer.
 * Units:     milliseconds.
 * Errors:    a failed flush is logged and tried again, later each time; the
 * saves stay safe in the journal meanwhile.
 * Thread:    loop.
 *
 * FLUSH_QUIET_MS after the last save, FLUSH_LATEST_MS after the first, or at
 * once when FLUSH_ROWS_MAX wait: a save that meets a flush waits for it, so lots
 * are small (some 30 ms) rather than few. Without saves there is no timer.
 *
 * A receipt of the hall's is told to the office as soon as the journal has it;
 * whoever comes to fetch flushes first. So it waits FLUSH_LAZY_MS for others: at
 * one second an hour before the due date each would cost nine fsyncs of its own.
 */
#ifndef DAEMON_FLUSH_H
#define DAEMON_FLUSH_H

#include <uv.h>

#include "base/err.h"
#include "daemon/worker.h"

#define FLUSH_QUIET_MS 50
#define FLUSH_LATEST_MS 1000
#define FLUSH_LAZY_MS 5000
#define FLUSH_ROWS_MAX 500
#define FLUSH_RETRY_MAX_MS 60000

struct flush;

int flush_create(
    uv_loop_t *loop, struct worker *writer, struct flush **ret, struct err *e);

/* A save was acknowledged. */
void flush_saved(struct flush *f);

/* A receipt was: it can wait. */
void flush_receipted(struct flush *f);

/* 1 while the last flush had failed. */
int flush_is_failing(const struct flush *f);

/* A last flush, then closed(arg). The writer must still run. */
void flush_close(struct flush *f, void (*closed)(void *arg), void *arg);

#endif
