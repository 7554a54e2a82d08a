#include "tests/unit/test.h"

#include "store/hall/publish.h"
#include "store/save/answer.h"
#include "tests/support/office.h"
#include "tests/support/pair.h"
#include "tests/support/plan.h"

#define OLD "pmqa4-2562"
#define NEW "pmqa4-2570"

/* The hall publishes an edition, and a calendar of 2566 that names the older
 * one. */
static void
publish(struct pair *p)
{
	cJSON *cycle = cJSON_Parse("{\"cycle\":2566,\"edition\":\"" OLD "\","
				   "\"due\":{\"submit\":\"2023-11-30\"}}");
	cJSON *open = cJSON_Parse("{\"cycle\":2567}");
	const struct edition *ed = NULL;
	cJSON *json, *published = NULL;
	struct err e;

	assert_ok(
	    store_edition(p->office.store, "", OLD, NULL, &ed, NULL, &e), &e);
	json = cJSON_Duplicate(edition_json(ed), 1);
	assert_ok(json_put_str(json, "id", NEW, &e), &e);
	assert_ok(
	    publish_put(p->hall.store, "editions/" NEW ".json", json, &e), &e);
	assert_ok(
	    publish_put(p->hall.store, "cycles/2566.json", cycle, &e), &e);
	assert_ok(publish_put(p->hall.store, "cycles/2567.json", open, &e), &e);
	assert_ok(publish_all(p->hall.store, &p->hall.person, NULL, NULL,
		      &published, &e),
	    &e);
	pair_sync(p);
	cJSON_Delete(published);
	cJSON_Delete(json);
	cJSON_Delete(open);
	cJSON_Delete(cycle);
}

static int
open_year(struct pair *p, int year, const char *edition, struct err *e)
{
	cJSON *ret = NULL;
	int rc;

	assert_ok(save_group_begin(p->office.store, e), e);
	rc = answer_open(
	    p->office.store, &p->office.person, year, edition, NULL, &ret, e);
	assert_ok(save_group_end(p->office.store, NULL), e);
	cJSON_Delete(ret);
	return rc;
}

static void
test_opening__takes_the_edition_of_the_halls_calendar(void **state)
{
	struct pair *p = pair_make();
	struct err e;

	(void)state;
	cJSON_Delete(test_office_open_year(&p->office, 2565));
	publish(p);

	/* the calendar's, then (a calendar without one) the newest, then that
	 * of nobody's calendar, then what a person says */
	assert_ok(open_year(p, 2566, NULL, &e), &e);
	assert_ok(open_year(p, 2567, NULL, &e), &e);
	assert_ok(open_year(p, 2568, NULL, &e), &e);
	assert_ok(open_year(p, 2569, OLD, &e), &e);

	test_expect_field(
	    &p->office, "2566/assessment.json", "edition.id", "\"" OLD "\"");
	test_expect_field(
	    &p->office, "2567/assessment.json", "edition.id", "\"" NEW "\"");
	test_expect_field(
	    &p->office, "2568/assessment.json", "edition.id", "\"" NEW "\"");
	test_expect_field(
	    &p->office, "2569/assessment.json", "edition.id", "\"" OLD "\"");
	pair_remove(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_opening__takes_the_edition_of_the_halls_calendar),
	};

	return cmocka_run_group_tests_name(
	    "opening", tests, test_libraries_up, test_libraries_down);
}
