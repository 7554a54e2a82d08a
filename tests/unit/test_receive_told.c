#include "tests/unit/test.h"

#include "daemon/receive/receive_told.h"

#define TIP "0123456789abcdef0123456789abcdef01234567"

static void
expect(const char *text, int git, const char *version, const char *holds)
{
	struct receive_told told;

	receive_told_parse(text, &told);
	assert_int_equal(told.git_version, git);
	assert_string_equal(told.version, version);
	assert_string_equal(told.holds, holds);
}

static void
test_receive_told__reads_what_our_own_side_writes(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_puts(&b, "version=2:");
	receive_told_write("0.1.0", TIP, &b);

	expect(buf_str(&b), 2, "0.1.0", TIP);

	buf_clear(&b);
	receive_told_write("0.1.0", "", &b);
	expect(buf_str(&b), 0, "0.1.0", "");
	buf_release(&b);
}

static void
test_receive_told__takes_what_stock_git_says(void **state)
{
	(void)state;
	expect("version=2", 2, "", "");
	expect("version=1", 1, "", "");
	expect(NULL, 0, "", "");
	expect("", 0, "", "");
}

static void
test_receive_told__passes_over_names_of_later_programs(void **state)
{
	(void)state;
	expect("version=2:colour=blue:pmqa=9.9", 2, "9.9", "");
}

static void
test_receive_told__drops_what_is_malformed(void **state)
{
	(void)state;
	expect("version=2:pmqa=1:pmqa=2", 2, "", "");
	expect("version=2:pmqa=1;reboot", 2, "", "");
	expect("version=2:pmqa=a b", 2, "", "");
	expect("version=2:pmqa=", 2, "", "");
	expect("version=2:pmqa=1:holds=xyz", 2, "", "");
	expect("version=2:pmqa=1:holds=" TIP "0", 2, "", "");
	expect("version=2:pmqa=1:", 2, "", "");
	expect("version=2::pmqa=1", 2, "", "");
	expect("version=2:version=2:pmqa=1", 2, "", "");
	expect("version=3", 0, "", "");
	expect("version=22", 0, "", "");
	expect("pmqa=1\npmqa=2", 0, "", "");
	expect("=1", 0, "", "");
}

static void
test_receive_told__bounds_what_is_long(void **state)
{
	char text[RECEIVE_TOLD_MAX + 40];

	(void)state;
	memset(text, 'a', sizeof(text));
	memcpy(text, "version=2:pmqa=", 15);
	text[15 + RECEIVE_VERSION_MAX] = '\0';
	expect(text, 2, text + 15, "");

	text[15 + RECEIVE_VERSION_MAX] = 'a';
	text[15 + RECEIVE_VERSION_MAX + 1] = '\0';
	expect(text, 2, "", "");

	text[15 + RECEIVE_VERSION_MAX + 1] = 'a';
	text[sizeof(text) - 1] = '\0';
	expect(text, 0, "", "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_receive_told__reads_what_our_own_side_writes),
		cmocka_unit_test(test_receive_told__takes_what_stock_git_says),
		cmocka_unit_test(
		    test_receive_told__passes_over_names_of_later_programs),
		cmocka_unit_test(test_receive_told__drops_what_is_malformed),
		cmocka_unit_test(test_receive_told__bounds_what_is_long),
	};

	return cmocka_run_group_tests_name("receive_told", tests, NULL, NULL);
}
