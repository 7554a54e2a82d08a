#include "tests/unit/test.h"

#include "store/admit/copy.h"
#include "tests/support/joined.h"

static struct joined j;

static int
setup(void **state)
{
	(void)state;
	joined_make(&j);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	joined_remove(&j);
	return 0;
}

static struct copy
look(void)
{
	struct copy c;
	struct err e;

	assert_ok(copy_look(j.office.store, &c, &e), &e);
	return c;
}

static void
expect_status(int64_t done, int64_t total)
{
	cJSON *v = NULL;
	struct err e;

	assert_ok(copy_status(j.office.store, &v, &e), &e);
	if (total == 0) {
		assert_true(cJSON_IsNull(v));
	} else {
		assert_int_equal(json_int(v, "done", -1), done);
		assert_int_equal(json_int(v, "total", -1), total);
	}
	cJSON_Delete(v);
}

static void
note(int64_t done, int64_t total)
{
	struct copy c = { .done = done, .revision_bytes = 2000 };
	struct err e;

	assert_ok(copy_note(j.office.store, &c, total, &e), &e);
}

/* refs/<kind>/<branch> as a fetch would leave it, on the office's own tip. */
static void
set_ref(const char *name)
{
	char *out = test_office_git(
	    &j.office, "update-ref", name, "refs/heads/office", NULL);

	free(out);
}

static void
save(void)
{
	test_office_close(&j.office);
	test_office_open(&j.office);
	cJSON_Delete(test_office_open_year(&j.office, 2565));
	test_office_close(&j.office);
	test_office_open(&j.office);
}

static void
test_copy__begins_where_nothing_was_fetched(void **state)
{
	struct copy c;

	(void)state;
	c = look();

	assert_int_equal(c.under_way, 1);
	assert_int_equal(c.have[COPY_HALL].has, 0);
	assert_int_equal(c.have[COPY_OFFICE].has, 0);
	expect_status(0, 0); /* how much there is nobody knows yet */
}

static void
test_copy__goes_on_after_a_restart(void **state)
{
	struct copy c;

	(void)state;
	save();
	look();
	set_ref("refs/incoming/hall");
	set_ref("refs/incoming/office");
	note(300, 1000);
	test_office_close(&j.office);
	test_office_open(&j.office);

	c = look();

	assert_int_equal(c.under_way, 1);
	assert_int_equal(c.done, 300);
	assert_int_equal(c.revision_bytes, 2000);
	assert_int_equal(c.have[COPY_HALL].has, 1);
	assert_int_equal(c.have[COPY_OFFICE].has, 1);
	expect_status(300, 1000);
}

/* A row that somebody wrote to. */
static void
test_copy__divides_by_nothing_that_is_kept(void **state)
{
	struct copy wrong = { .done = -5, .revision_bytes = 0 }, c;
	struct err e;

	(void)state;
	assert_ok(copy_note(j.office.store, &wrong, 10, &e), &e);
	c = look();
	assert_true(c.revision_bytes > 0);
	assert_true(c.done >= 0);
}

static void
test_copy__ends_and_stays_ended(void **state)
{
	struct err e;

	(void)state;
	save();
	look();
	set_ref("refs/incoming/hall");
	note(10, 10);

	assert_ok(copy_end(j.office.store, &e), &e);

	assert_int_equal(look().under_way, 0);
	expect_status(0, 0);
}

static void
test_copy__begins_again_after_a_fetch_was_cut(void **state)
{
	struct err e;

	(void)state;
	save();
	set_ref("refs/heads/hall"); /* a bundle brought it */
	assert_int_equal(look().under_way, 0);

	assert_ok(copy_begin(j.office.store, &e), &e);

	assert_int_equal(look().under_way, 1);
	assert_int_equal(look().done, 0);
	assert_int_equal(look().have[COPY_HALL].has, 1);
}

static void
test_copy__makes_few_packs_of_many(void **state)
{
	char *out, text[32];
	struct err e;
	int i;

	(void)state;
	save();
	for (i = 0; i < 60; i++) {
		snprintf(text, sizeof(text), "gap %d", i);
		cJSON_Delete(
		    test_office_set(&j.office, 2565, "1.1", "gap", text));
		test_office_close(&j.office);
		test_office_open(&j.office);
		free(test_office_git(&j.office, "repack", "-q", NULL));
	}
	assert_ok(copy_end(j.office.store, &e), &e);

	out = test_office_git(&j.office, "count-objects", "-v", NULL);
	assert_null(strstr(out, "packs: 6"));
	free(out);
	free(test_office_git(&j.office, "fsck", "--strict", NULL));
	cJSON_Delete(test_office_set(&j.office, 2565, "1.1", "gap", "goes on"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_copy__begins_where_nothing_was_fetched),
		TEST(test_copy__goes_on_after_a_restart),
		TEST(test_copy__divides_by_nothing_that_is_kept),
		TEST(test_copy__ends_and_stays_ended),
		TEST(test_copy__begins_again_after_a_fetch_was_cut),
		TEST(test_copy__makes_few_packs_of_many),
	};

	return cmocka_run_group_tests_name(
	    "copy", tests, test_libraries_up, test_libraries_down);
}
