/*
 * receive_steps: "pmqa-steps": tells a device in which steps it can fetch a
 * branch, or one file of evidence, so that a cut loses one of them.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_REFUSED: a commit that was named is not here; others: the
 * hall's own trouble.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_STEPS_H
#define DAEMON_RECEIVE_RECEIVE_STEPS_H

#include "daemon/receive/receive.h"

/* Writes the lines of store/git/steps.h to standard output: none when there is
 * no such branch, or the file is not whole here. */
int receive_steps(
    const struct receive *r, const struct command *c, struct err *e);

#endif
