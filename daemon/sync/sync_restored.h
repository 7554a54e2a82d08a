/*
 * sync_restored: the steps of a run for when one side is an old copy: the hall
 * (it gets back what it lost of its own; store/hall/lost.h) or this machine (it
 * becomes another device; store/hall/renew.h).
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    into the outcome, by sync_run_finish(). A machine that the hall
 * does not know by its new letter yet waits for a person.
 * Thread:    loop; those that take a store on the writer.
 */
#ifndef DAEMON_SYNC_SYNC_RESTORED_H
#define DAEMON_SYNC_SYNC_RESTORED_H

#include "daemon/sync/sync_run_state.h"

/* In the place of absorbing the hall's branch: unless that is an older one. */
int sync_restored_look(struct sync_run *r, struct store *s, struct err *e);

/* After that: the hall may have enrolled our new key. */
int sync_restored_settle(struct sync_run *r, struct store *s, struct err *e);

/* Then: returns to the hall what it lost, then sync_join_begin(). */
void sync_restored_begin(struct sync_run *r);

/* join_office() found that this machine is a restored copy. Gives the error
 * with which the run ends: the hall has to enrol the new device. */
int sync_restored_renew(struct sync_run *r, struct store *s,
    const unsigned char tip[20], struct err *e);

/* Nothing is synced while the hall has less than it confirmed. */
int sync_restored_plan(struct sync_run *r, struct store *s, struct err *e);

#endif
