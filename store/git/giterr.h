/*
 * giterr: libgit2's last error into struct err, on the thread that saw it.
 *
 * Ownership: none.
 * Units:     none.
 * Errors:    maps GIT_ENOTFOUND, GIT_ELOCKED, GIT_EOWNER, …; git_error_last()
 * may be NULL in 1.5.
 * Thread:    the thread of the failing call.
 */
#ifndef STORE_GIT_GITERR_H
#define STORE_GIT_GITERR_H

#include "base/err.h"

/*
 * int giterr_set(struct err *e, int git_rc, const char *fmt, ...): sets the
 * sentence "<fmt>: <libgit2's words>" and returns the code it set. A macro, so
 * that the format stays a literal (a message id, --keyword=giterr_set:3) and
 * is translated by err_set().
 */
#define giterr_set(e, git_rc, ...)                                             \
	giterr_add(                                                            \
	    (e), err_set((e), giterr_code(git_rc), (git_rc), __VA_ARGS__))

/* The code of a failed libgit2 call, from its result and its last error. */
enum err_code giterr_code(int git_rc);

/* Adds ": <libgit2's words>" to both sentences, and a hint where there is one.
 */
void giterr_words(struct err *e, int code);

static inline int
giterr_add(struct err *e, int code)
{
	giterr_words(e, code);
	return code;
}

/* What a write to a repository came to, errno having been 0 before it: gives rc
 * back. An ERR_SYS gets sub EIO, which db_is_fatal() tells, unless the disk was
 * merely full. */
int giterr_written(struct err *e, int rc, int saved_errno);

/* git_libgit2_init() and the options of (fsync on, caches
 * small, owner validation, strict objects). Before the threads. */
int giterr_init(struct err *e);
void giterr_shutdown(void);

/* 1 if this libgit2 refuses to unpack what is larger than anything the project
 * writes (32 MiB). */
int giterr_caps_packs(void);

#endif
