#include "tests/unit/test.h"

#include <sodium.h>

#include "base/file.h"
#include "store/sign/sshsig.h"

static const char message[] = "pmqa receipt 1\noffice 9105\n";
static char *dir;
static struct key key;

/* Runs with standard input from a file: the one thing test_run() lacks. */
#define FROM_FILE "exec < \"$0\"; exec \"$@\""

static const char *
in_dir(const char *name)
{
	static char paths[4][512];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static void
write_text(const char *name, const void *data, size_t len)
{
	struct err e = { 0 };

	assert_ok(file_write(in_dir(name), data, len, 0600, &e), &e);
}

static void
sign(const char *ns, struct buf *armour)
{
	struct err e = { 0 };

	assert_ok(
	    sshsig_sign(&key, ns, message, sizeof(message) - 1, armour, &e),
	    &e);
}

static int
verify(const char *armour, size_t len, const char *ns, struct err *e)
{
	unsigned char pub[KEY_PUBLIC_LEN];

	return sshsig_verify(
	    armour, len, ns, message, sizeof(message) - 1, pub, e);
}

/* An armour made by ssh-keygen over the message. */
static void
stock_sign(const char *ns, const char *hash, struct buf *armour)
{
	const char *argv[] = { "ssh-keygen", "-Y", "sign", "-q", "-f",
		in_dir("key"), "-O", hash, "-n", ns, in_dir("msg"), NULL };
	struct err e = { 0 };

	remove(in_dir("msg.sig"));
	assert_int_equal(test_run(argv, NULL), 0);
	assert_ok(file_read(in_dir("msg.sig"), 4096, armour, &e), &e);
}

/* Takes the armour apart, lets the caller change the blob, and joins it. */
static size_t
open_armour(const struct buf *armour, unsigned char *blob, size_t size)
{
	const char *begin = strchr(armour->data, '\n') + 1;
	const char *end = strstr(armour->data, "-----END");
	size_t n;

	assert_int_equal(
	    sodium_base642bin(blob, size, begin, (size_t)(end - begin), "\n",
		&n, NULL, sodium_base64_VARIANT_ORIGINAL),
	    0);
	return n;
}

static void
close_armour(
    const unsigned char *blob, size_t len, size_t col, struct buf *armour)
{
	char text[2048];
	size_t i;

	sodium_bin2base64(
	    text, sizeof(text), blob, len, sodium_base64_VARIANT_ORIGINAL);
	buf_clear(armour);
	buf_puts(armour, "-----BEGIN SSH SIGNATURE-----\n");
	for (i = 0; i < strlen(text); i += col)
		buf_printf(armour, "%.*s\n", (int)col, text + i);
	buf_puts(armour, "-----END SSH SIGNATURE-----");
}

static void
test_sshsig__verifies_what_it_signs(void **state)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf armour = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	sign("git", &armour);

	assert_ok(sshsig_verify(armour.data, armour.len, "git", message,
		      sizeof(message) - 1, pub, &e),
	    &e);

	assert_memory_equal(pub, key.pub, sizeof(pub));
	assert_int_not_equal(armour.data[armour.len - 1], '\n');
	buf_release(&armour);
}

static void
test_sshsig__signs_the_same_text_to_the_same_bytes(void **state)
{
	struct buf one = BUF_INIT, two = BUF_INIT;

	(void)state;
	sign("git", &one);
	sign("git", &two);

	assert_string_equal(one.data, two.data);
	buf_release(&one);
	buf_release(&two);
}

static void
test_sshsig__is_accepted_by_ssh_keygen(void **state)
{
	const char *argv[] = { "sh", "-c", FROM_FILE, in_dir("msg"),
		"ssh-keygen", "-Y", "verify", "-f", in_dir("allowed"), "-I",
		"91-h", "-n", SSHSIG_NS_RECEIPT, "-s", in_dir("ours.sig"),
		NULL };
	struct buf armour = BUF_INIT;
	char *out;

	(void)state;
	sign(SSHSIG_NS_RECEIPT, &armour);
	buf_putc(&armour, '\n');
	write_text("ours.sig", armour.data, armour.len);

	assert_int_equal(test_run(argv, &out), 0);

	assert_non_null(strstr(out, "Good \"pmqa-receipt\" signature"));
	buf_release(&armour);
	free(out);
}

static void
test_sshsig__makes_the_bytes_that_ssh_keygen_makes(void **state)
{
	struct buf ours = BUF_INIT, theirs = BUF_INIT;

	(void)state;
	sign("git", &ours);
	buf_putc(&ours, '\n');

	stock_sign("git", "hashalg=sha512", &theirs);

	assert_string_equal(ours.data, theirs.data);
	buf_release(&ours);
	buf_release(&theirs);
}

static void
test_sshsig__accepts_ssh_keygen_with_sha256(void **state)
{
	struct buf armour = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	stock_sign("git", "hashalg=sha256", &armour);

	assert_ok(verify(armour.data, armour.len, "git", &e), &e);
	buf_release(&armour);
}

static void
test_sshsig__accepts_76_columns(void **state)
{
	unsigned char blob[1024];
	struct buf armour = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	sign("git", &armour);
	close_armour(
	    blob, open_armour(&armour, blob, sizeof(blob)), 76, &armour);

	assert_ok(verify(armour.data, armour.len, "git", &e), &e);
	buf_release(&armour);
}

static void
test_sshsig__refuses_other_columns(void **state)
{
	unsigned char blob[1024];
	struct buf armour = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	sign("git", &armour);
	close_armour(
	    blob, open_armour(&armour, blob, sizeof(blob)), 64, &armour);

	assert_err(verify(armour.data, armour.len, "git", &e), ERR_INVALID, &e,
	    "malformed");
	buf_release(&armour);
}

static void
test_sshsig__refuses_another_namespace(void **state)
{
	struct buf armour = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	sign("git", &armour);

	assert_err(verify(armour.data, armour.len, "gi", &e), ERR_INVALID, &e,
	    "something else");
	assert_err(verify(armour.data, armour.len, "gits", &e), ERR_INVALID, &e,
	    "something else");
	assert_err(verify(armour.data, armour.len, SSHSIG_NS_RECEIPT, &e),
	    ERR_INVALID, &e, "something else");
	buf_release(&armour);
}

static void
test_sshsig__refuses_an_empty_namespace(void **state)
{
	struct buf armour = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	assert_err(sshsig_sign(&key, "", message, 1, &armour, &e), ERR_INVALID,
	    &e, "namespace");
	sign("git", &armour);
	assert_err(verify(armour.data, armour.len, "", &e), ERR_INVALID, &e,
	    "something else");
	buf_release(&armour);
}

static void
test_sshsig__refuses_another_message(void **state)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf armour = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	sign("git", &armour);

	assert_err(sshsig_verify(armour.data, armour.len, "git", message,
		       sizeof(message) - 2, pub, &e),
	    ERR_INVALID, &e, "does not match");
	buf_release(&armour);
}

static void
test_sshsig__refuses_bytes_after_the_blob(void **state)
{
	unsigned char blob[1024];
	struct buf armour = BUF_INIT;
	struct err e = { 0 };
	size_t n;

	(void)state;
	sign("git", &armour);
	n = open_armour(&armour, blob, sizeof(blob));
	blob[n] = 0;
	close_armour(blob, n + 1, 70, &armour);

	assert_err(verify(armour.data, armour.len, "git", &e), ERR_INVALID, &e,
	    "malformed");
	buf_release(&armour);
}

static void
refuse_text(const char *armour)
{
	struct err e = { 0 };

	assert_err(verify(armour, strlen(armour), "git", &e), ERR_INVALID, &e,
	    "malformed");
}

static void
test_sshsig__refuses_text_around_the_armour(void **state)
{
	struct buf good = BUF_INIT, bad = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	sign("git", &good);

	buf_printf(&bad, "%s\n", good.data);
	assert_ok(verify(bad.data, bad.len, "git", &e), &e);
	buf_putc(&bad, '\n');
	refuse_text(bad.data);
	buf_clear(&bad);
	buf_printf(&bad, "%s\n%s", good.data, good.data);
	refuse_text(bad.data);
	buf_clear(&bad);
	buf_printf(&bad, "\n%s", good.data);
	refuse_text(bad.data);
	buf_clear(&bad);
	buf_printf(&bad, "%sx", good.data);
	refuse_text(bad.data);
	refuse_text("");
	refuse_text("-----BEGIN SSH SIGNATURE-----");
	refuse_text("-----BEGIN SSH SIGNATURE-----\n-----END SSH "
		    "SIGNATURE-----");
	buf_release(&good);
	buf_release(&bad);
}

/* Every bit of the armour: none may be without meaning. */
static void
test_sshsig__refuses_every_changed_bit(void **state)
{
	struct buf armour = BUF_INIT;
	struct err e = { 0 };
	size_t i;
	int bit;

	(void)state;
	sign("git", &armour);

	for (i = 0; i < armour.len; i++) {
		for (bit = 0; bit < 8; bit++) {
			armour.data[i] ^= (char)(1 << bit);
			assert_int_equal(
			    verify(armour.data, armour.len, "git", &e),
			    ERR_INVALID);
			armour.data[i] ^= (char)(1 << bit);
		}
	}
	assert_ok(verify(armour.data, armour.len, "git", &e), &e);
	buf_release(&armour);
}

static void
test_sshsig__refuses_every_cut(void **state)
{
	struct buf armour = BUF_INIT;
	struct err e = { 0 };
	size_t i;

	(void)state;
	sign("git", &armour);

	for (i = 0; i < armour.len; i++)
		assert_int_equal(
		    verify(armour.data, i, "git", &e), ERR_INVALID);
	buf_release(&armour);
}

/* Ed25519 lets S grow by the group's order: the same signature a second time
 * under other bytes, which must not pass. */
static void
test_sshsig__refuses_the_second_form_of_a_signature(void **state)
{
	static const unsigned char order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a,
		0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
		0x14, [31] = 0x10 };
	unsigned char blob[1024];
	struct buf armour = BUF_INIT;
	struct err e = { 0 };
	unsigned carry = 0;
	size_t i, n;

	(void)state;
	sign("git", &armour);
	n = open_armour(&armour, blob, sizeof(blob));
	for (i = 0; i < 32; i++) {
		carry += (unsigned)blob[n - 32 + i] + order[i];
		blob[n - 32 + i] = (unsigned char)carry;
		carry >>= 8;
	}
	close_armour(blob, n, 70, &armour);

	assert_err(verify(armour.data, armour.len, "git", &e), ERR_INVALID, &e,
	    "does not match");
	buf_release(&armour);
}

/* The reserved field is not what is signed: text in it would give one
 * signature many armours. */
static void
test_sshsig__refuses_text_in_the_reserved_field(void **state)
{
	const size_t at = 6 + 4 + (4 + 51) + (4 + 3); /* after "git" */
	unsigned char blob[1024];
	struct buf armour = BUF_INIT;
	struct err e = { 0 };
	size_t n;

	(void)state;
	sign("git", &armour);
	n = open_armour(&armour, blob, sizeof(blob));
	assert_memory_equal(blob + at, "\0\0\0\0", 4);
	memmove(blob + at + 5, blob + at + 4, n - at - 4);
	blob[at + 3] = 1;
	blob[at + 4] = 'x';
	close_armour(blob, n + 1, 70, &armour);

	assert_err(verify(armour.data, armour.len, "git", &e), ERR_INVALID, &e,
	    "malformed");
	buf_release(&armour);
}

static void
test_sshsig__refuses_a_key_of_another_type(void **state)
{
	const char *make[] = { "ssh-keygen", "-q", "-t", "ecdsa", "-N", "",
		"-f", in_dir("ecdsa"), NULL };
	const char *argv[] = { "ssh-keygen", "-Y", "sign", "-q", "-f",
		in_dir("ecdsa"), "-n", "git", in_dir("msg"), NULL };
	struct buf armour = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(test_run(make, NULL), 0);
	remove(in_dir("msg.sig"));
	assert_int_equal(test_run(argv, NULL), 0);
	assert_ok(file_read(in_dir("msg.sig"), 4096, &armour, &e), &e);

	assert_err(verify(armour.data, armour.len, "git", &e), ERR_INVALID, &e,
	    "ssh-ed25519");
	buf_release(&armour);
}

static int
setup(void **state)
{
	char line[KEY_LINE_MAX], allowed[KEY_LINE_MAX + 80];
	struct err e = { 0 };

	(void)state;
	dir = test_dir();
	if (key_init(&e) < 0 || key_generate(&key, &e) < 0 ||
	    key_save(&key, in_dir("key"), "test", &e) < 0)
		return -1;
	key_line(key.pub, line);
	snprintf(allowed, sizeof(allowed),
	    "91-h namespaces=\"git,pmqa-receipt\" %s\n", line);
	write_text("allowed", allowed, strlen(allowed));
	write_text("msg", message, sizeof(message) - 1);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sshsig__verifies_what_it_signs),
		cmocka_unit_test(
		    test_sshsig__signs_the_same_text_to_the_same_bytes),
		cmocka_unit_test(test_sshsig__is_accepted_by_ssh_keygen),
		cmocka_unit_test(
		    test_sshsig__makes_the_bytes_that_ssh_keygen_makes),
		cmocka_unit_test(test_sshsig__accepts_ssh_keygen_with_sha256),
		cmocka_unit_test(test_sshsig__accepts_76_columns),
		cmocka_unit_test(test_sshsig__refuses_other_columns),
		cmocka_unit_test(test_sshsig__refuses_another_namespace),
		cmocka_unit_test(test_sshsig__refuses_an_empty_namespace),
		cmocka_unit_test(test_sshsig__refuses_another_message),
		cmocka_unit_test(test_sshsig__refuses_bytes_after_the_blob),
		cmocka_unit_test(test_sshsig__refuses_text_around_the_armour),
		cmocka_unit_test(test_sshsig__refuses_every_changed_bit),
		cmocka_unit_test(test_sshsig__refuses_every_cut),
		cmocka_unit_test(
		    test_sshsig__refuses_the_second_form_of_a_signature),
		cmocka_unit_test(
		    test_sshsig__refuses_text_in_the_reserved_field),
		cmocka_unit_test(test_sshsig__refuses_a_key_of_another_type),
	};

	return cmocka_run_group_tests_name("sshsig", tests, setup, teardown);
}
