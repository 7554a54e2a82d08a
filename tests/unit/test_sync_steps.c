#include "tests/unit/test.h"

#include "daemon/sync/sync_steps.h"

#define ONE "1111111111111111111111111111111111111111"
#define TWO "2222222222222222222222222222222222222222"

static struct steps steps;

static int
from(const char *text, struct buf *receipt, struct err *e)
{
	return sync_steps_from_refs(text, strlen(text), &steps, receipt, e);
}

static void
test_sync_steps__names_of_refs_are_steps(void **state)
{
	struct buf receipt = BUF_INIT;
	struct err e;

	(void)state;
	assert_ok(from("", &receipt, &e), &e);
	assert_int_equal(steps.n, 0);
	assert_ok(
	    from(ONE "\trefs/steps/40\n" TWO "\trefs/steps/2\n", &receipt, &e),
	    &e);
	assert_int_equal(steps.n, 2);
	assert_int_equal(steps.total, 42);
	assert_int_equal(steps.list[0].id[0], 0x11);
	assert_int_equal(steps.list[1].n, 2);
	assert_int_equal(receipt.len, 0);
	buf_release(&receipt);
}

static void
test_sync_steps__a_receipt_may_be_among_them(void **state)
{
	struct buf receipt = BUF_INIT;
	struct err e;

	(void)state;
	assert_ok(from(ONE "\trefs/steps/1\n" ONE "\trefs/receipt/eyJhIjoxfQ\n",
		      &receipt, &e),
	    &e);
	assert_int_equal(steps.n, 1);
	assert_string_equal(buf_str(&receipt), "{\"a\":1}");
	/* and need not be of interest */
	assert_ok(from(ONE "\trefs/receipt/eyJhIjoxfQ\n", NULL, &e), &e);
	assert_int_equal(steps.n, 0);
	buf_release(&receipt);
}

static void
test_sync_steps__nothing_else_is_taken(void **state)
{
	const char *const texts[] = { "x", "\n", ONE, ONE "\n", ONE "\t\n",
		ONE "\trefs/heads/hall\n", ONE "\trefs/steps/\n",
		ONE "\trefs/steps/0\n", ONE "\trefs/steps/-1\n",
		ONE "\trefs/steps/1 \n", ONE "\trefs/steps/1",
		ONE " refs/steps/1\n", "x" ONE "\trefs/steps/1\n",
		ONE "\trefs/receipt/\n", ONE "\trefs/receipt/*\n",
		ONE "\trefs/receipt/Cg\n", /* a line end */
		"<html>sign in</html>\n" };
	struct buf receipt = BUF_INIT;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_err(from(texts[i], &receipt, &e), ERR_INVALID, &e,
		    "list of steps");
	buf_release(&receipt);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sync_steps__names_of_refs_are_steps),
		cmocka_unit_test(test_sync_steps__a_receipt_may_be_among_them),
		cmocka_unit_test(test_sync_steps__nothing_else_is_taken),
	};

	return cmocka_run_group_tests_name("sync_steps", tests, NULL, NULL);
}
