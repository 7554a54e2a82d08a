/* words, worddiff: Thai and other texts, cut and compared. */
#include "client/worddiff.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/text.h"
#include "client/words.h"
#include "tests/unit/test.h"

#define TEXTS 400

/* Pieces of which random texts are made: consonants with marks, leading vowels,
 * sara am, joined emoji, Latin, marks, blanks. */
static const char *const pieces[] = { "ก", "ที่", "น้ำ", "เ", "แ", "ำ", "์", "ๆ",
	"กุ้", "ั", "่", "ประชาชน", "การให้บริการ", "e\xcc\x81", "abc", "42", " ",
	"\n", ",", "(", "👩‍👩‍👧", "👍🏽", "๑๒", "ฯ", "ร้องเรียน",
	"\xe2\x80\x8b", "国", "Ö" };

static char *
random_text(uint64_t *rnd, size_t max)
{
	struct buf b = BUF_INIT;
	size_t n = test_random(rnd) % max;
	char *text;

	for (; n > 0; n--)
		buf_puts(&b, pieces[test_random(rnd) %
				    (sizeof(pieces) / sizeof(*pieces))]);
	text = strdup(buf_str(&b));
	assert_non_null(text);
	buf_release(&b);
	return text;
}

/* 1 if a cluster of s ends (or begins) there. */
static int
is_border(const char *s, size_t at)
{
	size_t i = 0, len = strlen(s);

	while (i < at)
		i += text_cluster(s + i, len - i);
	return i == at;
}

static void
check_words(const char *s)
{
	size_t *ends = NULL, n = 0, i, before = 0;
	struct err e;

	assert_ok(words_ends(s, strlen(s), &ends, &n, &e), &e);
	for (i = 0; i < n; i++) {
		assert_true(ends[i] > before);
		if (!is_border(s, ends[i]))
			fail_msg("'%s' is cut inside at %zu", s, ends[i]);
		before = ends[i];
	}
	assert_int_equal(before, strlen(s));
	free(ends);
}

/* Old and new text come out of the places again, and no place begins or ends
 * inside a cluster. */
static void
check_diff(const char *old, const char *new_)
{
	struct worddiff_place *list = NULL;
	size_t n = 0, i, at = 0, bt = 0, same;
	struct err e;

	assert_ok(worddiff_find(old, new_, &list, &n, &e), &e);
	for (i = 0; i <= n; i++) {
		size_t oa = i < n ? list[i].old_at : strlen(old);
		size_t na = i < n ? list[i].new_at : strlen(new_);

		assert_true(oa >= at && na >= bt);
		same = oa - at;
		assert_int_equal(same, na - bt);
		assert_memory_equal(old + at, new_ + bt, same);
		if (i == n)
			break;
		assert_true(list[i].old_len + list[i].new_len > 0);
		at = oa + list[i].old_len;
		bt = na + list[i].new_len;
		if (!is_border(old, oa) || !is_border(old, at) ||
		    !is_border(new_, na) || !is_border(new_, bt))
			fail_msg("'%s' / '%s': a cluster is split", old, new_);
	}
	assert_int_equal(n == 0, strcmp(old, new_) == 0);
	free(list);
}

static void
random_texts(void)
{
	uint64_t rnd = test_seed();

	for (int i = 0; i < TEXTS; i++) {
		char *a = random_text(&rnd, 40), *b = random_text(&rnd, 40);
		char *c = NULL;

		check_words(a);
		check_diff(a, b);
		/* one text changed at its middle */
		assert_true(asprintf(&c, "%s%s%s", a, b, a) >= 0);
		check_diff(c, a);
		check_diff(a, c);
		free(a);
		free(b);
		free(c);
	}
}

static void
test_worddiff__never_splits_a_combining_sequence(void **state)
{
	(void)state;
	random_texts();
}

static void
test_worddiff__nor_without_the_dictionary(void **state)
{
	(void)state;
	words_forbid(1);
	assert_int_equal(words_known(), 0);
	random_texts();
	words_forbid(0);
}

/* What was found, as the command prints it. */
static void
marks(const char *old, const char *new_, const char *want)
{
	struct buf got = BUF_INIT;
	cJSON *list = NULL;
	const cJSON *one;
	struct err e;

	assert_ok(worddiff_segments(old, new_, &list, &e), &e);
	cJSON_ArrayForEach (one, list) {
		const char *op = json_str(one, "op");
		const char *text = json_str(one, "text");

		if (strcmp(op, "same") == 0)
			buf_puts(&got, text);
		else if (strcmp(op, "old") == 0)
			buf_printf(&got, "[-%s-]", text);
		else
			buf_printf(&got, "{+%s+}", text);
	}
	assert_string_equal(buf_str(&got), want);
	buf_release(&got);
	cJSON_Delete(list);
}

static void
test_worddiff__marks_words(void **state)
{
	(void)state;
	marks("a b c", "a x c", "a [-b-]{+x+} c");
	marks("same", "same", "same");
	marks("", "new", "{+new+}");
	marks("old", "", "[-old-]");
	/* blanks alone do not tear a place apart */
	marks("one two three", "1 2 3", "[-one two three-]{+1 2 3+}");
	marks("ไป 42 วัน", "ไป 43 วัน", "ไป [-42-]{+43+} วัน");
	marks("e\xcc\x81t", "et", "[-e\xcc\x81t-]{+et+}");
}

static void
test_worddiff__knows_thai_words(void **state)
{
	(void)state;
	if (!words_known())
		fail_msg("libthai is not installed (packages.txt)");
	marks("หน่วยงานให้บริการประชาชนทุกวัน", "หน่วยงานให้บริการเกษตรกรทุกวัน",
	    "หน่วยงานให้บริการ[-ประชาชน-]{+เกษตรกร+}ทุกวัน");
	/* a tone mark alone is a word, not a mark, that changed */
	words_forbid(1);
	marks("กา", "ก้า", "[-กา-]{+ก้า+}");
	words_forbid(0);
}

static void
test_worddiff__a_long_text_that_is_all_new_is_one_place(void **state)
{
	struct buf a = BUF_INIT, b = BUF_INIT;
	struct worddiff_place *list = NULL;
	size_t n = 0, i;
	struct err e;

	(void)state;
	for (i = 0; i < 6000; i++) {
		buf_printf(&a, "a%zu ", i);
		buf_printf(&b, "b%zu,", i);
	}
	assert_ok(worddiff_find(buf_str(&a), buf_str(&b), &list, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_int_equal(list[0].old_len, a.len);
	assert_int_equal(
	    worddiff_is_worth(buf_str(&a), buf_str(&b), list, n), 0);
	free(list);
	/* one word of as many is found all the same */
	buf_clear(&b);
	buf_append(&b, a.data, a.len);
	b.data[a.len / 2] = '#';
	assert_ok(worddiff_find(buf_str(&a), buf_str(&b), &list, &n, &e), &e);
	assert_int_equal(n, 1);
	assert_true(list[0].old_len < 10);
	assert_int_equal(
	    worddiff_is_worth(buf_str(&a), buf_str(&b), list, n), 1);
	free(list);
	buf_release(&a);
	buf_release(&b);
}

static int
teardown(void **state)
{
	(void)state;
	words_release();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_worddiff__never_splits_a_combining_sequence),
		cmocka_unit_test(test_worddiff__nor_without_the_dictionary),
		cmocka_unit_test(test_worddiff__marks_words),
		cmocka_unit_test(test_worddiff__knows_thai_words),
		cmocka_unit_test(
		    test_worddiff__a_long_text_that_is_all_new_is_one_place),
	};

	return cmocka_run_group_tests_name("worddiff", tests, NULL, teardown);
}
