#include "tests/unit/test.h"

#include <string.h>

#include "base/text.h"

static void
good(const char *s)
{
	assert_true(text_is_utf8(s, strlen(s), NULL));
}

static void
bad_at(const char *s, size_t len, size_t want)
{
	size_t at = 999;

	assert_false(text_is_utf8(s, len, &at));
	assert_int_equal(at, want);
}

static void
test_text__accepts_every_length_of_sequence(void **state)
{
	(void)state;
	good("");
	good("abc");
	good("\xc2\x80\xdf\xbf");
	good("\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf");
	good("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf");
	good("ที่ทำการปกครองอำเภอละงู");
	assert_true(text_is_utf8("a\0b", 3, NULL));
}

static void
test_text__refuses_ill_formed_bytes_and_says_where(void **state)
{
	(void)state;
	bad_at("\x80", 1, 0);
	bad_at("a\xbf", 2, 1);
	bad_at("\xc0\x80", 2, 0);         /* overlong NUL */
	bad_at("\xc1\xbf", 2, 0);         /* overlong */
	bad_at("\xe0\x9f\xbf", 3, 0);     /* overlong */
	bad_at("\xf0\x8f\xbf\xbf", 4, 0); /* overlong */
	bad_at("\xed\xa0\x80", 3, 0);     /* surrogate */
	bad_at("\xed\xbf\xbf", 3, 0);     /* surrogate */
	bad_at("\xf4\x90\x80\x80", 4, 0); /* beyond U+10FFFF */
	bad_at("\xf5\x80\x80\x80", 4, 0);
	bad_at("\xff", 1, 0);
	bad_at("ก\xe0\xb8", 5, 3); /* cut */
	bad_at("\xc3", 1, 0);
	bad_at("\xe0\xb8\x41", 3, 0);
	bad_at("\xf0\x9f\x98", 3, 0);
}

static void
nfc(const char *in, const char *want)
{
	char *out = NULL;
	struct err e;

	assert_ok(text_nfc(in, strlen(in), &out, &e), &e);
	assert_string_equal(out, want);
	assert_true(text_is_nfc(out, strlen(out)));
	assert_int_equal(text_is_nfc(in, strlen(in)), strcmp(in, want) == 0);
	free(out);
}

static void
test_text__normalizes(void **state)
{
	(void)state;
	nfc("", "");
	nfc("plain\ttext\n", "plain\ttext\n");
	nfc("e\xcc\x81", "é");
	nfc("é", "é");
	nfc("\xe1\x84\x92\xe1\x85\xa1\xe1\x86\xab", "한");
	nfc("\xe2\x84\xab", "Å"); /* Angstrom sign */
	nfc("ก่อน", "ก่อน");
	/* tone mark before the vowel below: classes 107, 103 */
	nfc("ก\xe0\xb9\x88\xe0\xb8\xb8", "ก\xe0\xb8\xb8\xe0\xb9\x88");
	/* SARA AM has only a compatibility decomposition */
	nfc("น้ำ", "น้ำ");
	nfc("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
}

static void
test_text__line_ends_become_lf(void **state)
{
	(void)state;
	nfc("a\r\nb\rc\n\rd\r\n", "a\nb\nc\n\nd\n");
	nfc("\r", "\n");
}

static void
refused(const char *s, size_t len)
{
	char *out = NULL;
	struct err e;

	assert_int_equal(text_nfc(s, len, &out, &e), ERR_INVALID);
	assert_null(out);
	assert_false(text_is_nfc(s, len));
}

static void
test_text__refuses_control_characters_and_bad_bytes(void **state)
{
	(void)state;
	refused("a\0b", 3);
	refused("\x1b[2J", 4);
	refused("\x07", 1);
	refused("\x7f", 1);
	refused("\xc2\x85", 2); /* NEL */
	refused("\xc2\x9b", 2); /* CSI */
	refused("\xff", 1);
	refused("\xed\xa0\x80", 3);
}

static void
test_text__fast_and_slow_normal_form_agree(void **state)
{
	static const char *const parts[] = { "a", "é", "ก", "\xe0\xb9\x88",
		"\xe0\xb8\xb8", "\xe0\xb8\xba", "\xcc\x81", "ำ", "“", "한" };
	uint64_t seed = test_seed();
	char in[128], *once, *twice;
	struct err e;
	int i, j;

	(void)state;
	for (i = 0; i < 5000; i++) {
		size_t len = 0;

		for (j = (int)(test_random(&seed) % 12); j >= 0; j--)
			len += (size_t)snprintf(in + len, sizeof(in) - len,
			    "%s", parts[test_random(&seed) % 10]);
		assert_ok(text_nfc(in, len, &once, &e), &e);
		/* an appended character off the fast path decides nothing */
		in[len++] = '\n';
		memcpy(in + len, "\xe2\x84\xab", 4);
		len += 3;
		assert_ok(text_nfc(in, len, &twice, &e), &e);
		assert_memory_equal(once, twice, strlen(once));
		assert_string_equal(twice + strlen(once), "\nÅ");
		free(once);
		free(twice);
	}
}

/* The vectors of the authors (isthe.com/chongo/tech/comp/fnv). */
static void
test_text__hashes_as_its_authors_say(void **state)
{
	(void)state;
	assert_int_equal(0x811c9dc5, text_hash("", 0));
	assert_int_equal(0xe40c292c, text_hash("a", 1));
	assert_int_equal(0xbf9cf968, text_hash("foobar", 6));
	assert_int_equal(0xbf9cf968, text_hash("foobar.x", 6));
}

static void
test_text__width_counts_columns(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("ก่อน"), 3);
	assert_int_equal(text_width("สตูล"), 3);
	assert_int_equal(text_width("ที่"), 1);
	assert_int_equal(text_width("น้ำ"), 2);
	assert_int_equal(text_width("漢字"), 4);
	assert_int_equal(text_width("e\xcc\x81"), 1);
	assert_int_equal(text_width("a\xff"), 2);
}

static void
test_text__fit_keeps_marks_with_their_letter(void **state)
{
	(void)state;
	assert_int_equal(text_fit("abc", 2), 2);
	assert_int_equal(text_fit("abc", 3), 3);
	assert_int_equal(text_fit("abc", 9), 3);
	assert_int_equal(text_fit("abc", 0), 0);
	assert_int_equal(text_fit("ที่นี่", 1), 9);
	assert_int_equal(text_fit("ที่นี่", 2), 18);
	assert_int_equal(text_fit("漢字", 3), 3);
	assert_int_equal(text_fit("漢字", 1), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text__accepts_every_length_of_sequence),
		cmocka_unit_test(
		    test_text__refuses_ill_formed_bytes_and_says_where),
		cmocka_unit_test(test_text__normalizes),
		cmocka_unit_test(test_text__line_ends_become_lf),
		cmocka_unit_test(
		    test_text__refuses_control_characters_and_bad_bytes),
		cmocka_unit_test(test_text__fast_and_slow_normal_form_agree),
		cmocka_unit_test(test_text__hashes_as_its_authors_say),
		cmocka_unit_test(test_text__width_counts_columns),
		cmocka_unit_test(test_text__fit_keeps_marks_with_their_letter),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
