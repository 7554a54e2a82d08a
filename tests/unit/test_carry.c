#include "tests/unit/test.h"

#include "base/file.h"
#include "store/record/canon.h"
#include "store/save/action.h"
#include "store/save/answer.h"
#include "store/save/carry.h"
#include "store/save/indicator.h"
#include "store/save/profile.h"
#include "tests/support/office.h"
#include "tests/support/plan.h"

#define NEXT "pmqa4-next"

struct fixture {
	struct test_office o;
	struct err e;
	cJSON *ret;
};

static void
begin(struct fixture *f)
{
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
}

static int
end(struct fixture *f, int rc)
{
	struct err e;

	assert_ok(save_group_end(f->o.store, &e), &e);
	return rc;
}

static void
answer(struct fixture *f, const char *item, cJSON *fields)
{
	begin(f);
	assert_ok(end(f, answer_set(f->o.store, &f->o.person, 2565, item,
			     fields, NULL, NULL, &f->ret, &f->e)),
	    &f->e);
	cJSON_Delete(fields);
}

static void
act(struct fixture *f, const char *id, cJSON *fields)
{
	struct ask a = test_ask(&f->o, NULL);

	begin(f);
	assert_ok(
	    end(f, action_set(f->o.store, &a, id, fields, &f->ret, &f->e)),
	    &f->e);
	cJSON_Delete(fields);
}

static void
ask_profile(struct fixture *f, cJSON *fields)
{
	struct ask a = test_ask(&f->o, NULL);

	begin(f);
	assert_ok(
	    end(f, profile_set(f->o.store, &a, fields, &f->ret, &f->e)), &f->e);
	cJSON_Delete(fields);
}

/* A year's work: answers, indicators, profile and a plan. */
static void
work(struct fixture *f)
{
	answer(f, "1.1",
	    test_fields("ticks", "1.1.B1 1.1.B2", "explanation.basic", "เดิม",
		"owner", "สมชาย", "good_practice.flag", "true",
		"good_practice.text", "ดี", NULL));
	answer(f, "1.2", test_fields("ticks", "1.2.B1", NULL));
	answer(f, "7.1",
	    test_fields("measures.ma1.title", "ของเรา",
		"indicators.ia1.measure", "7.1.1", "indicators.ia1.name", "ก",
		"indicators.ia1.direction", "larger", "indicators.ia1.target",
		"80", "indicators.ia1.actual", "84", "indicators.ia1.previous",
		"70", "indicators.ia1.before", "60", "indicators.ia2.measure",
		"ma1", "indicators.ia2.name", "ข", "indicators.ia2.direction",
		"smaller", "indicators.ia3.measure", "7.1.5",
		"indicators.ia3.name", "ค", "indicators.ia3.direction",
		"larger", NULL));
	answer(f, "7.6", test_fields("gap", "ยังไม่มี", NULL));
	ask_profile(f, test_fields("1a1", "พันธกิจ", "2c1", "ปรับปรุง", NULL));
	act(f, NULL,
	    test_fields("what", "ทำต่อ", "due", "2022-03-31", "items", "1.1 7.6",
		"progress", "40", NULL));
	act(f, NULL, test_fields("what", "เสร็จ", "status", "done", NULL));
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	work(f);
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

static int
carry(struct fixture *f, int year, int from, const char *edition)
{
	struct ask a = test_ask(&f->o, "ปีใหม่");

	a.year = year;
	begin(f);
	return end(
	    f, carry_open(f->o.store, &a, edition, from, &f->ret, &f->e));
}

static void
test_carry__takes_texts_and_clears_what_belongs_to_a_year(void **state)
{
	struct fixture *f = *state;

	assert_ok(carry(f, 2566, 2565, NULL), &f->e);

	assert_string_equal(json_str(f->ret, "record"), "2566/assessment");
	assert_int_equal(cJSON_GetArraySize(json_get(f->ret, "left_out")), 0);
	test_expect_field(
	    &f->o, "2566/items/1.1.json", "explanation.basic", "\"เดิม\"");
	test_expect_field(&f->o, "2566/items/1.1.json", "owner", "\"สมชาย\"");
	test_expect_field(&f->o, "2566/items/1.1.json", "ticks", NULL);
	test_expect_field(
	    &f->o, "2566/items/1.1.json", "good_practice", "{\"text\":\"ดี\"}");
	/* nothing but ticks: nothing is left to carry */
	assert_null(test_record(&f->o, "2566/items/1.2.json"));
	test_expect_field(
	    &f->o, "2566/profile.json", "answers.1a1", "\"พันธกิจ\"");
	/* the old year stays as it was */
	test_expect_field(
	    &f->o, "2565/items/1.1.json", "ticks", "[\"1.1.B1\",\"1.1.B2\"]");
}

static void
test_carry__lets_indicators_grow_a_year_older(void **state)
{
	struct fixture *f = *state;

	assert_ok(carry(f, 2566, 2565, NULL), &f->e);

	test_expect_field(&f->o, "2566/items/7.1.json", "indicators.ia1",
	    "{\"before\":\"70\",\"direction\":\"larger\","
	    "\"measure\":\"7.1.1\",\"name\":\"ก\",\"previous\":\"84\","
	    "\"target\":\"80\"}");
	test_expect_field(&f->o, "2566/items/7.1.json", "indicators.ia2",
	    "{\"direction\":\"smaller\",\"measure\":\"ma1\",\"name\":\"ข\"}");
	test_expect_field(
	    &f->o, "2566/items/7.1.json", "measures.ma1.title", "\"ของเรา\"");
}

static void
test_carry__keeps_open_actions_with_their_origin(void **state)
{
	struct fixture *f = *state;

	assert_ok(carry(f, 2566, 2565, NULL), &f->e);

	test_expect_field(
	    &f->o, "2566/actions/pa1.json", "origin.year", "2565");
	test_expect_field(&f->o, "2566/actions/pa1.json", "progress", "40");
	/* past its day already, and may stay so */
	test_expect_field(
	    &f->o, "2566/actions/pa1.json", "due", "\"2022-03-31\"");
	assert_null(test_record(&f->o, "2566/actions/pa2.json"));
	test_expect_field(&f->o, "2565/actions/pa1.json", "origin", NULL);

	/* a second time: where it first came from */
	assert_ok(carry(f, 2567, 2566, NULL), &f->e);
	test_expect_field(
	    &f->o, "2567/actions/pa1.json", "origin.year", "2565");
	act(f, "pa1", test_fields("progress", "50", NULL));
	test_expect_field(&f->o, "2567/actions/pa1.json", "progress", "50");
}

static void
test_carry__is_one_revision_that_says_from_where(void **state)
{
	struct fixture *f = *state;
	cJSON *before = test_record(&f->o, "2565/assessment.json");

	assert_ok(carry(f, 2566, 2565, NULL), &f->e);

	assert_string_equal(json_str(f->ret, "revision"), "a9");
	test_expect_field(&f->o, "2566/assessment.json", "origin.year", "2565");
	test_expect_field(
	    &f->o, "2566/assessment.json", "origin.revision", "\"a8\"");
	test_expect_field(&f->o, "2566/assessment.json", "status", "\"open\"");
	assert_null(json_get(before, "origin"));
	cJSON_Delete(before);
}

static void
test_carry__refuses_years_that_do_not_follow(void **state)
{
	struct fixture *f = *state;

	assert_err(carry(f, 2566, 2560, NULL), ERR_NOT_FOUND, &f->e,
	    "no assessment of 2560 is open");
	assert_err(carry(f, 2565, 2565, NULL), ERR_INVALID, &f->e,
	    "2565 is not before 2565");
	assert_err(carry(f, 2564, 2565, NULL), ERR_INVALID, &f->e,
	    "2565 is not before 2564");
	assert_err(carry(f, 9000, 2565, NULL), ERR_INVALID, &f->e,
	    "'9000' is not a fiscal year");
	assert_err(
	    carry(f, 2566, 2565, "no-such"), ERR_NOT_FOUND, &f->e, "no-such");
	assert_null(test_record(&f->o, "2566/assessment.json"));
	assert_ok(carry(f, 2566, 2565, NULL), &f->e);
	assert_err(carry(f, 2566, 2565, NULL), ERR_CONFLICT, &f->e,
	    "the assessment of 2566 is open already");
}

/* --- another edition --- */

static void
drop(cJSON *list, const char *id)
{
	cJSON *c;

	cJSON_ArrayForEach (c, list) {
		if (strcmp(json_str(c, "id"), id) == 0) {
			cJSON_Delete(cJSON_DetachItemViaPointer(list, c));
			return;
		}
	}
	fail_msg("nothing called '%s' to take away", id);
}

static cJSON *
with_id(cJSON *list, const char *id)
{
	cJSON *c;

	cJSON_ArrayForEach (c, list) {
		if (strcmp(json_str(c, "id"), id) == 0)
			return c;
	}
	fail_msg("nothing called '%s'", id);
	return NULL;
}

/* The shipped edition without item 7.6, measure 7.1.5 and question 2c1. */
static void
write_edition(struct fixture *f)
{
	const struct edition *ed = NULL;
	struct buf bytes = BUF_INIT;
	char path[600];
	cJSON *json;

	assert_ok(
	    store_edition(f->o.store, "", "pmqa4-2562", NULL, &ed, NULL, &f->e),
	    &f->e);
	json = cJSON_Duplicate(edition_json(ed), 1);
	assert_ok(json_put_str(json, "id", NEXT, &f->e), &f->e);
	drop(json_get(json, "items"), "7.6");
	drop(json_get(with_id(json_get(json, "items"), "7.1"), "measures"),
	    "7.1.5");
	drop(json_get(with_id(json_get(json, "profile"), "2c"), "questions"),
	    "2c1");
	drop(json_get(json, "profile"), "2c");
	assert_ok(canon_write(json, &bytes, &f->e), &f->e);
	snprintf(path, sizeof(path), "%s/editions/" NEXT ".json", f->o.dir);
	assert_ok(file_write(path, bytes.data, bytes.len, 0644, &f->e), &f->e);
	buf_release(&bytes);
	cJSON_Delete(json);
}

static void
expect_left_out(struct fixture *f, int i, const char *record, const char *field,
    const char *why)
{
	const cJSON *c = cJSON_GetArrayItem(json_get(f->ret, "left_out"), i);

	assert_non_null(c);
	assert_string_equal(json_str(c, "record"), record);
	if (field == NULL)
		assert_true(cJSON_IsNull(json_get(c, "field")));
	else
		assert_string_equal(json_str(c, "field"), field);
	assert_string_equal(json_str(c, "why"), why);
}

static void
test_carry__lists_what_the_new_edition_does_not_have(void **state)
{
	struct fixture *f = *state;

	write_edition(f);
	assert_ok(carry(f, 2566, 2565, NEXT), &f->e);

	assert_int_equal(cJSON_GetArraySize(json_get(f->ret, "left_out")), 4);
	expect_left_out(f, 0, "2565/items/7.1", "indicators.ia3", "measure");
	expect_left_out(f, 1, "2565/items/7.6", NULL, "item");
	expect_left_out(f, 2, "2565/profile", "answers.2c1", "question");
	expect_left_out(f, 3, "2565/actions/pa1", "items", "item");
	test_expect_field(&f->o, "2566/items/7.1.json", "indicators.ia3", NULL);
	test_expect_field(
	    &f->o, "2566/items/7.1.json", "indicators.ia1.name", "\"ก\"");
	assert_null(test_record(&f->o, "2566/items/7.6.json"));
	test_expect_field(&f->o, "2566/actions/pa1.json", "items", "[\"1.1\"]");
	test_expect_field(
	    &f->o, "2566/assessment.json", "edition.id", "\"" NEXT "\"");
}

static void
test_carry__keeps_the_edition_that_nobody_changed(void **state)
{
	struct fixture *f = *state;

	write_edition(f); /* the newest here by its name */
	assert_ok(carry(f, 2566, 2565, NULL), &f->e);

	test_expect_field(
	    &f->o, "2566/assessment.json", "edition.id", "\"pmqa4-2562\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_carry__takes_texts_and_clears_what_belongs_to_a_year),
		TEST(test_carry__lets_indicators_grow_a_year_older),
		TEST(test_carry__keeps_open_actions_with_their_origin),
		TEST(test_carry__is_one_revision_that_says_from_where),
		TEST(test_carry__refuses_years_that_do_not_follow),
		TEST(test_carry__lists_what_the_new_edition_does_not_have),
		TEST(test_carry__keeps_the_edition_that_nobody_changed),
	};

	return cmocka_run_group_tests_name(
	    "carry", tests, test_libraries_up, test_libraries_down);
}
