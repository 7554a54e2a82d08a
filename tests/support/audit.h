/*
 * audit: verify on a synced pair (pair.h) whose files are spoiled behind its
 * back.
 *
 * Ownership: audit_setup() and audit_teardown() are a test's, *state is a
 * struct audit; results belong to it.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_AUDIT_H
#define TESTS_SUPPORT_AUDIT_H

#include "tests/support/pair.h"

struct audit {
	struct pair *p;
	struct store *reader;
	cJSON *result;
	struct buf database; /* pmqa.db of the office as it was */
	struct err e;
};

int audit_setup(void **state);
int audit_teardown(void **state);

/* The result of verify, also in x->result; NULL when it could not be checked.
 */
const cJSON *audit_verify(struct audit *x, struct test_office *o);

/* A member of "checked". */
int64_t audit_checked(const cJSON *result, const char *what);

/* Ok and no finding at all. */
void audit_clean(struct audit *x, struct test_office *o);

/* Not ok, and one of the findings says this. */
void audit_found(struct audit *x, struct test_office *o, const char *what);

/* Flushes and closes the office, and keeps its database's bytes. */
void audit_keep(struct audit *x);
/* Puts them back. */
void audit_restore(struct audit *x);

/* The office's database. */
void audit_path(const struct audit *x, char ret[300]);

#endif
