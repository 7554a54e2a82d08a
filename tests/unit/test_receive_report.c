#include "tests/unit/test.h"

#include "base/buf.h"
#include "daemon/receive/receive_report.h"

#define REF "0000000000000000000000000000000000000000 refs/heads/office"

/* A status of wait(2). */
#define EXITED(n) ((n) << 8)
#define KILLED(signal) (signal)

static void
put(struct buf *b, const char *band, const char *text)
{
	buf_printf(b, "%04zx%s%s", strlen(text) + strlen(band) + 4, band, text);
}

/* git's whole answer: a ref, text for people, the report. */
static void
answer(struct buf *b, const char *text, const char *unpack, const char *result)
{
	struct buf report = BUF_INIT;

	put(b, "", REF "\n");
	buf_puts(b, "0000");
	if (text != NULL)
		put(b, "\x02", text);
	put(&report, "", unpack);
	put(&report, "", result);
	buf_puts(&report, "0000");
	put(b, "\x01", buf_str(&report));
	buf_puts(b, "0000");
	buf_release(&report);
}

/* In pieces of so many bytes. */
static void
feed(struct receive_report *r, const struct buf *in, size_t piece,
    struct buf *out)
{
	size_t at, n;
	struct err e;

	for (at = 0; at < in->len; at += n) {
		n = in->len - at < piece ? in->len - at : piece;
		assert_ok(
		    receive_report_feed(r, in->data + at, n, out, &e), &e);
	}
}

static void
test_receive_report__passes_a_good_push_on_as_it_is(void **state)
{
	struct buf in = BUF_INIT, out = BUF_INIT;
	struct receive_report r;
	int cut = 1;

	(void)state;
	receive_report_init(&r);
	answer(
	    &in, "pmqa-receipt: {}\n", "unpack ok\n", "ok refs/heads/office\n");
	feed(&r, &in, 7, &out);

	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.data, in.data, in.len);
	assert_int_equal(r.refused, 0);
	assert_int_equal(receive_report_end(&r, EXITED(0), &cut), 0);
	buf_release(&in);
	buf_release(&out);
	receive_report_release(&r);
}

static void
refuses(const char *text, const char *unpack, const char *result,
    const char *sentence)
{
	struct buf in = BUF_INIT, out = BUF_INIT;
	struct receive_report r;
	int cut = 1;

	answer(&in, text, unpack, result);
	receive_report_init(&r);
	feed(&r, &in, 1, &out);
	assert_int_equal(r.refused, 1);
	/* before the report, and the report itself is still there */
	assert_true(out.len > in.len);
	assert_non_null(memmem(out.data, out.len, sentence, strlen(sentence)));
	assert_memory_equal(out.data + out.len - 30, in.data + in.len - 30, 30);
	assert_int_equal(receive_report_end(&r, EXITED(1), &cut), 0);
	buf_release(&in);
	buf_release(&out);
	receive_report_release(&r);
}

static void
test_receive_report__says_why_git_did_not_unpack(void **state)
{
	(void)state;
	refuses("error: object 12: badDate: no\nfatal: fsck error\n",
	    "unpack index-pack abnormal exit\n", "ng refs/heads/office x\n",
	    "pmqa-refused: the push is not in good order, the hall cannot "
	    "read it: object 12: badDate: no");
	refuses("fatal: pack exceeds maximum allowed size (64 MiB)\n",
	    "unpack index-pack abnormal exit\n", "ng refs/heads/office x\n",
	    "pmqa-refused: the push is larger than");
	refuses("fatal: Out of memory, malloc failed\n",
	    "unpack index-pack abnormal exit\n", "ng refs/heads/office x\n",
	    "pmqa-refused: the push needs more memory");
}

static void
test_receive_report__calls_the_halls_trouble_by_its_name(void **state)
{
	(void)state;
	refuses("fatal: write error: No space left on device\n",
	    "unpack index-pack abnormal exit\n", "ng refs/heads/office x\n",
	    "pmqa-trouble: no space left on the hall's disk");
}

static void
test_receive_report__says_what_was_not_moved(void **state)
{
	(void)state;
	refuses(NULL, "unpack ok\n", "ng refs/heads/office a new reason\n",
	    "pmqa-refused: the hall does not move 'refs/heads/office': a new "
	    "reason");
}

static void
test_receive_report__adds_nothing_to_what_the_door_said(void **state)
{
	struct buf in = BUF_INIT, out = BUF_INIT;
	struct receive_report r;
	int cut = 1;

	(void)state;
	receive_report_init(&r);
	answer(&in, "pmqa-refused: commit 12 is not signed\n", "unpack ok\n",
	    "ng refs/heads/office not admitted\n");
	feed(&r, &in, 5, &out);

	assert_int_equal(out.len, in.len);
	assert_int_equal(r.refused, 0);
	assert_int_equal(receive_report_end(&r, EXITED(1), &cut), 0);
	buf_release(&in);
	buf_release(&out);
	receive_report_release(&r);
}

static void
test_receive_report__tells_a_cut_line_from_a_refusal(void **state)
{
	const char cut_off[] = "fatal: the remote end hung up unexpectedly\n";
	const char bad[] = "fatal: protocol error: bad line length\n";
	struct receive_report r;
	int cut = 0;

	(void)state;
	receive_report_init(&r);
	receive_report_error(&r, cut_off, strlen(cut_off));
	assert_int_equal(receive_report_end(&r, EXITED(128), &cut), 1);
	assert_int_equal(cut, 1);
	receive_report_release(&r);

	receive_report_init(&r);
	receive_report_error(&r, bad, strlen(bad));
	assert_int_equal(receive_report_end(&r, EXITED(128), &cut), 1);
	assert_int_equal(cut, 0);
	assert_non_null(strstr(r.err.msg, "bad line length"));
	receive_report_release(&r);

	receive_report_init(&r);
	assert_int_equal(receive_report_end(&r, KILLED(24), &cut), 1);
	assert_non_null(strstr(r.err.msg, "takes longer than"));
	receive_report_release(&r);
}

static void
test_receive_report__passes_on_what_has_no_form(void **state)
{
	struct buf in = BUF_INIT, out = BUF_INIT;
	struct receive_report r;

	(void)state;
	receive_report_init(&r);
	put(&in, "", REF "\n");
	buf_puts(&in, "zzzz no packet at all 0005\x02");
	feed(&r, &in, 3, &out);

	assert_int_equal(r.broken, 1);
	assert_int_equal(out.len, in.len);
	assert_memory_equal(out.data, in.data, in.len);
	buf_release(&in);
	buf_release(&out);
	receive_report_release(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_receive_report__passes_a_good_push_on_as_it_is),
		cmocka_unit_test(
		    test_receive_report__says_why_git_did_not_unpack),
		cmocka_unit_test(
		    test_receive_report__calls_the_halls_trouble_by_its_name),
		cmocka_unit_test(test_receive_report__says_what_was_not_moved),
		cmocka_unit_test(
		    test_receive_report__adds_nothing_to_what_the_door_said),
		cmocka_unit_test(
		    test_receive_report__tells_a_cut_line_from_a_refusal),
		cmocka_unit_test(
		    test_receive_report__passes_on_what_has_no_form),
	};

	return cmocka_run_group_tests_name("receive_report", tests, NULL, NULL);
}
