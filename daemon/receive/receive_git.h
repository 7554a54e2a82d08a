/*
 * receive_git: the git that serves one fetch of one device (git upload-pack): its
 * command line with every setting pinned, its environment with nothing of the client's
 * in it, its limits.
 *
 * Ownership: the structs are the caller's memory and point into themselves:
 * they are not copied.
 * Units:     bytes, seconds.
 * Errors:    ERR_SYS.
 * Thread:    one.
 */
#ifndef DAEMON_RECEIVE_RECEIVE_GIT_H
#define DAEMON_RECEIVE_RECEIVE_GIT_H

#include "daemon/receive/receive.h"

#define RECEIVE_PUSH_MAX (INT64_C(64) * 1024 * 1024) /* of revisions */
#define RECEIVE_SECONDS 1800                         /* one connection */

#define RECEIVE_GIT_ARGS 96
#define RECEIVE_GIT_OWN 2

struct receive_line {
	const char *args[RECEIVE_GIT_ARGS]; /* ends with NULL */
	size_t n, n_own;
	char own[RECEIVE_GIT_OWN][1228]; /* options that are made here */
};

struct receive_around {
	char home[560];
	char *list[16]; /* ends with NULL */
};

/* "git", the pinned settings (each "-c", "name=value"), the service and the
 * repository. */
void receive_git_line(const struct receive *r, struct receive_line *ret);

/* Nothing of what sshd and the client set stays, but the wire version out of
 * GIT_PROTOCOL (may be NULL). */
void receive_git_around(
    const struct receive *r, const char *protocol, struct receive_around *ret);

/* Memory, processor time, size of a file: for this process and all that it
 * starts. */
int receive_git_limits(enum command_verb v, struct err *e);

/* Looking at what came may take longer than unpacking it. */
void receive_git_more_time(void);

/* For what writes the hall's log, which may be larger than any file of a push.
 */
void receive_git_larger_files(void);

/* Becomes git; comes back only with an error. */
int receive_git_become(
    const struct receive *r, const char *protocol, struct err *e);

#endif
