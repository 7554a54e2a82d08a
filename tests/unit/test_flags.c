#include "tests/unit/test.h"

#include "store/audit/flags.h"
#include "store/hall/cycle.h"
#include "tests/support/files.h"
#include "tests/support/flagged.h"
#include "tests/support/plan.h"
#include "tests/support/twins.h"

static void
link_file(struct flagged *f, const struct test_file *file, const char *item)
{
	test_file_add(f->s, &f->p->office.person, item, file);
	flagged_stamp(f, IN_TIME, IN_TIME);
}

/* --- who --- */

/* Eleven saves of item 1.1 by somsri. */
static void
usual_saves(struct flagged *f)
{
	char text[64];
	int i;

	for (i = 0; i < 11; i++) {
		snprintf(text, sizeof(text), "ครั้งที่ %d", i);
		flagged_set_text(f, "1.1", text, IN_TIME, IN_TIME);
	}
}

static void
test_flags__somebody_else_ticks_what_one_person_keeps(void **state)
{
	struct flagged *f = *state;

	usual_saves(f);
	flagged_person(f, "vichai", "วิชัย ละงู");
	flagged_set_text(f, "1.1", "แก้คำผิด", IN_TIME, IN_TIME);
	assert_int_equal(
	    flagged_find(f, "unusual_person"), 0); /* no score in it */
	flagged_person(f, "preecha", "ปรีชา ละงู");
	flagged_tick(f, "1.1.B1", 1, IN_TIME);

	assert_int_equal(flagged_find(f, "unusual_person"), 1);
	flagged_expect_str(
	    json_get(flagged_flag(f, 0), "person"), "login", "preecha");
	flagged_expect_revisions(flagged_flag(f, 0), "a14");
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "saves"), 1);
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "of"), 13);
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "usual_saves"), 11);
}

static void
test_flags__the_person_responsible_is_never_unusual(void **state)
{
	struct flagged *f = *state;

	cJSON_Delete(
	    test_office_set(&f->p->office, YEAR, "1.1", "owner", "ปรีชา ละงู"));
	usual_saves(f);
	flagged_person(f, "preecha", "ปรีชา ละงู");
	flagged_tick(f, "1.1.B1", 1, IN_TIME);
	assert_int_equal(flagged_find(f, "unusual_person"), 0);
}

static void
test_flags__an_item_with_few_saves_has_no_usual_person(void **state)
{
	struct flagged *f = *state;
	int i;

	for (i = 0; i < 8; i++)
		flagged_set_text(f, "1.1", i % 2 ? "ก" : "ข", IN_TIME, IN_TIME);
	flagged_person(f, "preecha", "ปรีชา ละงู");
	flagged_tick(f, "1.1.B1", 1, IN_TIME);
	assert_int_equal(flagged_find(f, "unusual_person"), 0);
}

static void
test_flags__another_machine_ticks_what_one_machine_keeps(void **state)
{
	struct flagged *f = *state;

	usual_saves(f);
	flagged_tick(f, "1.1.B1", 1, IN_TIME);
	assert_int_equal(flagged_find(f, "unusual_device"), 0);
	flagged_of_device(f, "9105-b");
	assert_int_equal(flagged_find(f, "unusual_device"), 1);
	flagged_expect_str(flagged_flag(f, 0), "device", "9105-b");
	flagged_expect_figure(flagged_flag(f, 0), "usual", "9105-a");
}

/* --- merges --- */

static struct twins *
parted(const char *a_field, const char *b_field)
{
	struct twins *d = twins_make(2);
	struct join j;

	cJSON_Delete(test_office_open_year(&d->at[0], YEAR));
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	cJSON_Delete(test_office_set(&d->at[0], YEAR, "1.1", a_field, "ของ a"));
	cJSON_Delete(test_office_set(&d->at[1], YEAR, "1.1", b_field, "ของ b"));
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	return d;
}

static void
test_flags__a_value_that_gave_way_in_a_merge(void **state)
{
	struct twins *d = parted("gap", "gap");
	struct flagged f = { .s = d->at[1].store };

	(void)state;
	assert_int_equal(flagged_find(&f, "merge_override"), 1);
	flagged_expect_str(flagged_flag(&f, 0), "item", "1.1");
	flagged_expect_str(flagged_flag(&f, 0), "device", "9105-b");
	flagged_expect_figure(flagged_flag(&f, 0), "field", "gap");
	flagged_expect_figure(flagged_flag(&f, 0), "kept", "ของ a");
	flagged_expect_figure(flagged_flag(&f, 0), "other", "ของ b");
	assert_int_equal(json_int(flagged_flag(&f, 0), "count", 0), 3);
	/* the same at the hall */
	assert_int_equal(
	    flagged_find_at(&f, d->hall.store, "9105", "merge_override"), 1);
	cJSON_Delete(f.found);
	twins_remove(d);
}

static void
test_flags__a_merge_of_different_fields_overrides_nothing(void **state)
{
	struct twins *d = parted("gap", "strengths");
	struct flagged f = { .s = d->at[1].store };

	(void)state;
	assert_int_equal(flagged_find(&f, "merge_override"), 0);
	cJSON_Delete(f.found);
	twins_remove(d);
}

/* --- asking --- */

static void
test_flags__pages_filters_and_refusals(void **state)
{
	struct flagged *f = *state;
	struct flags_ask a = { .office = "", .year = YEAR, .limit = 1 };

	flagged_set_text(f, "1.1", "หนึ่ง", LATE, LATE);
	flagged_set_text(f, "1.2", "สอง", LATE, LATE);
	a.rule = "late_save";
	assert_ok(flags_find(f->s, &a, NULL, NULL, &f->found, &f->e), &f->e);
	assert_int_equal(json_int(f->found, "total", 0), 2);
	assert_int_equal(json_int(f->found, "next", 0), 1);
	assert_int_equal(cJSON_GetArraySize(json_get(f->found, "flags")), 1);
	flagged_expect_str(flagged_flag(f, 0), "item", "1.1");

	cJSON_Delete(f->found);
	a.skip = 1;
	assert_ok(flags_find(f->s, &a, NULL, NULL, &f->found, &f->e), &f->e);
	assert_true(cJSON_IsNull(json_get(f->found, "next")));
	flagged_expect_str(flagged_flag(f, 0), "item", "1.2");

	cJSON_Delete(f->found);
	f->found = NULL;
	a.skip = 0;
	a.item = "1.2";
	assert_ok(flags_find(f->s, &a, NULL, NULL, &f->found, &f->e), &f->e);
	assert_int_equal(json_int(f->found, "total", 0), 1);
	cJSON_Delete(f->found);
	f->found = NULL;
	a.since = flagged_at("2022-05-01");
	assert_ok(flags_find(f->s, &a, NULL, NULL, &f->found, &f->e), &f->e);
	assert_int_equal(json_int(f->found, "total", -1), 0);
	cJSON_Delete(f->found);
	f->found = NULL;

	a.rule = "guilty";
	assert_err(flags_find(f->s, &a, NULL, NULL, &f->found, &f->e),
	    ERR_NOT_FOUND, &f->e, "late_save");
	a.rule = NULL;
	a.limit = 201;
	assert_err(flags_find(f->s, &a, NULL, NULL, &f->found, &f->e),
	    ERR_INVALID, &f->e, "200");
	a.limit = 10;
	a.year = 2570;
	assert_err(flags_find(f->s, &a, NULL, NULL, &f->found, &f->e),
	    ERR_NOT_FOUND, &f->e, "2570");
}

static void
test_flags__a_hall_looks_at_every_office_that_has_the_year(void **state)
{
	struct flagged *f = *state;
	const cJSON *office;

	flagged_tick(f, "1.1.B1", 1, LATE);
	pair_sync(f->p);
	assert_true(flagged_find_at(f, f->p->hall.store, "", NULL) > 0);
	office = json_get(f->found, "offices")->child;
	assert_null(office->next);
	flagged_expect_str(office, "office", "9105");
	assert_int_equal(
	    json_int(office, "flags", 0), json_int(f->found, "total", -1));
	assert_int_equal(cJSON_GetArraySize(json_get(f->found, "off")), 0);
}

static void
test_flags__a_quiet_year_has_none(void **state)
{
	struct flagged *f = *state;
	struct test_file file;

	test_file_make(&file, "คำสั่ง.pdf", 1000, 5);
	flagged_tick(f, "1.1.B1 1.1.B2", 1, IN_TIME);
	link_file(f, &file, "1.1");
	flagged_set_text(f, "1.1", "ไม่มี", IN_TIME, IN_TIME);
	flagged_submit(f, IN_TIME);
	assert_int_equal(flagged_find(f, NULL), 0);
	test_file_free(&file);
}

#define TEST(t)                                                                \
	cmocka_unit_test_setup_teardown(t, flagged_setup, flagged_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_flags__somebody_else_ticks_what_one_person_keeps),
		TEST(test_flags__the_person_responsible_is_never_unusual),
		TEST(test_flags__an_item_with_few_saves_has_no_usual_person),
		TEST(test_flags__another_machine_ticks_what_one_machine_keeps),
		cmocka_unit_test(test_flags__a_value_that_gave_way_in_a_merge),
		cmocka_unit_test(
		    test_flags__a_merge_of_different_fields_overrides_nothing),
		TEST(test_flags__pages_filters_and_refusals),
		TEST(
		    test_flags__a_hall_looks_at_every_office_that_has_the_year),
		TEST(test_flags__a_quiet_year_has_none),
	};

	return cmocka_run_group_tests_name(
	    "flags", tests, test_libraries_up, test_libraries_down);
}
