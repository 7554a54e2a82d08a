#include "tests/unit/test.h"

#include <string.h>

#include "store/criteria/ratio.h"

static struct ratio
parsed(const char *text)
{
	struct ratio r = { 0, 0 };
	struct err e = { 0 };

	assert_ok(ratio_parse(text, &r, &e), &e);
	return r;
}

static void
expect(const char *text, int64_t num, int64_t den)
{
	struct ratio r = parsed(text);

	assert_int_equal(r.num, num);
	assert_int_equal(r.den, den);
}

static void
test_ratio__decimals_become_fractions_in_lowest_terms(void **state)
{
	(void)state;
	expect("0", 0, 1);
	expect("12.5", 25, 2);
	expect("-0.75", -3, 4);
	expect("999999999999999", INT64_C(999999999999999), 1);
	expect("0.000000000000001", 1, INT64_C(1000000000000000));
	expect("-12345678.9", -123456789, 10);
}

static void
test_ratio__refuses_more_digits_than_it_can_compute_with(void **state)
{
	static const char *const bad[] = { "1000000000000000",
		"0.0000000000000001", "1.000000000000001",
		"-1234567890123456" };
	struct ratio r = { 7, 1 };
	struct err e = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_err(
		    ratio_parse(bad[i], &r, &e), ERR_DAMAGED, &e, "too fine");
	assert_int_equal(r.num, 7);
}

static void
test_ratio__refuses_what_is_no_decimal(void **state)
{
	static const char *const bad[] = { "", "-", ".", ".5", "5.", "1.2.3",
		"1e3", "1,5", " 1", "๑", "--1", "0x1", "+1" };
	struct ratio r = { 7, 1 };
	struct err e = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_err(ratio_parse(bad[i], &r, &e), ERR_INVALID, &e,
		    "not a decimal");
	assert_int_equal(r.num, 7);
}

static void
test_ratio__compares_without_cross_products(void **state)
{
	struct ratio near = { RATIO_MAX - 1, RATIO_MAX };
	struct ratio nearer = { RATIO_MAX - 2, RATIO_MAX - 1 };
	struct ratio half = { 1, 2 }, minus = { -1, 2 }, third = { 1, 3 };
	struct ratio one = { 1, 1 };

	(void)state;
	assert_int_equal(ratio_cmp(near, near), 0);
	assert_true(ratio_cmp(nearer, near) < 0);
	assert_true(ratio_cmp(near, nearer) > 0);
	assert_true(ratio_cmp(near, one) < 0);
	assert_true(ratio_cmp(minus, half) < 0);
	assert_true(ratio_cmp(third, half) < 0);
	assert_true(ratio_cmp(minus, third) < 0);
	assert_true(ratio_cmp(one, half) > 0);
}

/* Over small fractions the order must be that of the cross products. */
static void
test_ratio__order_is_that_of_the_cross_products(void **state)
{
	int64_t n, d, m, k;

	(void)state;
	for (n = -7; n <= 7; n++)
		for (d = 1; d <= 6; d++)
			for (m = -7; m <= 7; m++)
				for (k = 1; k <= 6; k++) {
					struct ratio a = { n, d }, b = { m, k };
					int64_t want = n * k - m * d;
					int got = ratio_cmp(a, b);

					assert_int_equal(
					    (want > 0) - (want < 0),
					    (got > 0) - (got < 0));
				}
}

static void
expect_rounded(int64_t num, int64_t den, int64_t want_num, int64_t want_den)
{
	struct ratio r = { num, den };
	struct err e = { 0 };

	assert_ok(ratio_round(&r, &e), &e);
	assert_int_equal(r.num, want_num);
	assert_int_equal(r.den, want_den);
}

static void
test_ratio__rounds_to_a_millionth_half_away_from_zero(void **state)
{
	(void)state;
	expect_rounded(1, 3, 333333, 1000000);
	expect_rounded(2, 3, 666667, 1000000);
	expect_rounded(-2, 3, -666667, 1000000);
	expect_rounded(1, 2000000, 1, 1000000); /* 0.0000005 */
	expect_rounded(-1, 2000000, -1, 1000000);
	expect_rounded(499999, INT64_C(1000000000000), 0, 1);
	expect_rounded(5, 2, 5, 2);
	expect_rounded(1999999999, 2000000000, 1, 1);
}

static void
test_ratio__a_rounding_that_does_not_fit_is_an_error(void **state)
{
	struct ratio r = { RATIO_MAX, 3 };
	struct err e = { 0 };

	(void)state;
	assert_err(ratio_round(&r, &e), ERR_DAMAGED, &e, "too fine");
	assert_int_equal(r.num, RATIO_MAX);
}

static void
test_ratio__quotients_of_any_two_figures_fit(void **state)
{
	struct ratio big = parsed("999999999999999");
	struct ratio small = parsed("0.000000000000001"), r;

	(void)state;
	r = ratio_quotient(big, big, 100);
	assert_int_equal(r.num, 100);
	assert_int_equal(r.den, 1);
	r = ratio_quotient(small, big, 1000);
	assert_int_equal(r.num, 0);
	r = ratio_quotient(big, small, 1000);
	assert_int_equal(r.num, RATIO_QUOTIENT_MAX);
	assert_int_equal(r.den, 1);
	/* 100 * 2/3 = 66.6666666… */
	r = ratio_quotient(parsed("2"), parsed("3"), 100);
	assert_int_equal(r.num, 66666667);
	assert_int_equal(r.den, 1000000);
	r = ratio_quotient(parsed("12.5"), parsed("100"), 100);
	assert_int_equal(r.num, 25);
	assert_int_equal(r.den, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_ratio__decimals_become_fractions_in_lowest_terms),
		cmocka_unit_test(
		    test_ratio__refuses_more_digits_than_it_can_compute_with),
		cmocka_unit_test(test_ratio__refuses_what_is_no_decimal),
		cmocka_unit_test(test_ratio__compares_without_cross_products),
		cmocka_unit_test(
		    test_ratio__order_is_that_of_the_cross_products),
		cmocka_unit_test(
		    test_ratio__rounds_to_a_millionth_half_away_from_zero),
		cmocka_unit_test(
		    test_ratio__a_rounding_that_does_not_fit_is_an_error),
		cmocka_unit_test(test_ratio__quotients_of_any_two_figures_fit),
	};

	return cmocka_run_group_tests_name("ratio", tests, NULL, NULL);
}
