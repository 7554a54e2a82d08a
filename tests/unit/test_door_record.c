#include "tests/unit/test.h"

#include "store/record/canon.h"
#include "tests/support/office.h"
#include "tests/support/push.h"

/* --- records --- */

static void
forge_record(struct forge *f, const char *path, const char *bytes)
{
	forge_begin(f, &f->office);
	forge_file(f, path, bytes);
	forge_end(f);
}

static void
test_door__refuses_an_oversize_record(void **state)
{
	struct forge *f = *state;
	struct buf record = BUF_INIT;

	buf_puts(&record, "{\n  \"strengths\": \"");
	while (record.len <= CANON_MAX)
		buf_puts(&record, "ยาวมากยาวมากยาวมากยาวมากยาวมาก");
	buf_puts(&record, "\"\n}\n");
	forge_record(f, FORGE_ITEM, buf_str(&record));

	push_commit_refused(f, "2565/items/1.1: object ");
	push_refused(f, "is too large");
	buf_release(&record);
}

static void
test_door__refuses_a_record_that_is_not_canonical(void **state)
{
	struct forge *f = *state;

	forge_record(f, FORGE_ITEM, "{\"gap\": \"ใหม่\"}\n");

	push_commit_refused(f, "2565/items/1.1: ");
	push_refused(f, "canonical");
}

static void
test_door__refuses_a_record_with_a_key_twice(void **state)
{
	struct forge *f = *state;

	forge_record(
	    f, FORGE_ITEM, "{\n  \"gap\": \"a\",\n  \"gap\": \"b\"\n}\n");

	push_commit_refused(f, "2565/items/1.1: ");
}

static void
test_door__refuses_an_unknown_field(void **state)
{
	struct forge *f = *state;

	forge_record(f, FORGE_ITEM, "{\n  \"score\": \"500\"\n}\n");

	push_commit_refused(f, "2565/items/1.1: unknown field 'score'");
}

static void
test_door__refuses_a_point_that_the_edition_does_not_have(void **state)
{
	struct forge *f = *state;

	forge_record(
	    f, FORGE_ITEM, "{\n  \"ticks\": [\n    \"1.1.B99\"\n  ]\n}\n");

	push_commit_refused(
	    f, "2565/items/1.1: point '1.1.B99' is not in edition");
}

static void
test_door__refuses_a_point_of_another_item(void **state)
{
	struct forge *f = *state;

	forge_record(
	    f, FORGE_ITEM, "{\n  \"ticks\": [\n    \"1.2.B1\"\n  ]\n}\n");

	push_commit_refused(
	    f, "2565/items/1.1: point '1.2.B1' is not one of item 1.1");
}

static void
test_door__refuses_an_item_that_the_edition_does_not_have(void **state)
{
	struct forge *f = *state;

	forge_record(f, "2565/items/9.9.json", "{\n  \"gap\": \"ใหม่\"\n}\n");

	push_commit_refused(f, "2565/items/9.9: edition 'pmqa4-2562' has no "
			       "item 9.9");
}

static void
test_door__refuses_an_answer_without_an_assessment(void **state)
{
	struct forge *f = *state;

	forge_record(f, "2566/items/1.1.json", "{\n  \"gap\": \"ใหม่\"\n}\n");

	push_commit_refused(f, "there is no assessment of 2566 to answer");
}

static void
test_door__refuses_an_edition_that_the_hall_has_not_published(void **state)
{
	struct forge *f = *state;

	forge_record(f, "2566/assessment.json",
	    "{\n  \"cycle\": 2566,\n  \"edition\": {\n    \"blob\": "
	    "\"1234567890123456789012345678901234567890\",\n"
	    "    \"id\": \"pmqa4-2562\"\n  },\n  \"status\": \"open\"\n}\n");

	push_commit_refused(
	    f, "edition 'pmqa4-2562' is not one that the hall has published");
}

static void
test_door__refuses_to_remove_an_assessment_with_answers(void **state)
{
	struct forge *f = *state;

	forge_record(f, FORGE_ASSESSMENT, NULL);

	push_commit_refused(f, "the assessment of 2565 has answers: it can "
			       "neither go nor change its edition");
}

static void
test_door__refuses_to_remove_the_office(void **state)
{
	struct forge *f = *state;

	forge_record(f, "office.json", NULL);

	push_commit_refused(f, "'office.json' cannot be removed");
}

static void
test_door__refuses_the_name_of_another_office(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	f->c.edition[0] = '\0';
	forge_file(f, "office.json",
	    "{\n  \"code\": \"9106\",\n  \"name\": \"ละงู\"\n}\n");
	forge_end(f);

	push_commit_refused(f, "office: 'code' is not '9105'");
}

static void
test_door__takes_the_removal_of_an_answer(void **state)
{
	struct forge *f = *state;
	struct err e;

	forge_record(f, FORGE_ITEM, NULL);

	assert_ok(push(f, &e), &e);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, push_setup, push_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_door__refuses_an_oversize_record),
		TEST(test_door__refuses_a_record_that_is_not_canonical),
		TEST(test_door__refuses_a_record_with_a_key_twice),
		TEST(test_door__refuses_an_unknown_field),
		TEST(test_door__refuses_a_point_that_the_edition_does_not_have),
		TEST(test_door__refuses_a_point_of_another_item),
		TEST(test_door__refuses_an_item_that_the_edition_does_not_have),
		TEST(test_door__refuses_an_answer_without_an_assessment),
		TEST(
		    test_door__refuses_an_edition_that_the_hall_has_not_published),
		TEST(test_door__refuses_to_remove_an_assessment_with_answers),
		TEST(test_door__refuses_to_remove_the_office),
		TEST(test_door__refuses_the_name_of_another_office),
		TEST(test_door__takes_the_removal_of_an_answer),
	};

	return cmocka_run_group_tests_name(
	    "door_record", tests, test_libraries_up, test_libraries_down);
}
