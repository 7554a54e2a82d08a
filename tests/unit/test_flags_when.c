#include "tests/unit/test.h"

#include "store/review/review.h"
#include "tests/support/flagged.h"
#include "tests/support/plan.h"

/* --- late_save --- */

static void
test_flags_when__a_save_received_after_the_due_day_is_late(void **state)
{
	struct flagged *f = *state;

	flagged_set_text(f, "1.1", "ก่อน", IN_TIME, "2022-03-31T23:59:59+07:00");
	assert_int_equal(flagged_find(f, "late_save"), 0);

	flagged_set_text(f, "1.1", "หลัง", IN_TIME, "2022-04-01T00:00:00+07:00");
	flagged_set_text(f, "1.1", "หลังอีก", LATE, "2022-04-03T08:00:00+07:00");
	assert_int_equal(flagged_find(f, "late_save"), 1);
	flagged_expect_str(flagged_flag(f, 0), "rule", "late_save");
	flagged_expect_str(flagged_flag(f, 0), "item", "1.1");
	flagged_expect_str(flagged_flag(f, 0), "device", "9105-a");
	flagged_expect_str(
	    json_get(flagged_flag(f, 0), "person"), "login", "somsri");
	flagged_expect_revisions(flagged_flag(f, 0), "a3 a4");
	flagged_expect_str(flagged_flag(f, 0), "from", IN_TIME);
	flagged_expect_str(flagged_flag(f, 0), "until", LATE);
	flagged_expect_figure(flagged_flag(f, 0), "due", DUE);
	flagged_expect_figure(flagged_flag(f, 0), "which", "submit");
	flagged_expect_figure(
	    flagged_flag(f, 0), "received", "2022-04-03T08:00:00+07:00");
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "days"), 3);
}

static void
test_flags_when__what_is_not_yet_received_is_late_once_the_day_is_past(
    void **state)
{
	struct flagged *f = *state;

	flagged_set_text(f, "1.1", "ค้างส่ง", IN_TIME, NULL);
	assert_int_equal(flagged_find(f, "late_save"), 1);
	flagged_expect_figure(flagged_flag(f, 0), "received", NULL);
}

static void
test_flags_when__after_a_return_the_day_of_the_correction_counts(void **state)
{
	struct flagged *f = *state;

	flagged_submit(f, IN_TIME);
	flagged_decide(f, "returned", "1.1");
	flagged_reopen_tick(f, "1.1.B1", "2022-06-30T20:00:00+07:00");
	assert_int_equal(flagged_find(f, "late_save"), 0);

	flagged_reopen_tick(f, "1.1.B2", "2022-07-01T08:00:00+07:00");
	assert_int_equal(flagged_find(f, "late_save"), 1);
	flagged_expect_str(flagged_flag(f, 0), "item", "1.1");
	flagged_expect_revisions(flagged_flag(f, 0), "a4");
	flagged_expect_figure(flagged_flag(f, 0), "which", "correct");
}

static void
test_flags_when__progress_of_the_plan_and_comments_are_never_late(void **state)
{
	struct flagged *f = *state;
	struct ask a = test_ask(&f->p->office, NULL);
	cJSON *ret = NULL;

	a.year = YEAR;
	flagged_begin(f->s);
	assert_ok(
	    review_comment(f->s, &a, "", "1.1", "รับทราบ", &ret, &f->e), &f->e);
	flagged_end(f->s);
	cJSON_Delete(ret);
	flagged_stamp(f, LATE, LATE);
	assert_int_equal(flagged_find(f, "late_save"), 0);
}

/* --- clocks --- */

static void
test_flags_when__a_save_before_the_one_it_changes(void **state)
{
	struct flagged *f = *state;

	flagged_set_text(f, "1.1", "หนึ่ง", IN_TIME, IN_TIME);
	flagged_set_text(f, "1.1", "สอง", "2022-03-20T09:50:00+07:00", IN_TIME);
	assert_int_equal(
	    flagged_find(f, "clock_back"), 0); /* ten minutes pass */
	flagged_set_text(f, "1.1", "สาม", "2022-03-20T09:39:00+07:00", IN_TIME);
	assert_int_equal(flagged_find(f, "clock_back"), 1);
	flagged_expect_figure(flagged_flag(f, 0), "kind", "before_parent");
	flagged_expect_revisions(flagged_flag(f, 0), "a4");
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "minutes"), 11);
}

static void
test_flags_when__a_save_after_its_receipt(void **state)
{
	struct flagged *f = *state;

	flagged_set_text(f, "1.1", "หนึ่ง", IN_TIME, "2022-03-20T09:50:00+07:00");
	assert_int_equal(flagged_find(f, "clock_back"), 0);
	flagged_set_text(f, "1.1", "สอง", IN_TIME, "2022-03-20T09:30:00+07:00");
	assert_int_equal(flagged_find(f, "clock_back"), 1);
	flagged_expect_figure(flagged_flag(f, 0), "kind", "after_receipt");
	flagged_expect_revisions(flagged_flag(f, 0), "a3");
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "minutes"), 30);
}

static void
test_flags_when__many_saves_of_one_second(void **state)
{
	struct flagged *f = *state;
	int i;

	for (i = 0; i < 9; i++)
		flagged_set_text(f, "1.1", i % 2 ? "ก" : "ข", IN_TIME, IN_TIME);
	assert_int_equal(flagged_find(f, "clock_back"), 0);
	flagged_set_text(f, "1.1", "ค", IN_TIME, IN_TIME);
	flagged_set_text(f, "1.1", "ง", IN_TIME, IN_TIME);
	assert_int_equal(flagged_find(f, "clock_back"), 1);
	flagged_expect_figure(flagged_flag(f, 0), "kind", "same_second");
	assert_int_equal(json_int(flagged_flag(f, 0), "count", 0), 11);
}

static void
test_flags_when__long_from_save_to_receipt(void **state)
{
	struct flagged *f = *state;

	flagged_set_text(f, "1.1", "หนึ่ง", IN_TIME, "2022-04-19T10:00:00+07:00");
	assert_int_equal(flagged_find(f, "long_offline"), 0); /* thirty days */
	flagged_set_text(f, "1.1", "สอง", IN_TIME, "2022-04-20T10:00:00+07:00");
	flagged_set_text(f, "1.2", "สาม", "2022-03-25T10:00:00+07:00", NULL);
	assert_int_equal(flagged_find(f, "long_offline"), 2);
	flagged_expect_revisions(flagged_flag(f, 0), "a3");
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "days"), 31);
	flagged_expect_figure(flagged_flag(f, 1), "received", NULL);
}

#define TEST(t)                                                                \
	cmocka_unit_test_setup_teardown(t, flagged_setup, flagged_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_flags_when__a_save_received_after_the_due_day_is_late),
		TEST(
		    test_flags_when__what_is_not_yet_received_is_late_once_the_day_is_past),
		TEST(
		    test_flags_when__after_a_return_the_day_of_the_correction_counts),
		TEST(
		    test_flags_when__progress_of_the_plan_and_comments_are_never_late),
		TEST(test_flags_when__a_save_before_the_one_it_changes),
		TEST(test_flags_when__a_save_after_its_receipt),
		TEST(test_flags_when__many_saves_of_one_second),
		TEST(test_flags_when__long_from_save_to_receipt),
	};

	return cmocka_run_group_tests_name(
	    "flags_when", tests, test_libraries_up, test_libraries_down);
}
