/*
 * pack_scan: looks through a pack while it arrives, before libgit2 gets it: its
 * form, how many objects it has, how large each of them is once unpacked, and
 * where it ends (on a connection nothing else says so). Pure: bytes in, yes or
 * no; nothing of what it unpacks is kept.
 *
 * Ownership: pack_scan_create() … pack_scan_free().
 * Units:     bytes, objects.
 * Errors:    ERR_REFUSED with a sentence for the person who pushes; ERR_NOMEM.
 * Thread:    one at a time.
 *
 * What it does not look at: the instructions within deltas, whether a base that
 * is named by its id exists, and the checksum of a pack that has objects. Those
 * are libgit2's. A base that is named by its place must be an entry of the pack:
 * there libgit2 is not strict.
 */
#ifndef STORE_GIT_PACK_SCAN_H
#define STORE_GIT_PACK_SCAN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct pack_scan;

struct pack_limits {
	int64_t max_input;  /* of the whole pack */
	uint32_t max_count; /* objects */
	uint64_t max_size;  /* of an object, a delta's result among them */
};

int pack_scan_create(
    const struct pack_limits *limits, struct pack_scan **ret, struct err *e);
void pack_scan_free(struct pack_scan *s);

/* The next bytes; *ret_used is less than len only where the pack ends. */
int pack_scan_feed(struct pack_scan *s, const void *data, size_t len,
    size_t *ret_used, struct err *e);

/* 1 once all of it was there. */
int pack_scan_ended(const struct pack_scan *s);
uint32_t pack_scan_count(const struct pack_scan *s);

#endif
