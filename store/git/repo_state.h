/*
 * repo_state: what is inside struct repo; for repo.c and repo_view.c only.
 *
 * Ownership: the repo's; a view borrows its base.
 * Units:     none.
 * Errors:    none.
 * Thread:    the repository's.
 */
#ifndef STORE_GIT_REPO_STATE_H
#define STORE_GIT_REPO_STATE_H

#include <git2.h>

#include "store/git/repo.h"

struct repo {
	struct repo *base; /* a view: of whom; else NULL */
	char office[8];    /* a view: whose branches */
	char *path;
	git_repository *git;
	git_odb *disk;
	git_odb *memory;          /* holds only .mempack */
	git_odb_backend *mempack; /* owned by .memory */
	git_odb_backend *packs;   /* owned by .disk; may be NULL */
	struct sha1 *sha1;        /* made when it is first needed */
	int alone;                /* no alternates */
	char *extra;              /* one more objects directory, or NULL */
	git_oid *pending;         /* what is in memory, in order of arrival */
	size_t n_pending, cap_pending;
};

#endif
