#include "tests/unit/test.h"

#include "store/record/record.h"
#include "tests/support/signed.h"

static int
setup(void **state)
{
	struct pair *p = pair_make();

	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	cJSON_Delete(test_office_tick(
	    &p->office, SIGNED_YEAR, "1.1.B1 1.1.B2 1.1.B3", 1));
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	pair_sync(p);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static void
expect(
    struct store *s, const char *office, const char *member, const char *want)
{
	char *text = signed_shown(s, office, member);

	assert_string_equal(want, text);
	free(text);
}

static void
expect_part(
    struct store *s, const char *office, const char *member, const char *part)
{
	char *text = signed_shown(s, office, member);

	if (strstr(text, part) == NULL)
		fail_msg("%s: %s lacks %s", member, text, part);
	free(text);
}

static void
test_review__keeps_office_and_committee_apart(void **state)
{
	struct pair *p = *state;
	struct err e;

	assert_ok(signed_review(p, "malee", "ticks", "B1, B2", 0, &e), &e);
	pair_sync(p);

	expect(p->office.store, "", "office",
	    "{\"ticks\":[\"1.1.B1\",\"1.1.B2\",\"1.1.B3\"],"
	    "\"score\":\"300.00\",\"level\":\"basic\"}");
	expect(p->office.store, "", "committee",
	    "{\"score\":\"200.00\",\"level\":\"none\",\"from\":\"assessor\"}");
	expect(p->hall.store, "9105", "committee",
	    "{\"score\":\"200.00\",\"level\":\"none\",\"from\":\"assessor\"}");
}

static void
test_review__several_assessors_give_no_score_until_they_agree(void **state)
{
	struct pair *p = *state;
	struct err e;

	assert_ok(signed_review(p, "malee", "score", "250", 0, &e), &e);
	assert_ok(signed_review(p, "somchai.j", "score", "350", 0, &e), &e);
	expect(p->hall.store, "9105", "committee",
	    "{\"score\":null,\"level\":null,\"from\":\"none\"}");

	assert_ok(signed_review(p, "malee", "score", "300", 1, &e), &e);
	pair_sync(p);
	expect_part(p->office.store, "", "committee", "{\"score\":\"300.00\",");
	expect_part(p->office.store, "", "committee", "\"consensus\"}");
	/* what each of them gave stays visible */
	expect_part(p->office.store, "", "assessors", "\"250.00\"");
	expect_part(p->office.store, "", "assessors", "\"350.00\"");
	expect_part(
	    p->office.store, "", "assessors", "\"login\":\"somchai.j\"");
}

static void
test_review__an_assessor_changes_only_the_own_view(void **state)
{
	struct pair *p = *state;
	struct err e;

	assert_ok(signed_review(p, "malee", "score", "250", 0, &e), &e);
	assert_ok(signed_review(p, "somchai", "score", "350", 0, &e), &e);
	assert_ok(signed_review(p, "malee", "score", "260", 0, &e), &e);

	expect_part(p->hall.store, "9105", "assessors", "\"260.00\"");
	expect_part(p->hall.store, "9105", "assessors", "\"350.00\"");
}

static void
test_review__a_view_without_a_word_goes(void **state)
{
	struct pair *p = *state;
	struct err e;

	assert_ok(signed_review(p, "malee", "score", "250", 0, &e), &e);
	assert_ok(signed_review(p, "malee", "comment", "ดีมาก", 0, &e), &e);
	assert_ok(signed_review(p, "malee", "score", NULL, 0, &e), &e);
	expect_part(p->hall.store, "9105", "assessors", "ดีมาก");

	assert_ok(signed_review(p, "malee", "comment", NULL, 0, &e), &e);

	expect(p->hall.store, "9105", "assessors", "[]");
}

static void
test_review__refuses_what_is_no_view(void **state)
{
	struct pair *p = *state;
	struct err e = { 0 };

	assert_err(signed_review(p, "malee", "login", "chief", 0, &e),
	    ERR_INVALID, &e, "there are: ticks, score, comment");
	assert_err(signed_review(p, "malee", "score", "501", 0, &e),
	    ERR_INVALID, &e, "from 0 to 500");
	assert_err(signed_review(p, "malee", "score", "500.1", 0, &e),
	    ERR_INVALID, &e, "from 0 to 500");
	assert_err(signed_review(p, "malee", "score", "-1", 0, &e), ERR_INVALID,
	    &e, "from 0 to 500");
	assert_err(signed_review(p, "malee", "score", "many", 0, &e),
	    ERR_INVALID, &e, "decimal number");
	assert_err(signed_review(p, "malee", "ticks", "B99", 0, &e),
	    ERR_INVALID, &e, "point '1.1.B99'");
	assert_err(signed_review(p, "malee", "ticks", "1.2.B1", 0, &e),
	    ERR_INVALID, &e, "is not one of item 1.1");
	assert_ok(signed_review(p, "malee", "score", "500", 0, &e), &e);
	assert_ok(signed_review(p, "malee", "score", "0", 0, &e), &e);
}

static void
test_review__keys_of_logins_are_never_shared(void **state)
{
	static const char *const logins[] = { "a.b", "a-b", "a_b", "A.B", "ab",
		"a-2eb", "a--b", "" };
	char keys[8][72], longest[72];
	char a[64], b[64];
	size_t i, k;

	(void)state;
	for (i = 0; i < 8; i++) {
		review_key(logins[i], keys[i]);
		assert_true(record_is_id(keys[i]));
		for (k = 0; k < i; k++)
			assert_string_not_equal(keys[i], keys[k]);
	}
	memset(a, '.', sizeof(a));
	a[63] = '\0';
	memcpy(b, a, sizeof(b));
	b[62] = '-';
	review_key(a, keys[0]);
	review_key(b, longest);
	assert_true(record_is_id(keys[0]));
	assert_string_not_equal(keys[0], longest);
}

static void
say(struct pair *p, int hall, const char *text)
{
	struct test_office *o = hall ? &p->hall : &p->office;
	struct ask a = { .person = &o->person, .year = SIGNED_YEAR };
	cJSON *ret = NULL;
	struct err e;

	assert_ok(save_group_begin(o->store, &e), &e);
	assert_ok(review_comment(
		      o->store, &a, hall ? "9105" : "", "1.1", text, &ret, &e),
	    &e);
	assert_ok(save_group_end(o->store, &e), &e);
	cJSON_Delete(ret);
}

static void
test_review__comments_of_both_sides_make_one_thread(void **state)
{
	struct pair *p = *state;
	cJSON *list;
	char *text;

	say(p, 0, "ขอคำแนะนำข้อนี้");
	say(p, 1, "แนบประกาศด้วย");
	say(p, 0, "แนบแล้ว\nสองฉบับ");
	pair_sync(p);

	text = signed_shown(p->office.store, "", "comments");
	list = cJSON_Parse(text);
	assert_int_equal(cJSON_GetArraySize(list), 3);
	free(text);
	cJSON_Delete(list);
	expect_part(p->hall.store, "9105", "comments",
	    "\"id\":\"ca1\",\"side\":\"office\"");
	expect_part(p->hall.store, "9105", "comments",
	    "\"id\":\"ch1\",\"side\":\"hall\"");
	expect_part(p->office.store, "", "comments", "สองฉบับ");
	expect_part(p->office.store, "", "comments", "\"id\":\"ca2\"");
}

static void
test_review__a_comment_says_something(void **state)
{
	struct pair *p = *state;
	struct ask a = { .person = &p->office.person, .year = SIGNED_YEAR };
	cJSON *ret = NULL;
	struct err e;

	assert_ok(save_group_begin(p->office.store, &e), &e);
	assert_err(
	    review_comment(p->office.store, &a, "", "1.1", " \n", &ret, &e),
	    ERR_INVALID, &e, "must say something");
	assert_err(
	    review_comment(p->office.store, &a, "", "9.9", "x", &ret, &e),
	    ERR_NOT_FOUND, &e, "9.9");
	assert_ok(save_group_end(p->office.store, &e), &e);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_review__keeps_office_and_committee_apart),
		TEST(
		    test_review__several_assessors_give_no_score_until_they_agree),
		TEST(test_review__an_assessor_changes_only_the_own_view),
		TEST(test_review__a_view_without_a_word_goes),
		TEST(test_review__refuses_what_is_no_view),
		cmocka_unit_test(test_review__keys_of_logins_are_never_shared),
		TEST(test_review__comments_of_both_sides_make_one_thread),
		TEST(test_review__a_comment_says_something),
	};

	return cmocka_run_group_tests_name(
	    "review", tests, test_libraries_up, test_libraries_down);
}
