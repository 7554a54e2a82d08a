/*
 * alert_flow: looks at a hall and its offices from time to time, and has
 * somebody told of what is new and what is over.
 *
 *   run_look    reader: what is wrong now
 *   run_apply   writer: what of it is new or over, and is to be told
 *   on_applied  the sender starts, one at a time; a failed one is tried again
 *               with growing distance
 *   run_told    writer: it was told
 *
 * Ownership: alert_flow_create() … alert_flow_close().
 * Units:     seconds, milliseconds.
 * Errors:    to the log and the status; what was not told stays in the table.
 * Thread:    loop; run_* on the workers.
 */
#ifndef DAEMON_OVERSIGHT_ALERT_FLOW_H
#define DAEMON_OVERSIGHT_ALERT_FLOW_H

#include <uv.h>

#include "base/json.h"
#include "daemon/worker.h"
#include "store/conf.h"

#define ALERT_FLOW_SOON_MS 1000
#define ALERT_FLOW_RETRY_S 30
#define ALERT_FLOW_RETRY_MAX_S 3600

struct alert_flow;

struct alert_flow_env {
	uv_loop_t *loop;
	struct worker *reader, *writer;
	const struct conf *conf;
};

int alert_flow_create(
    const struct alert_flow_env *env, struct alert_flow **ret, struct err *e);
void alert_flow_close(
    struct alert_flow *a, void (*closed)(void *arg), void *arg);

/* Something went wrong, or well again: a look soon. a may be NULL. */
void alert_flow_wake(struct alert_flow *a);

/* Sends a message that says it is a test, after what is under way; done() is not
 * called within this call. ERR_BUSY while another test waits or is sent. */
int alert_flow_test(struct alert_flow *a,
    void (*done)(void *arg, int rc, const struct err *err), void *arg,
    struct err *e);

/* {"to":text|null,"when":"instant"|"08:30","last_sent":time|null,"failing":
 * {"since","message","message_th","next_try"}|null} */
int alert_flow_status(const struct alert_flow *a, cJSON **ret, struct err *e);

#endif
