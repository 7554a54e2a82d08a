/* Plan, profile, comments and evidence at the hall's door. */
#include "tests/unit/test.h"

#include "tests/support/forge_year.h"
#include "tests/support/office.h"
#include "tests/support/push.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define EVIDENCE "evidence/" SHA ".json"

static void
taken(struct forge *f)
{
	struct err e;

	assert_ok(push(f, &e), &e);
}

/* --- plan, comments, profile --- */

static void
test_door__takes_a_plan_and_its_removal_while_open(void **state)
{
	struct forge *f = *state;

	forge_action(f, "ทำแผน", NULL, NULL);
	forge_action(f, "ทำแผนใหม่", "คืบหน้า", NULL);
	forge_record(f, FORGE_ACTION, NULL, NULL);
	forge_record(f, "2565/profile.json",
	    "{\n  \"answers\": {\n    \"1a1\": \"ตอบ\"\n  }\n}\n", NULL);

	taken(f);
}

static void
test_door__refuses_a_change_of_plan_after_submission(void **state)
{
	struct forge *f = *state;

	forge_action(f, "ทำแผน", NULL, NULL);
	forge_sign(f, "submitted", 1, "a3", NULL);
	forge_action(f, "ทำแผนใหม่", "คืบหน้า", FORGE_WHY);

	push_commit_refused(f, "the assessment of 2565 is submitted");
}

static void
test_door__refuses_a_new_action_after_submission(void **state)
{
	struct forge *f = *state;

	forge_sign(f, "submitted", 1, "a2", NULL);
	forge_action(f, "ทำแผน", NULL, FORGE_WHY);

	push_commit_refused(f, "the assessment of 2565 is submitted");
}

static void
test_door__refuses_a_follow_up_without_a_reason_after_submission(void **state)
{
	struct forge *f = *state;

	forge_action(f, "ทำแผน", NULL, NULL);
	forge_sign(f, "submitted", 1, "a3", NULL);
	forge_action(f, "ทำแผน", "คืบหน้า", NULL);

	push_commit_refused(f, "the assessment of 2565 was submitted before");
}

static void
test_door__refuses_records_of_a_year_that_is_not_open(void **state)
{
	static const char *const paths[] = { "2566/profile.json",
		"2566/actions/pa1.json", "2566/comments/1.1.json" };
	static const char *const bytes[] = {
		"{\n  \"answers\": {\n    \"1a1\": \"ตอบ\"\n  }\n}\n",
		"{\n  \"status\": \"open\",\n  \"what\": \"ทำ\"\n}\n",
		"{\n  \"comments\": {\n    \"ca1\": {\n      \"login\": "
		"\"somsri\",\n      \"name\": \"ส\",\n      \"text\": \"x\",\n"
		"      \"time\": \"2026-11-22T13:14:15+07:00\"\n    }\n  "
		"}\n}\n",
	};
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct forge *f = forge_make();

		forge_begin(f, &f->office);
		forge_file(f, paths[i], bytes[i]);
		forge_end(f);
		push_commit_refused(
		    f, "there is no assessment of 2566 to answer");
		forge_remove(f);
	}
}

static void
test_door__refuses_to_change_a_comment(void **state)
{
	struct forge *f = *state;

	forge_comments(f, "somsri", "ครั้งแรก", NULL);
	forge_comments(f, "somsri", "แก้คำ", NULL);

	push_commit_refused(f, "2565/comments/1.1: 'comments.ca1.text' stays "
			       "as it was written");
}

static void
test_door__refuses_to_take_a_comment_back(void **state)
{
	struct forge *f = *state;

	forge_comments(f, "somsri", "ครั้งแรก", "ครั้งที่สอง");
	forge_comments(f, "somsri", "ครั้งแรก", NULL);

	push_commit_refused(f, "2565/comments/1.1: 'comments.ca2.");
}

static void
test_door__refuses_to_remove_the_comments(void **state)
{
	struct forge *f = *state;

	forge_comments(f, "somsri", "ครั้งแรก", NULL);
	forge_record(f, FORGE_COMMENTS, NULL, FORGE_WHY);

	push_commit_refused(f, "'2565/comments/1.1.json' cannot be removed");
}

static void
test_door__refuses_a_comment_in_anothers_name(void **state)
{
	struct forge *f = *state;

	forge_comments(f, "chief", NULL, "ปลอม");

	push_commit_refused(f, "2565/comments/1.1: is signed 'chief', but "
			       "was written by 'somsri'");
}

/* --- evidence --- */

#define FILE_OF(extra)                                                         \
	"{\n  \"name\": \"a.pdf\",\n  \"parts\": 1,\n" extra                   \
	"  \"size\": %d,\n  \"type\": \"application/pdf\"\n}\n"
#define ERASED                                                                                 \
	"  \"redacted\": {\n    \"login\": \"somsri\",\n    \"name\": \"ส\","                \
	"\n    \"reason\": \"ข้อมูลส่วนบุคคล\",\n    \"time\": " \
	"\"2026-11-22T13:14:15+07:00\"\n  },\n"

static void
evidence(struct forge *f, const char *format, int size)
{
	char bytes[600];

	/* the formats are the two above */
	if (strcmp(format, "plain") == 0)
		snprintf(bytes, sizeof(bytes), FILE_OF(""), size);
	else
		snprintf(bytes, sizeof(bytes), FILE_OF(ERASED), size);
	forge_record(f, EVIDENCE, bytes, NULL);
}

static void
test_door__takes_evidence_and_its_erasure_at_any_time(void **state)
{
	struct forge *f = *state;

	evidence(f, "plain", 10);
	forge_sign(f, "submitted", 1, "a3", NULL);
	evidence(f, "erased", 10);

	taken(f);
}

static void
test_door__refuses_evidence_that_becomes_another_file(void **state)
{
	struct forge *f = *state;

	evidence(f, "plain", 10);
	evidence(f, "plain", 11);

	push_commit_refused(
	    f, "evidence/" SHA ": 'size' stays as it was written");
}

static void
test_door__refuses_to_undo_an_erasure(void **state)
{
	struct forge *f = *state;

	evidence(f, "erased", 10);
	evidence(f, "plain", 10);

	push_commit_refused(
	    f, "evidence/" SHA ": what was erased stays erased");
}

static void
test_door__refuses_to_remove_evidence(void **state)
{
	struct forge *f = *state;

	evidence(f, "plain", 10);
	forge_record(f, EVIDENCE, NULL, NULL);

	push_commit_refused(f, "'" EVIDENCE "' cannot be removed");
}

static void
test_door__refuses_evidence_that_no_hash_names(void **state)
{
	struct forge *f = *state;
	char bytes[300];

	snprintf(bytes, sizeof(bytes), FILE_OF(""), 10);
	forge_record(f, "evidence/0123.json", bytes, NULL);

	push_commit_refused(
	    f, "evidence/0123: is not named by the SHA-256 of a file");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, push_setup, push_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_door__takes_a_plan_and_its_removal_while_open),
		TEST(test_door__refuses_a_change_of_plan_after_submission),
		TEST(test_door__refuses_a_new_action_after_submission),
		TEST(
		    test_door__refuses_a_follow_up_without_a_reason_after_submission),
		cmocka_unit_test(
		    test_door__refuses_records_of_a_year_that_is_not_open),
		TEST(test_door__refuses_to_change_a_comment),
		TEST(test_door__refuses_to_take_a_comment_back),
		TEST(test_door__refuses_to_remove_the_comments),
		TEST(test_door__refuses_a_comment_in_anothers_name),
		TEST(test_door__takes_evidence_and_its_erasure_at_any_time),
		TEST(test_door__refuses_evidence_that_becomes_another_file),
		TEST(test_door__refuses_to_undo_an_erasure),
		TEST(test_door__refuses_to_remove_evidence),
		TEST(test_door__refuses_evidence_that_no_hash_names),
	};

	return cmocka_run_group_tests_name(
	    "door_plan", tests, test_libraries_up, test_libraries_down);
}
