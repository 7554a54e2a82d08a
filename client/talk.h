/*
 * talk: the client's end of the socket: requests out, responses in, blocking.
 *
 * Ownership: talk_open() … talk_close(); params given to talk_send() are taken
 * in any case; a result of talk_wait() is the caller's (cJSON_Delete()).
 * Units:     seconds for the deadline.
 * Errors:    ERR_UNREACHABLE (nobody answers: the hint says how to start the
 * daemon), ERR_DENIED, ERR_TIMEOUT; a fault that the daemon reports comes as it
 * is, its data by talk_fault_data().
 * Thread:    one.
 *
 * Requests are written together when the first answer is waited for: a command
 * that asks three things costs one round trip. `hello` goes first with them, so
 * that two versions that do not understand each other say so.
 */
#ifndef CLIENT_TALK_H
#define CLIENT_TALK_H

#include <stdint.h>

#include "base/json.h"

struct talk;

/* path: of the socket; dir: for the hint, NULL when --socket was given. */
int talk_open(
    const char *path, const char *dir, struct talk **ret, struct err *e);
void talk_close(struct talk *c);

int talk_send(struct talk *c, const char *method, cJSON *params,
    int64_t *ret_id, struct err *e);
/* long_call: no deadline between bytes (the daemon tells its progress). */
int talk_wait(
    struct talk *c, int64_t id, int long_call, cJSON **ret, struct err *e);

/* Called for every progress notification during talk_wait(). */
void talk_on_progress(struct talk *c,
    void (*fn)(void *arg, const char *what, int64_t done, int64_t total),
    void *arg);

/* Within that call: how far the bytes of a transfer are ("transfer" of the
 * notification), NULL if it does not say. Borrowed. */
const cJSON *talk_transfer(const struct talk *c);

/* What the last fault told beside its sentences; NULL if nothing. Borrowed. */
const cJSON *talk_fault_data(const struct talk *c);

#endif
