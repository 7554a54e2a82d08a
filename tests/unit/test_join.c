#include "store/merge/join.h"

#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/look/asof.h"
#include "store/merge/conflict.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/support/pair.h"
#include "tests/support/twins.h"
#include "tests/unit/test.h"

#define YEAR 2565

static void
set(struct test_office *o, const char *item, const char *field,
    const char *text)
{
	cJSON_Delete(test_office_set(o, YEAR, item, field, text));
}

/* A year that all devices have. */
static struct twins *
begin(size_t n)
{
	struct twins *d = twins_make(n);
	struct join j;
	size_t i;

	cJSON_Delete(test_office_open_year(&d->at[0], YEAR));
	set(&d->at[0], "1.1", "strengths", "เดิม");
	for (i = 0; i < n; i++)
		twins_sync(d, i, &j);
	return d;
}

static void
assert_text(struct store *s, const char *field, const char *want)
{
	struct branch *b;
	struct asof now = { 0 };
	const cJSON *v;
	struct err e;

	assert_ok(
	    store_branch(s, store_conf(s)->role == ROLE_HALL ? "9105" : "",
		"office", &b, &e),
	    &e);
	assert_ok(
	    asof_record(s, b, "2565/items/1.1.json", ASOF_NOW, &now, &e), &e);
	v = record_get(now.rec, field);
	assert_non_null(v);
	assert_string_equal(v->valuestring, want);
	asof_release(&now);
}

static void
assert_same_trees(struct twins *d)
{
	char *first = twins_tree(&d->at[0]), *other;
	size_t i;

	for (i = 1; i < d->n; i++) {
		other = twins_tree(&d->at[i]);
		assert_string_equal(first, other);
		free(other);
	}
	free(first);
}

static int64_t
count_conflicts(struct store *s)
{
	int64_t n = -1;
	struct err e;

	assert_ok(conflict_count(s,
		      store_conf(s)->role == ROLE_HALL ? "9105" : "", &n, &e),
	    &e);
	return n;
}

static void
assert_sound(struct test_office *o)
{
	cJSON *found = NULL;
	struct err e;
	char *text;

	assert_ok(verify_run(o->store, NULL, NULL, &found, &e), &e);
	text = cJSON_PrintUnformatted(found);
	if (!json_bool(found, "ok", 0))
		fail_msg("%s", text);
	free(text);
	cJSON_Delete(found);
}

/* --- forward --- */

static void
test_join__a_new_device_takes_over_what_there_is(void **state)
{
	struct twins *d = twins_make(2);
	struct join j;

	(void)state;
	cJSON_Delete(test_office_open_year(&d->at[0], YEAR));
	set(&d->at[0], "1.1", "strengths", "จากเครื่องแรก");
	twins_sync(d, 0, &j);
	assert_int_equal(j.kind, JOIN_SAME);

	twins_sync(d, 1, &j);

	assert_int_equal(j.kind, JOIN_FORWARD);
	assert_int_equal(j.n, 2);
	assert_text(d->at[1].store, "strengths", "จากเครื่องแรก");
	twins_check_index(&d->at[1]);
	assert_sound(&d->at[1]);
	twins_remove(d);
}

static void
test_join__what_is_only_ahead_stays(void **state)
{
	struct twins *d = begin(2);
	struct join j;

	(void)state;
	set(&d->at[1], "1.2", "gap", "ช่องว่าง");

	twins_sync(d, 1, &j);

	assert_int_equal(j.kind, JOIN_SAME);
	assert_int_equal(j.n, 0);
	twins_remove(d);
}

/* --- merges --- */

static void
test_join__different_fields_come_together(void **state)
{
	struct twins *d = begin(2);
	struct join j;

	(void)state;
	set(&d->at[0], "1.1", "strengths", "ของเครื่อง a");
	set(&d->at[1], "1.1", "gap", "ของเครื่อง b");
	cJSON_Delete(test_office_tick(&d->at[0], YEAR, "1.1.B1", 1));
	cJSON_Delete(test_office_tick(&d->at[1], YEAR, "1.1.B2", 1));
	twins_sync(d, 0, &j);

	twins_sync(d, 1, &j);

	assert_int_equal(j.kind, JOIN_MERGED);
	assert_int_equal(j.n, 2);
	assert_int_equal(j.n_conflicts, 0);
	assert_true(j.n_fields > 0);
	assert_string_equal(j.revision, "b3");
	assert_text(d->at[1].store, "strengths", "ของเครื่อง a");
	assert_text(d->at[1].store, "gap", "ของเครื่อง b");
	assert_text(d->hall.store, "gap", "ของเครื่อง b");
	twins_sync(d, 0, &j);
	assert_int_equal(j.kind, JOIN_FORWARD);
	assert_same_trees(d);
	twins_check_index(&d->at[0]);
	twins_check_index(&d->at[1]);
	twins_check_index(&d->hall);
	assert_sound(&d->at[1]);
	assert_sound(&d->hall);
	twins_remove(d);
}

static void
test_join__work_goes_on_after_a_merge(void **state)
{
	struct twins *d = begin(2);
	struct join j;

	(void)state;
	set(&d->at[0], "1.1", "strengths", "a");
	set(&d->at[1], "1.1", "gap", "b");
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);

	set(&d->at[1], "1.1", "gap", "หลังการรวม");
	twins_sync(d, 1, &j);
	set(&d->at[0], "1.2", "gap", "ยังไม่ได้รับ");
	twins_sync(d, 0, &j);

	assert_int_equal(j.kind, JOIN_MERGED);
	assert_text(d->at[0].store, "gap", "หลังการรวม");
	twins_sync(d, 1, &j);
	assert_same_trees(d);
	twins_check_index(&d->at[0]);
	twins_check_index(&d->at[1]);
	twins_remove(d);
}

static void
test_join__the_same_field_keeps_the_halls_value_and_the_other(void **state)
{
	struct twins *d = begin(2);
	cJSON *doc = NULL, *c;
	struct join j;
	struct err e;

	(void)state;
	set(&d->at[0], "1.1", "strengths", "ฉบับ a");
	set(&d->at[1], "1.1", "strengths", "ฉบับ b");
	twins_sync(d, 0, &j);

	twins_sync(d, 1, &j);

	assert_int_equal(j.n_conflicts, 1);
	assert_text(d->at[1].store, "strengths", "ฉบับ a");
	assert_int_equal(count_conflicts(d->at[1].store), 1);
	assert_int_equal(count_conflicts(d->hall.store), 1);
	assert_ok(conflict_list(d->at[1].store, "", &doc, &e), &e);
	c = json_get(doc, "conflicts")->child;
	assert_string_equal(json_str(c, "name"), "1.1.strengths");
	assert_string_equal(json_str(c, "why"), "both");
	assert_string_equal(json_str(c, "base"), "เดิม");
	assert_string_equal(json_str(json_get(c, "hall"), "value"), "ฉบับ a");
	assert_string_equal(json_str(json_get(c, "hall"), "login"), "somsri");
	assert_string_equal(json_str(json_get(c, "hall"), "revision"), "a3");
	assert_string_equal(json_str(json_get(c, "mine"), "value"), "ฉบับ b");
	assert_string_equal(json_str(json_get(c, "mine"), "login"), "anan");
	assert_string_equal(json_str(json_get(c, "mine"), "revision"), "b1");
	assert_string_equal(json_str(c, "merge"), "b2");
	cJSON_Delete(doc);
	twins_check_index(&d->at[1]);
	twins_check_index(&d->hall);
	twins_remove(d);
}

static void
test_join__a_year_opened_on_both_is_one_year(void **state)
{
	struct twins *d = twins_make(2);
	struct join j;

	(void)state;
	cJSON_Delete(test_office_open_year(&d->at[0], YEAR));
	set(&d->at[0], "1.1", "strengths", "จาก a");
	cJSON_Delete(test_office_open_year(&d->at[1], YEAR));
	set(&d->at[1], "1.1", "gap", "จาก b");
	twins_sync(d, 0, &j);

	twins_sync(d, 1, &j);

	assert_int_equal(j.kind, JOIN_MERGED);
	assert_int_equal(j.n_conflicts, 0);
	assert_text(d->at[1].store, "strengths", "จาก a");
	assert_text(d->at[1].store, "gap", "จาก b");
	twins_sync(d, 0, &j);
	assert_same_trees(d);
	twins_check_index(&d->at[1]);
	twins_remove(d);
}

static void
test_join__three_devices_come_to_one_tree(void **state)
{
	static const char *const words[] = { "ก", "ข", "ค" };
	struct twins *d = begin(3);
	struct join j;
	size_t round, i;

	(void)state;
	for (round = 0; round < 3; round++) {
		for (i = 0; i < 3; i++) {
			set(&d->at[i], "1.2", "gap", words[(i + round) % 3]);
			set(&d->at[i], "1.1",
			    i == 0   ? "strengths"
			    : i == 1 ? "gap"
				     : "owner",
			    words[(i + 2 * round) % 3]);
		}
		for (i = 0; i < 3; i++)
			twins_sync(d, (i + round) % 3, &j);
	}
	for (i = 0; i < 3; i++)
		twins_sync(d, i, &j);
	for (i = 0; i < 3; i++)
		twins_sync(d, i, &j);

	assert_same_trees(d);
	for (i = 0; i < 3; i++) {
		twins_check_index(&d->at[i]);
		assert_sound(&d->at[i]);
	}
	twins_check_index(&d->hall);
	twins_remove(d);
}

static void
test_join__what_waits_in_the_journal_is_part_of_it(void **state)
{
	struct twins *d = begin(2);
	unsigned char tip[20];
	int64_t waiting;
	struct join j;
	struct err e;

	(void)state;
	set(&d->at[0], "1.1", "strengths", "a");
	twins_sync(d, 0, &j);
	assert_true(twins_fetch(d, 1, tip));
	set(&d->at[1], "1.1", "gap", "ยังอยู่ในสมุดรายวัน");
	assert_ok(journal_count(d->at[1].store, &waiting, &e), &e);
	assert_int_equal(waiting, 1);

	assert_ok(join_office(d->at[1].store, tip, &j, &e), &e);

	assert_int_equal(j.kind, JOIN_MERGED);
	assert_text(d->at[1].store, "gap", "ยังอยู่ในสมุดรายวัน");
	twins_remove(d);
}

/* --- what is refused --- */

static void
test_join__a_history_that_breaks_the_rules_is_not_taken_in(void **state)
{
	struct twins *d = begin(2);
	unsigned char tip[20];
	char *hex, *before, *after;
	struct join j;
	struct err e;

	(void)state;
	set(&d->at[0], "1.1", "gap", "มาก่อน");
	twins_sync(d, 0, &j);
	assert_true(twins_fetch(d, 1, tip));
	set(&d->at[1], "1.1", "gap", "ของฉัน");
	assert_ok(journal_flush(d->at[1].store, &e), &e);
	before = pair_dump(d->at[1].store);
	hex = test_office_git(&d->at[1], "-c", "user.name=x", "-c",
	    "user.email=x@9105", "commit-tree", "refs/incoming/office^{tree}",
	    "-p", "refs/incoming/office", "-m", "forged", NULL);
	hex[strcspn(hex, "\n")] = '\0';
	assert_ok(commit_unhex(hex, tip, &e), &e);

	assert_err(join_office(d->at[1].store, tip, &j, &e), ERR_REFUSED, &e,
	    "commit ");

	after = pair_dump(d->at[1].store);
	assert_string_equal(before, after);
	set(&d->at[1], "1.1", "owner", "ยังทำงานต่อได้");
	free(hex);
	free(before);
	free(after);
	twins_remove(d);
}

/* --- restored copies --- */

/* A directory as it was, in the place of the one that went on. */
static void
go_back(struct test_office *o, const char *copy)
{
	const char *out[] = { "rm", "-rf", o->dir, NULL };
	const char *in[] = { "cp", "-a", copy, o->dir, NULL };

	test_office_close(o);
	assert_int_equal(test_run(out, NULL), 0);
	assert_int_equal(test_run(in, NULL), 0);
	test_office_open(o);
}

static char *
copy_of(struct test_office *o)
{
	char *to = test_dir();
	char from[300];
	const char *argv[] = { "cp", "-a", from, to, NULL };

	test_office_close(o);
	snprintf(from, sizeof(from), "%s/.", o->dir);
	assert_int_equal(test_run(argv, NULL), 0);
	test_office_open(o);
	return to;
}

static void
test_join__a_restored_copy_that_saved_nothing_goes_on(void **state)
{
	struct twins *d = begin(1);
	char *copy = copy_of(&d->at[0]);
	struct join j;

	(void)state;
	set(&d->at[0], "1.1", "gap", "หลังสำเนา");
	twins_sync(d, 0, &j);
	go_back(&d->at[0], copy);

	twins_sync(d, 0, &j);

	assert_int_equal(j.kind, JOIN_FORWARD);
	assert_int_equal(j.n, 1);
	set(&d->at[0], "1.1", "owner", "บันทึกต่อ");
	twins_sync(d, 0, &j);
	assert_int_equal(j.kind, JOIN_SAME);
	twins_check_index(&d->at[0]);
	test_dir_remove(copy);
	twins_remove(d);
}

static void
test_join__a_restored_copy_that_saved_again_is_told_so(void **state)
{
	struct twins *d = begin(1);
	char *copy = copy_of(&d->at[0]), *before, *after;
	unsigned char tip[20];
	struct join j;
	struct err e;

	(void)state;
	set(&d->at[0], "1.1", "gap", "หลังสำเนา");
	twins_sync(d, 0, &j);
	go_back(&d->at[0], copy);
	set(&d->at[0], "1.1", "gap", "ชื่อเดียวกัน แต่คนละฉบับ");
	assert_true(twins_fetch(d, 0, tip));
	assert_ok(journal_flush(d->at[0].store, &e), &e);
	before = pair_dump(d->at[0].store);

	memset(&e, 0, sizeof(e));
	assert_err(join_office(d->at[0].store, tip, &j, &e), ERR_CONFLICT, &e,
	    "restored from an old copy");

	assert_int_equal(e.sub, JOIN_SUB_RESTORED);
	assert_non_null(strstr(e.msg, "up to a3 of"));
	after = pair_dump(d->at[0].store);
	assert_string_equal(before, after);
	free(before);
	free(after);
	test_dir_remove(copy);
	twins_remove(d);
}

/* --- a crash in between --- */

static void
test_join__a_start_takes_up_what_the_ref_has_and_the_index_not(void **state)
{
	struct twins *d = begin(2);
	unsigned char tip[20];
	struct join j;
	char *out;

	(void)state;
	set(&d->at[0], "1.1", "strengths", "มาถึงก่อนไฟดับ");
	twins_sync(d, 0, &j);
	assert_true(twins_fetch(d, 1, tip));
	test_office_close(&d->at[1]);
	out = test_office_git(&d->at[1], "update-ref", "refs/heads/office",
	    "refs/incoming/office", NULL);
	free(out);

	test_office_open(&d->at[1]);

	assert_text(d->at[1].store, "strengths", "มาถึงก่อนไฟดับ");
	set(&d->at[1], "1.1", "gap", "บันทึกต่อได้");
	twins_sync(d, 1, &j);
	assert_int_equal(j.kind, JOIN_SAME);
	twins_check_index(&d->at[1]);
	twins_remove(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_join__a_new_device_takes_over_what_there_is),
		cmocka_unit_test(test_join__what_is_only_ahead_stays),
		cmocka_unit_test(test_join__different_fields_come_together),
		cmocka_unit_test(test_join__work_goes_on_after_a_merge),
		cmocka_unit_test(
		    test_join__the_same_field_keeps_the_halls_value_and_the_other),
		cmocka_unit_test(test_join__a_year_opened_on_both_is_one_year),
		cmocka_unit_test(test_join__three_devices_come_to_one_tree),
		cmocka_unit_test(
		    test_join__what_waits_in_the_journal_is_part_of_it),
		cmocka_unit_test(
		    test_join__a_history_that_breaks_the_rules_is_not_taken_in),
		cmocka_unit_test(
		    test_join__a_restored_copy_that_saved_nothing_goes_on),
		cmocka_unit_test(
		    test_join__a_restored_copy_that_saved_again_is_told_so),
		cmocka_unit_test(
		    test_join__a_start_takes_up_what_the_ref_has_and_the_index_not),
	};

	return cmocka_run_group_tests_name(
	    "join", tests, test_libraries_up, test_libraries_down);
}
