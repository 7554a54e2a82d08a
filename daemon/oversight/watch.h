/*
 * watch: what happens at a hall, as it happens: a ring of the last events and
 * the clients that wait for the next one. Nothing of it is kept: the history,
 * the log and the table of alerts are.
 *
 * An event: {"n","time","kind","office","device",…}; kinds: came, admitted,
 * refused, trouble, evidence, enrolled, revoked, restored, disabled, enabled,
 * published, decided.
 *
 * Ownership: watch_create() … watch_close(). A waiting call belongs to it until
 * it is answered.
 * Units:     seconds for the longest wait.
 * Errors:    ERR_NOMEM, ERR_INVALID, ERR_BUSY; an event that cannot be made is
 * lost.
 * Thread:    loop.
 */
#ifndef DAEMON_OVERSIGHT_WATCH_H
#define DAEMON_OVERSIGHT_WATCH_H

#include <uv.h>

#include "base/json.h"

#define WATCH_WAIT_MAX_S 50 /* a client's own deadline is a minute */
#define WATCH_RING 512
#define WATCH_WAITERS_MAX 64

struct call;
struct watch;

int watch_create(uv_loop_t *loop, struct watch **ret, struct err *e);
/* Answers who waits with what there is, closes, then closed(arg). */
void watch_close(struct watch *w, void (*closed)(void *arg), void *arg);

/* A method succeeded: some of them are events. w may be NULL. 1: it tells of
 * something that went wrong. */
int watch_called(struct watch *w, const struct call *c);

/*
 * hall.watch: {"events":[…],"next":cursor,"missed":bool} with what came after
 * cursor (NULL: from now on), at once if there is any, else when there is or
 * after wait_s. missed: others were before them, and are gone. HANDLER_LATER
 * when the call waits.
 */
int watch_begin(struct watch *w, struct call *c, const char *cursor,
    int64_t wait_s, cJSON **ret, struct err *e);

#endif
