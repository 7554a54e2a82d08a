#include "tests/unit/test.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"

static char *dir;

static int
setup(void **state)
{
	(void)state;
	dir = test_dir();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	test_dir_remove(dir);
	return 0;
}

/* The path of a name in the test's directory; one at a time. */
static const char *
at(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static int
n_entries(const char *path)
{
	DIR *d = opendir(path);
	int n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

static void
test_file__written_bytes_are_read_again(void **state)
{
	struct buf b = BUF_INIT;
	struct stat st;
	struct err e;

	(void)state;
	assert_ok(file_write(at("a"), "x\0y", 3, 0640, &e), &e);
	assert_ok(file_read(at("a"), 3, &b, &e), &e);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "x\0y", 3);
	assert_int_equal(stat(at("a"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	buf_release(&b);
}

static void
test_file__a_write_replaces_and_leaves_no_litter(void **state)
{
	struct buf b = BUF_INIT;
	struct err e;

	(void)state;
	assert_ok(file_write(at("a"), "old and long", 12, 0644, &e), &e);
	assert_ok(file_write(at("a"), "new", 3, 0600, &e), &e);
	assert_ok(file_read(at("a"), 100, &b, &e), &e);
	assert_string_equal(buf_str(&b), "new");
	assert_int_equal(n_entries(dir), 1);
	buf_release(&b);
}

static void
test_file__a_failed_write_leaves_the_old_file_and_no_litter(void **state)
{
	struct err e;

	(void)state;
	assert_ok(file_mkdirs(at("d/e"), 0755, &e), &e);
	/* rename onto a directory fails at the last step */
	assert_err(file_write(at("d/e"), "x", 1, 0600, &e), ERR_SYS, &e,
	    "cannot rename");
	assert_int_equal(n_entries(at("d")), 1);
	assert_err(file_write(at("none/x"), "x", 1, 0600, &e), ERR_SYS, &e,
	    "cannot create");
}

static void
test_file__read_says_what_is_wrong(void **state)
{
	struct buf b = BUF_INIT;
	struct err e;

	(void)state;
	buf_puts(&b, "kept");
	assert_err(
	    file_read(at("none"), 10, &b, &e), ERR_NOT_FOUND, &e, "none");
	assert_err(file_read(dir, 10, &b, &e), ERR_INVALID, &e, "regular");
	assert_int_equal(mkfifo(at("fifo"), 0600), 0);
	assert_err(
	    file_read(at("fifo"), 10, &b, &e), ERR_INVALID, &e, "regular");
	assert_ok(file_write(at("big"), "12345678901", 11, 0600, &e), &e);
	assert_err(file_read(at("big"), 10, &b, &e), ERR_INVALID, &e, "larger");
	assert_string_equal(buf_str(&b), "kept");
	assert_ok(file_read(at("big"), 11, &b, &e), &e);
	assert_string_equal(buf_str(&b), "kept12345678901");
	buf_release(&b);
}

static void
test_file__mkdirs_makes_the_whole_way(void **state)
{
	struct stat st;
	struct err e;

	(void)state;
	assert_ok(file_mkdirs(at("a/b//c/"), 0700, &e), &e);
	assert_ok(file_mkdirs(at("a/b/c"), 0700, &e), &e);
	assert_int_equal(stat(at("a/b/c"), &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	assert_int_equal(st.st_mode & 07777, 0700);
	assert_ok(file_write(at("f"), "", 0, 0600, &e), &e);
	assert_err(file_mkdirs(at("f/x"), 0700, &e), ERR_SYS, &e, "directory");
	assert_int_equal(e.sub, ENOTDIR);
	assert_err(file_mkdirs("", 0700, &e), ERR_INVALID, &e, "empty");
}

static void
test_file__mkdirs_in_a_directory_that_is_away(void **state)
{
	struct stat st;
	struct err e;

	(void)state;
	assert_ok(file_mkdirs(at("home"), 0700, &e), &e);
	assert_ok(file_mkdirs_in(at("home"), "x/y", 0750, &e), &e);
	assert_ok(file_mkdirs_in(at("home"), "x/y", 0750, &e), &e);
	assert_int_equal(stat(at("home/x/y"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0750);
	assert_err(file_mkdirs_in(at("away"), "x/y", 0700, &e), ERR_SYS, &e,
	    "cannot make directory");
	assert_int_equal(e.sub, ENOENT);
	assert_int_equal(stat(at("away"), &st), -1);
	assert_err(file_mkdirs_in("", "x", 0700, &e), ERR_INVALID, &e, "empty");
	assert_err(
	    file_mkdirs_in(at("home"), "", 0700, &e), ERR_INVALID, &e, "empty");
}

static void
test_file__sync_takes_files_and_directories(void **state)
{
	struct err e;

	(void)state;
	assert_ok(file_sync(dir, &e), &e);
	assert_ok(file_write(at("f"), "x", 1, 0600, &e), &e);
	assert_ok(file_sync(at("f"), &e), &e);
	assert_err(file_sync(at("none"), &e), ERR_SYS, &e, "cannot open");
}

static void
test_file__a_lock_is_held_by_one_process(void **state)
{
	int fd = -1, other = -1, status;
	struct err e;
	pid_t pid;

	(void)state;
	assert_ok(file_lock(at("lock"), &fd, &e), &e);
	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	pid = fork();
	if (pid == 0)
		_exit(file_lock(at("lock"), &other, &e) == ERR_BUSY ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(other, -1);
	close(fd);
	assert_ok(file_lock(at("lock"), &fd, &e), &e);
	close(fd);
	assert_int_equal(symlink("/etc/passwd", at("link")), 0);
	assert_err(file_lock(at("link"), &fd, &e), ERR_SYS, &e, "cannot open");
}

static void
test_file__path_says_when_it_does_not_fit(void **state)
{
	char small[8];
	struct err e;

	(void)state;
	assert_ok(file_path(small, sizeof(small), &e, "%s/%d", "abcd", 77), &e);
	assert_string_equal(small, "abcd/77");
	assert_err(file_path(small, sizeof(small), &e, "%s", "12345678"),
	    ERR_INVALID, &e, "longer");
}

/* In the copied program: prints where its own file is. */
static int
print_own(const char *which)
{
	char path[PATH_MAX];
	struct err e;

	if (file_own(path, sizeof(path), which, &e) < 0)
		puts(e.msg);
	else
		puts(path);
	return 0;
}

/* What a copy of this program at DIR/<place> says. */
static void
own_is(const char *place, const char *which, const char *fmt)
{
	struct buf self = BUF_INIT;
	char program[PATH_MAX], want[PATH_MAX], *out = NULL;
	struct err e;

	snprintf(program, sizeof(program), "%s/%s", dir, place);
	assert_ok(file_read("/proc/self/exe", 100000000, &self, &e), &e);
	assert_ok(file_write(program, self.data, self.len, 0755, &e), &e);
	buf_release(&self);
	assert_int_equal(
	    test_run((const char *[]){ program, "--own", which, NULL }, &out),
	    0);
	if (fmt[0] == '@')
		snprintf(want, sizeof(want), "%s%s\n", dir, fmt + 1);
	else
		snprintf(want, sizeof(want), "%s\n", fmt);
	assert_string_equal(out, want);
	free(out);
}

static void
test_file__own_files_in_a_build_tree(void **state)
{
	struct err e;

	(void)state;
	assert_ok(file_mkdirs(at("bin/lib"), 0755, &e), &e);
	assert_ok(file_mkdirs(at("bin/share/locale"), 0755, &e), &e);
	assert_ok(file_mkdirs(at("tests/unit"), 0755, &e), &e);
	assert_ok(file_mkdirs(at("bench"), 0755, &e), &e);
	own_is("bin/pmqa", "lib", "@/bin/lib");
	own_is("bin/pmqa", "editions", "@/bin/share/editions");
	own_is("bin/pmqa", "locale", "@/bin/share/locale");
	own_is("bin/pmqa", "pmqad", "@/bin/pmqad");
	own_is("bin/lib/pmqa-ssh", "pmqa-receive", "@/bin/pmqa-receive");
	own_is("tests/unit/test_x", "lib", "@/bin/lib");
	own_is("bench/bench_x", "pmqad", "@/bin/pmqad");
	own_is("bin/pmqa", "../x", "'../x' is not one of our files");
	own_is("bin/pmqa", "", "'' is not one of our files");
}

static void
test_file__own_files_of_an_installed_program(void **state)
{
	struct err e;

	(void)state;
	/* beside it are other programs' directories, not a build tree */
	assert_ok(file_mkdirs(at("bin"), 0755, &e), &e);
	assert_ok(file_mkdirs(at("lib"), 0755, &e), &e);
	assert_ok(file_mkdirs(at("share/locale"), 0755, &e), &e);
	own_is("bin/pmqa", "lib", PMQA_PREFIX "/lib/pmqa");
	own_is("bin/pmqa", "editions", PMQA_PREFIX "/share/pmqa/editions");
	own_is("bin/pmqa", "locale", PMQA_PREFIX "/share/locale");
	own_is("bin/pmqa", "pmqa-receive", PMQA_PREFIX "/bin/pmqa-receive");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TEST(test_file__written_bytes_are_read_again),
		TEST(test_file__a_write_replaces_and_leaves_no_litter),
		TEST(
		    test_file__a_failed_write_leaves_the_old_file_and_no_litter),
		TEST(test_file__read_says_what_is_wrong),
		TEST(test_file__mkdirs_makes_the_whole_way),
		TEST(test_file__mkdirs_in_a_directory_that_is_away),
		TEST(test_file__sync_takes_files_and_directories),
		TEST(test_file__a_lock_is_held_by_one_process),
		TEST(test_file__path_says_when_it_does_not_fit),
		TEST(test_file__own_files_in_a_build_tree),
		TEST(test_file__own_files_of_an_installed_program),
	};

	if (argc == 3 && strcmp(argv[1], "--own") == 0)
		return print_own(argv[2]);
	return cmocka_run_group_tests_name("file", tests, NULL, NULL);
}
