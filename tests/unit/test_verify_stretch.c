/* A past that was cut into stretches, with side lines that begin in one and are
 * merged in another: the same is found as in one piece. */
#include "tests/support/tamper.h"
#include "tests/support/twins.h"
#include "tests/unit/test.h"

#include "base/json.h"
#include "store/save/journal.h"

#define YEAR 2565
#define ROUNDS 4

static struct twins *d;

/* Each of two devices writes on while it does not know of the other. */
static int
setup(void **state)
{
	static const char *const fields[] = { "strengths", "gap" };
	char text[80];
	struct join j;
	int i, k;

	if (test_libraries_up(state) != 0)
		return -1;
	d = twins_make(2);
	cJSON_Delete(test_office_open_year(&d->at[0], YEAR));
	twins_sync(d, 0, &j);
	for (i = 0; i < ROUNDS; i++) {
		twins_sync(d, 1, &j);
		for (k = 0; k < 6; k++) {
			snprintf(text, sizeof(text), "ครั้งที่ %d.%d", i, k);
			cJSON_Delete(test_office_set(
			    &d->at[k % 2], YEAR, "1.1", fields[k % 2], text));
		}
		twins_sync(d, 0, &j);
		twins_sync(d, 1, &j);
		twins_sync(d, 0, &j);
	}
	return 0;
}

static int
teardown(void **state)
{
	twins_remove(d);
	return test_libraries_down(state);
}

/* The same by any stretches; *ret_ok: and it is good. */
static void
assert_same(const char *dir, int *ret_ok)
{
	cJSON *whole = tamper_stretches(dir, 1, 1000), *parts;
	int64_t stretch;

	*ret_ok = json_bool(whole, "ok", 0);
	for (stretch = 1; stretch < 12; stretch++) {
		parts = tamper_stretches(dir, 1, stretch);
		if (!cJSON_Compare(whole, parts, 1))
			fail_msg("%s\nby stretches of %d is not %s",
			    cJSON_Print(parts), (int)stretch,
			    cJSON_Print(whole));
		cJSON_Delete(parts);
	}
	cJSON_Delete(whole);
}

static void
test_verify_stretch__side_lines_are_proved_as_in_one_piece(void **state)
{
	struct err e;
	int ok = 0;

	(void)state;
	assert_same(d->hall.dir, &ok);
	assert_true(ok);
	assert_ok(journal_flush(d->at[0].store, &e), &e);
	assert_same(d->at[0].dir, &ok);
	assert_true(ok);
}

/* A row that is not there says nothing about what lies behind a stretch. */
static void
test_verify_stretch__a_side_line_without_its_rows_is_found_as_in_one_piece(
    void **state)
{
	int ok = 1;

	(void)state;
	tamper_sql(d->hall.dir,
	    "UPDATE revision SET commit_id = randomblob(20) WHERE side = 1");
	assert_same(d->hall.dir, &ok);
	assert_false(ok);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_verify_stretch__side_lines_are_proved_as_in_one_piece),
		cmocka_unit_test(
		    test_verify_stretch__a_side_line_without_its_rows_is_found_as_in_one_piece),
	};

	return cmocka_run_group_tests_name(
	    "verify_stretch", tests, setup, teardown);
}
