#include "tests/unit/test.h"

#include "base/text.h"
#include "client/wrap.h"

static void
expect_safe(const char *in, int keep, const char *want)
{
	struct buf b = BUF_INIT;

	wrap_safe(&b, in, keep);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
test_wrap__makes_controls_visible(void **state)
{
	(void)state;
	expect_safe("a\033[31mb", 0, "a\\x1b[31mb");
	expect_safe("a\x7f", 0, "a\\x7f");
	expect_safe("a\xc2\x9b"
		    "b",
	    0, "a\\u009bb");
	expect_safe("a\r\nb", 1, "a\\x0d\nb");
}

static void
test_wrap__makes_direction_overrides_visible(void **state)
{
	(void)state;
	expect_safe("a\xe2\x80\xae"
		    "b",
	    0, "a\\u202eb");
	expect_safe("\xe2\x81\xa6", 0, "\\u2066");
	expect_safe("\xf3\xa0\x81\x81", 0, "\\ue0041");
}

static void
test_wrap__makes_bad_bytes_visible(void **state)
{
	(void)state;
	expect_safe("a\xff"
		    "b",
	    0, "a\\xffb");
	expect_safe("\xe0\xb8", 0, "\\xe0\\xb8");
	expect_safe("\xc0\x80", 0, "\\xc0\\x80");
}

static void
test_wrap__a_value_cannot_begin_a_line(void **state)
{
	(void)state;
	expect_safe("a\nb\tc", 0, "a\\nb c");
	expect_safe("a\nb", 1, "a\nb");
}

static void
test_wrap__leaves_thai_alone(void **state)
{
	(void)state;
	expect_safe("ละงู ก้าวหน้า", 0, "ละงู ก้าวหน้า");
}

/* The first line of s in cols columns. */
static void
expect_line(const char *s, size_t cols, const char *want, const char *rest)
{
	size_t next = 0, len = wrap_line(s, cols, &next);

	assert_int_equal(len, strlen(want));
	assert_memory_equal(s, want, len);
	assert_string_equal(s + next, rest);
}

static void
test_wrap__breaks_at_blanks(void **state)
{
	(void)state;
	expect_line("one two three", 9, "one two", "three");
	expect_line("one two three", 7, "one two", "three");
	expect_line("one   two", 5, "one", "two");
	expect_line("short", 80, "short", "");
}

static void
test_wrap__breaks_at_line_feeds(void **state)
{
	(void)state;
	expect_line("one\ntwo", 80, "one", "two");
	expect_line("\ntwo", 80, "", "two");
	expect_line("one\n", 80, "one", "");
	expect_line("abc def\nx", 3, "abc", "def\nx");
}

static void
test_wrap__cuts_a_word_that_is_too_long(void **state)
{
	(void)state;
	expect_line("abcdefgh", 3, "abc", "defgh");
}

static void
test_wrap__takes_at_least_one_character(void **state)
{
	(void)state;
	expect_line("กข", 0, "ก", "ข");
}

static void
test_wrap__keeps_thai_clusters_whole(void **state)
{
	(void)state;
	/* a vowel written before its consonant goes with it */
	expect_line("กเขา", 2, "ก", "เขา");
	/* one written behind stays */
	expect_line("กขา", 2, "ก", "ขา");
	/* marks have no width */
	expect_line("ที่นี่", 1, "ที่", "นี่");
	/* a silent consonant ends its syllable */
	expect_line("กศาสตร์", 4, "ก", "ศาสตร์");
}

static void
test_wrap__never_exceeds_the_width(void **state)
{
	static const char *const parts[] = { "ก", "เ", "า", "ิ", "่", "ำ", " ",
		"a", "bc", "\n", "์", "ะ", "ๆ", "(", ")", "1", "๒", "漢",
		"\xff" };
	uint64_t seed = test_seed();
	struct buf raw = BUF_INIT, safe = BUF_INIT;

	(void)state;
	for (int round = 0; round < 5000; round++) {
		size_t cols = 2 + test_random(&seed) % 30, n;
		const char *s;

		buf_clear(&raw);
		buf_clear(&safe);
		n = test_random(&seed) % 60;
		for (size_t i = 0; i < n; i++)
			buf_puts(&raw, parts[test_random(&seed) %
					     (sizeof(parts) / sizeof(*parts))]);
		wrap_safe(&safe, buf_str(&raw), 1);
		for (s = buf_str(&safe); *s != '\0';) {
			size_t next = 0, len = wrap_line(s, cols, &next);
			char *line = strndup(s, len);

			assert_non_null(line);
			assert_true(next > 0);
			assert_true(next >= len);
			assert_true(text_width(line) <= cols);
			assert_true(text_is_utf8(line, len, NULL));
			assert_null(strchr(line, '\n'));
			free(line);
			s += next;
		}
	}
	buf_release(&raw);
	buf_release(&safe);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap__makes_controls_visible),
		cmocka_unit_test(test_wrap__makes_direction_overrides_visible),
		cmocka_unit_test(test_wrap__makes_bad_bytes_visible),
		cmocka_unit_test(test_wrap__a_value_cannot_begin_a_line),
		cmocka_unit_test(test_wrap__leaves_thai_alone),
		cmocka_unit_test(test_wrap__breaks_at_blanks),
		cmocka_unit_test(test_wrap__breaks_at_line_feeds),
		cmocka_unit_test(test_wrap__cuts_a_word_that_is_too_long),
		cmocka_unit_test(test_wrap__takes_at_least_one_character),
		cmocka_unit_test(test_wrap__keeps_thai_clusters_whole),
		cmocka_unit_test(test_wrap__never_exceeds_the_width),
	};

	return cmocka_run_group_tests_name("wrap", tests, NULL, NULL);
}
