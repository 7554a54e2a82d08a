/* A file of more than CHECK_ALWAYS_PAGES is read through after the start, if
 * nobody closed it. */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/admit/absorb.h"
#include "store/store_check.h"
#include "tests/support/office.h"

#define PAD_BYTES (20 * 1024 * 1024)

struct fixture {
	struct test_office o;
	char db[300], note[300];
	struct err e;
};

static void
sql(const struct fixture *f, const char *text)
{
	sqlite3 *db = NULL;

	assert_int_equal(SQLITE_OK, sqlite3_open(f->db, &db));
	assert_int_equal(SQLITE_OK, sqlite3_exec(db, text, NULL, NULL, NULL));
	assert_int_equal(SQLITE_OK, sqlite3_close(db));
}

/* An office whose database is large, closed. */
static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char text[200];

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	test_office_close(&f->o);
	snprintf(f->db, sizeof(f->db), "%s/pmqa.db", f->o.dir);
	snprintf(f->note, sizeof(f->note), "%s/pmqa.db.unchecked", f->o.dir);
	/* in rows of a page, so that damage within is damage of the tree */
	snprintf(text, sizeof(text),
	    "CREATE TABLE pad(x);"
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
	    "WHERE i < %d) INSERT INTO pad SELECT zeroblob(2000) FROM n",
	    PAD_BYTES / 2000);
	sql(f, text);
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

/* A writer that ends without closing anything, as a kill does. */
static void
crash(const struct fixture *f)
{
	pid_t child = fork();
	int status = 0;

	assert_true(child >= 0);
	if (child == 0) {
		struct store *s = NULL;
		struct err e;

		if (store_open(f->o.dir, STORE_WRITE, &s, &e) < 0 ||
		    db_exec(store_db(s), "CREATE TABLE left(x)", &e) < 0)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(child, waitpid(child, &status, 0));
	assert_int_equal(0, status);
}

static void
spoil_last_pages(const struct fixture *f)
{
	unsigned char junk[64];
	struct stat st;
	int fd = open(f->db, O_WRONLY);

	memset(junk, 0xa5, sizeof(junk));
	assert_true(fd >= 0);
	assert_int_equal(0, fstat(fd, &st));
	for (off_t at = st.st_size - 8 * 4096; at < st.st_size; at += 4096)
		assert_int_equal(
		    sizeof(junk), pwrite(fd, junk, sizeof(junk), at));
	close(fd);
}

static void
test_store_check__owes_nothing_after_a_clean_stop(void **state)
{
	struct fixture *f = *state;

	test_office_open(&f->o);

	assert_false(store_check_is_owed(f->o.store));
	assert_int_not_equal(0, access(f->note, F_OK));
}

static void
test_store_check__is_owed_after_a_crash_until_the_file_was_read(void **state)
{
	struct fixture *f = *state;
	struct store *reader = NULL;

	crash(f);
	test_office_open(&f->o);
	assert_true(store_check_is_owed(f->o.store));
	/* a stop before it was done changes nothing */
	test_office_close(&f->o);
	test_office_open(&f->o);
	assert_true(store_check_is_owed(f->o.store));

	assert_ok(store_open(f->o.dir, STORE_READ, &reader, &f->e), &f->e);
	assert_ok(store_check_run(reader, &f->e), &f->e);
	store_close(reader);

	assert_false(store_check_is_owed(f->o.store));
	assert_int_not_equal(0, access(f->note, F_OK));
}

static void
test_store_check__keeps_what_it_found_damaged_from_opening(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;

	crash(f);
	spoil_last_pages(f);
	test_office_open(&f->o);
	assert_true(store_check_is_owed(f->o.store));

	assert_err(store_check_run(f->o.store, &f->e), ERR_DAMAGED, &f->e,
	    "the database is damaged: ");
	assert_non_null(strstr(f->e.hint, "--reindex"));
	test_office_close(&f->o);

	assert_int_equal(
	    ERR_DAMAGED, store_open(f->o.dir, STORE_WRITE, &s, &f->e));
	assert_ok(store_open(f->o.dir, STORE_REPAIR, &s, &f->e), &f->e);
	assert_ok(absorb_reindex(s, NULL, NULL, &f->e), &f->e);
	store_close(s);
	assert_int_not_equal(0, access(f->note, F_OK));
	test_office_open(&f->o);
	assert_false(store_check_is_owed(f->o.store));
}

int
main(void)
{
#define check_test(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		check_test(test_store_check__owes_nothing_after_a_clean_stop),
		check_test(
		    test_store_check__is_owed_after_a_crash_until_the_file_was_read),
		check_test(
		    test_store_check__keeps_what_it_found_damaged_from_opening),
	};

	return cmocka_run_group_tests_name(
	    "store_check", tests, test_libraries_up, test_libraries_down);
}
