/*
 * program: one child process, run to its end: no shell, a pinned environment,
 * its own process group, killed at the deadline, capped output.
 *
 * Ownership: the caller owns what it gets; program_end_release().
 * Units:     milliseconds, bytes.
 * Errors:    ERR_SYS when it cannot be started. How it ended is no error here.
 * Thread:    any; blocks it.
 */
#ifndef STORE_GIT_PROGRAM_H
#define STORE_GIT_PROGRAM_H

#include "base/buf.h"
#include "base/err.h"

struct program {
	const char *const *argv; /* argv[0]: an absolute path; ends with NULL */
	const char *const *env;  /* complete, "NAME=value" */
	int in_fd;               /* its standard input; -1: nothing */
	long wall_ms;
	struct buf *out; /* gets standard output; may be NULL */
	size_t out_max;  /* what is more is dropped */
	int nice;        /* 0 … 19: lets others go first */
};

struct program_end {
	int status;       /* exit status, -1 when a signal ended it */
	int timed_out;    /* or stopped: it was killed */
	struct buf words; /* standard error: its end, at most 64 KiB */
};

int program_run(
    const struct program *p, struct program_end *ret, struct err *e);
void program_end_release(struct program_end *r);

/* Ends what runs now, as if its time were over: for a daemon that stops. Any
 * thread. */
void program_stop_running(void);

/* The last line of its standard error, "" if there is none. Borrowed. */
const char *program_last_words(struct program_end *r);

#endif
