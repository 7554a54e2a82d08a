/*
 * receive_push: one push: git receive-pack as a child, its answer read on the
 * way to the office (receive_report.h), so that what git itself refuses has a
 * sentence and a line in the log too, and a time by which it ends.
 *
 * Ownership: none.
 * Units:     bytes.
 * Errors:    ERR_SYS, ERR_NOMEM: the hall's own trouble. A refusal is told
 * and logged here and is none.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_PUSH_H
#define DAEMON_RECEIVE_RECEIVE_PUSH_H

#include "daemon/receive/receive.h"

/* Serves standard input and output until git ends; r->status is what git ended
 * with. */
int receive_push(
    struct receive *r, int64_t max_input, const char *protocol, struct err *e);

#endif
