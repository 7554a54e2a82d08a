/*
 * refs: the rarer things that are done to refs: listing, setting aside,
 * dropping. What every save does is in repo.h.
 *
 * refs/aside/<hex> keeps a tip that no branch leads to any more, so that
 * nothing of it is ever lost: the name is the commit itself.
 *
 * Ownership: struct refs is the caller's memory; refs_release().
 * Units:     ids of 20 bytes.
 * Errors:    through giterr; ERR_CONFLICT when a ref is not where the caller
 * said.
 * Thread:    the repository's.
 */
#ifndef STORE_GIT_REFS_H
#define STORE_GIT_REFS_H

#include "store/git/repo.h"

#define REFS_ASIDE "refs/aside/"
#define REFS_NAME_MAX 128

struct ref {
	char name[REFS_NAME_MAX];
	unsigned char id[20];
};

struct refs {
	struct ref *list; /* by name */
	size_t n;
};

/* Every ref whose name begins so; names too long for struct ref are left
 * out, as none of ours is. */
int refs_list(
    struct repo *r, const char *prefix, struct refs *ret, struct err *e);
void refs_release(struct refs *refs);

/* 1 and the id if the ref stands in a file of its own in the repository at
 * path, which is not opened; 0: it may be packed, or not be there. */
int refs_peek(const char *path, const char *name, unsigned char ret_id[20]);

/* refs/aside/<hex> for this commit; may be there already. */
int refs_set_aside(struct repo *r, const unsigned char id[20], struct err *e);

/* Removes a ref that is at id; what is not there is no fault. */
int refs_drop(struct repo *r, const char *name, const unsigned char id[20],
    struct err *e);

#endif
