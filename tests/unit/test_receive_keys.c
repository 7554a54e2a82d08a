#include "tests/unit/test.h"

#include <limits.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "daemon/receive/receive_keys.h"

#define GOOD                                                                   \
	"restrict,command=\"/usr/bin/pmqa-receive 9105-a\" ssh-ed25519 AAAA\n"

static char *top;
static char list[PATH_MAX], out[PATH_MAX];
static char me[64];

static int
setup(void **state)
{
	const struct passwd *p = getpwuid(getuid());

	(void)state;
	top = test_dir();
	snprintf(list, sizeof(list), "%s/authorized_keys", top);
	snprintf(out, sizeof(out), "%s/out", top);
	if (p == NULL)
		return -1;
	snprintf(me, sizeof(me), "%s", p->pw_name);
	return chmod(top, 0700);
}

static int
teardown(void **state)
{
	(void)state;
	test_dir_remove(top);
	return 0;
}

static void
write_list(const char *text, unsigned mode)
{
	struct err e;

	assert_ok(file_write(list, text, strlen(text), mode, &e), &e);
	assert_int_equal(chmod(list, mode), 0);
}

/* *ret: what was given out; free() it. */
static int
give(const char *user, char **ret, int *ret_dropped, struct err *e)
{
	struct buf b = BUF_INIT;
	FILE *f = fopen(out, "w");
	int rc;

	assert_non_null(f);
	rc = receive_keys(top, user, fileno(f), ret_dropped, e);
	assert_int_equal(fclose(f), 0);
	assert_ok(file_read(out, 100000, &b, NULL), e);
	*ret = buf_take(&b);
	return rc;
}

static void
refused(const char *user, enum err_code code, const char *why)
{
	int dropped = 0;
	char *text;
	struct err e;

	assert_err(give(user, &text, &dropped, &e), code, &e, why);
	assert_string_equal(text, "");
	free(text);
}

static void
test_receive_keys__gives_our_lines_alone(void **state)
{
	int dropped = 0;
	char *text;
	struct err e;

	(void)state;
	write_list(GOOD "ssh-ed25519 AAAA stranger\n" GOOD
			"command=\"sh\" ssh-ed25519 AAAA\n"
			"# restrict,command=\"\nrestrict,command=\"cut",
	    0600);

	assert_ok(give(me, &text, &dropped, &e), &e);

	assert_string_equal(text, GOOD GOOD);
	assert_int_equal(dropped, 4);
	free(text);
}

static void
test_receive_keys__refuses_a_list_that_others_may_write(void **state)
{
	(void)state;
	write_list(GOOD, 0620);
	refused(me, ERR_DENIED, "others may write");
	write_list(GOOD, 0602);
	refused(me, ERR_DENIED, "others may write");
	write_list(GOOD, 0600);
	assert_int_equal(chmod(top, 0770), 0);
	refused(me, ERR_DENIED, "others may write");
}

static void
test_receive_keys__refuses_what_is_no_plain_file(void **state)
{
	char real[PATH_MAX];

	(void)state;
	refused(me, ERR_SYS, "authorized_keys");
	snprintf(real, sizeof(real), "%s/real", top);
	write_list(GOOD, 0600);
	assert_int_equal(rename(list, real), 0);
	assert_int_equal(symlink("real", list), 0);
	refused(me, ERR_SYS, "authorized_keys");
	assert_int_equal(unlink(list), 0);
	assert_int_equal(mkfifo(list, 0600), 0);
	refused(me, ERR_DENIED, "not what it should be");
}

static void
test_receive_keys__knows_no_user_that_is_none(void **state)
{
	(void)state;
	write_list(GOOD, 0600);
	refused("no-such-user-here", ERR_NOT_FOUND, "there is no user");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_receive_keys__gives_our_lines_alone),
		TEST(test_receive_keys__refuses_a_list_that_others_may_write),
		TEST(test_receive_keys__refuses_what_is_no_plain_file),
		TEST(test_receive_keys__knows_no_user_that_is_none),
	};

	return cmocka_run_group_tests_name("receive_keys", tests, NULL, NULL);
}
