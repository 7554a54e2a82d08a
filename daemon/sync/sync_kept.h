/*
 * sync_kept: what is known of the exchanges so far and kept over restarts
 * (store/db/mark.h), so that a restart does not make a failing office look well
 * or forget that somebody paused.
 *
 * Ownership: values; cJSON results are the caller's.
 * Units:     seconds since 1970; 0: never.
 * Errors:    ERR_NOMEM. What is read and makes no sense counts as unknown.
 * Thread:    any.
 */
#ifndef DAEMON_SYNC_SYNC_KEPT_H
#define DAEMON_SYNC_SYNC_KEPT_H

#include "base/json.h"
#include "daemon/sync/sync_error.h"
#include "daemon/sync/sync_when.h"

#define SYNC_MARK "sync"

struct sync_kept {
	int64_t last_success, failing_since;
	int n_failures;          /* in a row */
	struct sync_fault fault; /* of the last run */
	struct sync_pause pause;
};

int sync_kept_json(const struct sync_kept *k, cJSON **ret, struct err *e);
void sync_kept_read(const cJSON *v, struct sync_kept *ret);

#endif
