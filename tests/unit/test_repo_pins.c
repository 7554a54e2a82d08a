#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/git/repo.h"
#include "store/git/repo_pins.h"

struct found {
	struct buf text;
	int n;
};

static void
on_told(void *arg, const char *what)
{
	struct found *f = arg;

	buf_printf(&f->text, "%s\n", what);
	f->n++;
}

static void
at(char ret[512], const char *dir, const char *name)
{
	snprintf(
	    ret, 512, "%s/9105.git%s%s", dir, name[0] != '\0' ? "/" : "", name);
}

static char *
make(char repo[512])
{
	char *dir = test_dir();
	struct err e;

	at(repo, dir, "");
	assert_ok(repo_create(repo, "refs/heads/office", &e), &e);
	return dir;
}

static void
write_to(const char *dir, const char *name, const char *text)
{
	char path[512], parent[512], *slash;
	struct err e;

	at(path, dir, name);
	memcpy(parent, path, sizeof(parent));
	slash = strrchr(parent, '/');
	*slash = '\0';
	assert_ok(file_mkdirs(parent, 0700, &e), &e);
	assert_ok(file_write(path, text, strlen(text), 0600, &e), &e);
}

static int
is_there(const char *dir, const char *name)
{
	char path[512];

	at(path, dir, name);
	return access(path, F_OK) == 0;
}

static void
test_repo_pins__leaves_a_new_repository_alone(void **state)
{
	struct found f = { BUF_INIT, 0 };
	char repo[512], *dir = make(repo);
	struct err e;

	(void)state;
	assert_ok(repo_pins_hold(repo, on_told, &f, &e), &e);
	assert_int_equal(f.n, 0);
	assert_ok(repo_pins_check(repo, &e), &e);
	assert_false(is_there(dir, "set-aside"));
	test_dir_remove(dir);
}

static void
test_repo_pins__writes_a_changed_configuration_anew(void **state)
{
	struct buf before = BUF_INIT, after = BUF_INIT;
	struct found f = { BUF_INIT, 0 };
	char repo[512], path[512], *dir = make(repo);
	struct err e;

	(void)state;
	at(path, dir, "config");
	assert_ok(file_read(path, 65536, &before, &e), &e);
	write_to(dir, "config", "[core]\n\thooksPath = /tmp/evil\n");

	assert_ok(repo_pins_hold(repo, on_told, &f, &e), &e);

	assert_int_equal(f.n, 1);
	assert_ok(file_read(path, 65536, &after, &e), &e);
	assert_string_equal(buf_str(&after), buf_str(&before));
	buf_release(&before);
	buf_release(&after);
	buf_release(&f.text);
	test_dir_remove(dir);
}

static void
test_repo_pins__sets_aside_what_does_not_belong_there(void **state)
{
	const char *const bad[] = { "objects/info/alternates", "info/grafts",
		"shallow", "refs/replace/x", "hooks/pre-receive",
		"config.worktree", "info/attributes" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct found f = { BUF_INIT, 0 };
		char repo[512], *dir = make(repo);
		struct err e;

		write_to(dir, bad[i], "/somewhere/else\n");
		assert_err(repo_pins_check(repo, &e), ERR_DAMAGED, &e,
		    "must not be there");
		assert_ok(repo_pins_hold(repo, on_told, &f, &e), &e);
		assert_int_equal(f.n, 1);
		assert_non_null(strstr(buf_str(&f.text), "set aside as"));
		assert_false(is_there(dir, bad[i]));
		assert_true(is_there(dir, "set-aside"));
		assert_ok(repo_pins_check(repo, &e), &e);
		assert_ok(repo_pins_hold(repo, on_told, &f, &e), &e);
		assert_int_equal(f.n, 1);
		buf_release(&f.text);
		test_dir_remove(dir);
	}
}

static void
test_repo_pins__refuses_a_link_and_closes_what_is_open(void **state)
{
	struct found f = { BUF_INIT, 0 };
	char repo[512], link[520], *dir = make(repo);
	struct stat st;
	struct err e;

	(void)state;
	snprintf(link, sizeof(link), "%s/9106.git", dir);
	assert_int_equal(symlink(repo, link), 0);
	assert_err(repo_pins_check(link, &e), ERR_DAMAGED, &e, "is no direct");
	assert_err(repo_pins_hold(link, on_told, &f, &e), ERR_DAMAGED, &e,
	    "is no direct");
	assert_int_equal(chmod(repo, 0775), 0);
	assert_ok(repo_pins_hold(repo, on_told, &f, &e), &e);
	assert_int_equal(f.n, 1);
	assert_int_equal(stat(repo, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	buf_release(&f.text);
	test_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repo_pins__leaves_a_new_repository_alone),
		cmocka_unit_test(
		    test_repo_pins__writes_a_changed_configuration_anew),
		cmocka_unit_test(
		    test_repo_pins__sets_aside_what_does_not_belong_there),
		cmocka_unit_test(
		    test_repo_pins__refuses_a_link_and_closes_what_is_open),
	};

	return cmocka_run_group_tests_name("repo_pins", tests, NULL, NULL);
}
