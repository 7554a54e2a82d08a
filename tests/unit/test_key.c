#include "tests/unit/test.h"

#include <sys/stat.h>

#include "base/file.h"
#include "store/sign/key.h"

static char *dir;

static char *
in_dir(const char *name)
{
	static char paths[4][512];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

/* A new key in DIR/<name>. */
static void
make_key(const char *name, struct key *k)
{
	struct err e = { 0 };

	assert_ok(key_generate(k, &e), &e);
	assert_ok(key_save(k, in_dir(name), "9105-a", &e), &e);
}

static void
read_text(const char *path, struct buf *text)
{
	struct err e = { 0 };

	assert_ok(file_read(path, 65536, text, &e), &e);
}

/* ssh-keygen's own key in DIR/<name>. */
static void
make_foreign(const char *name, const char *type, const char *passphrase)
{
	const char *argv[] = { "ssh-keygen", "-q", "-t", type, "-N", passphrase,
		"-C", "a comment", "-f", in_dir(name), NULL };

	assert_int_equal(test_run(argv, NULL), 0);
}

static void
test_key__saves_what_it_loads(void **state)
{
	struct err e = { 0 };
	struct key k, back;

	(void)state;
	make_key("roundtrip", &k);

	assert_ok(key_load(in_dir("roundtrip"), &back, &e), &e);

	assert_memory_equal(back.pub, k.pub, sizeof(k.pub));
	assert_memory_equal(back.sec, k.sec, sizeof(k.sec));
	assert_int_equal(back.has_secret, 1);
}

static void
test_key__writes_the_secret_for_its_owner_alone(void **state)
{
	struct stat st;
	struct key k;

	(void)state;
	make_key("modes", &k);

	assert_int_equal(stat(in_dir("modes"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(stat(in_dir("modes.pub"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
}

static void
test_key__is_read_by_ssh_keygen(void **state)
{
	const char *argv[] = { "ssh-keygen", "-y", "-f", in_dir("stock"),
		NULL };
	char line[KEY_LINE_MAX], want[256], *out;
	struct buf pub = BUF_INIT;
	struct key k;

	(void)state;
	make_key("stock", &k);

	assert_int_equal(test_run(argv, &out), 0);

	key_line(k.pub, line);
	snprintf(want, sizeof(want), "%s 9105-a\n", line);
	assert_string_equal(out, want);
	read_text(in_dir("stock.pub"), &pub);
	assert_string_equal(buf_str(&pub), want);
	buf_release(&pub);
	free(out);
}

static void
test_key__has_the_fingerprint_that_ssh_keygen_prints(void **state)
{
	const char *argv[] = { "ssh-keygen", "-l", "-f", in_dir("print.pub"),
		NULL };
	char fingerprint[64], *out;
	struct key k;

	(void)state;
	make_key("print", &k);
	key_fingerprint(k.pub, fingerprint);

	assert_int_equal(test_run(argv, &out), 0);

	assert_non_null(strstr(out, fingerprint));
	assert_int_equal(strlen(fingerprint), 7 + 43);
	free(out);
}

static void
test_key__loads_a_key_that_ssh_keygen_made(void **state)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	struct key k;

	(void)state;
	make_foreign("foreign", "ed25519", "");

	assert_ok(key_load(in_dir("foreign"), &k, &e), &e);

	read_text(in_dir("foreign.pub"), &text);
	text.data[text.len - 1] = '\0'; /* the line without its end */
	assert_ok(key_parse_line(text.data, pub, &e), &e);
	assert_memory_equal(k.pub, pub, sizeof(pub));
	buf_release(&text);
}

static void
test_key__refuses_a_passphrase(void **state)
{
	struct err e = { 0 };
	struct key k;

	(void)state;
	make_foreign("locked", "ed25519", "a long passphrase");

	assert_err(
	    key_load(in_dir("locked"), &k, &e), ERR_INVALID, &e, "passphrase");
	assert_non_null(strstr(e.hint, "ssh-keygen"));
}

static void
test_key__refuses_another_type(void **state)
{
	struct err e = { 0 };
	struct key k;

	(void)state;
	make_foreign("ecdsa", "ecdsa", "");

	assert_err(
	    key_load(in_dir("ecdsa"), &k, &e), ERR_INVALID, &e, "ssh-ed25519");
}

static void
test_key__refuses_a_secret_that_others_may_read(void **state)
{
	struct err e = { 0 };
	struct key k;

	(void)state;
	make_key("open", &k);
	assert_int_equal(chmod(in_dir("open"), 0640), 0);

	assert_err(
	    key_load(in_dir("open"), &k, &e), ERR_DENIED, &e, "mode 0640");
}

static void
test_key__says_when_there_is_none(void **state)
{
	struct err e = { 0 };
	struct key k;

	(void)state;
	assert_err(key_load(in_dir("none"), &k, &e), ERR_NOT_FOUND, &e,
	    "does not exist");
}

static void
test_key__never_overwrites(void **state)
{
	struct err e = { 0 };
	struct key k, other, back;

	(void)state;
	make_key("keep", &k);
	assert_ok(key_generate(&other, &e), &e);

	assert_err(key_save(&other, in_dir("keep"), "9105-a", &e), ERR_CONFLICT,
	    &e, "exists already");
	assert_ok(key_load(in_dir("keep"), &back, &e), &e);
	assert_memory_equal(back.pub, k.pub, sizeof(k.pub));
}

/* Every byte of the file, changed: the result is refused, or only the comment,
 * the check numbers or blank space differ and the key is the same. */
static void
test_key__never_loads_another_key_from_a_changed_file(void **state)
{
	struct buf text = BUF_INIT;
	struct err e = { 0 };
	struct key k, back;
	size_t i, refused = 0;
	int rc;

	(void)state;
	make_key("flip", &k);
	read_text(in_dir("flip"), &text);

	for (i = 0; i < text.len; i++) {
		text.data[i] ^= 1;
		assert_ok(
		    file_write(in_dir("flip"), text.data, text.len, 0600, &e),
		    &e);
		text.data[i] ^= 1;
		rc = key_load(in_dir("flip"), &back, &e);
		if (rc < 0) {
			assert_int_equal(rc, ERR_INVALID);
			refused++;
			continue;
		}
		assert_memory_equal(back.pub, k.pub, sizeof(k.pub));
		assert_memory_equal(back.sec, k.sec, sizeof(k.sec));
	}
	assert_true(refused > text.len * 9 / 10);
	buf_release(&text);
}

static void
test_key__reads_back_its_line(void **state)
{
	unsigned char pub[KEY_PUBLIC_LEN], again[KEY_PUBLIC_LEN];
	char line[KEY_LINE_MAX], with_comment[KEY_LINE_MAX + 20];
	struct err e = { 0 };
	struct key k;

	(void)state;
	assert_ok(key_generate(&k, &e), &e);
	key_line(k.pub, line);
	snprintf(with_comment, sizeof(with_comment), "%s a comment", line);

	assert_ok(key_parse_line(line, pub, &e), &e);
	assert_ok(key_parse_line(with_comment, again, &e), &e);

	assert_memory_equal(pub, k.pub, sizeof(pub));
	assert_memory_equal(again, k.pub, sizeof(pub));
}

static void
refuse_line(const char *line)
{
	unsigned char pub[KEY_PUBLIC_LEN];
	struct err e = { 0 };

	assert_err(key_parse_line(line, pub, &e), ERR_INVALID, &e,
	    "not an ssh-ed25519 key");
}

static void
test_key__refuses_lines_of_another_form(void **state)
{
	char line[KEY_LINE_MAX + 20], good[KEY_LINE_MAX];
	struct err e = { 0 };
	struct key k;

	(void)state;
	assert_ok(key_generate(&k, &e), &e);
	key_line(k.pub, good);

	refuse_line("");
	refuse_line("ssh-ed25519");
	refuse_line("ssh-ed25519 ");
	refuse_line("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQC7");
	snprintf(line, sizeof(line), " %s", good);
	refuse_line(line);
	snprintf(line, sizeof(line), "%s\n", good);
	refuse_line(line);
	snprintf(line, sizeof(line), "%sx", good);
	refuse_line(line);
	snprintf(line, sizeof(line), "%s a\nb", good);
	refuse_line(line);
	snprintf(line, sizeof(line), "%.*s", (int)strlen(good) - 1, good);
	refuse_line(line);
	snprintf(line, sizeof(line), "command=\"x\" %.90s", good);
	refuse_line(line);
}

static void
test_key__refuses_points_of_small_order(void **state)
{
	unsigned char zero[KEY_PUBLIC_LEN] = { 0 }, one[KEY_PUBLIC_LEN] = { 1 };
	char line[KEY_LINE_MAX];

	(void)state;
	key_line(zero, line);
	refuse_line(line);
	key_line(one, line);
	refuse_line(line);
}

static void
test_key__wipes_itself(void **state)
{
	static const struct key wiped;
	struct err e = { 0 };
	struct key k;

	(void)state;
	assert_ok(key_generate(&k, &e), &e);

	key_release(&k);

	assert_memory_equal(&k, &wiped, sizeof(k));
}

static int
setup(void **state)
{
	struct err e = { 0 };

	(void)state;
	dir = test_dir();
	return key_init(&e);
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
		cmocka_unit_test(test_key__saves_what_it_loads),
		cmocka_unit_test(
		    test_key__writes_the_secret_for_its_owner_alone),
		cmocka_unit_test(test_key__is_read_by_ssh_keygen),
		cmocka_unit_test(
		    test_key__has_the_fingerprint_that_ssh_keygen_prints),
		cmocka_unit_test(test_key__loads_a_key_that_ssh_keygen_made),
		cmocka_unit_test(test_key__refuses_a_passphrase),
		cmocka_unit_test(test_key__refuses_another_type),
		cmocka_unit_test(
		    test_key__refuses_a_secret_that_others_may_read),
		cmocka_unit_test(test_key__says_when_there_is_none),
		cmocka_unit_test(test_key__never_overwrites),
		cmocka_unit_test(
		    test_key__never_loads_another_key_from_a_changed_file),
		cmocka_unit_test(test_key__reads_back_its_line),
		cmocka_unit_test(test_key__refuses_lines_of_another_form),
		cmocka_unit_test(test_key__refuses_points_of_small_order),
		cmocka_unit_test(test_key__wipes_itself),
	};

	return cmocka_run_group_tests_name("key", tests, setup, teardown);
}
