/*
 * trust: whose signatures and which editions are good on a branch, seen from
 * this directory: admit's callbacks for a store.
 *
 * The hall's branch is signed by the hall's key (ours at the hall, hall.conf's
 * at an office). The office's branch is signed by the devices of the registry
 * that the hall has published; an office trusts its own device before that too.
 *
 * Ownership: struct trust is the caller's memory; trust_release() frees what is
 * in it. admit's arg must point to the struct trust or to a struct that begins
 * with one.
 * Units:     seconds since 1970.
 * Errors:    as admit.h asks of its callbacks.
 * Thread:    the store's.
 */
#ifndef STORE_ADMIT_TRUST_H
#define STORE_ADMIT_TRUST_H

#include "store/admit/admit.h"
#include "store/store.h"

struct published;

struct trust {
	struct store *store;
	struct repo *repo;
	char office[8];
	const char *hall; /* its code; NULL: the office has joined none */
	enum record_branch branch;
	struct published *published;
	int64_t branch_id; /* sequences go on from the index; 0: from zero */
};

/* office as in store_branch(), which: "office" or "hall". repo NULL: the
 * store's. */
int trust_init(struct trust *t, struct store *s, struct repo *repo,
    const char *office, const char *which, struct err *e);
void trust_release(struct trust *t);

/* Fills *a (but accept, seen and max_commits); arg as above. */
void trust_admit(struct trust *t, void *arg, struct admit *a);

/* Is it in the index of the branch? For admit.is_known, where old is the tip of
 * what is indexed; needs branch_id. */
int trust_is_indexed(void *arg, const unsigned char id[20], struct err *e);

/* The hall's key; ERR_REFUSED at an office that has not joined one. At a
 * ministry there are many: see below. */
int trust_hall_key(struct store *s, const unsigned char **ret, struct err *e);

/* Code and key of the hall of an office ("" = our own); ret_code may be NULL.
 * Borrowed until the configuration is read anew. */
int trust_hall_of(struct store *s, const char *office, const char **ret_code,
    const unsigned char **ret_pub, struct err *e);

#endif
