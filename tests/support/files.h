/*
 * files: evidence files for tests, made from a number, and sent to a store as a
 * client does it.
 *
 * Ownership: test_file_make() … test_file_free().
 * Units:     bytes.
 * Errors:    whatever fails, fails the test.
 * Thread:    one.
 */
#ifndef TESTS_SUPPORT_FILES_H
#define TESTS_SUPPORT_FILES_H

#include "store/evidence/evidence.h"

struct test_file {
	char *bytes;
	size_t size;
	int parts;
	char name[64];
	char sha[EVIDENCE_SHA_LEN + 1];
};

/* Random bytes behind the beginning of a PDF. */
void test_file_make(
    struct test_file *f, const char *name, size_t size, uint64_t seed);
/* After the bytes were changed. */
void test_file_hash(struct test_file *f);
void test_file_free(struct test_file *f);
const char *test_file_part(const struct test_file *f, int n, size_t *ret_len);

/* begin and all parts that are not there; then the link, in a group. */
void test_file_send(struct store *s, const struct ask *a, const char *item,
    const struct test_file *f);
cJSON *test_file_link(struct store *s, const struct ask *a, const char *item,
    const struct test_file *f);
/* Both. */
void test_file_add(struct store *s, const struct person *p, const char *item,
    const struct test_file *f);

#endif
