/*
 * sample: an office with a short history, for tests that ask about it.
 *
 *   a1 open 2565                  a5 tick 1.1.B3 1.2.B1 (two records)
 *   a2 tick 1.1.B1 1.1.B2         a6 owner of 1.1, by somchai
 *   a3 1.1 explanation.basic      a7 untick 1.1.B1
 *   a4 1.1 explanation.basic
 *
 * Ownership: sample_up() makes it, sample_down() removes it: cmocka group
 * setup and teardown.
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_SAMPLE_H
#define TESTS_SUPPORT_SAMPLE_H

#include "base/json.h"
#include "tests/support/office.h"

#define SAMPLE_YEAR 2565

extern struct test_office sample_office;

int sample_up(void **state);
int sample_down(void **state);

/* The texts of a3 ('a') and a4 ('b'): longer than the index keeps. */
const char *sample_text(char which);

/* Element i of a list, member key of an object; want NULL: JSON null. */
const cJSON *sample_at(const cJSON *list, int i);
void sample_assert_text(const cJSON *obj, const char *key, const char *want);
/* Names of the fields in "changes", separated by blanks. */
void sample_assert_fields(const cJSON *record, const char *want);

#endif
