/*
 * sync_join: the step of a run that brings this device's history and what the
 * hall has of its office together (store/merge/join.h).
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    into the outcome, by sync_run_finish().
 * Thread:    loop; the work itself on the writer.
 */
#ifndef DAEMON_SYNC_SYNC_JOIN_H
#define DAEMON_SYNC_SYNC_JOIN_H

#include "daemon/sync/sync_run_state.h"

/* After the hall's branch is taken in. Goes on with the push, or the evidence. */
void sync_join_begin(struct sync_run *r);

/* "merged": {"revision","fields","conflicts"}, or null, into an outcome. */
int sync_join_json(const struct join *j, cJSON *outcome, struct err *e);

#endif
