#include "tests/unit/test.h"

#include "base/clock.h"
#include "store/hall/cycle.h"
#include "store/hall/publish.h"
#include "store/review/signoff.h"
#include "tests/support/pair.h"
#include "tests/support/plan.h"

struct fixture {
	struct pair *p;
	struct store *hall, *office;
	struct err e;
	cJSON *ret;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->p = pair_make();
	f->hall = f->p->hall.store;
	f->office = f->p->office.store;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(f->ret);
	pair_remove(f->p);
	free(f);
	return 0;
}

static void
clear(struct fixture *f)
{
	cJSON_Delete(f->ret);
	f->ret = NULL;
}

/* fields as a JSON object; taken. */
static int
set(struct fixture *f, int year, cJSON *fields)
{
	struct ask a = { .person = &f->p->hall.person, .year = year };
	int rc;

	clear(f);
	rc = cycle_set(f->hall, &a, fields, &f->ret, &f->e);
	cJSON_Delete(fields);
	return rc;
}

static const cJSON *
named(const cJSON *list, const char *key, const char *name)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, list)
		if (strcmp(json_str(c, key), name) == 0)
			return c;
	fail_msg("no '%s'", name);
	return NULL;
}

static int64_t
at(const char *time)
{
	int64_t t = 0;
	struct err e;

	assert_ok(clock_parse(time, 420, 0, &t, &e), &e);
	return t;
}

static void
test_cycle__is_written_published_and_reaches_the_office(void **state)
{
	struct fixture *f = *state;

	assert_ok(
	    set(f, 2569,
		test_fields("due.submit", "2569-03-31", "due.final",
		    "31/8/2569", "target", "advance", "note", "ปี 2569", NULL)),
	    &f->e);
	assert_int_equal(2569, json_int(f->ret, "cycle", 0));
	assert_string_equal("2026-03-31",
	    json_str(json_get(json_get(f->ret, "fields"), "due"), "submit"));
	assert_int_equal(1, cJSON_GetArraySize(json_get(f->ret, "published")));

	cJSON_Delete(test_office_open_year(&f->p->office, 2569));
	pair_sync(f->p);
	clear(f);
	assert_ok(cycle_read(f->office, "", 2569, &f->ret, &f->e), &f->e);
	assert_string_equal("ปี 2569", json_str(f->ret, "note"));
	clear(f);
	assert_ok(cycle_read(f->office, "", 2570, &f->ret, &f->e), &f->e);
	assert_null(f->ret);

	/* later fields join the earlier ones, and "" removes */
	assert_ok(
	    set(f, 2569, test_fields("note", "", "target", "basic", NULL)),
	    &f->e);
	assert_null(json_get(json_get(f->ret, "fields"), "note"));
	assert_string_equal("2026-08-31",
	    json_str(json_get(json_get(f->ret, "fields"), "due"), "final"));
}

static void
test_cycle__refuses_a_calendar_that_makes_no_sense(void **state)
{
	struct fixture *f = *state;
	struct ask a = { .person = &f->p->office.person, .year = 2569 };
	cJSON *fields = test_fields("note", "x", NULL), *none = NULL;

	assert_err(set(f, 2569,
		       test_fields("due.review", "2569-03-01", "due.submit",
			   "2569-03-31", NULL)),
	    ERR_INVALID, &f->e, "due.review (2026-03-01) would be before");
	assert_err(set(f, 2569, test_fields("due.submit", "soon", NULL)),
	    ERR_INVALID, &f->e, "must be a day");
	assert_err(set(f, 2569, test_fields("due.nosuch", "2569-03-01", NULL)),
	    ERR_INVALID, &f->e, "there are: edition, note, due.submit");
	assert_err(set(f, 2569, test_fields("cycle", "2570", NULL)),
	    ERR_INVALID, &f->e, "unknown field 'cycle'");
	assert_err(set(f, 2569, test_fields("targets.basic", "9.9", NULL)),
	    ERR_INVALID, &f->e, "no item or category '9.9'");
	assert_err(set(f, 2569,
		       test_fields("targets.basic", "3.1", "targets.advance",
			   "3.1 3.2", NULL)),
	    ERR_INVALID, &f->e, "'3.1' has two target levels");
	assert_err(set(f, 2569, test_fields("edition", "pmqa4-2599", NULL)),
	    ERR_NOT_FOUND, &f->e, "pmqa4-2599");
	assert_int_equal(
	    ERR_INVALID, set(f, 99, test_fields("note", "x", NULL)));
	assert_int_equal(ERR_USAGE, set(f, 2569, cJSON_CreateObject()));
	assert_err(cycle_set(f->office, &a, fields, &none, &f->e), ERR_USAGE,
	    &f->e, "only a hall");
	cJSON_Delete(fields);

	/* nothing of it was written */
	assert_err(publish_get(f->hall, "cycles/2569.json", &f->ret, &f->e),
	    ERR_NOT_FOUND, &f->e, "cycles/2569.json");
}

static void
test_cycle__the_due_day_ends_at_midnight_of_the_receipt(void **state)
{
	int64_t last = at("2026-03-31T23:59:59+07:00");

	(void)state;
	assert_int_equal(0, cycle_is_late("2026-03-31", last, 420, last + 99));
	assert_int_equal(1, cycle_is_late("2026-03-31", last + 1, 420, 0));
	/* the same moment is still the 31st two hours further west */
	assert_int_equal(0, cycle_is_late("2026-03-31", last + 1, 300, 0));
	/* not received yet: late as soon as the day is over */
	assert_int_equal(0, cycle_is_late("2026-03-31", 0, 420, last));
	assert_int_equal(1, cycle_is_late("2026-03-31", 0, 420, last + 1));
	assert_int_equal(0, cycle_is_late(NULL, 0, 420, last + 1));
}

static void
test_cycle__days_are_counted_by_the_calendar(void **state)
{
	(void)state;
	assert_int_equal(
	    0, cycle_days("2026-03-31", 420, at("2026-03-31T00:00:00+07:00")));
	assert_int_equal(
	    0, cycle_days("2026-03-31", 420, at("2026-03-31T23:59:59+07:00")));
	assert_int_equal(
	    1, cycle_days("2026-03-31", 420, at("2026-03-30T23:59:59+07:00")));
	assert_int_equal(
	    -1, cycle_days("2026-03-31", 420, at("2026-04-01T00:00:00+07:00")));
	assert_int_equal(
	    31, cycle_days("2026-03-31", 420, at("2026-02-28T12:00:00+07:00")));
}

static void
test_cycle__an_exception_goes_before_its_category_and_that_before_all(
    void **state)
{
	cJSON *cycle = cJSON_Parse(
	    "{\"target\":\"advance\",\"targets\":{\"basic\":[\"3\",\"7.1\"],"
	    "\"significance\":[\"3.1\"]}}");
	struct edition_item it = { .id = "3.1", .category = "3" };

	(void)state;
	assert_int_equal(LEVEL_SIGNIFICANCE, cycle_target(cycle, &it));
	it.id = "3.2";
	assert_int_equal(LEVEL_BASIC, cycle_target(cycle, &it));
	it.id = "7.1";
	it.category = "7";
	assert_int_equal(LEVEL_BASIC, cycle_target(cycle, &it));
	it.id = "7.2";
	assert_int_equal(LEVEL_ADVANCE, cycle_target(cycle, &it));
	assert_int_equal(LEVEL_NONE, cycle_target(NULL, &it));
	cJSON_Delete(cycle);
}

/* --- a year's way --- */

static void
submit(struct fixture *f)
{
	struct ask a = { .person = &f->p->office.person, .reason = "ส่ง" };
	cJSON *saved = NULL;

	assert_ok(save_group_begin(f->office, &f->e), &f->e);
	assert_ok(signoff_submit(f->office, &a, NULL, &saved, &f->e), &f->e);
	assert_ok(save_group_end(f->office, &f->e), &f->e);
	cJSON_Delete(saved);
}

static void
decide(struct fixture *f, const char *verdict)
{
	struct ask a = { .person = &f->p->hall.person, .year = 2569 };
	cJSON *saved = NULL;

	assert_ok(save_group_begin(f->hall, &f->e), &f->e);
	assert_ok(signoff_decide(f->hall, &a, "9105", verdict, "ขอหลักฐานเพิ่ม",
		      NULL, &saved, &f->e),
	    &f->e);
	assert_ok(save_group_end(f->hall, &f->e), &f->e);
	cJSON_Delete(saved);
}

/* "done", "late", "done late" or "" of a due date, seen at the hall now plus so
 * many days. */
static void
expect_due(struct fixture *f, const char *name, int days, const char *want)
{
	const cJSON *due;
	char got[32];

	clear(f);
	assert_ok(cycle_due(f->hall, "9105", 2569,
		      clock_now() + (int64_t)days * 86400, &f->ret, &f->e),
	    &f->e);
	due = named(f->ret, "name", name);
	snprintf(got, sizeof(got), "%s%s%s",
	    json_bool(due, "done", 0) ? "done" : "",
	    json_bool(due, "done", 0) && json_bool(due, "late", 0) ? " " : "",
	    json_bool(due, "late", 0) ? "late" : "");
	assert_string_equal(want, got);
}

static char *
day_from_now(int days)
{
	static char ret[8][16];
	static int next;
	char *s = ret[next++ % 8], text[CLOCK_TEXT];

	clock_rfc3339(text, clock_now() + (int64_t)days * 86400, 420);
	snprintf(s, 16, "%.10s", text);
	return s;
}

static void
test_cycle__says_what_is_done_and_who_is_late(void **state)
{
	struct fixture *f = *state;

	assert_ok(set(f, 2569,
		      test_fields("due.submit", day_from_now(5), "due.review",
			  day_from_now(10), "due.correct", day_from_now(15),
			  "due.final", day_from_now(20), "due.followup6",
			  day_from_now(200), NULL)),
	    &f->e);
	cJSON_Delete(test_office_open_year(&f->p->office, 2569));
	cJSON_Delete(test_office_tick(&f->p->office, 0, "1.1.B1", 1));
	pair_sync(f->p);
	expect_due(f, "submit", 0, "");
	expect_due(f, "submit", 6, "late");
	expect_due(f, "review", 11, ""); /* there is nothing to review */

	submit(f);
	/* at the office it is done; the hall goes by its receipt */
	clear(f);
	assert_ok(cycle_due(f->office, "", 2569, clock_now() + 6 * 86400,
		      &f->ret, &f->e),
	    &f->e);
	assert_true(json_bool(named(f->ret, "name", "submit"), "done", 0));
	assert_true(json_bool(named(f->ret, "name", "submit"), "late", 0));
	pair_sync(f->p);
	expect_due(f, "submit", 6, "done");
	expect_due(f, "review", 11, "late");

	decide(f, "returned");
	expect_due(f, "review", 11, "done");
	expect_due(f, "correct", 14, "");
	expect_due(f, "correct", 16, "late");
	pair_fetch(f->p);
	pair_sync(f->p);
	cJSON_Delete(test_office_tick(&f->p->office, 0, "1.1.B1", 1));
	submit(f);
	pair_sync(f->p);
	expect_due(f, "correct", 16, "done");
	expect_due(f, "final", 21, "late");
	decide(f, "accepted");
	expect_due(f, "final", 21, "done");
	expect_due(f, "followup6", 300, ""); /* no action is planned */
}

static void
test_cycle__the_hall_sees_its_offices_and_its_years(void **state)
{
	struct fixture *f = *state;
	const cJSON *office, *list;

	assert_ok(set(f, 2568, test_fields("note", "ก่อน", NULL)), &f->e);
	assert_ok(
	    set(f, 2569, test_fields("due.submit", day_from_now(-2), NULL)),
	    &f->e);
	cJSON_Delete(test_office_open_year(&f->p->office, 2569));
	submit(f);
	pair_sync(f->p);

	clear(f);
	assert_ok(cycle_show(f->hall, "", 0, &f->ret, &f->e), &f->e);
	assert_int_equal(2569, json_int(f->ret, "year", 0));
	office = named(json_get(f->ret, "offices"), "code", "9105");
	assert_string_equal("ละงู", json_str(office, "name"));
	assert_string_equal("submitted", json_str(office, "state"));
	assert_true(json_bool(office, "late", 0));
	assert_non_null(json_str(office, "received"));
	assert_true(json_bool(
	    named(json_get(f->ret, "due"), "name", "submit"), "late", 0));
	assert_int_equal(
	    -2, json_int(named(json_get(f->ret, "due"), "name", "submit"),
		    "days", 0));

	clear(f);
	assert_ok(cycle_list(f->hall, "", &f->ret, &f->e), &f->e);
	list = json_get(f->ret, "cycles");
	assert_int_equal(2, cJSON_GetArraySize(list));
	assert_int_equal(
	    2569, json_int(cJSON_GetArrayItem(list, 0), "year", 0));
	assert_true(json_bool(cJSON_GetArrayItem(list, 0), "opened", 0));
	assert_false(json_bool(cJSON_GetArrayItem(list, 1), "opened", 1));
}

static void
test_cycle__a_year_without_a_calendar_is_no_error(void **state)
{
	struct fixture *f = *state;

	assert_err(cycle_show(f->hall, "", 0, &f->ret, &f->e), ERR_NOT_FOUND,
	    &f->e, "no calendar yet");
	cJSON_Delete(test_office_open_year(&f->p->office, 2567));
	assert_ok(cycle_show(f->office, "", 0, &f->ret, &f->e), &f->e);
	assert_int_equal(2567, json_int(f->ret, "year", 0));
	assert_true(cJSON_IsNull(json_get(f->ret, "fields")));
	assert_int_equal(0, cJSON_GetArraySize(json_get(f->ret, "due")));
	clear(f);
	assert_ok(cycle_list(f->office, "", &f->ret, &f->e), &f->e);
	assert_false(json_bool(
	    cJSON_GetArrayItem(json_get(f->ret, "cycles"), 0), "calendar", 1));
}

#define cycle_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cycle_test(
		    test_cycle__is_written_published_and_reaches_the_office),
		cycle_test(test_cycle__refuses_a_calendar_that_makes_no_sense),
		cmocka_unit_test(
		    test_cycle__the_due_day_ends_at_midnight_of_the_receipt),
		cmocka_unit_test(test_cycle__days_are_counted_by_the_calendar),
		cmocka_unit_test(
		    test_cycle__an_exception_goes_before_its_category_and_that_before_all),
		cycle_test(test_cycle__says_what_is_done_and_who_is_late),
		cycle_test(test_cycle__the_hall_sees_its_offices_and_its_years),
		cycle_test(test_cycle__a_year_without_a_calendar_is_no_error),
	};

	return cmocka_run_group_tests_name(
	    "cycle", tests, test_libraries_up, test_libraries_down);
}
