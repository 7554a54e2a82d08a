#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/db/db.h"

struct fixture {
	char *dir;
	char path[256];
	struct db *db;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->dir = test_dir();
	snprintf(f->path, sizeof(f->path), "%s/x.db", f->dir);
	assert_ok(db_open(f->path, DB_WRITE, &f->db, &f->e), &f->e);
	assert_ok(
	    db_exec(f->db, "CREATE TABLE t(a INTEGER, b TEXT, c BLOB) STRICT",
		&f->e),
	    &f->e);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	test_dir_remove(f->dir);
	free(f);
	return 0;
}

static int64_t
one(struct fixture *f, const char *sql)
{
	int64_t n = -1;

	assert_ok(db_one_int(f->db, &n, &f->e, sql, ""), &f->e);
	return n;
}

static int64_t
rows(struct fixture *f)
{
	return one(f, "SELECT count(*) FROM t");
}

static void
insert(struct fixture *f, int64_t a)
{
	assert_ok(
	    db_run(f->db, &f->e, "INSERT INTO t(a) VALUES(?1)", "i", a), &f->e);
}

static void
test_db__keeps_the_projects_settings(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(2, one(f, "PRAGMA synchronous")); /* FULL */
	assert_int_equal(1, one(f, "PRAGMA foreign_keys"));
	assert_int_equal(0, one(f, "PRAGMA trusted_schema"));
	assert_int_equal(1, one(f, "PRAGMA cell_size_check"));
	assert_int_equal(0, one(f, "PRAGMA mmap_size"));
	assert_int_equal(-2048, one(f, "PRAGMA cache_size"));
	assert_int_equal(1, one(f, "SELECT count(*) FROM pragma_journal_mode"
				   " WHERE journal_mode = 'wal'"));
}

static void
test_db__makes_a_file_for_its_owner_alone(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(0, stat(f->path, &st));

	assert_int_equal(0600, st.st_mode & 0777);
}

static void
test_db__binds_every_kind_of_value(void **state)
{
	struct fixture *f = *state;
	sqlite3_stmt *st = NULL;

	assert_ok(db_run(f->db, &f->e, "INSERT INTO t VALUES(?1, ?2, ?3)",
		      "isb", INT64_C(-7), "ละงู", "\0\1", (size_t)2),
	    &f->e);
	assert_ok(db_run(f->db, &f->e, "INSERT INTO t VALUES(?1, ?2, ?3)",
		      "nsb", NULL, NULL, (size_t)9),
	    &f->e);

	assert_ok(db_stmt(f->db, &st, &f->e,
		      "SELECT a, b, c FROM t ORDER BY rowid", ""),
	    &f->e);
	assert_int_equal(1, db_step(f->db, st, &f->e));
	assert_int_equal(-7, sqlite3_column_int64(st, 0));
	assert_string_equal("ละงู", (const char *)sqlite3_column_text(st, 1));
	assert_int_equal(2, sqlite3_column_bytes(st, 2));
	assert_memory_equal("\0\1", sqlite3_column_blob(st, 2), 2);
	assert_int_equal(1, db_step(f->db, st, &f->e));
	assert_int_equal(SQLITE_NULL, sqlite3_column_type(st, 0));
	assert_int_equal(SQLITE_NULL, sqlite3_column_type(st, 1));
	assert_int_equal(SQLITE_NULL, sqlite3_column_type(st, 2));
	assert_int_equal(0, db_step(f->db, st, &f->e));
	db_reset(st);
}

static void
test_db__keeps_bytes_that_the_caller_changes_before_the_step(void **state)
{
	struct fixture *f = *state;
	sqlite3_stmt *st = NULL;
	char text[] = "before";

	assert_ok(db_stmt(f->db, &st, &f->e, "SELECT ?1", "s", text), &f->e);
	memcpy(text, "after!", sizeof(text));

	assert_int_equal(1, db_step(f->db, st, &f->e));
	assert_string_equal("before", (const char *)sqlite3_column_text(st, 0));
	db_reset(st);
}

static void
test_db__refuses_a_missing_value(void **state)
{
	struct fixture *f = *state;

	assert_err(db_run(f->db, &f->e, "INSERT INTO t(a, b) VALUES(?1, ?2)",
		       "i", INT64_C(1)),
	    ERR_FAILED, &f->e, "takes 2 values, 1 given");
}

static void
test_db__gives_one_statement_for_one_text(void **state)
{
	struct fixture *f = *state;
	sqlite3_stmt *a = NULL, *b = NULL;
	char sql[] = "SELECT count(*) FROM t";

	assert_ok(
	    db_stmt(f->db, &a, &f->e, "SELECT count(*) FROM t", ""), &f->e);
	assert_ok(db_stmt(f->db, &b, &f->e, sql, ""), &f->e);

	assert_ptr_equal(a, b);
}

static void
test_db__says_when_there_is_no_row(void **state)
{
	struct fixture *f = *state;
	int64_t n = 42;

	assert_err(db_one_int(f->db, &n, &f->e, "SELECT a FROM t", ""),
	    ERR_NOT_FOUND, &f->e, "no such row");
	assert_int_equal(42, n);
}

static void
test_db__rolls_a_savepoint_back_alone(void **state)
{
	struct fixture *f = *state;

	assert_ok(db_begin(f->db, &f->e), &f->e);
	insert(f, 1);
	assert_ok(db_savepoint(f->db, &f->e), &f->e);
	insert(f, 2);
	assert_ok(db_rollback_to(f->db, &f->e), &f->e);
	assert_ok(db_savepoint(f->db, &f->e), &f->e);
	insert(f, 3);
	assert_ok(db_release(f->db, &f->e), &f->e);
	assert_ok(db_commit(f->db, &f->e), &f->e);

	assert_int_equal(2, rows(f));
	assert_int_equal(4, one(f, "SELECT sum(a) FROM t"));
}

static void
test_db__refuses_a_savepoint_outside_a_transaction(void **state)
{
	struct fixture *f = *state;

	assert_err(db_savepoint(f->db, &f->e), ERR_FAILED, &f->e,
	    "the transaction was rolled back");
	assert_ok(db_rollback(f->db, &f->e), &f->e);
	assert_ok(db_rollback_to(f->db, &f->e), &f->e);
}

static void
test_db__shows_a_reader_what_is_committed_only(void **state)
{
	struct fixture *f = *state;
	struct db *reader = NULL;
	int64_t n = -1;

	assert_ok(db_open(f->path, DB_READ, &reader, &f->e), &f->e);
	assert_ok(db_begin(f->db, &f->e), &f->e);
	insert(f, 1);

	assert_ok(
	    db_one_int(reader, &n, &f->e, "SELECT count(*) FROM t", ""), &f->e);
	assert_int_equal(0, n);
	assert_ok(db_commit(f->db, &f->e), &f->e);
	assert_ok(
	    db_one_int(reader, &n, &f->e, "SELECT count(*) FROM t", ""), &f->e);
	assert_int_equal(1, n);
	db_close(reader);
}

static void
test_db__lets_a_reader_change_nothing(void **state)
{
	struct fixture *f = *state;
	struct db *reader = NULL;

	assert_ok(db_open(f->path, DB_READ, &reader, &f->e), &f->e);

	assert_true(db_exec(reader, "DELETE FROM t", &f->e) < 0);
	assert_true(
	    db_run(reader, &f->e, "INSERT INTO t(a) VALUES(1)", "") < 0);
	db_close(reader);
}

static void
test_db__says_damaged_for_a_file_of_another_kind(void **state)
{
	struct fixture *f = *state;
	struct db *db = NULL;
	char path[300];
	FILE *file;

	snprintf(path, sizeof(path), "%s/y.db", f->dir);
	assert_non_null(file = fopen(path, "w"));
	fprintf(file, "%4096s", "this is no database");
	fclose(file);

	assert_err(db_open(path, DB_WRITE, &db, &f->e), ERR_DAMAGED, &f->e,
	    "not a database");
	assert_non_null(strstr(f->e.hint, "--reindex"));
	assert_null(db);
}

static void
test_db__knows_which_failures_are_fatal(void **state)
{
	struct err e;

	(void)state;
	err_set(&e, ERR_SYS, SQLITE_IOERR_FSYNC, "x");
	assert_true(db_is_fatal(&e));
	err_set(&e, ERR_SYS, SQLITE_IOERR_WRITE, "x");
	assert_true(db_is_fatal(&e));
	err_set(&e, ERR_SYS, 28 /* ENOSPC */, "x");
	assert_false(db_is_fatal(&e));
	err_set(&e, ERR_INVALID, SQLITE_IOERR_FSYNC, "x");
	assert_false(db_is_fatal(&e));
	assert_false(db_is_fatal(NULL));
}

static off_t
log_size(const struct fixture *f)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s-wal", f->path);
	assert_int_equal(0, stat(path, &st));
	return st.st_size;
}

static void
test_db__reserves_the_log_and_commits_into_it(void **state)
{
	struct fixture *f = *state;
	off_t reserved;

	db_log_reserve(f->db);
	reserved = log_size(f);
	assert_true(reserved >= 4 * 1000 * 1000);
	assert_ok(db_begin(f->db, &f->e), &f->e);
	insert(f, 1);
	assert_ok(db_commit(f->db, &f->e), &f->e);

	assert_int_equal(reserved, log_size(f));
	assert_int_equal(1, rows(f));
}

static void
copy_file(const char *from, const char *to)
{
	struct buf b = BUF_INIT;
	struct err e;

	assert_ok(file_read(from, 64 * 1024 * 1024, &b, &e), &e);
	assert_ok(file_write(to, b.data, b.len, 0600, &e), &e);
	buf_release(&b);
}

/* What a crash leaves is the two files as they are. */
static void
test_db__finds_its_commits_in_a_reserved_log(void **state)
{
	struct fixture *f = *state;
	char from[300], to[300];
	struct db *before = f->db;

	db_log_reserve(f->db);
	assert_ok(db_begin(f->db, &f->e), &f->e);
	insert(f, 1);
	insert(f, 2);
	assert_ok(db_commit(f->db, &f->e), &f->e);
	snprintf(to, sizeof(to), "%s/copy.db", f->dir);
	copy_file(f->path, to);
	snprintf(from, sizeof(from), "%s-wal", f->path);
	snprintf(to, sizeof(to), "%s/copy.db-wal", f->dir);
	copy_file(from, to);
	snprintf(to, sizeof(to), "%s/copy.db", f->dir);

	assert_ok(db_open(to, DB_WRITE, &f->db, &f->e), &f->e);
	db_close(before);
	assert_int_equal(2, rows(f));
	insert(f, 3);
	assert_int_equal(3, rows(f));
}

/* More than one length of the log: it is copied out and begun anew. */
static void
test_db__keeps_all_commits_when_the_log_begins_anew(void **state)
{
	struct fixture *f = *state;
	int64_t i;

	for (i = 0; i < 8; i++) {
		assert_ok(db_begin(f->db, &f->e), &f->e);
		assert_ok(db_run(f->db, &f->e,
			      "INSERT INTO t(a, c) VALUES(?1,"
			      " zeroblob(2500000))",
			      "i", i),
		    &f->e);
		assert_ok(db_commit(f->db, &f->e), &f->e);
	}

	assert_int_equal(8, rows(f));
	assert_true(log_size(f) < 8 * 2500000);
}

#define db_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		db_test(test_db__keeps_the_projects_settings),
		db_test(test_db__reserves_the_log_and_commits_into_it),
		db_test(test_db__finds_its_commits_in_a_reserved_log),
		db_test(test_db__keeps_all_commits_when_the_log_begins_anew),
		db_test(test_db__makes_a_file_for_its_owner_alone),
		db_test(test_db__binds_every_kind_of_value),
		db_test(
		    test_db__keeps_bytes_that_the_caller_changes_before_the_step),
		db_test(test_db__refuses_a_missing_value),
		db_test(test_db__gives_one_statement_for_one_text),
		db_test(test_db__says_when_there_is_no_row),
		db_test(test_db__rolls_a_savepoint_back_alone),
		db_test(test_db__refuses_a_savepoint_outside_a_transaction),
		db_test(test_db__shows_a_reader_what_is_committed_only),
		db_test(test_db__lets_a_reader_change_nothing),
		db_test(test_db__says_damaged_for_a_file_of_another_kind),
		cmocka_unit_test(test_db__knows_which_failures_are_fatal),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
