/*
 * moving: the one push of an office that may move its branch now, and what it
 * is about to move: a push that was killed between the branch and the line of
 * the acceptance log leaves its note, and whoever comes next writes the line.
 *
 * DIR/slots/<office>.door: a lock of flock(2), free again when its process has
 * ended, and in the file the note, one line of JSON; empty as a rule. The note
 * outlives a process, not the machine: what a crash of that leaves, the
 * daemon finds at its start (accepted_lost.h).
 *
 * Files of evidence have nothing to do with each other: each has a lock and a
 * note of its own, DIR/slots/<office>.<sha>.door, only while it is pushed or
 * where a note was left.
 *
 * Ownership: moving_begin() … moving_end().
 * Units:     none.
 * Errors:    ERR_SYS; those of accepted.h and repo.h.
 * Thread:    one; several processes.
 */
#ifndef STORE_HALL_MOVING_H
#define STORE_HALL_MOVING_H

#include "store/hall/accepted.h"

struct moving {
	const char *dir;    /* the hall's, borrowed */
	const char *office; /* "9105", borrowed */
	const char *sha;    /* of the file of evidence, borrowed; NULL: none */
	int fd;             /* -1: not begun */
	int held;           /* the lock is ours */
};

/* Waits until no other push of the office is under way; enters what the last
 * one of them did not, and removes the lock of a ref that it left. */
int moving_begin(struct moving *m, const char *dir, const char *office,
    const char *repo_path, struct err *e);
/* The same, but ERR_BUSY at once where a push is under way. */
int moving_try(struct moving *m, const char *dir, const char *office,
    const char *repo_path, struct err *e);

/* As moving_begin(), of one file of evidence in that repository; the locks of
 * its refs stay. */
int moving_begin_file(struct moving *m, const char *dir, const char *office,
    const char *sha, const char *repo_path, struct err *e);
/* Enters what the last push of the file did not, if there was one. One that is
 * under way enters it itself. */
int moving_settle_file(const char *dir, const char *office, const char *sha,
    const char *repo_path, struct err *e);

/* Before the ref moves. */
int moving_note(
    const struct moving *m, const struct accepted_entry *en, struct err *e);
/* Its line stands, or nothing has moved. */
int moving_done(const struct moving *m, struct err *e);

void moving_end(struct moving *m);

#endif
