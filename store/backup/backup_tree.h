/*
 * backup_tree: a still copy of a directory that others go on working in:
 * pushes may come, logs may grow.
 *
 * What is taken is everything but what backup_tree_is_left_out() names, so that
 * a folder that comes with a later version is never forgotten. Order keeps it
 * consistent: logs first, then of each repository the loose refs, packed-refs,
 * and last the objects, which only grow. Objects are linked, not copied.
 *
 * Ownership: the caller owns what it gets.
 * Units:     none.
 * Errors:    ERR_SYS; ERR_INVALID for a name that no list can hold.
 * Thread:    the writer's: nothing else of this program changes the directory
 * meanwhile.
 */
#ifndef STORE_BACKUP_BACKUP_TREE_H
#define STORE_BACKUP_BACKUP_TREE_H

#include "base/buf.h"
#include "base/err.h"

/* Room of a backup inside the directory itself while it is read. */
#define BACKUP_ROOM "snapshot"
/* Beside its files: the list of their hashes. A directory that holds one is a
 * backup, and no part of another. */
#define BACKUP_SUMS "SHA256SUMS"

/* Sockets' names, locks, scratch, what lives only as long as a process, and
 * the database, which is copied in its own way. rel: from the directory on. */
int backup_tree_is_left_out(const char *rel);
/* A secret half of a key, or what was made from one. */
int backup_tree_is_secret(const char *rel);

/* Makes to (which must not exist) the copy of from. ret_dirs: its directories,
 * each a line, those above first. */
int backup_tree_copy(const char *from, const char *to, int without_keys,
    struct buf *ret_dirs, struct err *e);

/* Removes a directory with all that is in it; none is none. */
int backup_tree_remove(const char *path, struct err *e);

#endif
