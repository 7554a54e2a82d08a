/*
 * evidence_take: the hall takes in a file that was pushed: looks at every byte
 * once more, and signs for it.
 *
 * Ownership: *ret is the caller's.
 * Units:     none.
 * Errors:    ERR_REFUSED: no record of the office names it, or it was erased
 * (then what came is erased, too); ERR_NOT_FOUND: it is not (wholly) here;
 * ERR_DAMAGED.
 * Thread:    the writer's, outside a group.
 */
#ifndef STORE_EVIDENCE_EVIDENCE_TAKE_H
#define STORE_EVIDENCE_EVIDENCE_TAKE_H

#include "store/evidence/evidence.h"

/* The receipt for one whole file: the kept one if it has one. */
int evidence_take(struct store *s, const char *office, const char *sha,
    cJSON **ret, struct err *e);

/* Signs for all whole files, of every office, that came while no daemon ran.
 * The first trouble is told, the others are taken all the same. */
int evidence_take_all(struct store *s, struct err *e);

/* Files of an office that are named and not erased, and those of them that the
 * hall signed for. */
int evidence_count(struct store *s, const char *office, int64_t *ret_files,
    int64_t *ret_confirmed, struct err *e);

#endif
