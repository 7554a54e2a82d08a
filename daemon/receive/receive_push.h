/*
 * receive_push: one push: receive_pack.h as a child, its answer read on the way
 * to the office (receive_report.h), so that however it ends there is a sentence
 * and a line in the log, a time by which it ends, and nothing left behind.
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

/* Serves standard input and output until the push ends; r->status is what the
 * child ended with. Told to end by SIGTERM or SIGHUP it tidies up, then ends of
 * that. */
int receive_push(
    struct receive *r, int64_t max_input, const char *protocol, struct err *e);

#endif
