#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/record/canon.h"
#include "store/record/record_rules.h"

static struct edition *edition;

static int
load_edition(void **state)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	int rc;

	(void)state;
	rc = file_read("editions/pmqa4-2562.json", CANON_MAX, &b, &e);
	if (rc == 0)
		rc = edition_parse(b.data, b.len, &edition, &e);
	if (rc < 0)
		print_error("%s\n", e.msg);
	buf_release(&b);
	return rc;
}

static int
free_edition(void **state)
{
	(void)state;
	edition_free(edition);
	return 0;
}

static int
check(const char *path, const char *json, int saved, struct err *e)
{
	cJSON *rec = cJSON_Parse(json);
	struct record_path rp;
	int rc;

	assert_non_null(rec);
	assert_ok(record_path_parse(path, RECORD_OFFICE, &rp, e), e);
	rc = record_check(&rp, rec, edition, e);
	if (rc == 0 && saved)
		rc = record_rules_save(&rp, rec, e);
	cJSON_Delete(rec);
	return rc;
}

static void
fits(const char *path, const char *json)
{
	struct err e = { 0 };

	assert_ok(check(path, json, 0, &e), &e);
	assert_ok(check(path, json, 1, &e), &e);
}

/* Refused wherever it comes from. */
static void
refused(const char *path, const char *json, const char *why)
{
	struct err e = { 0 };

	assert_err(check(path, json, 0, &e), ERR_INVALID, &e, why);
}

/* Refused here, though it may come from elsewhere. */
static void
not_saved(const char *path, const char *json, const char *why)
{
	struct err e = { 0 };

	assert_ok(check(path, json, 0, &e), &e);
	assert_err(check(path, json, 1, &e), ERR_INVALID, &e, why);
}

#define INDICATOR(measure)                                                     \
	"{\"indicators\":{\"ia1\":{\"direction\":\"larger\",\"measure\":"      \
	"\"" measure "\",\"name\":\"n\"}}}"

static void
test_record_rules__indicators_are_of_a_measure_of_the_item(void **state)
{
	(void)state;
	fits("2565/items/7.1.json", INDICATOR("7.1.5"));
	refused("2565/items/7.1.json", INDICATOR("7.2.1"),
	    "item 7.1 has no measure '7.2.1'");
	refused("2565/items/7.1.json", INDICATOR("7.1.99"), "'7.1.99'");
	refused("2565/items/7.1.json", INDICATOR("Total"), "'Total'");
	/* an own one may have been taken away by another device meanwhile */
	not_saved("2565/items/7.1.json", INDICATOR("ma1"),
	    "no own measure 'ma1', which indicator 'ia1' names");
	fits("2565/items/7.1.json",
	    "{\"indicators\":{\"ia1\":{\"direction\":\"larger\",\"measure\":"
	    "\"ma1\",\"name\":\"n\"}},\"measures\":{\"ma1\":{\"title\":\"t\"}"
	    "}}");
}

static void
test_record_rules__items_of_points_take_none(void **state)
{
	(void)state;
	refused("2565/items/1.1.json", INDICATOR("7.1.1"),
	    "item 1.1 is measured by points");
	refused("2565/items/1.1.json",
	    "{\"measures\":{\"ma1\":{\"title\":\"t\"}}}",
	    "takes no indicators");
	refused("2565/items/7.1.json", "{\"ticks\":[\"7.1.B1\"]}", "7.1.B1");
}

static void
test_record_rules__answers_are_to_questions_that_are_asked(void **state)
{
	(void)state;
	fits("2565/profile.json", "{\"answers\":{\"1a1\":\"x\"}}");
	refused("2565/profile.json",
	    "{\"answers\":{\"1a1\":\"x\",\"z\":\"y\"}}",
	    "no question 'z' of the profile");
}

static void
test_record_rules__actions_are_about_items_that_exist(void **state)
{
	(void)state;
	fits("2565/actions/pa1.json",
	    "{\"items\":[\"1.1\",\"7\"],\"status\":\"open\",\"what\":\"w\"}");
	refused("2565/actions/pa1.json",
	    "{\"items\":[\"1.9\"],\"status\":\"open\",\"what\":\"w\"}",
	    "no item or category '1.9'");
	refused("2565/actions/pa1.json",
	    "{\"items\":[\"8\"],\"status\":\"open\",\"what\":\"w\"}", "'8'");
}

#define DUE(day, more)                                                         \
	"{\"due\":\"" day "\"," more "\"status\":\"open\",\"what\":\"w\"}"

static void
test_record_rules__days_lie_in_the_years_of_a_plan(void **state)
{
	(void)state;
	fits("2565/actions/pa1.json", DUE("2021-10-01", ""));
	fits("2565/actions/pa1.json", DUE("2032-09-30", ""));
	not_saved("2565/actions/pa1.json", DUE("2021-09-30", ""),
	    "fiscal years 2565 to 2575");
	not_saved(
	    "2565/actions/pa1.json", DUE("2032-10-01", ""), "2565 to 2575");
	/* carried over: counted from where it came */
	fits("2567/actions/pa1.json",
	    DUE("2021-10-01", "\"origin\":{\"year\":2565},"));
	not_saved("2567/actions/pa1.json",
	    DUE("2032-10-01", "\"origin\":{\"year\":2565},"), "2565 to 2575");
}

/* The rules of the edition survive a merge: what two devices wrote apart. */
static void
test_record_rules__hold_for_what_two_devices_wrote(void **state)
{
	cJSON *base = cJSON_Parse("{\"measures\":{\"ma1\":{\"title\":\"t\"}}}");
	cJSON *hall = cJSON_Parse("{}");
	cJSON *mine = cJSON_Parse(
	    "{\"indicators\":{\"ia1\":{\"direction\":\"larger\",\"measure\":"
	    "\"ma1\",\"name\":\"n\"}},\"measures\":{\"ma1\":{\"title\":\"t\"}"
	    "}}");
	cJSON *merged = NULL, *conflicts = NULL;
	struct record_path rp;
	struct err e = { 0 };

	(void)state;
	assert_ok(
	    record_path_parse("2565/items/7.1.json", RECORD_OFFICE, &rp, &e),
	    &e);
	assert_ok(
	    record_merge(rp.type, base, hall, mine, &merged, &conflicts, &e),
	    &e);
	assert_null(json_get(merged, "measures"));
	assert_ok(record_check(&rp, merged, edition, &e), &e);
	cJSON_Delete(base);
	cJSON_Delete(hall);
	cJSON_Delete(mine);
	cJSON_Delete(merged);
	cJSON_Delete(conflicts);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_record_rules__indicators_are_of_a_measure_of_the_item),
		cmocka_unit_test(test_record_rules__items_of_points_take_none),
		cmocka_unit_test(
		    test_record_rules__answers_are_to_questions_that_are_asked),
		cmocka_unit_test(
		    test_record_rules__actions_are_about_items_that_exist),
		cmocka_unit_test(
		    test_record_rules__days_lie_in_the_years_of_a_plan),
		cmocka_unit_test(
		    test_record_rules__hold_for_what_two_devices_wrote),
	};

	return cmocka_run_group_tests_name(
	    "record_rules", tests, load_edition, free_edition);
}
