#include "tests/unit/test.h"

#include <limits.h>

#include "base/err.h"
#include "base/file.h"
#include "base/sentence.h"

static const char *
th(const char *en)
{
	static struct buf b = BUF_INIT;

	buf_clear(&b);
	sentence_th(en, &b);
	return buf_str(&b);
}

static void
test_sentence__finds_the_format_and_its_arguments(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_DENIED, 0,
	    "office %s is disabled at the hall since %s: %s", "9105",
	    "2026-11-23T00:23:06+07:00", "ตรวจสอบ");
	assert_string_not_equal(e.msg, e.th);
	assert_string_equal(th(e.msg), e.th);
	err_set(&e, ERR_DENIED, 0, "office %s is disabled at the hall since %s",
	    "9105", "2026-11-23T00:23:06+07:00");
	assert_string_equal(th(e.msg), e.th);
}

static void
test_sentence__translates_what_stands_inside(void **state)
{
	struct err inner, outer;
	char want[1200];

	(void)state;
	err_set(&inner, ERR_DENIED, 0, "device %s was revoked by the hall",
	    "9105-b");
	err_set(&outer, ERR_REFUSED, 0, "the hall refuses: %s", inner.msg);
	err_set(&inner, ERR_DENIED, 0, "device %s was revoked by the hall",
	    "9105-b");
	snprintf(want, sizeof(want), "%.*s%s",
	    (int)(strstr(outer.th, inner.msg) - outer.th), outer.th, inner.th);
	assert_string_equal(th(outer.msg), want);
}

static void
test_sentence__leaves_alone_what_nobody_here_says(void **state)
{
	static char long_one[3000];

	(void)state;
	memset(long_one, 'a', sizeof(long_one) - 1);
	memset(long_one + 10, ' ', 5);
	assert_string_equal(th(""), "");
	assert_string_equal(th("9105-a"), "9105-a");
	assert_string_equal(th("no sentence of ours: not at all"),
	    "no sentence of ours: not at all");
	assert_string_equal(th("%s %d %n"), "%s %d %n");
	assert_string_equal(th(long_one), long_one);
}

/* Many blanks and quotes: what makes a matcher try for ever. */
static void
test_sentence__ends_soon_whatever_is_said(void **state)
{
	char evil[1900];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(evil) - 1; i++)
		evil[i] = "': , is"[i % 7];
	evil[i] = '\0';
	assert_string_equal(th(evil), evil);
}

/* A copy of this program beside a catalogue made from the tree's: where a
 * program looks for it. */
static void
test_sentence__in_thai(void **state)
{
	char *dir = test_dir();
	struct buf self = BUF_INIT;
	char mo[PATH_MAX], program[PATH_MAX];
	struct err e;

	(void)state;
	snprintf(mo, sizeof(mo), "%s/bin/lib", dir);
	assert_ok(file_mkdirs(mo, 0755, &e), &e);
	snprintf(mo, sizeof(mo), "%s/bin/share/locale/th/LC_MESSAGES", dir);
	assert_ok(file_mkdirs(mo, 0755, &e), &e);
	snprintf(
	    mo, sizeof(mo), "%s/bin/share/locale/th/LC_MESSAGES/pmqa.mo", dir);
	assert_int_equal(
	    test_run(
		(const char *[]){ "msgfmt", "-o", mo, "po/th.po", NULL }, NULL),
	    0);
	assert_ok(file_read("/proc/self/exe", 100000000, &self, &e), &e);
	snprintf(program, sizeof(program), "%s/bin/x", dir);
	assert_ok(file_write(program, self.data, self.len, 0755, &e), &e);
	buf_release(&self);
	assert_int_equal(
	    test_run((const char *[]){ program, "--child", NULL }, NULL), 0);
	test_dir_remove(dir);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest child[] = {
		cmocka_unit_test(
		    test_sentence__finds_the_format_and_its_arguments),
		cmocka_unit_test(test_sentence__translates_what_stands_inside),
		cmocka_unit_test(
		    test_sentence__leaves_alone_what_nobody_here_says),
		cmocka_unit_test(test_sentence__ends_soon_whatever_is_said),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentence__in_thai),
	};

	if (argc > 1 && strcmp(argv[1], "--child") == 0) {
		err_init_messages("th");
		return cmocka_run_group_tests(child, NULL, NULL);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
