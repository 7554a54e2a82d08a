/*
 * maintain: keeps the repositories of a directory small (store/git/tidy.h): an
 * office's own, at a hall all offices' and province.git, at a ministry its
 * provinces'. Repositories of evidence stay as they are: files do not become
 * smaller, and what is erased there is repacked then.
 *
 * Ownership: *ret is the caller's.
 * Units:     bytes.
 * Errors:    the first one; the other repositories are done nevertheless.
 * Thread:    the store's of any mode; blocks it while git works.
 */
#ifndef STORE_BACKUP_MAINTAIN_H
#define STORE_BACKUP_MAINTAIN_H

#include "base/json.h"
#include "store/store.h"

struct maintain_opts {
	int only_due; /* those with many packs, and only their small packs;
			 else all packs of each become one */
	void (*progress)(void *arg, int64_t done, int64_t total); /* or NULL */
	void *arg;
};

/* {"bytes_before","bytes_after","repositories":[{"name","packs_before",
 * "packs_after","loose_before","loose_after","bytes_before","bytes_after"}]}:
 * those that were repacked. */
int maintain_run(
    struct store *s, const struct maintain_opts *o, cJSON **ret, struct err *e);

#endif
