#include "tests/unit/test.h"

#include "store/criteria/edition.h"
#include "store/evidence/evidence.h"
#include "store/hall/cycle.h"
#include "store/review/signoff.h"
#include "store/save/answer.h"
#include "tests/support/files.h"
#include "tests/support/flagged.h"
#include "tests/support/plan.h"

/* --- after_acceptance, raised_after_review --- */

static void
test_flags_score__a_change_after_the_acceptance_was_taken_back(void **state)
{
	struct flagged *f = *state;

	flagged_tick(f, "1.1.B1", 1, IN_TIME);
	flagged_submit(f, IN_TIME);
	flagged_decide(f, "accepted", NULL);
	assert_int_equal(flagged_find(f, "after_acceptance"), 0);

	flagged_decide(f, "returned", NULL);
	flagged_reopen_tick(f, "1.1.B2", LATE);
	assert_int_equal(flagged_find(f, "after_acceptance"), 2);
	flagged_expect_str(flagged_flag(f, 0), "record", "2565/assessment");
	flagged_expect_str(flagged_flag(f, 1), "item", "1.1");
	flagged_expect_revisions(flagged_flag(f, 1), "a4");
	assert_int_equal(flagged_figure(flagged_flag(f, 1), "of"), 1);
	flagged_expect_figure(flagged_flag(f, 1), "accepted_by", "มาลี สตูล");
}

static void
test_flags_score__a_change_after_a_return_alone_is_none_of_these(void **state)
{
	struct flagged *f = *state;

	flagged_tick(f, "1.1.B1", 1, IN_TIME);
	flagged_submit(f, IN_TIME);
	flagged_decide(f, "returned", "1.1");
	flagged_reopen_tick(f, "1.1.B2", LATE);
	assert_int_equal(flagged_find(f, "after_acceptance"), 0);
}

static void
test_flags_score__a_score_raised_after_the_return_names_what_was_asked(
    void **state)
{
	struct flagged *f = *state;

	flagged_tick(f, "1.1.B1", 1, IN_TIME);
	flagged_submit(f, IN_TIME);
	flagged_decide(f, "returned", "1.1");
	flagged_reopen_tick(f, "1.1.B2", LATE);
	flagged_reopen_tick(f, "2.1.B1", LATE);

	assert_int_equal(flagged_find(f, "raised_after_review"), 2);
	flagged_expect_str(flagged_flag(f, 0), "item", "1.1");
	flagged_expect_revisions(flagged_flag(f, 0), "a4");
	flagged_expect_figure(flagged_flag(f, 0), "verdict", "returned");
	assert_true(
	    json_bool(json_get(flagged_flag(f, 0), "figures"), "asked", 0));
	assert_int_equal(
	    flagged_figure(flagged_flag(f, 0), "evidence_changes"), 0);
	flagged_expect_str(flagged_flag(f, 1), "item", "2.1");
	flagged_expect_figure(flagged_flag(f, 1), "from", "0.00");
	assert_false(
	    json_bool(json_get(flagged_flag(f, 1), "figures"), "asked", 1));
}

static void
test_flags_score__a_score_lowered_or_written_about_was_not_raised(void **state)
{
	struct flagged *f = *state;
	cJSON *ret = NULL, *points = cJSON_CreateArray(), *fields;

	flagged_tick(f, "1.1.B1 1.1.B2", 1, IN_TIME);
	flagged_submit(f, IN_TIME);
	flagged_decide(f, "returned", "1.1");
	assert_ok(json_push_str(points, "1.1.B2", &f->e), &f->e);
	flagged_begin(f->s);
	assert_ok(answer_tick(f->s, &f->p->office.person, YEAR, points, 0,
		      "ยังไม่ครบ", NULL, &ret, &f->e),
	    &f->e);
	flagged_end(f->s);
	cJSON_Delete(ret);
	fields = test_fields("gap", "ยังขาดหลักฐาน", NULL);
	flagged_begin(f->s);
	assert_ok(answer_set(f->s, &f->p->office.person, YEAR, "2.1", fields,
		      "อธิบาย", NULL, &ret, &f->e),
	    &f->e);
	flagged_end(f->s);
	cJSON_Delete(ret);
	cJSON_Delete(fields);
	cJSON_Delete(points);
	assert_int_equal(flagged_find(f, "raised_after_review"), 0);
}

static void
test_flags_score__raised_before_anybody_looked_is_not_after_a_review(
    void **state)
{
	struct flagged *f = *state;
	struct ask a = test_ask(&f->p->office, "ลืมข้อหนึ่ง");
	cJSON *ret = NULL;

	flagged_submit(f, IN_TIME);
	flagged_begin(f->s);
	assert_ok(signoff_reopen(f->s, &a, &ret, &f->e), &f->e);
	flagged_end(f->s);
	cJSON_Delete(ret);
	flagged_stamp(f, IN_TIME, IN_TIME);
	flagged_reopen_tick(f, "1.1.B1", IN_TIME);
	assert_int_equal(flagged_find(f, "raised_after_review"), 0);
}

/* --- evidence --- */

static void
link_file(struct flagged *f, const struct test_file *file, const char *item)
{
	test_file_add(f->s, &f->p->office.person, item, file);
	flagged_stamp(f, IN_TIME, IN_TIME);
}

static void
test_flags_score__a_signed_score_without_a_file_is_asked_about(void **state)
{
	struct flagged *f = *state;
	struct test_file file;

	test_file_make(&file, "คำสั่ง.pdf", 1000, 3);
	flagged_tick(f, "1.1.B1", 1, IN_TIME);
	flagged_tick(f, "1.2.B1", 1, IN_TIME);
	link_file(f, &file, "1.2");
	flagged_set_text(f, "1.3", "ไม่มีคะแนน", IN_TIME, IN_TIME);
	flagged_submit(f, IN_TIME);

	assert_int_equal(flagged_find(f, "no_evidence"), 1);
	flagged_expect_str(flagged_flag(f, 0), "item", "1.1");
	flagged_expect_revisions(flagged_flag(f, 0), "a2");
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "ticked"), 1);
	test_file_free(&file);
}

static void
test_flags_score__an_open_year_may_still_get_its_files(void **state)
{
	struct flagged *f = *state;
	struct ask a = { .person = &f->p->hall.person, .year = YEAR };
	cJSON *fields =
	    test_fields("due.submit", "2099-03-31", "due.correct", "", NULL);
	cJSON *ret = NULL;

	flagged_tick(f, "1.1.B1", 1, IN_TIME);
	assert_int_equal(
	    flagged_find(f, "no_evidence"), 1); /* the day is past */
	assert_ok(cycle_set(f->p->hall.store, &a, fields, &ret, &f->e), &f->e);
	pair_sync(f->p);
	assert_int_equal(flagged_find(f, "no_evidence"), 0);
	cJSON_Delete(fields);
	cJSON_Delete(ret);
}

static void
test_flags_score__an_erased_file_of_the_year_is_named(void **state)
{
	struct flagged *f = *state;
	struct ask a = test_ask(&f->p->office, "ข้อมูลส่วนบุคคล");
	struct test_file file;
	cJSON *ret = NULL;

	test_file_make(&file, "รายชื่อ.pdf", 1000, 4);
	link_file(f, &file, "1.1");
	assert_int_equal(flagged_find(f, "redaction"), 0);
	assert_ok(evidence_redact(f->s, &a, file.sha, &ret, &f->e), &f->e);
	cJSON_Delete(ret);

	assert_int_equal(flagged_find(f, "redaction"), 1);
	flagged_expect_str(flagged_flag(f, 0), "item", "1.1");
	flagged_expect_revisions(flagged_flag(f, 0), "a3");
	flagged_expect_figure(flagged_flag(f, 0), "sha256", file.sha);
	flagged_expect_figure(flagged_flag(f, 0), "name", "รายชื่อ.pdf");
	flagged_expect_figure(flagged_flag(f, 0), "reason", "ข้อมูลส่วนบุคคล");
	test_file_free(&file);
}

/* --- ticks --- */

static void
test_flags_score__ticked_and_taken_back_around_the_due_day(void **state)
{
	struct flagged *f = *state;

	flagged_tick(f, "1.1.B1", 1, "2022-03-31T16:00:00+07:00");
	assert_int_equal(flagged_find(f, "deadline_flip"), 0);
	flagged_tick(f, "1.1.B1", 0, "2022-04-01T09:00:00+07:00");
	assert_int_equal(flagged_find(f, "deadline_flip"), 1);
	flagged_expect_figure(flagged_flag(f, 0), "which", "submit");
	flagged_expect_figure(flagged_flag(f, 0), "points", "1.1.B1");
	flagged_expect_revisions(flagged_flag(f, 0), "a2 a3");
}

static void
test_flags_score__a_slip_and_a_change_far_from_it_are_no_flip(void **state)
{
	struct flagged *f = *state;

	flagged_tick(f, "1.1.B1", 1, "2022-03-31T16:00:00+07:00");
	flagged_tick(f, "1.1.B1", 0, "2022-03-31T16:04:59+07:00");
	flagged_tick(f, "1.2.B1", 1, "2022-03-31T16:10:00+07:00");
	flagged_tick(f, "1.2.B1", 0, "2022-04-03T09:00:00+07:00");
	assert_int_equal(flagged_find(f, "deadline_flip"), 0);
}

/* The first n points of the edition, of an item or of all. */
static void
points_of(struct flagged *f, const char *item, int n, struct buf *ret)
{
	const struct edition *ed = NULL;
	size_t i;
	int k, l;

	assert_ok(store_cycle(f->s, "", YEAR, NULL, &ed, &f->e), &f->e);
	for (i = 0; i < edition_n_items(ed); i++) {
		const struct edition_item *it = edition_item_at(ed, i);

		if (item != NULL && strcmp(it->id, item) != 0)
			continue;
		for (l = 0; l < N_LEVELS; l++)
			for (k = 1; k <= it->n_points[l] && n > 0; k++, n--)
				buf_printf(ret, "%s%s.%c%d",
				    ret->len > 0 ? " " : "", it->id, "BAS"[l],
				    k);
	}
}

static void
test_flags_score__twenty_points_of_three_items_within_a_minute(void **state)
{
	struct flagged *f = *state;
	struct buf points = BUF_INIT;

	points_of(f, NULL, 60, &points);
	flagged_tick(f, buf_str(&points), 1, IN_TIME);
	buf_release(&points);
	assert_int_equal(flagged_find(f, "bulk_ticks"), 1);
	assert_int_equal(flagged_figure(flagged_flag(f, 0), "points"), 60);
	assert_true(flagged_figure(flagged_flag(f, 0), "items") >= 3);
	flagged_expect_revisions(flagged_flag(f, 0), "a2");
}

static void
test_flags_score__few_points_of_one_item_or_slowly_are_not_many(void **state)
{
	struct flagged *f = *state;
	struct buf points = BUF_INIT;

	points_of(f, "1.1", 60, &points);
	flagged_tick(f, buf_str(&points), 1, IN_TIME);
	flagged_tick(f, "2.1.B1 2.2.B1 2.3.B1", 1, "2022-03-20T10:02:00+07:00");
	buf_release(&points);
	assert_int_equal(flagged_find(f, "bulk_ticks"), 0);
}

#define TEST(t)                                                                \
	cmocka_unit_test_setup_teardown(t, flagged_setup, flagged_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(
		    test_flags_score__a_change_after_the_acceptance_was_taken_back),
		TEST(
		    test_flags_score__a_change_after_a_return_alone_is_none_of_these),
		TEST(
		    test_flags_score__a_score_raised_after_the_return_names_what_was_asked),
		TEST(
		    test_flags_score__a_score_lowered_or_written_about_was_not_raised),
		TEST(
		    test_flags_score__raised_before_anybody_looked_is_not_after_a_review),
		TEST(
		    test_flags_score__a_signed_score_without_a_file_is_asked_about),
		TEST(test_flags_score__an_open_year_may_still_get_its_files),
		TEST(test_flags_score__an_erased_file_of_the_year_is_named),
		TEST(
		    test_flags_score__ticked_and_taken_back_around_the_due_day),
		TEST(
		    test_flags_score__a_slip_and_a_change_far_from_it_are_no_flip),
		TEST(
		    test_flags_score__twenty_points_of_three_items_within_a_minute),
		TEST(
		    test_flags_score__few_points_of_one_item_or_slowly_are_not_many),
	};

	return cmocka_run_group_tests_name(
	    "flags_score", tests, test_libraries_up, test_libraries_down);
}
