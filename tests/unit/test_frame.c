#include "tests/unit/test.h"

#include <string.h>

#include "proto/frame.h"

static void
feed(struct frame *f, const char *s)
{
	struct err e;

	assert_ok(frame_feed(f, s, strlen(s), &e), &e);
}

static void
next_is(struct frame *f, const char *want)
{
	char *line = NULL;
	size_t len = 0;
	struct err e;
	int rc = frame_next(f, &line, &len, &e);

	assert_ok(rc, &e);
	assert_int_equal(rc, 1);
	assert_string_equal(line, want);
	assert_int_equal(len, strlen(want));
}

static void
needs_more(struct frame *f)
{
	char *line = NULL;
	size_t len = 0;
	struct err e;

	assert_int_equal(frame_next(f, &line, &len, &e), 0);
	assert_null(line);
}

static void
test_frame__cuts_lines(void **state)
{
	struct frame f;

	(void)state;
	frame_init(&f);
	needs_more(&f);
	feed(&f, "one\ntwo\nthr");
	next_is(&f, "one");
	next_is(&f, "two");
	needs_more(&f);
	feed(&f, "ee\n");
	next_is(&f, "three");
	needs_more(&f);
	frame_release(&f);
	frame_release(NULL);
}

static void
test_frame__byte_by_byte_gives_the_same(void **state)
{
	static const char all[] = "{\"a\":1}\r\n\n  \t\n[2]\nrest";
	struct frame f;
	struct err e;
	size_t i;
	int lines = 0;

	(void)state;
	frame_init(&f);
	for (i = 0; i < strlen(all); i++) {
		char *line;
		size_t len;
		int rc;

		assert_ok(frame_feed(&f, all + i, 1, &e), &e);
		while ((rc = frame_next(&f, &line, &len, &e)) == 1)
			assert_string_equal(
			    line, lines++ == 0 ? "{\"a\":1}" : "[2]");
		assert_int_equal(rc, 0);
	}
	assert_int_equal(lines, 2);
	frame_release(&f);
}

static void
test_frame__blank_lines_are_skipped(void **state)
{
	struct frame f;

	(void)state;
	frame_init(&f);
	feed(&f, "\n\r\n \t \nx\n\n");
	next_is(&f, "x");
	needs_more(&f);
	frame_release(&f);
}

static void
test_frame__only_one_cr_before_lf_goes(void **state)
{
	struct frame f;

	(void)state;
	frame_init(&f);
	feed(&f, "a\r\r\nb\rc\n");
	next_is(&f, "a\r");
	next_is(&f, "b\rc");
	frame_release(&f);
}

static void
test_frame__keeps_nul_bytes_for_the_check_above(void **state)
{
	struct frame f;
	struct err e;
	char *line;
	size_t len;

	(void)state;
	frame_init(&f);
	assert_ok(frame_feed(&f, "a\0b\n", 4, &e), &e);
	assert_int_equal(frame_next(&f, &line, &len, &e), 1);
	assert_int_equal(len, 3);
	assert_memory_equal(line, "a\0b", 4);
	frame_release(&f);
}

/* len bytes of 'x', then the tail. */
static void
feed_long(struct frame *f, size_t len, const char *tail)
{
	char *big = malloc(len);
	struct err e;

	assert_non_null(big);
	memset(big, 'x', len);
	assert_ok(frame_feed(f, big, len, &e), &e);
	free(big);
	feed(f, tail);
}

static void
test_frame__the_longest_line_passes(void **state)
{
	struct frame f;
	struct err e;
	char *line;
	size_t len;

	(void)state;
	frame_init(&f);
	feed_long(&f, FRAME_MAX, "");
	needs_more(&f);
	feed(&f, "\r");
	needs_more(&f);
	feed(&f, "\n");
	assert_int_equal(frame_next(&f, &line, &len, &e), 1);
	assert_int_equal(len, FRAME_MAX);
	frame_release(&f);
}

static void
test_frame__rejects_oversize(void **state)
{
	struct frame f;
	struct err e;
	char *line;
	size_t len;

	(void)state;
	frame_init(&f);
	feed_long(&f, FRAME_MAX + 1, "");
	assert_err(
	    frame_next(&f, &line, &len, &e), ERR_INVALID, &e, "longer than");
	frame_release(&f);
	frame_init(&f);
	feed_long(&f, FRAME_MAX + 1, "\n");
	assert_err(
	    frame_next(&f, &line, &len, &e), ERR_INVALID, &e, "longer than");
	frame_release(&f);
}

static void
test_frame__memory_stays_bounded_when_nobody_takes_lines(void **state)
{
	struct frame f;
	struct err e;
	char chunk[65536];
	int i, rc = 0;

	(void)state;
	memset(chunk, 'x', sizeof(chunk));
	frame_init(&f);
	for (i = 0; i < 1000 && rc == 0; i++)
		rc = frame_feed(&f, chunk, sizeof(chunk), &e);
	assert_err(rc, ERR_INVALID, &e, "longer than");
	assert_true(f.in.len <= FRAME_MAX + 1 + sizeof(chunk));
	frame_release(&f);
}

static void
test_frame__many_short_lines_in_one_read(void **state)
{
	struct frame f;
	struct buf b = BUF_INIT;
	struct err e;
	char *line;
	size_t len;
	int i;

	(void)state;
	frame_init(&f);
	for (i = 0; i < 200000; i++)
		buf_printf(&b, "%d\n", i);
	assert_ok(frame_feed(&f, b.data, b.len, &e), &e);
	for (i = 0; i < 200000; i++) {
		assert_int_equal(frame_next(&f, &line, &len, &e), 1);
		if (strtol(line, NULL, 10) != i)
			fail_msg("line %d is '%s'", i, line);
	}
	needs_more(&f);
	buf_release(&b);
	frame_release(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frame__cuts_lines),
		cmocka_unit_test(test_frame__byte_by_byte_gives_the_same),
		cmocka_unit_test(test_frame__blank_lines_are_skipped),
		cmocka_unit_test(test_frame__only_one_cr_before_lf_goes),
		cmocka_unit_test(
		    test_frame__keeps_nul_bytes_for_the_check_above),
		cmocka_unit_test(test_frame__the_longest_line_passes),
		cmocka_unit_test(test_frame__rejects_oversize),
		cmocka_unit_test(
		    test_frame__memory_stays_bounded_when_nobody_takes_lines),
		cmocka_unit_test(test_frame__many_short_lines_in_one_read),
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
