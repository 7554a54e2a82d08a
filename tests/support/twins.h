/*
 * twins: several devices of office 9105 and their hall, all enrolled, no
 * daemon running; what a sync does between them, step by step.
 *
 * Ownership: twins_make() … twins_remove(); stores open for writing.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_TWINS_H
#define TESTS_SUPPORT_TWINS_H

#include "store/merge/join.h"
#include "tests/support/office.h"

#define TWINS_MAX 3

struct twins {
	struct test_office hall;
	struct test_office at[TWINS_MAX]; /* letters a, b, c */
	size_t n;
};

struct twins *twins_make(size_t n);
void twins_remove(struct twins *d);

/* What a device fetches: refs/incoming/hall and refs/incoming/office; the
 * hall's branch is absorbed. 1 if the hall has anything of the office; then ret
 * is its tip. */
int twins_fetch(struct twins *d, size_t i, unsigned char ret[20]);
/* Fetch, join, push, the hall's absorb and receipt, fetch. */
void twins_sync(struct twins *d, size_t i, struct join *ret);
/* Pushes what the device has, with no hook but with the line in the hall's log,
 * and takes it in at the hall. */
void twins_push(struct twins *d, size_t i);

/* Hex of the tree of refs/heads/office; the caller frees. */
char *twins_tree(const struct test_office *o);

/* The index as it grew is what a rebuilt one is. */
void twins_check_index(struct test_office *o);

#endif
