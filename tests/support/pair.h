/*
 * pair: an office and a hall that know each other, and transfers between their
 * repositories by stock git, for tests of store/.
 *
 * Ownership: pair_make() … pair_remove().
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_PAIR_H
#define TESTS_SUPPORT_PAIR_H

#include "tests/support/office.h"

struct pair {
	struct test_office office; /* 9105 */
	struct test_office hall;   /* 91 */
};

/* Both set up and enrolled, nothing transferred; stores open for writing. */
struct pair *pair_make(void);
void pair_remove(struct pair *p);

/* The office's flushed branch to the hall's repository, with no hook but
 * with the line in the hall's log. */
void pair_push(struct pair *p);
/* The hall's branch into the office's refs/incoming/hall. */
void pair_fetch(struct pair *p);

/* Push, absorb at the hall and receipt, flush, fetch, absorb at the office. */
void pair_sync(struct pair *p);

/* All rows of the tables that a rebuilt index must have again, as text. */
char *pair_dump(struct store *s);

#endif
