#include "tests/unit/test.h"

#include "store/save/journal.h"
#include "tests/support/signed.h"

#define WHY "แก้ตามข้อสังเกต"

/*
 * Every cell once more, in letters: rows are states, columns acts in the order
 * of signoff.h. '-': refused; else the first letter of the next state, a
 * capital where a reason is needed (e: opened again, as r is returned).
 */
static const char *const CELLS[N_SIGNOFF_STATES] = {
	/* open edit follow comment submit reopen review return accept */
	[SIGNOFF_NONE] = "o--------",
	[SIGNOFF_OPEN] = "-ooos----",
	[SIGNOFF_SUBMITTED] = "--Ss-EsRa",
	[SIGNOFF_RETURNED] = "-ERrsERRa",
	[SIGNOFF_ACCEPTED] = "--Aa---R-",
	[SIGNOFF_REOPENED] = "-EEes----",
};

static enum signoff_state
state_of(char letter)
{
	switch (letter) {
	case 'o':
		return SIGNOFF_OPEN;
	case 's':
	case 'S':
		return SIGNOFF_SUBMITTED;
	case 'r':
	case 'R':
		return SIGNOFF_RETURNED;
	case 'a':
	case 'A':
		return SIGNOFF_ACCEPTED;
	case 'e':
	case 'E':
		return SIGNOFF_REOPENED;
	default:
		return N_SIGNOFF_STATES;
	}
}

static void
test_signoff__the_table_says_what_every_cell_should(void **state)
{
	int st, act;

	(void)state;
	for (st = 0; st < N_SIGNOFF_STATES; st++) {
		assert_int_equal(strlen(CELLS[st]), N_SIGNOFF_ACTS);
		for (act = 0; act < N_SIGNOFF_ACTS; act++) {
			const struct signoff_rule *r = signoff_rule(
			    (enum signoff_state)st, (enum signoff_act)act);
			char c = CELLS[st][act];

			assert_int_equal(r->allowed, c != '-');
			if (c == '-') {
				assert_non_null(r->hint);
				continue;
			}
			assert_null(r->hint);
			assert_int_equal(r->next, state_of(c));
			assert_int_equal(r->needs_reason, c < 'a');
		}
	}
}

/* Tries all acts in the state that the pair is in; each is undone. */
static void
try_all(struct pair *p, enum signoff_state st)
{
	enum signoff_state next;
	struct err e;
	int act, rc;

	signed_agree(p, st);
	for (act = 0; act < N_SIGNOFF_ACTS; act++) {
		char c = CELLS[st][act];

		rc = signed_try(p, (enum signoff_act)act, NULL, 0, &next, &e);
		if (c == '-' || c < 'a') {
			if (rc == 0)
				fail_msg("%s: %s went through",
				    signoff_name(st),
				    signoff_act_name((enum signoff_act)act));
			assert_true(e.hint[0] != '\0' || act == 0);
			assert_string_equal(
			    signoff_name(next), signoff_name(st));
		}
		rc = signed_try(p, (enum signoff_act)act, WHY, 0, &next, &e);
		if ((rc == 0) != (c != '-'))
			fail_msg("%s: %s: %d (%s)", signoff_name(st),
			    signoff_act_name((enum signoff_act)act), rc, e.msg);
		assert_string_equal(signoff_name(next),
		    signoff_name(c != '-' ? state_of(c) : st));
	}
	signed_agree(p, st);
}

static void
test_signoff__every_act_in_every_state_does_what_the_table_says(void **state)
{
	struct pair *p = pair_make();

	(void)state;
	try_all(p, SIGNOFF_NONE);
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	pair_sync(p);
	try_all(p, SIGNOFF_OPEN);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	pair_sync(p);
	try_all(p, SIGNOFF_SUBMITTED);
	signed_do(p, SIGNOFF_DO_RETURN, WHY);
	pair_sync(p);
	try_all(p, SIGNOFF_RETURNED);
	signed_do(p, SIGNOFF_DO_ACCEPT, NULL);
	pair_sync(p);
	try_all(p, SIGNOFF_ACCEPTED);
	signed_do(p, SIGNOFF_DO_RETURN, WHY);
	pair_sync(p);
	signed_do(p, SIGNOFF_DO_REOPEN, WHY);
	pair_sync(p);
	try_all(p, SIGNOFF_REOPENED);
	pair_remove(p);
}

static void
expect_state(struct store *s, const char *office, const char *part)
{
	cJSON *doc = NULL;
	struct err e;
	char *text;

	assert_ok(signoff_state(s, office, SIGNED_YEAR, &doc, &e), &e);
	text = cJSON_PrintUnformatted(doc);
	if (strstr(text, part) == NULL)
		fail_msg("%s lacks %s", text, part);
	free(text);
	cJSON_Delete(doc);
}

static void
test_signoff__a_year_goes_its_whole_way(void **state)
{
	struct pair *p = pair_make();
	struct err e;

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	signed_do(p, SIGNOFF_DO_EDIT, NULL);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	expect_state(p->office.store, "", "\"revision\":\"a3\"");
	expect_state(p->office.store, "", "\"received\":null");
	pair_sync(p);
	signed_agree(p, SIGNOFF_SUBMITTED);
	expect_state(p->office.store, "", "\"received\":\"20");
	expect_state(p->hall.store, "9105", "\"login\":\"somsri\"");

	signed_do(p, SIGNOFF_DO_RETURN, "ขาดหลักฐาน 1.1");
	pair_sync(p);
	signed_agree(p, SIGNOFF_RETURNED);
	expect_state(p->office.store, "", "\"text\":\"ขาดหลักฐาน 1.1\"");

	/* an edit opens it again by itself, with its reason */
	assert_ok(signed_edit(p, "gap", "แก้แล้ว", WHY, &e), &e);
	assert_int_equal(signed_state(p->office.store, ""), SIGNOFF_REOPENED);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	expect_state(p->office.store, "", "\"n\":2");
	pair_sync(p);
	signed_agree(p, SIGNOFF_SUBMITTED);
	signed_do(p, SIGNOFF_DO_ACCEPT, NULL);
	pair_sync(p);
	signed_agree(p, SIGNOFF_ACCEPTED);

	/* follow-ups and comments go on for months */
	signed_do(p, SIGNOFF_DO_FOLLOW, "รอบ 6 เดือน");
	signed_do(p, SIGNOFF_DO_COMMENT, NULL);
	pair_sync(p);
	signed_agree(p, SIGNOFF_ACCEPTED);
	pair_remove(p);
}

static void
test_signoff__an_edit_of_what_was_returned_is_one_revision(void **state)
{
	struct pair *p = pair_make();
	char *said;
	struct err e;

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL); /* a1, a2 */
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	pair_sync(p);
	signed_do(p, SIGNOFF_DO_RETURN, WHY);
	pair_sync(p);

	assert_ok(signed_edit(p, "owner", "สมชาย", WHY, &e), &e);

	assert_ok(journal_flush(p->office.store, &e), &e);
	said = test_office_git(&p->office, "log", "-1", "--format=%s%n%b",
	    "--name-only", "office", NULL);
	assert_non_null(strstr(said, "Sequence: 4\n"));
	assert_non_null(strstr(said, "2565/assessment.json\n"));
	assert_non_null(strstr(said, "2565/items/1.1.json\n"));
	assert_non_null(strstr(said, WHY));
	free(said);
	pair_remove(p);
}

static void
test_signoff__a_missing_reason_is_told_apart_from_other_faults(void **state)
{
	struct pair *p = pair_make();
	struct err e = { 0 };

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	signed_do(p, SIGNOFF_DO_REOPEN, WHY);

	assert_err(signed_edit(p, "gap", "x", NULL, &e), ERR_INVALID, &e,
	    "every change of it now needs a reason");
	assert_int_equal(e.sub, ERR_SUB_REASON);
	assert_non_null(strstr(e.hint, "--reason"));
	assert_err(
	    signed_edit(p, "gap", "x", " \n ", &e), ERR_INVALID, &e, "reason");
	assert_err(
	    signed_edit(p, "nosuch", "x", WHY, &e), ERR_INVALID, &e, "nosuch");
	assert_int_not_equal(e.sub, ERR_SUB_REASON);
	pair_remove(p);
}

static void
test_signoff__the_office_opens_again_while_the_hall_accepts(void **state)
{
	struct pair *p = pair_make();
	struct err e;

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	pair_sync(p);
	/* both without knowing of the other */
	signed_do(p, SIGNOFF_DO_REOPEN, WHY);
	assert_ok(signed_edit(p, "gap", "เห็นเอง", WHY, &e), &e);
	signed_do(p, SIGNOFF_DO_ACCEPT, NULL);
	pair_sync(p);
	signed_agree(p, SIGNOFF_REOPENED);

	/* the acceptance was of submission 1 */
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	pair_sync(p);
	signed_agree(p, SIGNOFF_SUBMITTED);
	signed_do(p, SIGNOFF_DO_ACCEPT, NULL);
	pair_sync(p);
	signed_agree(p, SIGNOFF_ACCEPTED);
	pair_remove(p);
}

static void
test_signoff__the_office_submits_anew_while_the_hall_returns(void **state)
{
	struct pair *p = pair_make();

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	pair_sync(p);
	signed_do(p, SIGNOFF_DO_REOPEN, WHY);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	signed_do(p, SIGNOFF_DO_RETURN, WHY);
	pair_sync(p);

	/* what was returned is no longer what is there */
	signed_agree(p, SIGNOFF_SUBMITTED);
	pair_remove(p);
}

static void
test_signoff__another_year_goes_its_own_way(void **state)
{
	struct pair *p = pair_make();
	enum signoff_state st;
	struct err e;

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	cJSON_Delete(test_office_open_year(&p->office, 2566));

	cJSON_Delete(
	    test_office_set(&p->office, 2566, "1.1", "strengths", "ปีใหม่"));
	cJSON_Delete(
	    test_office_set(&p->office, 0, "1.1", "strengths", "ปีใหม่อีก"));
	assert_err(signed_try(p, SIGNOFF_DO_EDIT, WHY, 1, &st, &e), ERR_DENIED,
	    &e, "the assessment of 2565 is submitted");
	pair_remove(p);
}

static void
test_signoff__an_assessment_with_answers_cannot_go(void **state)
{
	struct pair *p = pair_make();
	struct save_change c = { .path = "2565/assessment.json",
		.op = SAVE_WHOLE };
	struct save_req req = { .office = "",
		.person = &p->office.person,
		.action = "revert",
		.changes = &c,
		.n_changes = 1 };
	cJSON *ret = NULL;
	struct err e;

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	assert_ok(save_group_begin(p->office.store, &e), &e);
	assert_err(save_run(p->office.store, &req, &ret, &e), ERR_INVALID, &e,
	    "has answers");
	assert_ok(save_group_end(p->office.store, &e), &e);
	cJSON_Delete(test_office_open_year(&p->office, 2566));
	c.path = "2566/assessment.json";
	assert_ok(save_group_begin(p->office.store, &e), &e);
	assert_ok(save_run(p->office.store, &req, &ret, &e), &e);
	assert_ok(save_group_end(p->office.store, &e), &e);
	cJSON_Delete(ret);
	pair_sync(p);
	pair_remove(p);
}

static void
test_signoff__nobody_writes_the_sign_off_by_hand(void **state)
{
	struct pair *p = pair_make();
	cJSON *value = cJSON_CreateString("submitted"), *ret = NULL;
	struct save_change c = { .path = "2565/assessment.json",
		.field = "status",
		.op = SAVE_SET,
		.value = value };
	struct save_req req = { .office = "",
		.person = &p->office.person,
		.action = "set",
		.changes = &c,
		.n_changes = 1 };
	struct err e;

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	assert_ok(save_group_begin(p->office.store, &e), &e);
	assert_err(save_run(p->office.store, &req, &ret, &e), ERR_INVALID, &e,
	    "is submission 0, but 1 comes next");
	assert_ok(save_group_end(p->office.store, &e), &e);
	cJSON_Delete(value);
	pair_remove(p);
}

static void
test_signoff__a_return_needs_words_and_items_that_exist(void **state)
{
	struct pair *p = pair_make();
	struct ask a = { .person = &p->hall.person, .year = SIGNED_YEAR };
	cJSON *items = cJSON_Parse("[\"7\",\"1.1\",\"1.1\"]");
	cJSON *wrong = cJSON_Parse("[\"9.9\"]"), *ret = NULL;
	struct store *s = p->hall.store;
	struct err e;

	(void)state;
	signed_do(p, SIGNOFF_DO_OPEN, NULL);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	pair_sync(p);
	assert_ok(save_group_begin(s, &e), &e);
	assert_err(
	    signoff_decide(s, &a, "9105", "returned", " ", NULL, &ret, &e),
	    ERR_INVALID, &e, "what is to be corrected");
	assert_err(
	    signoff_decide(s, &a, "9105", "perhaps", WHY, NULL, &ret, &e),
	    ERR_INVALID, &e, "returned, accepted");
	assert_err(
	    signoff_decide(s, &a, "9105", "returned", WHY, wrong, &ret, &e),
	    ERR_NOT_FOUND, &e, "has no item '9.9'");
	assert_ok(
	    signoff_decide(s, &a, "9105", "returned", WHY, items, &ret, &e),
	    &e);
	assert_ok(save_group_end(s, &e), &e);
	cJSON_Delete(ret);
	cJSON_Delete(items);
	cJSON_Delete(wrong);
	pair_sync(p);
	expect_state(p->office.store, "", "\"items\":[\"1.1\",\"7\"]");
	pair_remove(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_signoff__the_table_says_what_every_cell_should),
		cmocka_unit_test(
		    test_signoff__every_act_in_every_state_does_what_the_table_says),
		cmocka_unit_test(test_signoff__a_year_goes_its_whole_way),
		cmocka_unit_test(
		    test_signoff__an_edit_of_what_was_returned_is_one_revision),
		cmocka_unit_test(
		    test_signoff__a_missing_reason_is_told_apart_from_other_faults),
		cmocka_unit_test(
		    test_signoff__the_office_opens_again_while_the_hall_accepts),
		cmocka_unit_test(
		    test_signoff__the_office_submits_anew_while_the_hall_returns),
		cmocka_unit_test(test_signoff__another_year_goes_its_own_way),
		cmocka_unit_test(
		    test_signoff__an_assessment_with_answers_cannot_go),
		cmocka_unit_test(
		    test_signoff__nobody_writes_the_sign_off_by_hand),
		cmocka_unit_test(
		    test_signoff__a_return_needs_words_and_items_that_exist),
	};

	return cmocka_run_group_tests_name(
	    "signoff", tests, test_libraries_up, test_libraries_down);
}
