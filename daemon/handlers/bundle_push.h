/*
 * bundle_push: the hall takes a bundle in: from the scratch repository that
 * bundle_open() made, each thing is pushed through pmqa-receive of this very
 * machine, as the device that made the bundle would push it: the same door,
 * limits, log and receipts.
 *
 * Ownership: *ret is the caller's.
 * Units:     steps as in bundle.h.
 * Errors:    ERR_REFUSED, ERR_DENIED with the door's sentence; ERR_CONFLICT.
 * Thread:    the lengthy worker's: the push asks the daemon, whose writer must be free.
 */
#ifndef DAEMON_HANDLERS_BUNDLE_PUSH_H
#define DAEMON_HANDLERS_BUNDLE_PUSH_H

#include "store/store.h"

/* n 0: {"what":"text","outcome":"taken|here|beside"}: beside: the office's
 * devices have parted, so it is kept until one of them has merged.
 * n > 0: {"what":"file","sha256","outcome":"taken|here|unnamed"} */
int bundle_push(
    struct store *s, const char *token, int n, cJSON **ret, struct err *e);

#endif
