/*
 * door: what pmqa-receive asks of the store: may this push in? Works on the
 * bare repository and its hall branch alone (registry.json, editions/), needs
 * no database.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    ERR_REFUSED with the sentence for the person.
 * Thread:    one.
 */
#ifndef STORE_ADMIT_DOOR_H
#define STORE_ADMIT_DOOR_H

#include "base/err.h"

#define DOOR_MAX_COMMITS 100000 /* new revisions in one push */
#define DOOR_MAX_OBJECTS 500000 /* objects in one push */

struct door_update {
	char ref[256];
	char old[41], new_[41]; /* hex, 40 zeros = none */
};

/*
 * Checks one push of one device ("9105-a") to its office's repository, in its
 * quarantine: exactly one ref, refs/heads/office or the device's own
 * refs/side/<letter> (side.h), created or moved forward, every new commit
 * admitted, no object in the quarantine that the new commits do not reach.
 * refs/side/<letter> may also begin anew once the branch has reached what it
 * holds. objects_dir: the quarantine (incoming.h), may be NULL.
 */
int door_check(const char *repo_path, const char *objects_dir,
    const char *device, const struct door_update *u, size_t n, struct err *e);

#endif
