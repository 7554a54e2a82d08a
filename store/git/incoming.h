/*
 * incoming: a pushed pack on its way into a repository: taken in beside it, in
 * a directory of its own that its own process or the next one removes; put into
 * the repository, with the ref that needs it, once the door has said yes.
 *
 * Ownership: incoming_begin() … incoming_free(); the directory is the
 * caller's, from incoming_make_dir() to incoming_drop_dir().
 * Units:     bytes, objects.
 * Errors:    ERR_REFUSED with a sentence (pack_scan.h); ERR_CONFLICT,
 * ERR_BUSY: the ref is not where the caller said, or being moved; else through
 * giterr.
 * Thread:    one, of a process that has no other: while a pack is begun libgit2
 * is told for a moment not to sync.
 */
#ifndef STORE_GIT_INCOMING_H
#define STORE_GIT_INCOMING_H

#include "store/git/pack_scan.h"

#define INCOMING_DIR_MAX 768

struct incoming;

struct incoming_ref {
	const char *name;
	const unsigned char *old; /* NULL: there must be none */
	const unsigned char *id;
};

/* REPO/objects/tmp_objdir-incoming-…, with what libgit2 expects in it. */
int incoming_make_dir(
    const char *repo_path, char ret[INCOMING_DIR_MAX], struct err *e);
/* With all that is in it; none at all is no error. */
int incoming_drop_dir(const char *dir, struct err *e);

int incoming_begin(const char *repo_path, const char *dir,
    const struct pack_limits *limits, struct incoming **ret, struct err *e);
void incoming_free(struct incoming *in);

/* The next bytes; *ret_used is less than len only where the pack ends. */
int incoming_feed(struct incoming *in, const void *data, size_t len,
    size_t *ret_used, struct err *e);
int incoming_ended(const struct incoming *in);

/* All bytes were there: resolves deltas, completes the pack from the repository
 * and indexes it. What it brought can be read in the directory then. */
int incoming_seal(struct incoming *in, struct err *e);

/*
 * Durably into the repository, then the ref, which is locked meanwhile. Fewer
 * objects than loose_below become loose ones.
 */
int incoming_take(struct incoming *in, const struct incoming_ref *ref,
    uint32_t loose_below, struct err *e);

#endif
