/*
 * bundle_git: one git on a repository, with limits on memory, processor time
 * and file size: what it reads may be hostile.
 *
 * Ownership: *ret is the caller's: program_end_release().
 * Units:     none.
 * Errors:    ERR_SYS when it cannot be started, ERR_TIMEOUT. With which status
 * it ended is the caller's to look at.
 * Thread:    any; blocks it.
 */
#ifndef STORE_BUNDLE_BUNDLE_GIT_H
#define STORE_BUNDLE_BUNDLE_GIT_H

#include "store/git/program.h"

/* args: the command and its arguments without "git", ends with NULL; in_fd: its
 * standard input from where that stands, or -1. */
int bundle_git(const char *repo, const char *const *args, int in_fd,
    struct program_end *ret, struct err *e);

/* The same for one that must succeed: else ERR_FAILED with its last words. */
int bundle_git_well(const char *repo, const char *const *args, struct err *e);

#endif
