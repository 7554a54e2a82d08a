/*
 * test: what every cmocka test includes, in the order cmocka 1.1 needs, and
 * temporary directories.
 *
 * Ownership: test_dir() gives a path that test_dir_remove() removes and frees.
 * Units:     none.
 * Errors:    a helper that fails fails the test.
 * Thread:    one.
 */
#ifndef TESTS_UNIT_TEST_H
#define TESTS_UNIT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/err.h"

/* rc == 0, else the test fails with the error's sentence. */
#define assert_ok(rc, e)                                                       \
	do {                                                                   \
		int rc_ = (rc);                                                \
		if (rc_ < 0)                                                   \
			fail_msg("%s: %d (%s): %s", #rc, rc_,                  \
			    err_name((e)->code), (e)->msg);                    \
	} while (0)

/* rc == code, and the sentence contains the text. */
#define assert_err(rc, want, e, text)                                          \
	do {                                                                   \
		int rc_ = (rc);                                                \
		if (rc_ != (int)(want))                                        \
			fail_msg("%s: %d, expected %d: %s", #rc, rc_,          \
			    (int)(want), rc_ < 0 ? (e)->msg : "no error");     \
		if (strstr((e)->msg, (text)) == NULL)                          \
			fail_msg(                                              \
			    "%s: '%s' lacks '%s'", #rc, (e)->msg, (text));     \
	} while (0)

char *test_dir(void);
void test_dir_remove(char *dir);

/* Random numbers from a printed seed (env PMQA_SEED replays). */
uint64_t test_seed(void);
uint64_t test_random(uint64_t *state);

/* Processor time of this process so far: what it had to do, however much else
 * the machine does. */
int64_t test_cpu_ms(void);

/* Runs argv without a shell, standard output (and error) into *ret_out (may be NULL; free()). Returns the exit status, -1 if killed. */
int test_run(const char *const *argv, char **ret_out);

#endif
