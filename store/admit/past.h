/*
 * past: what the commits of a history hand on to those that follow them, while
 * a stretch of it is checked (admit.c).
 *
 * Ownership: past_init() on the caller's memory, past_release(); what is given
 * out is borrowed until the next call.
 * Units:     seconds since 1970.
 * Errors:    ERR_DAMAGED: a commit that was admitted once cannot be read.
 * Thread:    the repository's.
 */
#ifndef STORE_ADMIT_PAST_H
#define STORE_ADMIT_PAST_H

#include "store/git/repo.h"
#include "store/sign/commit.h"

struct past_commit {
	unsigned char id[20], tree[20];
	unsigned char content[COMMIT_CONTENT_LEN];
	int64_t time;
	char name[24]; /* of the revision */
	int n_parents;
};

struct past {
	struct repo *repo;
	struct past_commit *list;
	size_t n, cap;
	size_t *slots; /* number in the list + 1, by id */
	size_t n_slots;
};

void past_init(struct past *p, struct repo *r);
void past_release(struct past *p);

int past_add(struct past *p, const unsigned char id[20], const struct commit *c,
    struct err *e);

/* A commit that was added, or else one of the repository's. */
int past_get(struct past *p, const unsigned char id[20],
    const struct past_commit **ret, struct err *e);

#endif
