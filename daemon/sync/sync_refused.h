/*
 * sync_refused: evidence files that the hall refused lately: sending them again
 * at each exchange would cost a weak link their whole size for nothing.
 *
 * Ownership: a value, zeroed when empty.
 * Units:     seconds since 1970.
 * Errors:    none: when it is full the oldest goes.
 * Thread:    any, one at a time.
 */
#ifndef DAEMON_SYNC_SYNC_REFUSED_H
#define DAEMON_SYNC_SYNC_REFUSED_H

#include <stddef.h>
#include <stdint.h>

#define SYNC_REFUSED_MAX 64
#define SYNC_REFUSED_S (INT64_C(24) * 3600)

struct sync_refused {
	struct {
		char sha[65];
		int64_t at;
	} list[SYNC_REFUSED_MAX];
	size_t n;
};

void sync_refused_add(struct sync_refused *r, const char *sha, int64_t now);
/* 1 if it was refused within the last day. */
int sync_refused_has(
    const struct sync_refused *r, const char *sha, int64_t now);

#endif
