/*
 * receive_door: what surrounds the taking in of a push: the door is asked, the
 * logs are written, only then the push is answered; the hall's daemon absorbs
 * and its receipt goes back on the same connection.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_REFUSED: a rule is broken, a sentence for the office's people;
 * others: the hall's own trouble.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_DOOR_H
#define DAEMON_RECEIVE_RECEIVE_DOOR_H

#include "base/buf.h"
#include "daemon/receive/receive.h"
#include "store/admit/door.h"

/* "push" or "evidence", for the log. */
const char *receive_door_event(const struct receive *r);

/* A push that was not taken: for the log here and for who looks after the hall.
 * u: what it would have moved, NULL where that is not known. */
void receive_door_tell(
    const struct receive *r, const struct door_update *u, const struct err *e);

/* May it in? quarantine: where its objects are, NULL: it brought none. */
int receive_door_ask(const struct receive *r, const char *quarantine,
    const struct door_update *u, size_t n, struct err *e);

/* The ref has moved: the line of the acceptance log. Without it the push must
 * not be answered as taken; it is entered when the office comes again. */
int receive_door_log(
    const struct receive *r, const struct door_update *u, struct err *e);

/* Asks the hall's daemon for the receipt, appended to *ret as one line of JSON;
 * nothing for a part of a file. */
int receive_door_taken(const struct receive *r, const struct door_update *u,
    struct buf *ret, struct err *e);

#endif
