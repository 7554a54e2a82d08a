/*
 * join: brings this device's history and what the hall has of its office
 * together: takes over what is only ahead, merges what has parted.
 *
 * A merge is a commit of this device with two parents (first: the hall's tip,
 * second: ours), action "merge", tree = merge_commits() of them; it is written
 * to the repository and fsynced, then the ref moves, then the index follows
 * (absorb_own). A crash in between is taken up at start: the repository may be
 * ahead of its index, never behind.
 *
 * Ownership: none.
 * Units:     revisions.
 * Errors:    ERR_REFUSED (what the hall gave breaks the rules: nothing is taken
 * in), ERR_CONFLICT (this device's own later revisions are at the hall and not
 * here, and it saved again: a restored copy, see store/hall/renew.h).
 * Thread:    the writer's, outside a save group; what waits in the journal is
 * written first.
 */
#ifndef STORE_MERGE_JOIN_H
#define STORE_MERGE_JOIN_H

#include "store/store.h"

/* sub of the ERR_CONFLICT that says: this machine is a restored copy. No other
 * fault of join_office() has that code. */
#define JOIN_SUB_RESTORED 1

enum join_kind {
	JOIN_SAME,    /* nothing to do, or only we are ahead */
	JOIN_FORWARD, /* we were behind: taken over */
	JOIN_MERGED   /* parted: merged */
};

struct join {
	enum join_kind kind;
	int64_t n;        /* revisions taken in */
	int64_t n_fields; /* a merge took over from us */
	int64_t n_conflicts;
	char revision[24]; /* the merge's name */
};

/* tip: what the hall has (refs/incoming/office), or what a stick brought. */
int join_office(struct store *s, const unsigned char tip[20], struct join *ret,
    struct err *e);

#endif
