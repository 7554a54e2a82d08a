#include "tests/unit/test.h"

#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/hall/visit.h"
#include "store/view/query.h"
#include "tests/support/pair.h"

#define NOON 1600000000

static int
setup(void **state)
{
	*state = pair_make();
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static struct store *
hall(void **state)
{
	struct pair *p = *state;

	return p->hall.store;
}

static void
seen(void **state, int64_t time)
{
	struct err e;

	assert_ok(visit_seen(hall(state), "9105", time, &e), &e);
}

static void
well(void **state, int64_t time)
{
	struct err e;

	assert_ok(visit_well(hall(state), "9105", time, &e), &e);
}

static void
failed(void **state, int64_t time, const char *message)
{
	struct err e;

	assert_ok(
	    visit_failed(hall(state), "9105", time, "refused", message, &e),
	    &e);
}

/* What hall.status says of the one office: "<last_seen> <since> <message>",
 * times as seconds after NOON, "-" for null. */
static void
says(void **state, const char *want)
{
	cJSON *status = NULL;
	const cJSON *office, *failing;
	const char *at[2];
	char text[2][24], got[200];
	int64_t t;
	struct err e;
	int i;

	assert_ok(query_hall_status(hall(state), &status, &e), &e);
	office = cJSON_GetArrayItem(json_get(status, "offices"), 0);
	failing = json_get(office, "failing");
	at[0] = json_str(office, "last_seen");
	at[1] = json_str(failing, "since");
	for (i = 0; i < 2; i++) {
		snprintf(text[i], sizeof(text[i]), "-");
		if (at[i] == NULL)
			continue;
		assert_ok(clock_parse(at[i], 0, 0, &t, &e), &e);
		snprintf(text[i], sizeof(text[i]), "%ld", (long)(t - NOON));
	}
	snprintf(got, sizeof(got), "%s %s %s", text[0], text[1],
	    at[1] != NULL ? json_str(failing, "message") : "-");
	assert_string_equal(got, want);
	if (at[1] != NULL)
		assert_string_equal(json_str(failing, "class"), "refused");
	cJSON_Delete(status);
}

static void
test_visit__an_office_that_never_came_was_not_seen(void **state)
{
	says(state, "- - -");
}

static void
test_visit__each_visit_moves_last_seen(void **state)
{
	seen(state, NOON + 1);
	says(state, "1 - -");
	seen(state, NOON + 2);
	says(state, "2 - -");
	well(state, NOON + 3);
	says(state, "3 - -");
}

static void
test_visit__a_failure_keeps_its_beginning_and_its_newest_sentence(void **state)
{
	failed(state, NOON + 1, "no");
	says(state, "1 1 no");
	seen(state, NOON + 5); /* the fetch before the next push */
	says(state, "5 1 no");
	failed(state, NOON + 6, "still no");
	says(state, "6 1 still no");
}

static void
test_visit__a_good_push_ends_a_failure(void **state)
{
	failed(state, NOON + 1, "no");
	well(state, NOON + 2);
	says(state, "2 - -");
	failed(state, NOON + 3, "again");
	says(state, "3 3 again");
}

static void
test_visit__a_second_visit_without_a_push_ends_a_failure(void **state)
{
	failed(state, NOON + 1, "no");
	seen(state, NOON + 5);
	seen(state, NOON + 9); /* nothing was pushed after the one before */
	says(state, "9 - -");
}

static void
test_visit__a_visit_in_the_same_second_says_nothing(void **state)
{
	failed(state, NOON + 1, "no");
	seen(state, NOON + 1);
	seen(state, NOON + 1);
	says(state, "1 1 no");
}

static void
test_visit__refuses_an_office_that_is_not_enrolled(void **state)
{
	struct store *s = hall(state);
	struct err e;

	assert_int_equal(visit_seen(s, "9106", NOON, &e), ERR_NOT_FOUND);
	assert_int_equal(visit_well(s, "9106", NOON, &e), ERR_NOT_FOUND);
	assert_int_equal(
	    visit_failed(s, "9106", NOON, "refused", "no", &e), ERR_NOT_FOUND);
}

static void
test_visit__refuses_words_that_cannot_be_shown(void **state)
{
	struct store *s = hall(state);
	char lengthy[VISIT_MESSAGE_MAX + 2];
	struct err e;

	memset(lengthy, 'x', sizeof(lengthy) - 1);
	lengthy[sizeof(lengthy) - 1] = '\0';
	assert_err(visit_failed(s, "9105", NOON, "sulking", "no", &e),
	    ERR_INVALID, &e, "class");
	assert_int_equal(
	    visit_failed(s, "9105", NOON, "refused", "a\nb", &e), ERR_INVALID);
	assert_int_equal(
	    visit_failed(s, "9105", NOON, "refused", "\xff", &e), ERR_INVALID);
	assert_int_equal(
	    visit_failed(s, "9105", NOON, "refused", lengthy, &e), ERR_INVALID);
	says(state, "- - -");
}

static void
test_visit__leaves_journal_and_history_alone_and_outlives_a_reindex(
    void **state)
{
	char *before, *after;
	struct err e;

	before = pair_dump(hall(state));
	seen(state, NOON + 1);
	failed(state, NOON + 2, "no");
	after = pair_dump(hall(state));
	assert_string_equal(before, after);
	free(after);
	free(before);

	assert_ok(absorb_reindex(hall(state), NULL, NULL, &e), &e);
	says(state, "2 2 no");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_visit__an_office_that_never_came_was_not_seen),
		TEST(test_visit__each_visit_moves_last_seen),
		TEST(
		    test_visit__a_failure_keeps_its_beginning_and_its_newest_sentence),
		TEST(test_visit__a_good_push_ends_a_failure),
		TEST(test_visit__a_second_visit_without_a_push_ends_a_failure),
		TEST(test_visit__a_visit_in_the_same_second_says_nothing),
		TEST(test_visit__refuses_an_office_that_is_not_enrolled),
		TEST(test_visit__refuses_words_that_cannot_be_shown),
		TEST(
		    test_visit__leaves_journal_and_history_alone_and_outlives_a_reindex),
	};

	return cmocka_run_group_tests_name(
	    "visit", tests, test_libraries_up, test_libraries_down);
}
