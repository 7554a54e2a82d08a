/*
 * tidy: few large packs in place of many small ones and of loose objects, by
 * stock git repack.
 *
 * Nothing ever leaves a repository this way: what no ref names (yet: a push that
 * is being let in, a save that is being flushed) goes into the new pack as well.
 * So it may run beside whoever writes. Who reads finds an object in the new pack
 * when the old one is gone; who keeps a handle open should let it go
 * (repo_let_go()), as the room of a removed pack is free only then. A pack with
 * .keep stays as it is, objects of other repositories (alternates) stay there.
 *
 * git puts the new pack in place, synced, before it removes one; a crash leaves
 * objects twice, or a file .tmp-…, which repo_sweep() removes.
 *
 * Ownership: none.
 * Units:     bytes, milliseconds.
 * Errors:    ERR_SYS (not enough room: nothing was begun), as gitrun.h.
 * Thread:    any; blocks it for minutes where there is much.
 */
#ifndef STORE_GIT_TIDY_H
#define STORE_GIT_TIDY_H

#include <stdint.h>

#include "base/err.h"

/* From so many on it is worth a repack. */
#define TIDY_PACKS 40
#define TIDY_LOOSE 2000

struct tidy_state {
	int64_t packs, kept; /* kept: those of them with .keep */
	int64_t loose;       /* objects that are files of their own */
	int64_t bytes;       /* of all of them */
};

int tidy_look(const char *repo, struct tidy_state *ret, struct err *e);
int tidy_is_due(const struct tidy_state *st);

/* TIDY_SOME: small packs become one, large ones stay: each object is written
 * again only as often as its pack has doubled. TIDY_ALL: one pack. */
enum tidy_how { TIDY_SOME, TIDY_ALL };
int tidy_run(const char *repo, enum tidy_how how, struct err *e);

#endif
