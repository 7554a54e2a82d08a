/*
 * office: a set-up directory with its store, for tests of store/.
 *
 * Ownership: test_office_make() … test_office_remove(); the store is opened and
 * closed by test_office_open() and test_office_close().
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_OFFICE_H
#define TESTS_SUPPORT_OFFICE_H

#include "store/save/save.h"

struct test_office {
	char *dir;
	struct store *store;
	struct person person;
};

/* cmocka group setup and teardown: libraries up and down. */
int test_libraries_up(void **state);
int test_libraries_down(void **state);

/* An office 9105 in a new temporary directory, its store open for writing. */
void test_office_make(struct test_office *o);
void test_office_remove(struct test_office *o);
void test_office_open(struct test_office *o);
void test_office_close(struct test_office *o);

/* Sets an office up in an existing empty directory; 0 or an error code. */
int test_office_init(const char *dir, struct err *e);

/* One acknowledged save of its own group; fails the test on an error. The
 * caller deletes the result. */
cJSON *test_office_open_year(struct test_office *o, int year);
cJSON *test_office_set(struct test_office *o, int year, const char *item,
    const char *field, const char *text);
cJSON *test_office_tick(struct test_office *o, int year, const char *points,
    int on); /* points separated by blanks */

/* Output of `git -C DIR/repo.git <args>`, fails the test unless it exits 0; the
 * caller frees. args ends with NULL. */
char *test_office_git(const struct test_office *o, const char *arg, ...)
    __attribute__((sentinel));

#endif
