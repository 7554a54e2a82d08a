#include "tests/unit/test.h"

#include "tests/support/forge_year.h"
#include "tests/support/office.h"
#include "tests/support/push.h"

static void
taken(struct forge *f)
{
	struct err e;

	assert_ok(push(f, &e), &e);
}

/* --- the sign-off --- */

static void
test_door__takes_a_year_from_submission_to_resubmission(void **state)
{
	struct forge *f = *state;

	forge_action(f, "ทำแผน", NULL, NULL);
	forge_sign(f, "submitted", 1, "a3", NULL);
	forge_action(f, "ทำแผน", "คืบหน้า", FORGE_WHY);
	forge_comments(f, "somsri", "ส่งแล้ว", NULL);
	forge_sign(f, "open", 1, "a3", FORGE_WHY);
	forge_edit(f, "แก้", FORGE_WHY);
	forge_sign(f, "submitted", 2, "a8", NULL);
	forge_sign(f, "submitted", 3, "a9", NULL);

	taken(f);
}

static void
test_door__takes_an_edit_that_opens_again_by_itself(void **state)
{
	struct forge *f = *state;
	struct forge_sign s = { "open", 1, "a2", "somsri" };

	forge_sign(f, "submitted", 1, "a2", NULL);
	forge_year_begin(f, FORGE_WHY);
	forge_assessment(f, "2565", &s);
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"แก้\"\n}\n");
	forge_end(f);

	taken(f);
}

static void
test_door__refuses_an_edit_of_what_is_submitted(void **state)
{
	struct forge *f = *state;

	forge_sign(f, "submitted", 1, "a2", NULL);
	forge_edit(f, "ทีหลัง", FORGE_WHY);

	push_commit_refused(f, "the assessment of 2565 is submitted: it does "
			       "not change until it is opened again");
}

static void
test_door__refuses_to_remove_an_answer_of_what_is_submitted(void **state)
{
	struct forge *f = *state;

	forge_sign(f, "submitted", 1, "a2", NULL);
	forge_record(f, FORGE_ITEM, NULL, FORGE_WHY);

	push_commit_refused(f, "the assessment of 2565 is submitted");
}

static void
test_door__refuses_a_late_edit_that_a_later_commit_hides(void **state)
{
	struct forge *f = *state;
	char hex[41], want[100];

	forge_sign(f, "submitted", 1, "a2", NULL);
	forge_edit(f, "ทีหลัง", FORGE_WHY);
	commit_hex(f->office.tip, hex);
	snprintf(
	    want, sizeof(want), "commit %.10s: the assessment of 2565", hex);
	forge_sign(f, "open", 1, "a2", FORGE_WHY);

	push_refused(f, want);
}

static void
test_door__refuses_an_edit_without_a_reason_after_submission(void **state)
{
	struct forge *f = *state;

	forge_sign(f, "submitted", 1, "a2", NULL);
	forge_sign(f, "open", 1, "a2", FORGE_WHY);
	forge_edit(f, "แก้", NULL);

	push_commit_refused(f, "the assessment of 2565 was submitted before: "
			       "every change of it now needs a reason");
}

static void
test_door__refuses_to_open_again_without_a_reason(void **state)
{
	struct forge *f = *state;

	forge_sign(f, "submitted", 1, "a2", NULL);
	forge_sign(f, "open", 1, "a2", NULL);

	push_commit_refused(f, "the assessment of 2565 was submitted before");
}

static void
test_door__refuses_to_open_again_as_if_never_submitted(void **state)
{
	struct forge *f = *state;

	forge_sign(f, "submitted", 1, "a2", NULL);
	forge_sign(f, "open", 0, NULL, FORGE_WHY);

	push_commit_refused(f, "2565/assessment: the sign-off changes only "
			       "with a submission");
}

static void
test_door__refuses_a_submission_out_of_count(void **state)
{
	struct forge *f = *state;

	forge_sign(f, "submitted", 2, "a2", NULL);

	push_commit_refused(
	    f, "2565/assessment: is submission 2, but 1 comes next");
}

static void
test_door__refuses_a_submission_of_another_revision(void **state)
{
	struct forge *f = *state;

	forge_sign(f, "submitted", 1, "a1", NULL);

	push_commit_refused(f, "2565/assessment: signs revision a1 off, but "
			       "follows revision a2");
}

static void
test_door__refuses_a_submission_in_anothers_name(void **state)
{
	struct forge *f = *state;
	struct forge_sign s = { "submitted", 1, "a2", "chief" };

	forge_year_begin(f, NULL);
	forge_assessment(f, "2565", &s);
	forge_end(f);

	push_commit_refused(f, "2565/assessment: is signed 'chief', but was "
			       "written by 'somsri'");
}

static void
test_door__refuses_a_submission_that_changes_more(void **state)
{
	struct forge *f = *state;
	struct forge_sign s = { "submitted", 1, "a2", "somsri" };

	forge_year_begin(f, NULL);
	forge_assessment(f, "2565", &s);
	forge_file(f, FORGE_ITEM, "{\n  \"gap\": \"แทรก\"\n}\n");
	forge_end(f);

	push_commit_refused(f, "a revision that submits the assessment of "
			       "2565 can change nothing else of it");
}

static void
test_door__refuses_a_year_that_begins_submitted(void **state)
{
	struct forge *f = *state;
	struct forge_sign s = { "submitted", 1, "a2", "somsri" };

	forge_year_begin(f, NULL);
	forge_assessment(f, "2566", &s);
	forge_end(f);

	push_commit_refused(f, "2566/assessment: an assessment begins open");
}

static void
test_door__refuses_to_remove_what_was_submitted(void **state)
{
	struct forge *f = *state;
	struct forge_sign open = { "open", 0, NULL, NULL };
	struct forge_sign sent = { "submitted", 1, "a3", "somsri" };

	forge_year_begin(f, NULL);
	forge_assessment(f, "2566", &open);
	forge_end(f);
	forge_year_begin(f, NULL);
	forge_assessment(f, "2566", &sent);
	forge_end(f);
	forge_year_begin(f, FORGE_WHY);
	f->c.edition[0] = '\0';
	forge_file(f, "2566/assessment.json", NULL);
	forge_end(f);

	push_commit_refused(f, "2566/assessment: was submitted: it can "
			       "neither go nor change its edition");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, push_setup, push_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_door__takes_a_year_from_submission_to_resubmission),
		TEST(test_door__takes_an_edit_that_opens_again_by_itself),
		TEST(test_door__refuses_an_edit_of_what_is_submitted),
		TEST(
		    test_door__refuses_to_remove_an_answer_of_what_is_submitted),
		TEST(test_door__refuses_a_late_edit_that_a_later_commit_hides),
		TEST(
		    test_door__refuses_an_edit_without_a_reason_after_submission),
		TEST(test_door__refuses_to_open_again_without_a_reason),
		TEST(test_door__refuses_to_open_again_as_if_never_submitted),
		TEST(test_door__refuses_a_submission_out_of_count),
		TEST(test_door__refuses_a_submission_of_another_revision),
		TEST(test_door__refuses_a_submission_in_anothers_name),
		TEST(test_door__refuses_a_submission_that_changes_more),
		TEST(test_door__refuses_a_year_that_begins_submitted),
		TEST(test_door__refuses_to_remove_what_was_submitted),
	};

	return cmocka_run_group_tests_name(
	    "door_signoff", tests, test_libraries_up, test_libraries_down);
}
