#include "tests/unit/test.h"

#include "base/text.h"
#include "client/file/gauge.h"

#define MIB (INT64_C(1024) * 1024)

static void
expect_bytes(const char *want, int64_t n)
{
	char got[32];

	gauge_bytes(got, sizeof(got), n);
	assert_string_equal(want, got);
}

static void
test_gauge__writes_sizes_as_people_read_them(void **state)
{
	(void)state;
	expect_bytes("0 B", 0);
	expect_bytes("1023 B", 1023);
	expect_bytes("1.0 KiB", 1024);
	expect_bytes("99.9 KiB", 102399);
	expect_bytes("976 KiB", 1000000);
	expect_bytes("20.0 MiB", 20 * MIB);
	expect_bytes("1.5 GiB", 1536 * MIB);
	expect_bytes("4096 GiB", 4096 * 1024 * MIB);
}

static void
expect_line(const char *name, int64_t begun, int64_t done, int64_t total,
    int64_t now_ms, size_t width, const char *want)
{
	struct gauge g = { .name = name, .begun_at = begun, .total = total };
	struct buf b = BUF_INIT;

	gauge_line(&g, done, now_ms, width, &b);
	assert_string_equal(want, buf_str(&b));
	assert_true(text_width(buf_str(&b)) <= width);
	buf_release(&b);
}

static void
test_gauge__shows_bar_rate_and_time_left(void **state)
{
	(void)state;
	expect_line("a.pdf", 0, 0, 10 * MIB, 0, 80,
	    "a.pdf [..............]  0 B / 10.0 MiB");
	/* too early to say a rate */
	expect_line("a.pdf", 0, 5 * MIB, 10 * MIB, 100, 80,
	    "a.pdf [#######.......]  5.0 MiB / 10.0 MiB");
	expect_line("a.pdf", 0, 5 * MIB, 10 * MIB, 5000, 80,
	    "a.pdf [#######.......]  5.0 MiB / 10.0 MiB  1.0 MiB/s  0:05 left");
	/* what was there at the beginning tells nothing of the rate */
	expect_line("a.pdf", 4 * MIB, 5 * MIB, 10 * MIB, 1000, 80,
	    "a.pdf [#######.......]  5.0 MiB / 10.0 MiB  1.0 MiB/s  0:05 left");
	expect_line("a.pdf", 0, MIB, 200 * MIB, 1000, 80,
	    "a.pdf [..............]  1.0 MiB / 200 MiB  1.0 MiB/s  3:19 left");
}

static void
test_gauge__fits_any_name_and_any_terminal(void **state)
{
	(void)state;
	expect_line("แผนยุทธศาสตร์ชาติยี่สิบปี.pdf", 0, 5 * MIB, 10 * MIB, 0, 80,
	    "แผนยุทธศาสตร์ชาติยี่สิบ [#######.......]  5.0 MiB / 10.0 MiB");
	expect_line(
	    "a.pdf", 0, 5 * MIB, 10 * MIB, 0, 40, "  5.0 MiB / 10.0 MiB");
	expect_line("a\033[31m.pdf", 0, 0, MIB, 0, 50, "a\\x1  0 B / 1.0 MiB");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_gauge__writes_sizes_as_people_read_them),
		cmocka_unit_test(test_gauge__shows_bar_rate_and_time_left),
		cmocka_unit_test(test_gauge__fits_any_name_and_any_terminal),
	};

	return cmocka_run_group_tests_name("gauge", tests, NULL, NULL);
}
