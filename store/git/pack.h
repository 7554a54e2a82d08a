/*
 * pack: many new objects as one pack of git and its index (gitformat-pack(5),
 * versions 2), made in memory and written once.
 *
 * Ownership: pack_create() … pack_free(); objects are copied.
 * Units:     bytes; ids of 20 bytes; at most PACK_MAX bytes in a pack.
 * Errors:    ERR_NOMEM, ERR_INVALID (too large), ERR_SYS.
 * Thread:    one at a time.
 *
 * An object is stored whole or as what differs from one of the objects just
 * before it: neighbouring revisions differ in one place of each tree, so one
 * comparison from both ends finds it, where a search would cost more than the
 * save itself.
 */
#ifndef STORE_GIT_PACK_H
#define STORE_GIT_PACK_H

#include <stddef.h>

#include "base/err.h"

#define PACK_MAX ((size_t)1 << 30)

/* Numbers of gitformat-pack(5). */
enum pack_type { PACK_COMMIT = 1, PACK_TREE = 2, PACK_BLOB = 3 };

struct pack;

int pack_create(struct pack **ret, struct err *e);
void pack_free(struct pack *p);

/* Each id once. */
int pack_add(struct pack *p, enum pack_type t, const unsigned char id[20],
    const void *data, size_t len, struct err *e);

/* pack-<sum>.pack, then .idx, into the directory; both are on the disk when it
 * returns 0. Once, after the last pack_add(). */
int pack_write(struct pack *p, const char *dir, struct err *e);

#endif
