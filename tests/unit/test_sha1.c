#include "tests/unit/test.h"

#include <stdlib.h>
#include <unistd.h>

#include "store/git/sha1.h"

static struct sha1 *sha1; /* one for all: begin takes nothing over */

static void
assert_sum(const char *want, const void *data, size_t len, size_t step)
{
	const char *p = data;
	unsigned char sum[SHA1_LEN];
	char hex[2 * SHA1_LEN + 1];
	struct err e;
	size_t i, part;

	sha1_begin(sha1);
	for (; len > 0; len -= part, p += part) {
		part = len < step ? len : step;
		sha1_add(sha1, p, part);
	}
	assert_int_equal(0, sha1_end(sha1, sum, &e));
	for (i = 0; i < SHA1_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", sum[i]);
	assert_string_equal(want, hex);
}

static void
test_sha1__gives_the_sums_of_fips_180(void **state)
{
	static const char two[] =
	    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";

	(void)state;
	assert_sum("da39a3ee5e6b4b0d3255bfef95601890afd80709", "", 0, 1);
	assert_sum("a9993e364706816aba3e25717850c26c9cd0d89d", "abc", 3, 3);
	assert_sum("84983e441c3bd26ebaae4aa1f95129e5e54670f1", two, strlen(two),
	    strlen(two));
}

static void
test_sha1__does_not_depend_on_the_pieces(void **state)
{
	char *million = malloc(1000000);
	size_t step;

	(void)state;
	assert_non_null(million);
	memset(million, 'a', 1000000);
	for (step = 1; step < 200; step += 9)
		assert_sum("34aa973cd4c4daa4f61eeb2bdbad27316534016f", million,
		    1000000, step);
	free(million);
}

/* An openssl.cnf that takes SHA-1 away, as one for FIPS does, changes nothing. */
static int
setup(void **state)
{
	static const char conf[] = "openssl_conf = all\n[all]\n"
				   "alg_section = algorithms\n[algorithms]\n"
				   "default_properties = fips=yes\n";
	char path[] = "/tmp/pmqa-openssl-XXXXXX";
	int fd = mkstemp(path), rc = -1;

	(void)state;
	if (fd < 0)
		return -1;
	if (write(fd, conf, strlen(conf)) == (ssize_t)strlen(conf) &&
	    setenv("OPENSSL_CONF", path, 1) == 0)
		rc = sha1_new(&sha1, NULL);
	close(fd);
	unlink(path);
	return rc;
}

static int
teardown(void **state)
{
	(void)state;
	sha1_free(sha1);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sha1__gives_the_sums_of_fips_180),
		cmocka_unit_test(test_sha1__does_not_depend_on_the_pieces),
	};

	return cmocka_run_group_tests_name("sha1", tests, setup, teardown);
}
