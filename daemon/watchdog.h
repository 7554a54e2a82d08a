/*
 * watchdog: says "alive" to the service manager, only while every worker
 * answers.
 *
 * Ownership: watchdog_create() … watchdog_close(); borrows loop, notify and
 * workers, which must live until closed() was called.
 * Units:     microseconds for the period, milliseconds for a grace.
 * Errors:    ERR_NOMEM, ERR_SYS.
 * Thread:    loop.
 *
 * Half-way through each period a job that does nothing goes through every
 * worker; "alive" is said when all of the last round came back. A store that
 * hangs is therefore reported by silence. A long job that shows progress asks
 * for a grace; one that cannot, since it waits for git, is held for.
 */
#ifndef DAEMON_WATCHDOG_H
#define DAEMON_WATCHDOG_H

#include <stdint.h>

#include <uv.h>

#include "daemon/notify.h"
#include "daemon/worker.h"

#define WATCHDOG_WORKERS 2
#define WATCHDOG_GRACE_MS 60000           /* a job that shows progress gets */
#define WATCHDOG_HOLD_MS (30 * 60 * 1000) /* a job that waits for git gets */

struct watchdog;

/*
 * The period from WATCHDOG_USEC and WATCHDOG_PID; 0 = nobody watches, then
 * there is no timer at all.
 */
uint64_t watchdog_usec(const char *usec, const char *pid);

int watchdog_create(uv_loop_t *loop, struct notify *n,
    struct worker *const workers[WATCHDOG_WORKERS], uint64_t usec,
    struct watchdog **ret, struct err *e);

/* For so long a worker that does not answer counts as busy; a longer grace that
 * was given before stands. w may be NULL. */
void watchdog_grace(struct watchdog *w, uint64_t ms);

/*
 * As a grace of WATCHDOG_HOLD_MS, until the release: each job that holds ends
 * its own hold alone, whoever else still needs one. w may be NULL.
 */
void watchdog_hold(struct watchdog *w);
void watchdog_release(struct watchdog *w);

/* Ends the timer, waits for what is under way, then closed(arg). */
void watchdog_close(struct watchdog *w, void (*closed)(void *arg), void *arg);

#endif
