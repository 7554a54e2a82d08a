#include "tests/unit/test.h"

#include "base/text.h"
#include "store/admit/absorb.h"
#include "store/record/record.h"
#include "store/view/search.h"
#include "store/view/search_snippet.h"
#include "tests/support/office.h"
#include "tests/support/pair.h"

struct fixture {
	struct test_office o;
	struct err e;
	cJSON *ret;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(f->ret);
	test_office_remove(&f->o);
	free(f);
	return 0;
}

static void
set(struct fixture *f, const char *item, const char *field, const char *text)
{
	cJSON_Delete(test_office_set(&f->o, 0, item, field, text));
}

static int
find(struct fixture *f, const char *text)
{
	cJSON_Delete(f->ret);
	f->ret = NULL;
	return search_run(f->o.store, NULL, 0, text, 200, &f->ret, &f->e);
}

static int
hits(struct fixture *f, const char *text)
{
	assert_ok(find(f, text), &f->e);
	return cJSON_GetArraySize(json_get(f->ret, "hits"));
}

static void
take_in(struct fixture *f)
{
	int64_t left = -1;

	assert_ok(search_index(f->o.store, 0, &left, &f->e), &f->e);
	assert_int_equal(0, left);
}

static const cJSON *
hit(struct fixture *f, int i)
{
	return cJSON_GetArrayItem(json_get(f->ret, "hits"), i);
}

static void
test_search__finds_before_and_after_it_is_taken_in(void **state)
{
	struct fixture *f = *state;

	set(f, "1.1", "strengths", "ผู้บริหารนำเอง และสื่อสารทุกเดือน");
	assert_int_equal(1, hits(f, "สื่อสาร"));
	take_in(f);
	assert_int_equal(1, hits(f, "สื่อสาร"));
	assert_string_equal("2565/items/1.1", json_str(hit(f, 0), "record"));
	assert_string_equal("1.1", json_str(hit(f, 0), "item"));
	assert_string_equal("strengths", json_str(hit(f, 0), "field"));
	assert_string_equal("a2", json_str(hit(f, 0), "revision"));
	assert_int_equal(2565, json_int(hit(f, 0), "year", 0));

	set(f, "1.1", "strengths", "เปลี่ยนแล้ว");
	assert_int_equal(0, hits(f, "สื่อสาร"));
	assert_int_equal(1, hits(f, "เปลี่ยน"));
	take_in(f);
	assert_int_equal(0, hits(f, "สื่อสาร"));
	assert_int_equal(1, hits(f, "เปลี่ยน"));

	set(f, "1.1", "strengths", "");
	assert_int_equal(0, hits(f, "เปลี่ยน"));
	take_in(f);
	assert_int_equal(0, hits(f, "เปลี่ยน"));
}

static void
test_search__all_words_in_one_text_in_any_order(void **state)
{
	struct fixture *f = *state;

	set(f, "1.1", "strengths", "One Stop Service ปี ๒๕๖๕");
	set(f, "1.2", "strengths", "service");
	set(f, "1.2", "gap", "stop");
	for (int round = 0; round < 2; round++) {
		assert_int_equal(1, hits(f, "SERVICE stop"));
		assert_int_equal(2, hits(f, "service"));
		assert_int_equal(1, hits(f, "2565 one"));
		assert_int_equal(0, hits(f, "service nosuch"));
		take_in(f);
	}
}

static void
test_search__short_words_and_odd_characters(void **state)
{
	struct fixture *f = *state;

	set(f, "1.1", "strengths", "ก ข \"quoted\" 100% a_b c*d");
	for (int round = 0; round < 2; round++) {
		assert_int_equal(1, hits(f, "ก"));
		assert_int_equal(1, hits(f, "ข"));
		assert_int_equal(1, hits(f, "\"quoted\""));
		assert_int_equal(1, hits(f, "0%"));
		assert_int_equal(1, hits(f, "a_b"));
		assert_int_equal(0, hits(f, "a%b"));
		assert_int_equal(1, hits(f, "c*d quo"));
		assert_int_equal(0, hits(f, "a AND b OR"));
		assert_int_equal(0, hits(f, "ด"));
		take_in(f);
	}
}

static void
test_search__best_first_and_limited(void **state)
{
	struct fixture *f = *state;

	set(f, "1.1", "strengths",
	    "ยาวมาก ยาวมาก ยาวมาก ยาวมาก ยาวมาก ยาวมาก ยาวมาก ความรู้");
	set(f, "1.2", "strengths", "ความรู้ ความรู้ ความรู้");
	set(f, "1.3", "strengths", "การจัดการ ความรู้");
	assert_ok(
	    search_run(f->o.store, NULL, 0, "ความรู้", 2, &f->ret, &f->e), &f->e);

	assert_int_equal(2, cJSON_GetArraySize(json_get(f->ret, "hits")));
	assert_true(json_bool(f->ret, "more", 0));
	assert_string_equal("1.2", json_str(hit(f, 0), "item"));
	assert_string_equal("1.3", json_str(hit(f, 1), "item"));
	assert_int_equal(0, hits(f, "ความรู้ที่ไม่มี"));
	assert_false(json_bool(f->ret, "more", 1));
}

static void
test_search__by_year_and_office(void **state)
{
	struct fixture *f = *state;

	set(f, "1.1", "strengths", "ปีแรก");
	cJSON_Delete(test_office_open_year(&f->o, 2566));
	set(f, "1.1", "strengths", "ปีแรกของปีถัดมา");
	assert_int_equal(2, hits(f, "ปีแรก"));
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(
	    search_run(f->o.store, "9105", 2566, "ปีแรก", 50, &f->ret, &f->e),
	    &f->e);
	assert_int_equal(1, cJSON_GetArraySize(json_get(f->ret, "hits")));
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_err(
	    search_run(f->o.store, "9199", 0, "ปีแรก", 50, &f->ret, &f->e),
	    ERR_NOT_FOUND, &f->e, "9199");
}

static void
test_search__refuses_what_cannot_be_looked_for(void **state)
{
	struct fixture *f = *state;
	char *long_text = calloc(1, 1200);

	assert_non_null(long_text);
	memset(long_text, 'x', 1100);
	assert_err(find(f, " \n "), ERR_USAGE, &f->e, "nothing to look for");
	assert_err(find(f, long_text), ERR_INVALID, &f->e, "longer than");
	assert_err(find(f, "a b c d e f g h i j k l m n o p q"), ERR_INVALID,
	    &f->e, "more than 16 words");
	assert_err(search_run(f->o.store, NULL, 0, "x", 0, &f->ret, &f->e),
	    ERR_INVALID, &f->e, "limit");
	assert_int_equal(ERR_INVALID, find(f, "\xff"));
	free(long_text);
}

/* --- the index gives just what comparing every text gives --- */

#define N_TEXTS 60

static void
random_text(uint64_t *seed, char *ret, size_t size, size_t words)
{
	static const char *const parts[] = { "บริการ", "ประชาชน", "ข้อมูล", "นํ้า",
		"น้ำ", "การ", "ผู้", "ที่", "ท่ี", "เเผน", "แผน", "๑๒", "12", "One",
		"STOP", "service", "ก", "็", " ", " ", "\n", "-", "\"", "%", "é",
		"E\xcc\x81", "Ａ" };
	size_t n = 0;

	ret[0] = '\0';
	while (words-- > 0 && n + 30 < size)
		n += (size_t)snprintf(ret + n, size - n, "%s",
		    parts[test_random(seed) %
			  (sizeof(parts) / sizeof(*parts))]);
}

struct text {
	char item[8];
	const char *field;
	char *folded;
};

/* Every word stands in the text. */
static int
naive(const struct text *t, const char *folded)
{
	char *words = strdup(folded), *save = NULL, *w;
	int yes = 1;

	assert_non_null(words);
	for (w = strtok_r(words, " \t\r\n", &save); w != NULL;
	     w = strtok_r(NULL, " \t\r\n", &save))
		yes &= strstr(t->folded, w) != NULL;
	free(words);
	return yes;
}

static int
is_hit(struct fixture *f, const struct text *t)
{
	const cJSON *h;

	cJSON_ArrayForEach (h, json_get(f->ret, "hits"))
		if (strcmp(json_str(h, "item"), t->item) == 0 &&
		    strcmp(json_str(h, "field"), t->field) == 0)
			return 1;
	return 0;
}

static void
remember(struct text *t, const char *item, const char *field, const char *text)
{
	struct err e;
	char *nfc = NULL;

	snprintf(t->item, sizeof(t->item), "%s", item);
	t->field = field;
	assert_ok(text_nfc(text, strlen(text), &nfc, &e), &e);
	free(t->folded);
	assert_ok(text_fold(nfc, strlen(nfc), &t->folded, &e), &e);
	free(nfc);
}

static int
is_blank(const char *folded)
{
	return folded[strspn(folded, " \t\r\n")] == '\0';
}

static void
compare_all(struct fixture *f, const struct text *texts, const char *query)
{
	char *folded = NULL;
	int n = 0, rc;

	assert_ok(text_fold(query, strlen(query), &folded, &f->e), &f->e);
	rc = find(f, query);
	if (is_blank(folded)) {
		assert_int_equal(ERR_USAGE, rc);
		free(folded);
		return;
	}
	assert_ok(rc, &f->e);
	for (int i = 0; i < N_TEXTS; i++) {
		int want = texts[i].folded != NULL && naive(&texts[i], folded);

		if (want != is_hit(f, &texts[i]))
			fail_msg("'%s' in '%s': expected %d", query,
			    texts[i].folded != NULL ? texts[i].folded : "-",
			    want);
		n += want;
	}
	assert_int_equal(n, cJSON_GetArraySize(json_get(f->ret, "hits")));
	free(folded);
}

static void
test_search__gives_what_comparing_every_text_gives(void **state)
{
	static const char *const fields[] = { "strengths", "gap" };
	struct fixture *f = *state;
	struct text texts[N_TEXTS];
	uint64_t seed = test_seed();
	const struct edition *ed = NULL;
	char text[600], query[100];
	int64_t left, n = 0, wrong = 0;

	memset(texts, 0, sizeof(texts));
	assert_ok(store_cycle(f->o.store, "", 0, NULL, &ed, &f->e), &f->e);
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < N_TEXTS; i += 1 + round) {
			const char *item =
			    edition_item_at(ed, (size_t)i / 2)->id;

			random_text(
			    &seed, text, sizeof(text), test_random(&seed) % 14);
			snprintf(text + strlen(text),
			    sizeof(text) - strlen(text), "x%d", i);
			set(f, item, fields[i % 2], text);
			remember(&texts[i], item, fields[i % 2], text);
		}
		/* some of it is taken in, some is not */
		assert_ok(
		    search_index(f->o.store,
			round == 2 ? 0 : 1 + (int)(test_random(&seed) % 9),
			&left, &f->e),
		    &f->e);
		for (int i = 0; i < 60; i++) {
			random_text(&seed, query, sizeof(query),
			    1 + test_random(&seed) % 3);
			compare_all(f, texts, query);
		}
		assert_ok(search_check(f->o.store, &n, &wrong, &f->e), &f->e);
		assert_int_equal(0, wrong);
	}
	take_in(f);
	assert_ok(search_check(f->o.store, &n, &wrong, &f->e), &f->e);
	assert_int_equal(N_TEXTS, n);
	assert_int_equal(0, wrong);
	for (int i = 0; i < N_TEXTS; i++)
		free(texts[i].folded);
}

static void
test_search__check_sees_a_wrong_and_a_missing_text(void **state)
{
	struct fixture *f = *state;
	struct db *db = store_db(f->o.store);
	int64_t n = 0, wrong = 0;

	set(f, "1.1", "strengths", "หนึ่ง");
	set(f, "1.2", "strengths", "สอง");
	take_in(f);
	assert_ok(db_exec(db,
		      "UPDATE search_text SET folded = 'x' WHERE id ="
		      " (SELECT min(id) FROM search_text)",
		      &f->e),
	    &f->e);
	assert_ok(search_check(f->o.store, &n, &wrong, &f->e), &f->e);
	assert_int_equal(2, n);
	assert_int_equal(2, wrong); /* one too many, one missing */
}

static void
test_search__a_rebuilt_index_has_it_all_again(void **state)
{
	struct fixture *f = *state;
	int64_t n = 0, wrong = 0;

	set(f, "1.1", "strengths", "ธรรมาภิบาล");
	set(f, "1.2", "strengths", "โปร่งใส");
	test_office_close(&f->o);
	assert_ok(
	    store_open(f->o.dir, STORE_REPAIR, &f->o.store, &f->e), &f->e);
	assert_ok(absorb_reindex(f->o.store, NULL, NULL, &f->e), &f->e);

	assert_ok(search_check(f->o.store, &n, &wrong, &f->e), &f->e);
	assert_int_equal(2, n);
	assert_int_equal(0, wrong);
	assert_int_equal(1, hits(f, "ธรรมา"));
}

/* --- snippets --- */

static void
expect_snippet(const char *text, const char *word, const char *want,
    const char *want_marked)
{
	cJSON *out = cJSON_CreateObject();
	const cJSON *at;
	const char *s, *from;
	char marked[200];
	struct err e;
	size_t i;
	int n;

	assert_ok(search_snippet(text, &word, 1, out, &e), &e);
	s = json_str(out, "snippet");
	if (want != NULL)
		assert_string_equal(want, s);
	at = json_get(out, "at");
	for (i = 0, n = cJSON_GetArrayItem(at, 0)->valueint; n > 0; n--)
		for (i++; ((unsigned char)s[i] & 0xc0) == 0x80; i++)
			continue;
	from = s + i;
	for (n = cJSON_GetArrayItem(at, 1)->valueint; n > 0; n--)
		for (i++; ((unsigned char)s[i] & 0xc0) == 0x80; i++)
			continue;
	snprintf(marked, sizeof(marked), "%.*s", (int)(s + i - from), from);
	assert_string_equal(want_marked, marked);
	cJSON_Delete(out);
}

static void
test_search__a_snippet_marks_whole_characters(void **state)
{
	(void)state;
	expect_snippet("ขาดน้ำดื่ม", "น\u0e4d\u0e49\u0e32", "ขาดน้ำดื่ม", "น้ำ");
	/* a consonant alone takes its marks along */
	expect_snippet("ที่นี่", "ท", "ที่นี่", "ที่");
	expect_snippet("a\nb  c", "b", "a b  c", "b");
	expect_snippet("ONE Stop", "stop", "ONE Stop", "Stop");
	expect_snippet("ปี ๒๕๖๕", "2565", NULL, "๒๕๖๕");
}

static void
test_search__a_long_text_is_cut_between_characters(void **state)
{
	struct buf b = BUF_INIT;
	cJSON *out = cJSON_CreateObject();
	const char *word = "xyz", *s;
	struct err e;

	(void)state;
	for (int i = 0; i < 300; i++)
		buf_puts(&b, "ที่");
	buf_puts(&b, "xyz");
	for (int i = 0; i < 300; i++)
		buf_puts(&b, "น้ำ");
	assert_ok(search_snippet(buf_str(&b), &word, 1, out, &e), &e);
	s = json_str(out, "snippet");
	assert_int_equal(0, strncmp(s, "…ที่", strlen("…ที่")));
	assert_string_equal("น้ำ…", s + strlen(s) - strlen("น้ำ…"));
	assert_non_null(strstr(s, "ที่xyzน้ำ"));
	cJSON_Delete(out);
	buf_release(&b);
}

static void
test_search__at_the_hall_all_offices_and_reviews(void **state)
{
	struct pair *p = pair_make();
	cJSON *ret = NULL;
	struct err e;

	(void)state;
	cJSON_Delete(test_office_open_year(&p->office, 2565));
	cJSON_Delete(
	    test_office_set(&p->office, 0, "1.1", "strengths", "เกาะหลีเป๊ะ"));
	pair_sync(p);
	assert_ok(
	    search_run(p->hall.store, NULL, 0, "หลีเป๊ะ", 50, &ret, &e), &e);
	assert_int_equal(1, cJSON_GetArraySize(json_get(ret, "hits")));
	assert_string_equal("9105",
	    json_str(cJSON_GetArrayItem(json_get(ret, "hits"), 0), "office"));
	cJSON_Delete(ret);
	pair_remove(p);
}

#define search_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		search_test(test_search__finds_before_and_after_it_is_taken_in),
		search_test(test_search__all_words_in_one_text_in_any_order),
		search_test(test_search__short_words_and_odd_characters),
		search_test(test_search__best_first_and_limited),
		search_test(test_search__by_year_and_office),
		search_test(test_search__refuses_what_cannot_be_looked_for),
		search_test(test_search__gives_what_comparing_every_text_gives),
		search_test(test_search__check_sees_a_wrong_and_a_missing_text),
		search_test(test_search__a_rebuilt_index_has_it_all_again),
		cmocka_unit_test(test_search__a_snippet_marks_whole_characters),
		cmocka_unit_test(
		    test_search__a_long_text_is_cut_between_characters),
		cmocka_unit_test(
		    test_search__at_the_hall_all_offices_and_reviews),
	};

	return cmocka_run_group_tests_name(
	    "search", tests, test_libraries_up, test_libraries_down);
}
