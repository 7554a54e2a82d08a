/*
 * alarm: one timer that counts on while the machine sleeps (a laptop's lid), and
 * the news that somebody set the clock.
 *
 * Ownership: alarm_create() … closed() of alarm_close().
 * Units:     milliseconds of CLOCK_BOOTTIME.
 * Errors:    ERR_SYS when the kernel gives no timer.
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_ALARM_H
#define DAEMON_SYNC_ALARM_H

#include <uv.h>

#include "base/err.h"

struct alarm;

/* Since the machine was started, sleep included. */
int64_t alarm_now_ms(void);

/* rang(): the moment has come; clock_set(): times of day mean other moments
 * than before. */
int alarm_create(uv_loop_t *loop, void (*rang)(void *arg),
    void (*clock_set)(void *arg), void *arg, struct alarm **ret, struct err *e);
void alarm_close(struct alarm *a, void (*closed)(void *arg), void *arg);

/* Rings once at this moment, or at once if it is past; an earlier setting is
 * replaced. */
void alarm_set(struct alarm *a, int64_t at_ms);
void alarm_stop(struct alarm *a);

#endif
