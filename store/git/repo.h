/*
 * repo: one bare git repository: objects in, objects out, refs forward. The
 * only writer of a repository's refs/heads/<own>.
 *
 * Ownership: repo_open() … repo_close().
 * Units:     ids of 20 bytes, sizes in bytes.
 * Errors:    through giterr; ERR_NOT_FOUND for a missing object or ref;
 *            ERR_CONFLICT when a ref is not where the caller said; ERR_BUSY when
 *            it is locked; repo_flush() and repo_move_ref() see to it that
 *            db_is_fatal() knows a failing disk (giterr_written()).
 * Thread:    one at a time; each thread opens its own.
 *
 * New objects first live in memory (a git_odb of only a mempack backend),
 * readable at once through repo_read(); repo_flush() writes exactly those to
 * one pack (pack.h), or loose when they are few, fsynced, and empties the
 * memory.
 */
#ifndef STORE_GIT_REPO_H
#define STORE_GIT_REPO_H

#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"
#include "store/git/tree.h"

enum object_type { OBJECT_COMMIT = 1, OBJECT_TREE = 2, OBJECT_BLOB = 3 };

struct repo;

/*
 * Makes a bare repository with the pinned configuration, durably, in a
 * directory that is there (ERR_SYS if not). May be repeated: HEAD and config are written again, objects and refs stay. Stock
 * `git verify-commit` finds the keys in the file allowed_signers beside it.
 */
int repo_create(const char *path, const char *head, struct err *e);
/* The pinned configuration of the repository at path, appended. */
int repo_config(const char *path, struct buf *ret, struct err *e);
int repo_open(const char *path, struct repo **ret, struct err *e);
/* Without the objects of others that it borrows (info/alternates). */
int repo_open_alone(const char *path, struct repo **ret, struct err *e);
void repo_close(struct repo *r);
const char *repo_path(const struct repo *r);

/*
 * One office's part of a repository that holds many (a province's): names such
 * as refs/heads/office mean refs/offices/<code> there, refs/heads/hall
 * refs/halls/<code>. Reads the base's objects, whose thread it shares; for
 * reading and for moving these two alone. The base is borrowed, and closed
 * last.
 */
int repo_open_view(
    struct repo *base, const char *office, struct repo **ret, struct err *e);
/* The office of a view; NULL if it is none. */
const char *repo_view_of(const struct repo *r);
/* A handle of its own onto the same: what another one has cached is not seen.
 * *ret_base: to be closed after it, NULL if there is none. */
int repo_open_again(const struct repo *r, struct repo **ret_base,
    struct repo **ret, struct err *e);

/* At the door: also look into the directory of a push (incoming.h). Once. */
int repo_add_objects_dir(struct repo *r, const char *dir, struct err *e);

int repo_put(struct repo *r, enum object_type t, const void *data, size_t len,
    unsigned char ret_id[20], struct err *e); /* memory */
/* Appends the object's bytes; refuses more than max bytes before reading them
 * (ERR_INVALID). Memory, then disk. */
int repo_read(struct repo *r, const unsigned char id[20], enum object_type t,
    size_t max, struct buf *ret, struct err *e);
/* Is there such an object? By the packs' indexes; its bytes are not read. */
int repo_has(struct repo *r, const unsigned char id[20]);
tree_source repo_tree_source; /* arg = struct repo * */
tree_sink repo_tree_sink;

size_t repo_n_pending(const struct repo *r);
/* Fsynced when it returns 0; on failure the objects stay in memory. Costs about
 * 3 ms and a little more for each object: flush in groups. */
int repo_flush(struct repo *r, struct err *e);
void repo_forget(struct repo
	*r); /* drops the objects in memory (after a rolled back transaction) */

/* ERR_NOT_FOUND: it is not set; ERR_SYS: the whole repository is away. */
int repo_ref(
    struct repo *r, const char *name, unsigned char ret[20], struct err *e);
/* Moves a ref from old (NULL: must not exist) to id, fsynced. */
int repo_move_ref(struct repo *r, const char *name, const unsigned char *old,
    const unsigned char id[20], struct err *e);

/* Re-reads the packs after another process (git fetch, maintenance) changed
 * them. */
int repo_refresh(struct repo *r, struct err *e);

/* As repo_refresh(), and gives back the memory that reading much of the history
 * took (up to 16 MiB a pack). When it fails nothing can be read until
 * repo_refresh() succeeds. */
int repo_let_go(struct repo *r, struct err *e);

/*
 * At start, holding the store lock: removes stale locks and what crashes left
 * over more than a day ago; counts what it removed. Waits up to a second when a
 * lock is so new that a push may be holding it.
 */
int repo_sweep(struct repo *r, int *ret_removed, struct err *e);

/* Without any lock: removes the quarantines and the locks of refs that killed
 * pushes to the repository at path left more than so many seconds ago. */
int repo_sweep_pushes(const char *path, int64_t age_s, struct err *e);
/* The locks of refs alone. */
int repo_sweep_locks(const char *path, int64_t age_s, struct err *e);

#endif
