/*
 * gitrun: one stock git command on one repository, run to its end.
 *
 * For what only stock git does (repack, prune), on the store's thread. No
 * shell; environment and configuration are pinned, nothing of the caller's own
 * counts; its own process group, killed at the deadline.
 *
 * Ownership: the caller owns *ret_out.
 * Units:     milliseconds, bytes.
 * Errors:    ERR_SYS (it cannot be started), ERR_TIMEOUT, ERR_FAILED with git's
 * last words.
 * Thread:    any.
 */
#ifndef STORE_GIT_GITRUN_H
#define STORE_GIT_GITRUN_H

#include "base/buf.h"
#include "base/err.h"

/* args: the command and its arguments without "git", ends with NULL. ret_out
 * (may be NULL): standard output, at most GITRUN_OUTPUT_MAX bytes of it. */
#define GITRUN_OUTPUT_MAX ((size_t)4 * 1024 * 1024)
int gitrun(const char *repo, const char *const *args, long wall_ms,
    struct buf *ret_out, struct err *e);

/* The same for what has time: the processor is for others first. */
int gitrun_idly(
    const char *repo, const char *const *args, long wall_ms, struct err *e);

#endif
