#include "tests/unit/test.h"

#include "base/buf.h"
#include "daemon/receive/receive_ask.h"

#define ID "0123456789012345678901234567890123456789"

static void
put(struct buf *b, const char *text)
{
	buf_printf(b, "%04zx%s", strlen(text) + 4, text);
}

/* In pieces of so many bytes; the first refusal. */
static int
feed(const struct buf *in, size_t piece, struct receive_ask *a, struct err *e)
{
	size_t at, n;
	int rc;

	memset(a, 0, sizeof(*a));
	for (at = 0; at < in->len; at += n) {
		n = in->len - at < piece ? in->len - at : piece;
		if ((rc = receive_ask_feed(a, in->data + at, n, e)) < 0)
			return rc;
	}
	return 0;
}

static void
test_receive_ask__lets_a_push_through_in_any_pieces(void **state)
{
	struct buf in = BUF_INIT;
	struct receive_ask a;
	struct err e;
	size_t piece;

	(void)state;
	put(&in, ID " " ID " refs/heads/office");
	put(&in, "a");
	put(&in, "");
	buf_puts(&in, "0000PACK000epush-cert of a pack");
	for (piece = 1; piece <= in.len; piece++) {
		assert_ok(feed(&in, piece, &a, &e), &e);
		assert_int_equal(a.done, 1);
		assert_int_equal(a.n_lines, 3);
	}
	buf_release(&in);
}

static void
test_receive_ask__stops_a_certificate_wherever_it_stands(void **state)
{
	struct buf in = BUF_INIT;
	struct receive_ask a;
	struct err e;
	size_t piece;

	(void)state;
	put(&in, ID " " ID " refs/heads/office");
	put(&in, "push-cert and more");
	for (piece = 1; piece <= in.len; piece++)
		assert_err(
		    feed(&in, piece, &a, &e), ERR_REFUSED, &e, "not signed");
	buf_clear(&in);
	put(&in, "push-cert");
	assert_err(feed(&in, 1, &a, &e), ERR_REFUSED, &e, "not signed");
	buf_release(&in);
}

static void
test_receive_ask__stops_thousands_of_refs(void **state)
{
	struct buf in = BUF_INIT;
	struct receive_ask a;
	struct err e;
	int i;

	(void)state;
	for (i = 0; i < RECEIVE_ASK_LINES; i++)
		put(&in, ID " " ID " refs/heads/office");
	assert_ok(feed(&in, 100, &a, &e), &e);
	put(&in, ID " " ID " refs/heads/office");
	assert_err(feed(&in, 100, &a, &e), ERR_REFUSED, &e, "one branch");
	buf_release(&in);
}

static void
test_receive_ask__stops_a_shallow_history(void **state)
{
	struct buf in = BUF_INIT;
	struct receive_ask a;
	struct err e;

	(void)state;
	put(&in, "shallow " ID);
	assert_err(feed(&in, 3, &a, &e), ERR_REFUSED, &e, "cut off");
	buf_release(&in);
}

static void
test_receive_ask__stops_what_has_no_form(void **state)
{
	const char *const bad[] = { "zzzz", "0001", "0003xxx", "-001", "PACK",
		"fff1" };
	struct buf in = BUF_INIT;
	struct receive_ask a;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		buf_clear(&in);
		buf_puts(&in, bad[i]);
		assert_err(
		    feed(&in, 1, &a, &e), ERR_REFUSED, &e, "has no form");
	}
	buf_release(&in);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_receive_ask__lets_a_push_through_in_any_pieces),
		cmocka_unit_test(
		    test_receive_ask__stops_a_certificate_wherever_it_stands),
		cmocka_unit_test(test_receive_ask__stops_thousands_of_refs),
		cmocka_unit_test(test_receive_ask__stops_a_shallow_history),
		cmocka_unit_test(test_receive_ask__stops_what_has_no_form),
	};

	return cmocka_run_group_tests_name("receive_ask", tests, NULL, NULL);
}
