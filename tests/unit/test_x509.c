#include "tests/unit/test.h"

#include "base/buf.h"
#include "store/sign/x509.h"

static struct key key;

static int
group_setup(void **state)
{
	struct err e;

	(void)state;
	if (key_init(&e) < 0)
		return -1;
	return key_generate(&key, &e);
}

static struct buf
certificate(const char *name)
{
	struct buf b = BUF_INIT;
	struct err e;

	assert_ok(x509_put_certificate(&key, name, &b, &e), &e);
	return b;
}

static void
test_x509__the_key_comes_back_out_of_a_certificate(void **state)
{
	struct buf b = certificate("9105-a");
	unsigned char pub[KEY_PUBLIC_LEN];
	struct err e;

	(void)state;
	assert_ok(x509_read(buf_str(&b), "9105-a", pub, &e), &e);
	assert_memory_equal(pub, key.pub, sizeof(pub));
	buf_release(&b);
}

static void
test_x509__a_certificate_is_of_one_name(void **state)
{
	struct buf b = certificate("9105-a");
	unsigned char pub[KEY_PUBLIC_LEN];
	struct err e;

	(void)state;
	assert_err(x509_read(buf_str(&b), "9105-b", pub, &e), ERR_INVALID, &e,
	    "9105-b");
	assert_err(
	    x509_read(buf_str(&b), "9105", pub, &e), ERR_INVALID, &e, "9105");
	buf_release(&b);
	assert_err(x509_put_certificate(&key, "9105-ab", &b, &e), ERR_FAILED,
	    &e, "cannot make");
	buf_release(&b);
}

/* One letter of the base64 is another: whatever it was, it does not pass. */
static void
test_x509__no_letter_of_it_may_differ(void **state)
{
	struct buf b = certificate("9105-a");
	unsigned char pub[KEY_PUBLIC_LEN];
	size_t i, n = 0;
	char was;

	(void)state;
	for (i = 28; b.data[i] != '='; i++) { /* after the first line */
		was = b.data[i];
		if (was == '\n')
			continue;
		b.data[i] = was == 'A' ? 'B' : 'A';
		assert_int_equal(
		    x509_read(b.data, "9105-a", pub, NULL), ERR_INVALID);
		b.data[i] = was;
		n++;
		if (b.data[i + 1] == '-') /* the last line begins */
			break;
		if (n == 356)
			break;
	}
	assert_int_equal(n, 356); /* 267 bytes are 356 letters */
	assert_int_equal(x509_read(b.data, "9105-a", pub, NULL), 0);
	buf_release(&b);
}

static void
test_x509__what_is_no_certificate_is_refused(void **state)
{
	const char *const texts[] = { "", "x", "-----BEGIN CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n",
		"-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\nMP//\n-----END CERTIFICATE-----",
		"-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----" };
	unsigned char pub[KEY_PUBLIC_LEN];
	char pin[X509_PIN_LEN + 1];
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_err(x509_read(texts[i], "9105-a", pub, &e), ERR_INVALID,
		    &e, "not the certificate");
		assert_err(x509_pin(texts[i], pin, &e), ERR_INVALID, &e,
		    "not a certificate");
	}
}

/* openssl's word for the pin is asked for by tests/cli/43-https.sh */
static void
test_x509__a_pin_is_of_one_key(void **state)
{
	char one[X509_PIN_LEN + 1], two[X509_PIN_LEN + 1];
	struct buf a = certificate("9105-a"), b = certificate("9106-b");
	struct err e;

	(void)state;
	assert_ok(x509_pin(buf_str(&a), one, &e), &e);
	assert_ok(x509_pin(buf_str(&b), two, &e), &e);
	assert_string_equal(one, two);
	assert_true(x509_is_pin(one));
	one[X509_PIN_LEN - 1] = '\0';
	assert_false(x509_is_pin(one));
	assert_false(x509_is_pin(""));
	two[0] = 'S';
	assert_false(x509_is_pin(two));
	buf_release(&a);
	buf_release(&b);
}

static void
test_x509__without_the_secret_half_nothing_is_made(void **state)
{
	struct key half = key;
	struct buf b = BUF_INIT;
	struct err e;

	(void)state;
	half.has_secret = 0;
	assert_err(x509_put_certificate(&half, "9105-a", &b, &e), ERR_FAILED,
	    &e, "cannot make");
	assert_err(
	    x509_put_key(&half, &b, &e), ERR_FAILED, &e, "cannot encode");
	assert_int_equal(b.len, 0);
	buf_release(&b);
	key_release(&half);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_x509__the_key_comes_back_out_of_a_certificate),
		cmocka_unit_test(test_x509__a_certificate_is_of_one_name),
		cmocka_unit_test(test_x509__no_letter_of_it_may_differ),
		cmocka_unit_test(test_x509__what_is_no_certificate_is_refused),
		cmocka_unit_test(test_x509__a_pin_is_of_one_key),
		cmocka_unit_test(
		    test_x509__without_the_secret_half_nothing_is_made),
	};

	return cmocka_run_group_tests_name("x509", tests, group_setup, NULL);
}
