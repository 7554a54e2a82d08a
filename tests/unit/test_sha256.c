#include "tests/unit/test.h"

#include <sodium.h>

#include "base/base64.h"
#include "base/sha256.h"

static void
expect_hash(const char *bytes, const char *want)
{
	struct sha256 s;
	char got[SHA256_HEX];

	sha256_init(&s);
	sha256_add(&s, bytes, strlen(bytes));
	sha256_end(&s, got);
	assert_string_equal(want, got);
}

/* The examples of FIPS 180-4. */
static void
test_sha256__gives_the_examples_of_its_standard(void **state)
{
	(void)state;
	expect_hash("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca49599"
			"1b7852b855");
	expect_hash("abc",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410"
	    "ff61f20015ad");
	expect_hash("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void
test_sha256__agrees_with_libsodium_for_any_cut(void **state)
{
	unsigned char bytes[700], sum[crypto_hash_sha256_BYTES];
	uint64_t seed = test_seed();
	char want[SHA256_HEX], got[SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)test_random(&seed);
	for (size_t len = 0; len < sizeof(bytes); len++) {
		struct sha256 s;
		size_t at = 0, n;

		sha256_init(&s);
		while (at < len) {
			n = 1 + test_random(&seed) % 130;
			if (n > len - at)
				n = len - at;
			sha256_add(&s, bytes + at, n);
			at += n;
		}
		sha256_end(&s, got);
		crypto_hash_sha256(sum, bytes, len);
		sodium_bin2hex(want, sizeof(want), sum, sizeof(sum));
		assert_string_equal(want, got);
	}
}

static void
test_base64__agrees_with_libsodium_both_ways(void **state)
{
	static char want[8192];
	unsigned char bytes[4000];
	uint64_t seed = test_seed();
	struct buf text = BUF_INIT, back = BUF_INIT;
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)test_random(&seed);
	for (size_t len = 0; len <= sizeof(bytes);
	     len += 1 + test_random(&seed) % 37) {
		buf_clear(&text);
		buf_clear(&back);
		base64_write(bytes, len, &text);
		sodium_bin2base64(want, sizeof(want), bytes, len,
		    sodium_base64_VARIANT_ORIGINAL);
		assert_string_equal(want, buf_str(&text));
		assert_ok(base64_read(buf_str(&text), text.len, &back, &e), &e);
		assert_int_equal(len, back.len);
		assert_memory_equal(bytes, buf_str(&back), len);
	}
	buf_release(&text);
	buf_release(&back);
}

static void
test_base64__refuses_what_it_would_not_write(void **state)
{
	static const char *const bad[] = { "A", "AA", "AAA", "AAAAA", "AA=A",
		"A===", "====", "AB==", "AAB=", "AA AA", "AA==AAAA", "AA-_",
		"AAAA\n", "\xe0\xb8\x81=", "=AAA" };
	struct err e;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct buf b = BUF_INIT;

		assert_err(base64_read(bad[i], strlen(bad[i]), &b, &e),
		    ERR_INVALID, &e, "base64");
		buf_release(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_sha256__gives_the_examples_of_its_standard),
		cmocka_unit_test(
		    test_sha256__agrees_with_libsodium_for_any_cut),
		cmocka_unit_test(test_base64__agrees_with_libsodium_both_ways),
		cmocka_unit_test(test_base64__refuses_what_it_would_not_write),
	};

	return cmocka_run_group_tests_name("sha256", tests, NULL, NULL);
}
