/*
 * bundle_list: the bundles that a person named, and those of a directory.
 *
 * Ownership: struct bundle_list is the caller's memory, zeroed;
 * bundle_list_release().
 * Units:     none.
 * Errors:    ERR_NOT_FOUND (no bundle in it), ERR_INVALID (too many), ERR_SYS.
 * Thread:    one.
 */
#ifndef CLIENT_FILE_BUNDLE_LIST_H
#define CLIENT_FILE_BUNDLE_LIST_H

#include <stddef.h>

#include "base/err.h"

struct bundle_list {
	char **paths;
	size_t n;
};
void bundle_list_release(struct bundle_list *l);

int bundle_list_add(struct bundle_list *l, const char *path, struct err *e);
/* Every file in it whose name ends with .bundle or .bundle.age, by name. */
int bundle_list_add_dir(struct bundle_list *l, const char *dir, struct err *e);

#endif
