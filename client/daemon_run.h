/*
 * daemon_run: pmqad as a program that does one thing and ends, for what is done
 * without a daemon: init, backup check, backup restore.
 *
 * Ownership: daemon_args_release() on the caller's struct.
 * Units:     none.
 * Errors:    what pmqad says of itself, by its exit status, in both languages.
 * Thread:    one.
 */
#ifndef CLIENT_DAEMON_RUN_H
#define CLIENT_DAEMON_RUN_H

#include <stddef.h>

#include "base/buf.h"

#define DAEMON_ARGS_MAX 20

struct daemon_args {
	char *args[DAEMON_ARGS_MAX + 1];
	size_t n;
	int failed; /* no memory, or too many: told by daemon_run() */
};

/* "--name=value", or without value "--name" */
void daemon_args_add(
    struct daemon_args *a, const char *name, const char *value);
void daemon_args_release(struct daemon_args *a);

/* args[0] is its name. ret: what it writes to standard output; NULL: that stays
 * ours. */
int daemon_run(
    const char *program, struct daemon_args *a, struct buf *ret, struct err *e);

#endif
