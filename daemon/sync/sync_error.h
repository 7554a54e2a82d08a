/*
 * sync_error: what a failed transfer means to a person: retry, somebody must
 * act, or the hall refuses the data. Read from exit status, the hall's own
 * "pmqa-…:" lines and the messages of ssh and git under LC_ALL=C.
 *
 * Ownership: struct sync_fault is a value.
 * Units:     none.
 * Errors:    none: it makes them. What nobody knows is "retry" with git's last
 * line.
 * Thread:    any.
 */
#ifndef DAEMON_SYNC_SYNC_ERROR_H
#define DAEMON_SYNC_SYNC_ERROR_H

#include "daemon/sync/child.h"

enum sync_class {
	SYNC_NONE,
	SYNC_RETRY,  /* goes away by itself: network, time-out, a busy hall */
	SYNC_PERSON, /* somebody has to do something */
	SYNC_REFUSED /* the hall refuses what was sent, and says why */
};

struct sync_fault {
	enum sync_class class;
	int no_road; /* the hall was not reached: another address may do */
	int no_office_branch; /* the hall has no office branch to fetch */
	struct err err;
};

/* "retry", "person", "refused", "" */
const char *sync_class_name(enum sync_class c);

/* Reads a child that ended badly (status other than 0, or killed). where: the
 * address, for the sentence. */
void sync_error_read(
    const struct child_result *r, const char *where, struct sync_fault *ret);

/* A fault of our own side (store, memory, starting a child), from an error. */
void sync_error_own(const struct err *err, struct sync_fault *ret);

#endif
