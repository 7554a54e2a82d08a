/*
 * catch_up: what a hall does at its start with what was pushed while its daemon
 * was away.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    the first fault, in the job; one of the disk ends the process.
 * Thread:    the writer.
 */
#ifndef DAEMON_CATCH_UP_H
#define DAEMON_CATCH_UP_H

#include "daemon/worker.h"

/* Takes its own lost revisions back, absorbs, signs receipts, flushes. */
void catch_up_run(struct job *j, void *state);

#endif
