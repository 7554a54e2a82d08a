#include "tests/unit/test.h"

#include "store/save/journal.h"
#include "tests/support/office.h"

struct fixture {
	struct test_office o;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_office_remove(&f->o);
	free(f);
	return 0;
}

static int64_t
waiting(struct fixture *f)
{
	int64_t n = -1;

	assert_ok(journal_count(f->o.store, &n, &f->e), &f->e);
	return n;
}

static void
flush(struct fixture *f)
{
	assert_ok(journal_flush(f->o.store, &f->e), &f->e);
}

static void
sql(struct fixture *f, const char *text)
{
	assert_ok(db_exec(store_db(f->o.store), text, &f->e), &f->e);
}

/* Closes the store and opens it again: what a restart does. */
static int
restart(struct fixture *f)
{
	test_office_close(&f->o);
	return store_open(f->o.dir, STORE_WRITE, &f->o.store, &f->e);
}

/* The ids on the branch, oldest first, one a line; the caller frees. */
static char *
git_ids(struct fixture *f)
{
	return test_office_git(
	    &f->o, "log", "--reverse", "--format=%H", "office", "--", NULL);
}

static void
expect_fsck(struct fixture *f)
{
	char *out = test_office_git(&f->o, "fsck", "--strict", NULL);

	assert_string_equal("", out);
	free(out);
}

static void
test_journal__holds_saves_until_they_are_flushed(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(test_office_tick(&f->o, 2565, "1.1.B1", 1));
	assert_int_equal(2, waiting(f));

	flush(f);

	assert_int_equal(0, waiting(f));
	expect_fsck(f);
}

static void
test_journal__writes_the_ids_that_were_acknowledged(void **state)
{
	struct fixture *f = *state;
	cJSON *tick = test_office_tick(&f->o, 2565, "1.1.B1", 1);
	char *ids;

	flush(f);

	ids = git_ids(f);
	assert_int_equal(82, strlen(ids)); /* two commits */
	assert_memory_equal(ids + 41, json_str(tick, "commit"), 40);
	free(ids);
	cJSON_Delete(tick);
}

static void
test_journal__writes_commits_that_stock_git_verifies(void **state)
{
	struct fixture *f = *state;
	char *out;

	cJSON_Delete(test_office_tick(&f->o, 2565, "1.1.B1", 1));
	flush(f);

	out = test_office_git(&f->o, "verify-commit", "office", NULL);
	assert_non_null(strstr(out, "Good \"git\" signature for 9105-a"));
	free(out);
}

static void
test_journal__flushes_one_office_alone(void **state)
{
	struct fixture *f = *state;
	char office[8];
	int has = -1;

	cJSON_Delete(test_office_tick(&f->o, 2565, "1.1.B1", 1));
	assert_ok(
	    journal_next_office(f->o.store, NULL, office, &has, &f->e), &f->e);
	assert_int_equal(1, has);
	assert_string_equal("9105", office);
	assert_ok(journal_next_office(f->o.store, "9105", office, &has, &f->e),
	    &f->e);
	assert_int_equal(0, has);

	assert_ok(journal_flush_office(f->o.store, "9106", &f->e), &f->e);
	assert_int_equal(2, waiting(f));
	assert_ok(journal_flush_office(f->o.store, "9105", &f->e), &f->e);
	assert_int_equal(0, waiting(f));
	expect_fsck(f);
}

static void
test_journal__flushes_nothing_when_nothing_waits(void **state)
{
	struct fixture *f = *state;
	char *before, *after;

	flush(f);
	before = git_ids(f);

	flush(f);

	after = git_ids(f);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
test_journal__is_taken_up_after_a_stop_with_the_same_ids(void **state)
{
	struct fixture *f = *state;
	cJSON *set = test_office_set(&f->o, 2565, "1.1", "gap", "ก\nข");
	cJSON *drop = test_office_set(&f->o, 2565, "1.1", "gap", NULL);
	char *ids;

	assert_ok(restart(f), &f->e);

	assert_int_equal(0, waiting(f));
	ids = git_ids(f);
	assert_int_equal(3 * 41, strlen(ids));
	assert_memory_equal(ids + 41, json_str(set, "commit"), 40);
	assert_memory_equal(ids + 82, json_str(drop, "commit"), 40);
	expect_fsck(f);
	free(ids);
	cJSON_Delete(set);
	cJSON_Delete(drop);
}

static void
test_journal__drops_rows_that_a_crash_left_behind_the_ref(void **state)
{
	struct fixture *f = *state;
	char *before, *after;

	sql(f, "CREATE TABLE kept AS SELECT * FROM journal");
	sql(f, "CREATE TABLE kept_file AS SELECT * FROM journal_file");
	flush(f);
	sql(f, "INSERT INTO journal SELECT * FROM kept");
	sql(f, "INSERT INTO journal_file SELECT * FROM kept_file");
	before = git_ids(f);

	/* one more behind them: only this one may be applied */
	cJSON_Delete(test_office_tick(&f->o, 2565, "1.1.B1", 1));
	assert_int_equal(2, waiting(f));
	assert_ok(restart(f), &f->e);

	after = git_ids(f);
	assert_int_equal(0, waiting(f));
	assert_int_equal(strlen(before) + 41, strlen(after));
	assert_memory_equal(before, after, strlen(before));
	free(before);
	free(after);
}

static void
test_journal__says_damaged_when_a_file_was_changed(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "x"));
	sql(f, "UPDATE journal_file SET bytes = CAST(replace(CAST(bytes AS"
	       " TEXT), 'x', 'y') AS BLOB) WHERE path = '2565/items/1.1.json'");

	assert_err(restart(f), ERR_DAMAGED, &f->e,
	    "revision a2 of 9105-a in the journal has a file that is not");
}

static void
test_journal__says_damaged_when_a_file_is_missing(void **state)
{
	struct fixture *f = *state;

	sql(f, "DELETE FROM journal_file WHERE path = 'office.json'");

	assert_err(restart(f), ERR_DAMAGED, &f->e,
	    "revision a1 of 9105-a in the journal does not give its tree");
}

static void
test_journal__says_damaged_when_a_row_is_missing(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "x"));
	sql(f, "DELETE FROM journal WHERE id = 1");

	assert_err(restart(f), ERR_DAMAGED, &f->e,
	    "revision a2 of 9105-a in the journal does not follow its branch");
}

static void
test_journal__says_damaged_when_a_commit_id_was_changed(void **state)
{
	struct fixture *f = *state;

	sql(f, "UPDATE journal SET commit_id = zeroblob(20)");

	assert_err(restart(f), ERR_DAMAGED, &f->e,
	    "revision a1 of 9105-a in the journal does not give its commit id");
}

static void
test_journal__says_damaged_when_a_commit_was_changed(void **state)
{
	struct fixture *f = *state;

	sql(f, "UPDATE journal SET raw = CAST(replace(CAST(raw AS TEXT),"
	       " 'gpgsig', 'gpgsog') AS BLOB)");

	assert_err(restart(f), ERR_DAMAGED, &f->e, "a journal row");
}

static void
test_journal__waits_while_saves_are_grouped(void **state)
{
	struct fixture *f = *state;

	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	assert_err(journal_flush(f->o.store, &f->e), ERR_FAILED, &f->e,
	    "being grouped");
	assert_ok(save_group_end(f->o.store, &f->e), &f->e);
}

#define journal_test(name)                                                     \
	cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		journal_test(test_journal__holds_saves_until_they_are_flushed),
		journal_test(
		    test_journal__writes_the_ids_that_were_acknowledged),
		journal_test(
		    test_journal__writes_commits_that_stock_git_verifies),
		journal_test(test_journal__flushes_one_office_alone),
		journal_test(test_journal__flushes_nothing_when_nothing_waits),
		journal_test(
		    test_journal__is_taken_up_after_a_stop_with_the_same_ids),
		journal_test(
		    test_journal__drops_rows_that_a_crash_left_behind_the_ref),
		journal_test(
		    test_journal__says_damaged_when_a_file_was_changed),
		journal_test(test_journal__says_damaged_when_a_file_is_missing),
		journal_test(test_journal__says_damaged_when_a_row_is_missing),
		journal_test(
		    test_journal__says_damaged_when_a_commit_id_was_changed),
		journal_test(
		    test_journal__says_damaged_when_a_commit_was_changed),
		journal_test(test_journal__waits_while_saves_are_grouped),
	};

	return cmocka_run_group_tests_name(
	    "journal", tests, test_libraries_up, test_libraries_down);
}
