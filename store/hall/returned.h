/*
 * returned: a hall that was restored from an old backup takes its own lost
 * revisions back from an office that still has them (lost.h). The office pushes
 * them to refs/returned/hall, the door checks that they are the hall's own and
 * continue its branch, the hall's daemon adopts them.
 *
 * Ownership: none.
 * Units:     revisions.
 * Errors:    ERR_REFUSED, ERR_CONFLICT (the branch went on otherwise since:
 * what came is kept as refs/aside/<hex>, and a notice says so).
 * Thread:    returned_check() one; the others the writer's, outside a save
 * group.
 */
#ifndef STORE_HALL_RETURNED_H
#define STORE_HALL_RETURNED_H

#include "store/admit/door.h"
#include "store/store.h"

#define RETURNED_REF "refs/returned/hall"

/* 1 if this push returns something to the hall. */
int returned_is(const struct door_update *u, size_t n);

/* At the door, in the push's quarantine, as door_check(): only a continuation of
 * refs/heads/hall, signed by the hall's key, checked as the hall's revisions. */
int returned_check(const char *repo_path, const char *objects_dir,
    const char *device, const struct door_update *u, struct err *e);

/* Hall: what was returned for this office becomes its branch again. */
int returned_adopt(
    struct store *s, const char *office, int64_t *ret_n, struct err *e);

/*
 * Hall: what was returned holds receipts for revisions that the office has yet
 * to send again; after absorbing them, before a receipt is issued: their
 * received times. Costs one look-up when there is nothing of the kind.
 */
int returned_settle(struct store *s, const char *office, struct err *e);

/* Hall: all offices, at start, before absorb_all(): what was returned while
 * the daemon was away. One office's trouble stops no other. */
int returned_adopt_all(struct store *s, struct err *e);

#endif
