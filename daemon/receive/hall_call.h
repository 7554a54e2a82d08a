/*
 * hall_call: what pmqa-receive says to the daemon of its own hall, over
 * DIR/pmqad.sock.
 *
 * Ownership: none.
 * Units:     milliseconds.
 * Errors:    ERR_UNREACHABLE: no daemon; ERR_TIMEOUT; what the daemon answers.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_HALL_CALL_H
#define DAEMON_RECEIVE_HALL_CALL_H

#include "base/buf.h"
#include "base/err.h"
#include "daemon/receive/receive_told.h"

#define HALL_CALL_ABSORB_MS 20000
#define HALL_CALL_SEEN_MS 3000

/* hall.absorb: indexes what came; the receipt is appended to *ret as one line
 * of JSON. Waits for it. */
int hall_call_absorb(
    const char *dir, const char *office, struct buf *ret, struct err *e);

/* hall.returned: what a restored hall got back of its own becomes its branch
 * again. Waits for it. */
int hall_call_returned(const char *dir, const char *office, struct err *e);

/* hall.absorb_evidence: the receipt for one whole file, as above. */
int hall_call_absorb_evidence(const char *dir, const char *office,
    const char *sha, struct buf *ret, struct err *e);

/* hall.province: brings province.git up to date. Waits for it. */
int hall_call_province(const char *dir, struct err *e);

/* hall.seen: a failure is told and not waited for; of a visit (class NULL) an
 * answer is awaited, as the hall then writes what it has saved to the
 * repository that is about to be read: some 30 ms, on a disk that others use
 * HALL_CALL_SEEN_MS at most. Lost when the daemon is away. */
void hall_call_seen(const char *dir, const char *office, const char *device,
    const char *class, const char *message);

/* The same of a visit, with what the machine told of itself. */
void hall_call_came(const char *dir, const char *office, const char *device,
    const struct receive_told *told);

#endif
