#include "tests/unit/test.h"

#include "base/buf.h"

static void
test_buf__starts_empty_without_memory(void **state)
{
	struct buf b = BUF_INIT;
	struct err e;

	(void)state;
	assert_string_equal(buf_str(&b), "");
	assert_null(b.data);
	assert_int_equal(buf_ok(&b, &e), 0);
	buf_release(&b);
	buf_release(NULL);
}

static void
test_buf__appends_of_all_kinds_add_up(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_append(&b, "abc", 2);
	buf_puts(&b, "c");
	buf_putc(&b, 'd');
	buf_printf(&b, "%d-%s", 42, "x");
	assert_string_equal(buf_str(&b), "abcd42-x");
	assert_int_equal(b.len, 8);
	buf_release(&b);
}

static void
test_buf__keeps_nul_bytes(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_append(&b, "a\0b", 3);
	buf_append(&b, "", 0);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
	buf_release(&b);
}

static void
test_buf__grows_over_many_appends(void **state)
{
	struct buf b = BUF_INIT;
	size_t i;

	(void)state;
	for (i = 0; i < 100000; i++)
		buf_printf(&b, "%05zu", i);
	assert_int_equal(b.len, 500000);
	assert_memory_equal(b.data + 5 * 99999, "99999", 6);
	buf_release(&b);
}

static void
test_buf__consume_drops_from_the_front(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	buf_puts(&b, "abcdef");
	buf_consume(&b, 2);
	assert_string_equal(buf_str(&b), "cdef");
	buf_consume(&b, 0);
	assert_string_equal(buf_str(&b), "cdef");
	buf_consume(&b, 100);
	assert_string_equal(buf_str(&b), "");
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void
test_buf__take_hands_over_and_empties(void **state)
{
	struct buf b = BUF_INIT;
	char *s, *empty;

	(void)state;
	empty = buf_take(&b);
	buf_puts(&b, "mine");
	s = buf_take(&b);
	assert_string_equal(empty, "");
	assert_string_equal(s, "mine");
	assert_null(b.data);
	assert_int_equal(b.len, 0);
	free(s);
	free(empty);
}

static void
test_buf__a_failed_allocation_sticks_until_cleared(void **state)
{
	struct buf b = BUF_INIT;
	struct err e;

	(void)state;
	buf_puts(&b, "before");
	/* a size that cannot be had: nothing is read from the pointer */
	buf_append(&b, "x", SIZE_MAX / 2);
	buf_puts(&b, "after");
	assert_err(buf_ok(&b, &e), ERR_NOMEM, &e, "memory");
	assert_string_equal(buf_str(&b), "before");
	buf_clear(&b);
	buf_puts(&b, "again");
	assert_ok(buf_ok(&b, &e), &e);
	assert_string_equal(buf_str(&b), "again");
	buf_append(&b, "x", SIZE_MAX / 2);
	assert_null(buf_take(&b));
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_buf__starts_empty_without_memory),
		cmocka_unit_test(test_buf__appends_of_all_kinds_add_up),
		cmocka_unit_test(test_buf__keeps_nul_bytes),
		cmocka_unit_test(test_buf__grows_over_many_appends),
		cmocka_unit_test(test_buf__consume_drops_from_the_front),
		cmocka_unit_test(test_buf__take_hands_over_and_empties),
		cmocka_unit_test(
		    test_buf__a_failed_allocation_sticks_until_cleared),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
