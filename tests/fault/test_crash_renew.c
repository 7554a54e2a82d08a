/*
 * Goal: whatever call of a change to another letter the process dies at (or
 * fails): the machine is wholly the old device or, after the next start, wholly
 * the new one; every save that was acknowledged is there, and no name was used
 * twice.
 *
 * The test runs itself as the driver ("--driver DIR") with shim_crash.so
 * preloaded, once for each call that changes files (see test_crash.c).
 */
#include "tests/unit/test.h"

#include "store/hall/renew.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/support/crash_driver.h"
#include "tests/support/crash_run.h"
#include "tests/support/pair.h"

#define N_REVISIONS 4 /* two that the hall has, two that it has not */

struct fixture {
	struct pair *pair;
	struct crash crash;
};

/* --- the driver --- */

static int
driver(const char *dir)
{
	struct store *s = NULL;
	struct renewed r;
	long calls;
	struct err e;

	test_libraries_up(NULL);
	crash_check(store_open(dir, STORE_WRITE, &s, &e), &e);
	crash_begin();
	crash_check(renew_device(s, NULL, &r, &e), &e);
	crash_say("done\n");
	calls = crash_calls();
	store_close(s);
	return crash_end(calls);
}

/* --- the test --- */

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e;

	assert_non_null(f);
	test_libraries_up(state);
	crash_find(&f->crash);
	f->pair = pair_make();
	cJSON_Delete(test_office_open_year(&f->pair->office, CRASH_YEAR));
	cJSON_Delete(
	    test_office_tick(&f->pair->office, CRASH_YEAR, "1.1.B1", 1));
	pair_sync(f->pair);
	cJSON_Delete(
	    test_office_tick(&f->pair->office, CRASH_YEAR, "1.2.B1", 1));
	cJSON_Delete(
	    test_office_tick(&f->pair->office, CRASH_YEAR, "1.3.B1", 1));
	assert_ok(journal_flush(f->pair->office.store, &e), &e);
	test_office_close(&f->pair->office);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_office_open(&f->pair->office);
	pair_remove(f->pair);
	free(f);
	return test_libraries_down(state);
}

static void
read_line(void *arg, char *line)
{
	int *done = arg;

	*done |= strcmp(line, "done") == 0;
}

static void
expect_sound(struct store *s)
{
	cJSON *v = NULL;
	struct err e;
	char *text;

	assert_ok(verify_run(s, NULL, NULL, &v, &e), &e);
	if (!json_bool(v, "ok", 0)) {
		text = cJSON_Print(v);
		fail_msg("%s", text);
	}
	cJSON_Delete(v);
}

/* Of both letters, in the order of the branch: "a1 a2 a3 a4" or "a1 a2 b1 b2". */
static void
expect_names(struct store *s, int renewed)
{
	static const char *const names[2][N_REVISIONS] = {
		{ "a1", "a2", "a3", "a4" }, { "a1", "a2", "b1", "b2" }
	};
	struct branch *b = NULL;
	int64_t n = 0;
	struct err e;
	int i;

	assert_ok(store_own_branch(s, "", &b, &e), &e);
	assert_int_equal(b->n, N_REVISIONS);
	for (i = 0; i < N_REVISIONS; i++)
		assert_ok(db_one_int(store_db(s), &n, &e,
			      "SELECT id FROM revision WHERE branch = ?1"
			      " AND name = ?2",
			      "is", b->id, names[renewed][i]),
		    &e);
}

static void
judge(const char *dir, int done)
{
	struct test_office o = { .person = { "somsri", "สมศรี" } };
	struct renewed again;
	struct err e;
	int renewed;

	o.dir = strdup(dir);
	assert_non_null(o.dir);
	test_office_open(&o);
	assert_ok(renew_resume(o.store, &e), &e);
	renewed = strcmp(store_device(o.store), "9105-a") != 0;
	if (done)
		assert_true(renewed);
	/* a stray key costs its letter, no more */
	if (!renewed) {
		expect_names(o.store, 0);
		assert_ok(renew_device(o.store, NULL, &again, &e), &e);
		assert_int_equal(again.n, 2);
	} else if (strcmp(store_device(o.store), "9105-b") == 0) {
		expect_names(o.store, 1);
	}
	expect_sound(o.store);
	cJSON_Delete(test_office_tick(&o, CRASH_YEAR, "1.4.B1", 1));
	assert_ok(journal_flush(o.store, &e), &e);
	expect_sound(o.store);
	test_office_close(&o);
	free(o.dir);
}

/* 1 when the k-th call was beyond the end. */
static int
try_point(const struct fixture *f, long k, const char *how)
{
	char *dir = crash_copy(f->pair->office.dir);
	struct crash_result r;
	int done = 0;

	crash_run(&f->crash, dir, k, how, read_line, &done, &r);
	crash_expect(&r, k, how);
	if (strcmp(how, "EIO") == 0)
		crash_expect_fatal(&r, k);
	judge(dir, done);
	test_dir_remove(dir);
	return k > 0 && r.ended && r.count < k;
}

static void
test_crash_renew__at_every_call(void **state)
{
	long k, step = getenv("PMQA_CRASH_ALL") != NULL ? 1 : 3;
	int over = 0;

	if (CRASH_SANITIZED)
		skip();
	for (k = 1; !over && k < 2000; k += step)
		over = try_point(*state, k, "kill");
	assert_true(over && k > 10);
}

static void
test_crash_renew__when_a_call_fails(void **state)
{
	long k, step = getenv("PMQA_CRASH_ALL") != NULL ? 1 : 7;
	int over = 0;

	if (CRASH_SANITIZED)
		skip();
	for (k = 1; !over && k < 2000; k += step)
		over = try_point(*state, k, "ENOSPC");
	assert_true(over && k > 10);
}

static void
test_crash_renew__ends_the_process_when_the_disk_fails(void **state)
{
	long k, step = getenv("PMQA_CRASH_ALL") != NULL ? 1 : 3;
	int over = 0;

	if (CRASH_SANITIZED)
		skip();
	for (k = 1; !over && k < 2000; k += step)
		over = try_point(*state, k, "EIO");
	assert_true(over && k > 10);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_renew__at_every_call),
		cmocka_unit_test(test_crash_renew__when_a_call_fails),
		cmocka_unit_test(
		    test_crash_renew__ends_the_process_when_the_disk_fails),
	};

	if (argc == 3 && strcmp(argv[1], "--driver") == 0)
		return driver(argv[2]);
	crash_note();
	return cmocka_run_group_tests_name(
	    "crash_renew", tests, setup, teardown);
}
