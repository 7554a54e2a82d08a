/*
 * alert_send: one message about alerts: its text, and the child that carries it
 * away (the configured command, or sendmail).
 *
 * Ownership: alert_send_begin() … until done(); alert_send_stop() only asks.
 * Units:     none.
 * Errors:    ERR_SYS, ERR_INVALID before; in done() ERR_FAILED with what the
 * child said.
 * Thread:    loop.
 */
#ifndef DAEMON_OVERSIGHT_ALERT_SEND_H
#define DAEMON_OVERSIGHT_ALERT_SEND_H

#include <uv.h>

#include "base/buf.h"
#include "base/json.h"
#include "store/conf.h"

struct alert_send;

/* Subject and body for people, in the configured language. waiting: as
 * alerts_waiting(); an empty list makes a message that only tests the way. */
int alert_send_text(const struct conf *c, const cJSON *waiting,
    struct buf *subject, struct buf *body, struct err *e);

/* An e-mail of it: header lines and body (RFC 5322, UTF-8). now: its date. */
int alert_send_mail(const struct conf *c, const cJSON *waiting, int64_t now,
    struct buf *ret, struct err *e);

int alert_send_begin(uv_loop_t *loop, const struct conf *c,
    const cJSON *waiting,
    void (*done)(void *arg, int rc, const struct err *err), void *arg,
    struct alert_send **ret, struct err *e);
void alert_send_stop(struct alert_send *a);

#endif
