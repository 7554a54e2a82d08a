#include "tests/unit/test.h"

#include "base/buf.h"
#include "daemon/receive/receive_commands.h"

#define A40 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B40 "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ZERO "0000000000000000000000000000000000000000"

static int
add(struct receive_commands *c, const char *line, struct err *e)
{
	return receive_commands_add(c, line, strlen(line), e);
}

static void
test_receive_commands__reads_a_command_and_what_its_sender_can(void **state)
{
	static const char line[] =
	    A40 " " B40 " refs/heads/office\0 report-status-v2 side-band-64k "
		"object-format=sha1 agent=git/2.39.5\n";
	struct receive_commands c = { .n = 0 };
	struct err e;

	(void)state;
	assert_ok(receive_commands_add(&c, line, sizeof(line) - 1, &e), &e);

	assert_int_equal(c.n, 1);
	assert_string_equal(c.list[0].old, A40);
	assert_string_equal(c.list[0].new_, B40);
	assert_string_equal(c.list[0].ref, "refs/heads/office");
	assert_true(c.report && c.banded);
	assert_true(receive_commands_bring(&c));
}

static void
test_receive_commands__knows_a_sender_that_can_nothing(void **state)
{
	struct receive_commands c = { .n = 0 };
	struct err e;

	(void)state;
	assert_ok(add(&c, A40 " " B40 " refs/heads/office\n", &e), &e);

	assert_false(c.report || c.banded);
}

static void
test_receive_commands__expects_no_pack_where_all_is_deleted(void **state)
{
	struct receive_commands c = { .n = 0 };
	struct err e;

	(void)state;
	assert_ok(add(&c, A40 " " ZERO " refs/heads/office", &e), &e);
	assert_false(receive_commands_bring(&c));
	assert_ok(add(&c, A40 " " B40 " refs/heads/other", &e), &e);
	assert_true(receive_commands_bring(&c));
}

static void
test_receive_commands__refuses_a_line_without_form(void **state)
{
	const char *const bad[] = { "", A40 " " B40 " ", A40 " " B40,
		A40 "  " B40 " refs/heads/x", "A" A40 " " B40 " refs/heads/x",
		A40 " x" B40 " refs/heads/x", "\n", A40 " " B40 " refs/a b",
		A40 " " B40 " refs/\x01", A40 " " B40 " refs/\x7f",
		("shallow " A40), "push-cert" };
	struct receive_commands c;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memset(&c, 0, sizeof(c));
		assert_err(add(&c, bad[i], &e), ERR_REFUSED, &e, "no form");
	}
}

static void
test_receive_commands__refuses_a_nul_in_a_later_line(void **state)
{
	static const char line[] = A40 " " B40 " refs/heads/x\0atomic";
	struct receive_commands c = { .n = 0 };
	struct err e;

	(void)state;
	assert_ok(add(&c, A40 " " B40 " refs/heads/office", &e), &e);
	assert_err(receive_commands_add(&c, line, sizeof(line) - 1, &e),
	    ERR_REFUSED, &e, "no form");
}

static void
test_receive_commands__refuses_other_objects(void **state)
{
	static const char line[] =
	    A40 " " B40 " refs/heads/office\0object-format=sha256";
	struct receive_commands c = { .n = 0 };
	struct err e;

	(void)state;
	assert_err(receive_commands_add(&c, line, sizeof(line) - 1, &e),
	    ERR_REFUSED, &e, "SHA-1");
}

static void
test_receive_commands__refuses_too_long_a_name_and_too_many(void **state)
{
	struct receive_commands c = { .n = 0 };
	struct buf b = BUF_INIT;
	struct err e;
	int i;

	(void)state;
	buf_puts(&b, A40 " " B40 " refs/heads/");
	for (i = 0; i < 300; i++)
		buf_putc(&b, 'x');
	assert_err(receive_commands_add(&c, b.data, b.len, &e), ERR_REFUSED, &e,
	    "no form");
	for (i = 0; i < RECEIVE_UPDATES_MAX; i++)
		assert_ok(add(&c, A40 " " B40 " refs/heads/office", &e), &e);
	assert_err(add(&c, A40 " " B40 " refs/heads/office", &e), ERR_REFUSED,
	    &e, "one branch");
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_receive_commands__reads_a_command_and_what_its_sender_can),
		cmocka_unit_test(
		    test_receive_commands__knows_a_sender_that_can_nothing),
		cmocka_unit_test(
		    test_receive_commands__expects_no_pack_where_all_is_deleted),
		cmocka_unit_test(
		    test_receive_commands__refuses_a_line_without_form),
		cmocka_unit_test(
		    test_receive_commands__refuses_a_nul_in_a_later_line),
		cmocka_unit_test(test_receive_commands__refuses_other_objects),
		cmocka_unit_test(
		    test_receive_commands__refuses_too_long_a_name_and_too_many),
	};

	return cmocka_run_group_tests_name(
	    "receive_commands", tests, NULL, NULL);
}
