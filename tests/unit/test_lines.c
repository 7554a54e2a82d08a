#include "store/record/lines.h"

#include <string.h>

#include "base/buf.h"
#include "tests/unit/test.h"

/* want NULL: not clean. */
static void
expect(const char *base, const char *hall, const char *mine, const char *want)
{
	char *got = NULL;
	struct err e = { 0 };

	assert_ok(lines_merge(base, hall, mine, &got, &e), &e);
	if (want == NULL)
		assert_null(got);
	else if (got == NULL)
		fail_msg("not clean: '%s' '%s'", hall, mine);
	else
		assert_string_equal(got, want);
	free(got);
}

static void
test_lines__joins_changes_that_do_not_touch(void **state)
{
	(void)state;
	expect("a\nb\nc\nd", "A\nb\nc\nd", "a\nb\nc\nD", "A\nb\nc\nD");
	expect("a\nb\nc", "a\nx\nb\nc", "a\nb\nc\ny", "a\nx\nb\nc\ny");
	expect("a\nb\nc", "b\nc", "a\nb", "b");
	expect("a\nb", "a\nb", "a\nc\nb", "a\nc\nb");
	expect("a\nb", "a\nc\nb", "a\nb", "a\nc\nb");
}

static void
test_lines__takes_the_same_change_once(void **state)
{
	(void)state;
	expect("a\nb", "a\nx\nb", "a\nx\nb", "a\nx\nb");
	expect("a\nb\nc", "a\nx\nc\nh", "a\nx\nc", "a\nx\nc\nh");
}

static void
test_lines__is_not_clean_where_changes_touch(void **state)
{
	(void)state;
	expect("a", "b", "c", NULL);
	expect("a\nb", "A\nb", "a\nB", NULL);
	expect("a\nb", "a\nx\nb", "a\ny\nb", NULL);
	expect("a\nb\nc", "a\nc", "a\nx\nc", NULL);
	expect("", "x", "y", NULL);
}

static void
test_lines__keeps_ends_and_empty_lines_as_they_are(void **state)
{
	(void)state;
	expect("a\nb\n", "x\na\nb\n", "a\nb\nc\n", "x\na\nb\nc\n");
	expect("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n", "A\nb\nC\n");
	expect("a\n\nb", "A\n\nb", "a\n\nB", "A\n\nB");
	expect("ก\nข\nค", "ก๑\nข\nค", "ก\nข\nค๒", "ก๑\nข\nค๒");
}

static void
test_lines__gives_up_on_what_is_too_long_to_compare(void **state)
{
	struct buf base = BUF_INIT, hall = BUF_INIT, mine = BUF_INIT;
	int i;

	(void)state;
	for (i = 0; i < 1500; i++) {
		buf_printf(&base, "b%d\nsame\n", i);
		buf_printf(&hall, "h%d\nsame\n", i);
		buf_printf(&mine, "b%d\nsame\n", i);
	}
	buf_puts(&mine, "more");
	expect(buf_str(&base), buf_str(&hall), buf_str(&mine), NULL);
	buf_release(&base);
	buf_release(&hall);
	buf_release(&mine);
}

/* --- any texts --- */

static void
random_text(uint64_t *rnd, const char *from, struct buf *out)
{
	const char *s = from;
	size_t n;

	for (;; s += n + 1) {
		uint64_t what = test_random(rnd) % 6;

		n = strcspn(s, "\n");
		if (what == 0)
			buf_printf(out, "%c\n",
			    (char)('a' + (int)(test_random(rnd) % 4)));
		if (what != 1)
			buf_printf(out, "%.*s\n", (int)n, s);
		if (s[n] == '\0')
			break;
	}
}

static void
test_lines__gives_back_the_one_side_that_changed(void **state)
{
	uint64_t rnd = test_seed();
	int i, clean = 0;

	(void)state;
	for (i = 0; i < 3000; i++) {
		struct buf b = BUF_INIT, x = BUF_INIT, y = BUF_INIT;
		char *once = NULL, *twice = NULL;
		struct err e = { 0 };

		random_text(&rnd, "a\nb\nc\nd\ne\na\nb\n", &b);
		random_text(&rnd, buf_str(&b), &x);
		random_text(&rnd, buf_str(&b), &y);
		expect(buf_str(&b), buf_str(&x), buf_str(&b), buf_str(&x));
		expect(buf_str(&b), buf_str(&b), buf_str(&y), buf_str(&y));
		expect(buf_str(&b), buf_str(&x), buf_str(&x), buf_str(&x));
		/* whose side is whose makes no difference */
		assert_ok(lines_merge(
			      buf_str(&b), buf_str(&x), buf_str(&y), &once, &e),
		    &e);
		assert_ok(lines_merge(buf_str(&b), buf_str(&y), buf_str(&x),
			      &twice, &e),
		    &e);
		assert_int_equal(once == NULL, twice == NULL);
		if (once != NULL) {
			assert_string_equal(once, twice);
			clean++;
		}
		free(once);
		free(twice);
		buf_release(&b);
		buf_release(&x);
		buf_release(&y);
	}
	assert_true(clean > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines__joins_changes_that_do_not_touch),
		cmocka_unit_test(test_lines__takes_the_same_change_once),
		cmocka_unit_test(test_lines__is_not_clean_where_changes_touch),
		cmocka_unit_test(
		    test_lines__keeps_ends_and_empty_lines_as_they_are),
		cmocka_unit_test(
		    test_lines__gives_up_on_what_is_too_long_to_compare),
		cmocka_unit_test(
		    test_lines__gives_back_the_one_side_that_changed),
	};

	return cmocka_run_group_tests_name("lines", tests, NULL, NULL);
}
