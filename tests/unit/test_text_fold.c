#include "tests/unit/test.h"

#include "base/text.h"

static void
expect(const char *text, const char *want)
{
	char *got = NULL;
	struct err e;

	assert_ok(text_fold(text, strlen(text), &got, &e), &e);
	assert_string_equal(want, got);
	free(got);
}

/* Both are one when people search. */
static void
expect_same(const char *a, const char *b)
{
	char *x = NULL, *y = NULL;
	struct err e;

	assert_ok(text_fold(a, strlen(a), &x, &e), &e);
	assert_ok(text_fold(b, strlen(b), &y, &e), &e);
	assert_string_equal(x, y);
	free(x);
	free(y);
}

static void
test_text_fold__case_and_width_make_no_difference(void **state)
{
	(void)state;
	expect("PMQA 4.0", "pmqa 4.0");
	expect("ＰＭＱＡ ４", "pmqa 4");
	expect("Straße ﬁn", "strasse fin");
	expect("ÉCOLE e\xcc\x81", "école é");
	expect("①②", "12");
}

static void
test_text_fold__thai_digits_are_digits(void **state)
{
	(void)state;
	expect("ปี ๒๕๖๕", "ปี 2565");
	expect("๐๑๒๓๔๕๖๗๘๙", "0123456789");
}

static void
test_text_fold__sara_am_is_the_same_however_it_is_typed(void **state)
{
	(void)state;
	/* น ้ ำ, น ํ ้ า, น ้ ํ า, น ำ ้ */
	expect_same("น\u0e49\u0e33", "น\u0e4d\u0e49\u0e32");
	expect_same("น\u0e49\u0e33", "น\u0e49\u0e4d\u0e32");
	expect_same("น\u0e49\u0e33", "น\u0e33\u0e49");
	expect("ทำ", "ท\u0e4d\u0e32");
	expect_same("ทำงาน", "ท\u0e4d\u0e32งาน");
}

static void
test_text_fold__marks_have_one_order(void **state)
{
	(void)state;
	/* ที่ with the tone first, ผู้ with the tone first */
	expect_same("ท\u0e35\u0e48", "ท\u0e48\u0e35");
	expect_same("ผ\u0e39\u0e49", "ผ\u0e49\u0e39");
	expect_same("สัตว\u0e4c", "สัตว\u0e4c");
	expect_same("สิทธ\u0e34\u0e4c", "สิทธ\u0e4c\u0e34");
	/* the mark stays with its own consonant */
	expect("กี่ก", "ก\u0e35\u0e48ก");
	expect_same("แปลก", "เเปลก");
	expect("เเเ", "แเ");
}

static void
test_text_fold__what_is_not_seen_is_not_there(void **state)
{
	(void)state;
	expect_same("ตัว\u200bชี้วัด", "ตัวชี้วัด");
	expect_same("co\u00adoperate", "cooperate");
	/* between a consonant and its marks too */
	expect_same("ท\u200bี่", "ที่");
}

static void
test_text_fold__folding_twice_changes_nothing(void **state)
{
	static const char *const parts[] = { "ก", "น", "ท", "า", "ำ", "ิ", "ี",
		"ู", "่", "้", "์", "ํ", "เ", "แ", "ๅ", "๙", "a", "Z", "É", "ß", " ",
		"\n", "\u200b", "Ａ", "漢" };
	uint64_t seed = test_seed();
	char text[200], *once = NULL, *twice = NULL;
	struct err e;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		size_t n = 0, words = test_random(&seed) % 20;

		text[0] = '\0';
		while (words-- > 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
			    parts[test_random(&seed) %
				  (sizeof(parts) / sizeof(*parts))]);
		assert_ok(text_fold(text, n, &once, &e), &e);
		assert_ok(text_fold(once, strlen(once), &twice, &e), &e);
		assert_string_equal(once, twice);
		free(once);
		free(twice);
	}
}

static void
test_text_fold__tells_where_each_byte_is_from(void **state)
{
	const char *text = "ก\u0e49\u0e33 Ab";
	uint32_t *at = NULL;
	char *folded = NULL;
	size_t n;
	struct err e;

	(void)state;
	assert_ok(text_fold_at(text, strlen(text), &folded, &at, &e), &e);
	n = strlen(folded);
	assert_string_equal("ก\u0e4d\u0e49\u0e32 ab", folded);
	assert_int_equal(0, at[0]);
	assert_int_equal(3, at[3]); /* the marks begin behind the consonant */
	assert_int_equal(9, at[n - 3]);
	assert_int_equal(11, at[n - 1]);
	assert_int_equal(strlen(text), at[n]);
	for (size_t i = 1; i <= n; i++)
		assert_true(at[i] >= at[i - 1]);
	free(folded);
	free(at);
}

static void
test_text_fold__refuses_bad_bytes(void **state)
{
	char *got = NULL;
	struct err e;

	(void)state;
	assert_err(text_fold("a\xff", 2, &got, &e), ERR_INVALID, &e,
	    "not UTF-8 at byte 1");
	expect("", "");
}

static void
test_text_fold__a_cluster_is_a_letter_with_its_marks(void **state)
{
	(void)state;
	assert_int_equal(9, text_cluster("ที่นี่", strlen("ที่นี่")));
	assert_int_equal(9, text_cluster("น้ำ", strlen("น้ำ")));
	assert_int_equal(1, text_cluster("ab", 2));
	assert_int_equal(3, text_cluster("e\xcc\x81x", 4));
	assert_int_equal(3, text_cluster("เก", strlen("เก")));
	assert_int_equal(1, text_cluster("\xff\xff", 2));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_text_fold__case_and_width_make_no_difference),
		cmocka_unit_test(test_text_fold__thai_digits_are_digits),
		cmocka_unit_test(
		    test_text_fold__sara_am_is_the_same_however_it_is_typed),
		cmocka_unit_test(test_text_fold__marks_have_one_order),
		cmocka_unit_test(test_text_fold__what_is_not_seen_is_not_there),
		cmocka_unit_test(test_text_fold__folding_twice_changes_nothing),
		cmocka_unit_test(test_text_fold__tells_where_each_byte_is_from),
		cmocka_unit_test(test_text_fold__refuses_bad_bytes),
		cmocka_unit_test(
		    test_text_fold__a_cluster_is_a_letter_with_its_marks),
	};

	return cmocka_run_group_tests_name("text_fold", tests, NULL, NULL);
}
