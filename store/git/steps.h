/*
 * steps: a long line of first parents cut into stretches that can be fetched
 * one after the other, so that a link that dies loses one stretch.
 *
 * As text: a line "COMMIT COUNT" for each, oldest first; COUNT commits lie
 * between it and the one before it.
 *
 * Ownership: struct steps is the caller's memory, holds no pointers.
 * Units:     commits.
 * Errors:    ERR_DAMAGED (a commit of the line is missing or none),
 * ERR_INVALID (text of another form).
 * Thread:    the repository's; print and parse any.
 */
#ifndef STORE_GIT_STEPS_H
#define STORE_GIT_STEPS_H

#include "store/git/repo.h"

/* About 6 KB of text; a step that is too long can be asked for by itself. */
#define STEPS_MAX 128

struct step {
	unsigned char id[20];
	int64_t n; /* commits since the step before it */
};

struct steps {
	struct step list[STEPS_MAX]; /* oldest first; the last is the tip */
	size_t n;
	int64_t total;
};

/*
 * The line from have (exclusive; NULL, or one that is not on it: from its
 * first commit on) to tip, at most STEPS_MAX of it, evenly spread: each commit
 * of a line that is shorter.
 */
int steps_list(struct repo *r, const unsigned char tip[20],
    const unsigned char *have, struct steps *ret, struct err *e);

void steps_print(const struct steps *s, struct buf *ret);
/* Strict: what a peer sent. Empty text: no steps. */
int steps_parse(const char *text, size_t len, struct steps *ret, struct err *e);

#endif
