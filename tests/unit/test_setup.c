#include "tests/unit/test.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/git/giterr.h"
#include "store/setup.h"
#include "store/store.h"

static char *top;

static int
group_setup(void **state)
{
	struct err e;

	(void)state;
	return key_init(&e) < 0 || giterr_init(&e) < 0 ? -1 : 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	giterr_shutdown();
	return 0;
}

static int
setup(void **state)
{
	(void)state;
	top = test_dir();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_dir_remove(top);
	return 0;
}

static struct conf
office(const char *below)
{
	struct conf c;

	conf_defaults(ROLE_OFFICE, &c);
	snprintf(c.dir, sizeof(c.dir), "%s/%s", top, below);
	snprintf(c.code, sizeof(c.code), "9105");
	snprintf(c.name, sizeof(c.name), "ละงู");
	return c;
}

static struct conf
hall(const char *below)
{
	struct conf c;

	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s/%s", top, below);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	return c;
}

static int
mode_of(const struct conf *c, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", c->dir, name);
	return stat(path, &st) != 0 ? -1 : (int)(st.st_mode & 07777);
}

static void
test_setup__an_office_is_whole_and_opens(void **state)
{
	struct conf c = office("deep/down/A");
	struct store *s = NULL;
	struct repo *r = NULL;
	char id[72];
	struct err e;

	(void)state;
	assert_ok(setup_init(&c, &e), &e);
	assert_int_equal(mode_of(&c, ""), 0750);
	assert_int_equal(mode_of(&c, "keys"), 0700);
	assert_int_equal(mode_of(&c, "keys/device"), 0600);
	assert_int_equal(mode_of(&c, "keys/device.pub"), 0644);
	assert_int_equal(mode_of(&c, "pmqad.conf"), 0644);
	assert_int_equal(mode_of(&c, "allowed_signers"), 0644);
	assert_int_equal(mode_of(&c, "offices"), -1);
	assert_ok(store_open(c.dir, STORE_WRITE, &s, &e), &e);
	assert_string_equal(store_conf(s)->code, "9105");
	assert_string_equal(store_conf(s)->name, "ละงู");
	assert_string_equal(store_device(s), "9105-a");
	assert_ok(store_repo(s, "", &r, &e), &e);
	assert_ok(store_newest_edition(s, "", id, &e), &e);
	store_close(s);
}

static void
test_setup__a_hall_is_whole_and_opens(void **state)
{
	struct conf c = hall("H");
	struct store *s = NULL;
	struct err e;

	(void)state;
	assert_ok(setup_init(&c, &e), &e);
	assert_int_equal(mode_of(&c, "keys/hall"), 0600);
	assert_int_equal(mode_of(&c, "offices"), 0750);
	assert_int_equal(mode_of(&c, "repo.git"), -1);
	assert_ok(store_open(c.dir, STORE_WRITE, &s, &e), &e);
	assert_int_equal(store_conf(s)->role, ROLE_HALL);
	assert_string_equal(store_device(s), "91-h");
	store_close(s);
}

static void
test_setup__a_relative_directory_becomes_absolute(void **state)
{
	struct conf c = office("x"), back;
	char before[PATH_MAX];
	struct err e;

	(void)state;
	assert_non_null(getcwd(before, sizeof(before)));
	assert_int_equal(chdir(top), 0);
	snprintf(c.dir, sizeof(c.dir), "rel/../A");
	assert_int_equal(mkdir("rel", 0700), 0);
	assert_ok(setup_init(&c, &e), &e);
	assert_ok(conf_load("A", &back, &e), &e);
	assert_int_equal(chdir(before), 0);
	snprintf(c.dir, sizeof(c.dir), "%s/A", top);
	assert_string_equal(back.dir, c.dir);
}

/* All bytes of a file of the directory; free(). */
static char *
content(const struct conf *c, const char *name)
{
	char path[PATH_MAX];
	struct buf b = BUF_INIT;
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", c->dir, name);
	assert_ok(file_read(path, 1000000, &b, &e), &e);
	return buf_take(&b);
}

static void
test_setup__a_second_init_touches_nothing(void **state)
{
	struct conf c = office("A"), other = hall("A");
	char *key, *conf, *key2, *conf2;
	struct err e;

	(void)state;
	assert_ok(setup_init(&c, &e), &e);
	key = content(&c, "keys/device");
	conf = content(&c, "pmqad.conf");
	assert_err(setup_init(&c, &e), ERR_CONFLICT, &e, "set up already");
	assert_err(setup_init(&other, &e), ERR_CONFLICT, &e, "set up already");
	key2 = content(&c, "keys/device");
	conf2 = content(&c, "pmqad.conf");
	assert_string_equal(key, key2);
	assert_string_equal(conf, conf2);
	assert_int_equal(mode_of(&c, "offices"), -1);
	free(key);
	free(conf);
	free(key2);
	free(conf2);
}

static void
test_setup__an_interrupted_init_is_run_again_with_the_same_key(void **state)
{
	struct conf c = office("A");
	char path[PATH_MAX], *key, *key2;
	struct store *s = NULL;
	struct err e;

	(void)state;
	assert_ok(setup_init(&c, &e), &e);
	key = content(&c, "keys/device");
	snprintf(path, sizeof(path), "%s/pmqad.conf", c.dir);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/repo.git/HEAD", c.dir);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/pmqa.db", c.dir);
	assert_int_equal(unlink(path), 0);
	assert_ok(setup_init(&c, &e), &e);
	key2 = content(&c, "keys/device");
	assert_string_equal(key, key2);
	assert_ok(store_open(c.dir, STORE_WRITE, &s, &e), &e);
	store_close(s);
	free(key);
	free(key2);
}

static void
test_setup__waits_for_nobody(void **state)
{
	struct conf c = office("A");
	char path[PATH_MAX];
	int fd = -1;
	struct err e;

	(void)state;
	assert_int_equal(mkdir(c.dir, 0700), 0);
	snprintf(path, sizeof(path), "%s/lock", c.dir);
	assert_ok(file_lock(path, &fd, &e), &e);
	assert_err(setup_init(&c, &e), ERR_BUSY, &e, "held");
	assert_int_equal(mode_of(&c, "keys"), -1);
	close(fd);
	assert_ok(setup_init(&c, &e), &e);
}

static void
test_setup__wrong_words_make_nothing(void **state)
{
	struct conf c = office("A");
	struct err e;

	(void)state;
	snprintf(c.code, sizeof(c.code), "91");
	assert_err(setup_init(&c, &e), ERR_INVALID, &e, "four digits");
	c = office("A");
	c.name[0] = '\0';
	assert_err(setup_init(&c, &e), ERR_INVALID, &e, "name");
	c = office("A");
	c.device = 'h';
	assert_err(setup_init(&c, &e), ERR_INVALID, &e, "letter");
	c = hall("A");
	c.n_own_urls = 1;
	snprintf(c.own_urls[0], CONF_URL_MAX, "http://hall");
	assert_err(setup_init(&c, &e), ERR_INVALID, &e, "address");
	assert_int_equal(mode_of(&c, ""), -1);
	c = office("with a blank");
	assert_err(setup_init(&c, &e), ERR_INVALID, &e, "can be used");
	assert_int_equal(mode_of(&c, "keys"), -1);
}

static void
test_setup__stock_git_accepts_the_repository(void **state)
{
	struct conf c = office("A");
	char git_dir[PATH_MAX], want[PATH_MAX], *out = NULL;
	struct err e;

	(void)state;
	assert_ok(setup_init(&c, &e), &e);
	snprintf(git_dir, sizeof(git_dir), "--git-dir=%s/repo.git", c.dir);
	assert_int_equal(test_run((const char *[]){ "git", git_dir, "fsck",
				      "--strict", "--no-dangling", NULL },
			     &out),
	    0);
	free(out);
	assert_int_equal(test_run((const char *[]){ "git", git_dir, "config",
				      "gpg.ssh.allowedSignersFile", NULL },
			     &out),
	    0);
	snprintf(want, sizeof(want), "%s/allowed_signers\n", c.dir);
	assert_string_equal(out, want);
	free(out);
	assert_int_equal(test_run((const char *[]){ "git", git_dir,
				      "symbolic-ref", "HEAD", NULL },
			     &out),
	    0);
	assert_string_equal(out, "refs/heads/office\n");
	free(out);
}

static void
test_setup__ssh_keygen_reads_the_key(void **state)
{
	struct conf c = office("A");
	char path[PATH_MAX], *out = NULL, *pub;
	struct err e;

	(void)state;
	assert_ok(setup_init(&c, &e), &e);
	snprintf(path, sizeof(path), "%s/keys/device", c.dir);
	assert_int_equal(
	    test_run(
		(const char *[]){ "ssh-keygen", "-y", "-f", path, NULL }, &out),
	    0);
	pub = content(&c, "keys/device.pub");
	assert_string_equal(out, pub);
	assert_non_null(strstr(pub, " 9105-a\n"));
	free(pub);
	free(out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_setup__an_office_is_whole_and_opens),
		TEST(test_setup__a_hall_is_whole_and_opens),
		TEST(test_setup__a_relative_directory_becomes_absolute),
		TEST(test_setup__a_second_init_touches_nothing),
		TEST(
		    test_setup__an_interrupted_init_is_run_again_with_the_same_key),
		TEST(test_setup__waits_for_nobody),
		TEST(test_setup__wrong_words_make_nothing),
		TEST(test_setup__stock_git_accepts_the_repository),
		TEST(test_setup__ssh_keygen_reads_the_key),
	};

	return cmocka_run_group_tests_name(
	    "setup", tests, group_setup, group_teardown);
}
