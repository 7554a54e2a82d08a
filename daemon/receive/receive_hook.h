/*
 * receive_hook: what git receive-pack runs at the hall before it takes a push
 * (pre-receive: the door) and after it (post-receive: the hall's daemon absorbs
 * and its receipt goes back on the same connection).
 *
 * Ownership: none.
 * Units:     milliseconds, bytes.
 * Errors:    ERR_REFUSED: a rule is broken, a sentence for the office's people;
 * others: the hall's own trouble.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_HOOK_H
#define DAEMON_RECEIVE_RECEIVE_HOOK_H

#include "base/buf.h"
#include "daemon/receive/receive.h"
#include "store/admit/door.h"

#define RECEIVE_UPDATES_MAX 8
#define RECEIVE_STDIN_MAX ((size_t)16 * 1024)

/* "<old> <new> <ref>\n" per line, as git gives them to both hooks; strict. */
int receive_hook_parse(const char *text, size_t len,
    struct door_update ret[RECEIVE_UPDATES_MAX], size_t *ret_n, struct err *e);

/* "push" or "evidence", for the log. */
const char *receive_hook_event(const struct receive *r);

/* A push that was not taken: for the log here and for who looks after the hall.
 * u: what it would have moved, NULL where git said no before that is known. */
void receive_hook_tell(
    const struct receive *r, const struct door_update *u, const struct err *e);

/* Reads fd to its end and asks door_check(); logs the outcome. quarantine:
 * GIT_OBJECT_DIRECTORY, may be NULL. */
int receive_hook_pre(
    const struct receive *r, int fd, const char *quarantine, struct err *e);

/* Logs what was taken in and asks the hall's daemon for the receipt, appended
 * to *ret as one line of JSON; nothing for a part of a file. */
int receive_hook_post(
    const struct receive *r, int fd, struct buf *ret, struct err *e);

#endif
