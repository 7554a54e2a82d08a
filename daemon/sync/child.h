/*
 * child: one child process of the loop: pinned environment, no shell, own
 * process group, deadlines, capped output.
 *
 * Ownership: child_start() … until exited() was called; child_kill() only asks.
 * Units:     milliseconds, bytes.
 * Errors:    ERR_SYS when it cannot be started; afterwards the result is in
 * struct child_result.
 * Thread:    loop.
 */
#ifndef DAEMON_SYNC_CHILD_H
#define DAEMON_SYNC_CHILD_H

#include <uv.h>

#include "base/buf.h"
#include "base/err.h"

#define CHILD_OUTPUT_MAX ((size_t)256 * 1024)

struct child_opts {
	const char *const *argv; /* argv[0] searched in the pinned PATH */
	const char *const *env;  /* "NAME=value", complete */
	const char *cwd;
	int input_fd;  /* its standard input, borrowed for the start; 0: none */
	long wall_ms;  /* killed after this long: TERM, then KILL 2 s later, to
			  the process group */
	long stall_ms; /* killed when nothing was written to its outputs for so
			  long; 0 = never */
	void (*line)(void *arg,
	    const char *line); /* each line of standard error as it comes (LF or
				  CR ends it); may be NULL */
};

struct child_result {
	int status; /* exit status, or -1 when a signal ended it */
	int term_signal;
	int timed_out;  /* 1 wall, 2 stall, 3 child_kill() */
	struct buf out; /* standard output, capped; owned by the child, valid
			   during exited() */
	struct buf err; /* standard error, the last CHILD_OUTPUT_MAX bytes */
};

struct child;

int child_start(uv_loop_t *loop, const struct child_opts *o,
    void (*exited)(void *arg, const struct child_result *r), void *arg,
    struct child **ret, struct err *e);
void child_kill(struct child *c);

#endif
