/*
 * resign: carries revisions of this machine over to another device's name: the
 * same changes, persons, times and reasons as new commits of the new letter,
 * counted from 1, each saying which one it was.
 *
 * Why: a machine that was restored from an old backup and saved again has used
 * names (a101 …) that mean other revisions at the hall. Nothing of what it
 * saved may be lost, and no name may mean two things.
 *
 * What a record says of such a revision by name (a submission signs one off)
 * says the new name. A merge is made again from its two parents, as the door
 * demands. A time that lies more than a day in the future becomes now: the
 * clock was wrong, and the door would refuse it.
 *
 * Ownership: struct resign is the caller's memory, all of it borrowed.
 * Units:     seconds since 1970.
 * Errors:    ERR_CONFLICT when revisions of another device follow those that
 * are to be carried over (they cannot be signed again here); ERR_DAMAGED when
 * objects are missing.
 * Thread:    the writer's, outside a save group. The objects are in the
 * repository's memory until repo_flush() or repo_forget().
 */
#ifndef STORE_HALL_RESIGN_H
#define STORE_HALL_RESIGN_H

#include "store/criteria/edition.h"
#include "store/git/repo.h"
#include "store/sign/key.h"

struct resign {
	struct repo *repo;
	const char *from, *to; /* devices: "9105-a", "9105-b" */
	const struct key *key; /* of the new one */
	int64_t now;
	/* as in merge.h */
	int (*edition_of)(void *arg, const char *id,
	    const unsigned char blob[20], const struct edition **ret,
	    struct err *e);
	void *arg;
	/* results */
	unsigned char tip[20]; /* as it was, when n is 0 */
	int64_t n;
	char first[24], last[24]; /* what the carried ones were called */
};

/* Everything that tip reaches and none of the known ones does. */
int resign_run(struct resign *r, const unsigned char tip[20],
    const unsigned char known[][20], size_t n_known, struct err *e);

#endif
