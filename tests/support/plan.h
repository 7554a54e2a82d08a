/*
 * plan: calls of the store that take fields, for tests.
 *
 * Ownership: test_fields() is the caller's; test_saved() keeps nothing.
 * Units:     none.
 * Errors:    what the helpers themselves need, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_PLAN_H
#define TESTS_SUPPORT_PLAN_H

#include "base/json.h"
#include "tests/support/office.h"

/* Names and texts in turn, NULL behind the last name; a NULL text is null. */
cJSON *test_fields(const char *name, ...) __attribute__((sentinel));

/* {person, year 0}; reason may be NULL. */
struct ask test_ask(const struct test_office *o, const char *reason);

/* A record of the office's own branch; NULL if there is none. */
cJSON *test_record(struct test_office *o, const char *path);

/* The value at a dotted name as compact JSON is this text; want NULL: absent. */
void test_expect_field(struct test_office *o, const char *path,
    const char *name, const char *want);

#endif
