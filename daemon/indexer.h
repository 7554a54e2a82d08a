/*
 * indexer: brings what was saved or taken in into the search index, and into
 * the spans of the history (store/look/spans.h), when there is nothing else to
 * do.
 *
 * Ownership: indexer_create() … indexer_close(); borrows loop and writer.
 * Units:     milliseconds; records.
 * Errors:    logged and tried again later: searches find everything meanwhile,
 * only slower (store/view/search.h).
 * Thread:    loop.
 *
 * INDEXER_QUIET_MS after the last change, INDEXER_LATEST_MS after the first; a
 * few records at a time, so that a save never waits long. Without changes there
 * is no timer.
 */
#ifndef DAEMON_INDEXER_H
#define DAEMON_INDEXER_H

#include <uv.h>

#include "base/err.h"
#include "daemon/worker.h"

#define INDEXER_QUIET_MS 400
#define INDEXER_LATEST_MS 30000
#define INDEXER_NEXT_MS 10
#define INDEXER_RETRY_MS 60000
#define INDEXER_RECORDS 50
#define INDEXER_SPANS 4

struct indexer;

/* Looks at once whether something was left by the last run. */
int indexer_create(uv_loop_t *loop, struct worker *writer, struct indexer **ret,
    struct err *e);

/* Records changed. */
void indexer_wake(struct indexer *ix);

/* Ends without indexing what waits, then closed(arg). */
void indexer_close(struct indexer *ix, void (*closed)(void *arg), void *arg);

#endif
