#include "tests/support/files.h"

#include <sodium.h>

#include "tests/unit/test.h"

void
test_file_make(
    struct test_file *f, const char *name, size_t size, uint64_t seed)
{
	static const char head[] = "%PDF-1.7\n";

	memset(f, 0, sizeof(*f));
	assert_true(size > sizeof(head));
	f->bytes = malloc(size);
	assert_non_null(f->bytes);
	f->size = size;
	f->parts = (int)((size + EVIDENCE_PART - 1) / EVIDENCE_PART);
	snprintf(f->name, sizeof(f->name), "%s", name);
	for (size_t i = 0; i < size; i++)
		f->bytes[i] = (char)(test_random(&seed) & 0xff);
	memcpy(f->bytes, head, sizeof(head) - 1);
	test_file_hash(f);
}

void
test_file_hash(struct test_file *f)
{
	unsigned char sum[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(sum, (const unsigned char *)f->bytes, f->size);
	sodium_bin2hex(f->sha, sizeof(f->sha), sum, sizeof(sum));
}

void
test_file_free(struct test_file *f)
{
	free(f->bytes);
	f->bytes = NULL;
}

const char *
test_file_part(const struct test_file *f, int n, size_t *ret_len)
{
	size_t at = (size_t)(n - 1) * EVIDENCE_PART;

	*ret_len = n < f->parts ? EVIDENCE_PART : f->size - at;
	return f->bytes + at;
}

void
test_file_send(struct store *s, const struct ask *a, const char *item,
    const struct test_file *f)
{
	cJSON *ret = NULL;
	struct err e;
	int n, have;

	assert_ok(evidence_begin(
		      s, a, item, f->name, (int64_t)f->size, f->sha, &ret, &e),
	    &e);
	have = (int)json_int(ret, "have", -1);
	assert_true(have >= 0);
	cJSON_Delete(ret);
	for (n = have + 1; n <= f->parts; n++) {
		size_t len;
		const char *part = test_file_part(f, n, &len);

		ret = NULL;
		assert_ok(evidence_part(s, f->sha, n, part, len, &ret, &e), &e);
		assert_int_equal(n, json_int(ret, "have", -1));
		cJSON_Delete(ret);
	}
}

cJSON *
test_file_link(struct store *s, const struct ask *a, const char *item,
    const struct test_file *f)
{
	cJSON *ret = NULL;
	struct err e;

	assert_ok(save_group_begin(s, &e), &e);
	assert_ok(
	    evidence_end(s, a, item, f->sha, NULL, NULL, NULL, &ret, &e), &e);
	assert_ok(save_group_end(s, &e), &e);
	return ret;
}

void
test_file_add(struct store *s, const struct person *p, const char *item,
    const struct test_file *f)
{
	const struct ask a = { .person = p };

	test_file_send(s, &a, item, f);
	cJSON_Delete(test_file_link(s, &a, item, f));
}
