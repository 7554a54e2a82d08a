/*
 * tamper: an office and its hall, synced, proved and sealed, closed; each test
 * alters one thing behind their backs, asks verify, and puts all back.
 *
 * Ownership: tamper_make() … tamper_remove().
 * Units:     none.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_TAMPER_H
#define TESTS_SUPPORT_TAMPER_H

#include "store/sign/commit.h"
#include "tests/support/files.h"
#include "tests/support/pair.h"

struct tamper {
	struct pair *p;
	char *kept; /* copies of both directories */
	struct key device, hall, stranger;
	struct test_file file; /* evidence of the office */
	cJSON *result;
};

struct tamper *tamper_make(void);
void tamper_remove(struct tamper *x);

/* Both directories as they were. */
void tamper_restore(struct tamper *x);

/* verify of a directory, from zero or by its seals; in x->result. NULL when the
 * store could not be opened or checked: then *e says why. */
const cJSON *tamper_verify(
    struct tamper *x, const char *dir, int deep, struct err *e);
/* The same, and seals what was proved. */
const cJSON *tamper_seal(struct tamper *x, const char *dir, int deep);

/* verify of a directory from zero, alone, by so many threads and stretches of so
 * many revisions; the caller deletes the result. */
cJSON *tamper_stretches(const char *dir, int threads, int64_t stretch);

/* Path of a directory's file; static memory, used anew by the next call. */
const char *tamper_path(const char *dir, const char *file);

/* Runs SQL on its database; it must change something. */
void tamper_sql(const char *dir, const char *sql);
/* git in one of its repositories; the output without its line end in static
 * memory. */
const char *tamper_git(
    const char *dir, const char *repo, const char *const *args);

/* Puts a commit on top of the office's branch in the hall's repository, made
 * with the device's key and then spoiled in this way (forge words: see
 * tamper_forge.c). "decision-…", "review-…": on the hall's branch in the
 * office's repository, by the hall's key; "province-…": in province.git. */
void tamper_forge(struct tamper *x, const char *how);

#endif
