/*
 * joined: an office that is enrolled at a hall of the same machine, both in
 * temporary directories, no daemon running.
 *
 * Ownership: joined_make() … joined_remove(). The office's store is open for
 * writing, the hall's is opened for each of the calls below.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_JOINED_H
#define TESTS_SUPPORT_JOINED_H

#include "tests/support/office.h"

struct joined {
	struct test_office office;
	char *hall; /* its directory */
};

void joined_make(struct joined *j);
void joined_remove(struct joined *j);

/* What the hall's daemon does at its start or after a push: absorb, receipt,
 * flush. *ret: the new receipt, NULL if none; the caller deletes it. */
void joined_hall_absorb(struct joined *j, cJSON **ret);

#endif
