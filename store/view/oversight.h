/*
 * oversight: what a hall looks after beside query_hall_status(): with which
 * programs its offices come, how far they hold what the hall wrote, what is
 * overdue by the calendar, and what it all takes on the disk.
 *
 * Ownership: status is the caller's, an answer of query_hall_status().
 * Units:     bytes; times in the JSON are RFC 3339.
 * Errors:    ERR_NOT_FOUND: no such office.
 * Thread:    a reader store (or the writer's).
 */
#ifndef STORE_VIEW_OVERSIGHT_H
#define STORE_VIEW_OVERSIGHT_H

#include "store/store.h"

/* Also what the repositories take on the disk: each of their files is looked
 * at. */
#define OVERSIGHT_DISK 1

/*
 * Adds to status "version" (ours), "free_bytes", and to each office
 *   "version":  of the machine that came last, or null
 *   "holds":    {"revision","time","newest","behind":n,"unsent":n}|null: of
 *               the hall's branch, what the best of its machines said that it
 *               has taken in; unsent: those of behind that were written since
 *               a machine last came, the others it fetched then
 *   "overdue":  [{"year","name","date","days"}] that the office has to do
 *   "disk":     bytes of its two repositories (OVERSIGHT_DISK)
 * and to its "devices" "last_seen", "version", "holds" (a revision).
 *
 * office not NULL: only that one stays, with
 *   "published": [{"record","revision","time","sent":bool,"has":bool|null}]; has
 *                null: the office never told how far it is; sent: a machine
 *                came since.
 */
int oversight_add(struct store *s, cJSON *status, const char *office, int what,
    struct err *e);

/* Bytes of an office's two repositories at a hall, as they were within the last
 * minute. Any thread. */
int oversight_disk(
    struct store *s, const char *office, int64_t *ret, struct err *e);

#endif
