#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "store/view/blame.h"
#include "tests/support/sample.h"
#include "tests/support/twins.h"

static cJSON *
blame(struct store *s, const struct blame_ask *a)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(blame_run(s, a, &v, &e), &e);
	return v;
}

/* "ticks=a7 owner=a6 | 1.1.B2=+a2": fields, then points with their state. */
static void
expect(const cJSON *v, const char *want)
{
	struct buf got = BUF_INIT;
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(v, "fields")) {
		buf_printf(&got, "%s%s=%s ",
		    cJSON_IsNull(json_get(one, "value")) ? "!" : "",
		    json_str(one, "field"), json_str(one, "revision"));
	}
	buf_puts(&got, "|");
	cJSON_ArrayForEach (one, json_get(v, "points")) {
		buf_printf(&got, " %s=%c%s", json_str(one, "point"),
		    json_bool(one, "ticked", 0) ? '+' : '-',
		    json_str(one, "revision"));
	}
	assert_string_equal(buf_str(&got), want);
	buf_release(&got);
}

static const cJSON *
find(const cJSON *v, const char *list, const char *field)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(v, list))
		if (strcmp(json_str(one, "field"), field) == 0)
			return one;
	fail_msg("there is no %s", field);
	return NULL;
}

/* --- one line --- */

static void
test_blame__names_who_made_what_stands(void **state)
{
	const struct blame_ask a = { .office = "", .record = "1.1" };
	cJSON *v = blame(sample_office.store, &a);
	const cJSON *one = find(v, "fields", "owner");

	(void)state;
	expect(v, "ticks=a7 explanation.basic=a4 owner=a6 |"
		  " 1.1.B2=+a2 1.1.B3=+a5");
	sample_assert_text(v, "record", "2565/items/1.1");
	sample_assert_text(v, "office", "9105");
	sample_assert_text(one, "value", "สมชาย ใจดี");
	sample_assert_text(json_get(one, "person"), "login", "somchai");
	sample_assert_text(one, "device", "9105-a");
	sample_assert_text(one, "received", NULL);
	assert_null(json_get(one, "merged_by"));
	assert_int_equal(strlen(json_str(one, "commit")), 40);
	assert_int_equal(json_bool(v, "complete", 0), 1);
	assert_int_equal(json_int(v, "unchanged", -1), 0);
	cJSON_Delete(v);
}

/* Revisions as version 1 of the tables has them: any field may have changed. */
static void
test_blame__of_touches_that_name_no_fields(void **state)
{
	const struct blame_ask a = { .office = "", .record = "1.1" };
	struct db *db = store_db(sample_office.store);
	struct err e;
	cJSON *v;

	(void)state;
	assert_ok(db_begin(db, &e), &e);
	assert_ok(db_exec(db, "UPDATE touch SET fields = NULL", &e), &e);
	v = blame(sample_office.store, &a);
	assert_ok(db_rollback(db, &e), &e);
	expect(v, "ticks=a7 explanation.basic=a4 owner=a6 |"
		  " 1.1.B2=+a2 1.1.B3=+a5");
	cJSON_Delete(v);
}

static void
test_blame__of_one_field(void **state)
{
	const struct blame_ask a = { .office = "",
		.record = "2565/items/1.1",
		.field = "explanation.basic" };
	cJSON *v = blame(sample_office.store, &a);

	(void)state;
	expect(v, "explanation.basic=a4 |");
	/* longer than the index keeps */
	sample_assert_text(
	    find(v, "fields", "explanation.basic"), "value", sample_text('b'));
	cJSON_Delete(v);
}

static void
test_blame__since_a_revision_tells_what_went_too(void **state)
{
	struct blame_ask a = { .office = "", .record = "1.1", .since_row = 6 };
	cJSON *v = blame(sample_office.store, &a);

	(void)state;
	/* a6 gave it an owner, a7 took the mark from 1.1.B1 */
	expect(v, "ticks=a7 owner=a6 | 1.1.B1=-a7");
	assert_int_equal(json_int(v, "unchanged", 0), 3);
	cJSON_Delete(v);
	a.since_row = 0;
	a.since = INT64_C(99999999999);
	v = blame(sample_office.store, &a);
	expect(v, "|");
	assert_int_equal(json_int(v, "unchanged", 0), 5);
	cJSON_Delete(v);
}

static void
test_blame__of_what_was_never_written(void **state)
{
	const struct blame_ask a = { .office = "", .record = "1.3" };
	cJSON *v = blame(sample_office.store, &a);

	(void)state;
	expect(v, "|");
	cJSON_Delete(v);
}

static void
test_blame__names_what_it_does_not_know(void **state)
{
	struct blame_ask a = { .office = "", .record = "9.9" };
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	assert_err(blame_run(sample_office.store, &a, &v, &e), ERR_NOT_FOUND,
	    &e, "its items are 1.1 to 7.6");
	a.record = "1.1";
	a.field = "colour";
	assert_err(blame_run(sample_office.store, &a, &v, &e), ERR_NOT_FOUND,
	    &e, "its fields are: ticks ");
	assert_null(v);
}

/* --- two lines --- */

static void
sync_both(struct twins *d)
{
	struct join j = { 0 };

	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	assert_int_equal(j.kind, JOIN_MERGED);
}

/* b wrote apart; the merge b4 brought it in, but b it was who wrote it. */
static void
test_blame__looks_behind_a_merge(void **state)
{
	const struct blame_ask a = { .office = "", .record = "1.1" };
	struct twins *d = twins_make(2);
	struct join j = { 0 };
	cJSON *v;

	(void)state;
	cJSON_Delete(test_office_open_year(&d->at[0], 2565));
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	cJSON_Delete(
	    test_office_set(&d->at[0], 2565, "1.1", "gap", "จากเครื่องแรก"));
	cJSON_Delete(test_office_tick(&d->at[0], 2565, "1.1.B1", 1));
	cJSON_Delete(test_office_set(
	    &d->at[1], 2565, "1.1", "strengths", "จากเครื่องที่สอง"));
	cJSON_Delete(test_office_tick(&d->at[1], 2565, "1.1.B2", 1));
	cJSON_Delete(test_office_tick(&d->at[1], 2565, "1.1.B3", 1));
	sync_both(d);

	v = blame(d->at[1].store, &a);
	expect(v, "ticks=b4 strengths=b1 gap=a2 |"
		  " 1.1.B1=+a3 1.1.B2=+b2 1.1.B3=+b3");
	sample_assert_text(find(v, "fields", "strengths"), "merged_by", "b4");
	assert_null(json_get(find(v, "fields", "gap"), "merged_by"));
	/* both together, which nobody wrote but the merge */
	assert_null(json_get(find(v, "fields", "ticks"), "merged_by"));
	cJSON_Delete(v);
	twins_remove(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_blame__names_who_made_what_stands),
		cmocka_unit_test(test_blame__of_touches_that_name_no_fields),
		cmocka_unit_test(test_blame__of_one_field),
		cmocka_unit_test(
		    test_blame__since_a_revision_tells_what_went_too),
		cmocka_unit_test(test_blame__of_what_was_never_written),
		cmocka_unit_test(test_blame__names_what_it_does_not_know),
		cmocka_unit_test(test_blame__looks_behind_a_merge),
	};

	return cmocka_run_group_tests_name(
	    "blame", tests, sample_up, sample_down);
}
