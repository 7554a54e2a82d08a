#include "tests/unit/test.h"

#include "store/db/schema.h"

struct fixture {
	char *dir;
	struct db *db;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[256];

	assert_non_null(f);
	f->dir = test_dir();
	snprintf(path, sizeof(path), "%s/x.db", f->dir);
	assert_ok(db_open(path, DB_WRITE, &f->db, &f->e), &f->e);
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

/* 1 if the plan of the query uses the index (or primary key) and sorts nothing
 * by itself. */
static int
uses_index(struct fixture *f, const char *query, const char *index)
{
	char sql[600];
	sqlite3_stmt *st = NULL;
	int found = 0, sorts = 0;

	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", query);
	assert_int_equal(SQLITE_OK,
	    sqlite3_prepare_v2(db_handle(f->db), sql, -1, &st, NULL));
	while (sqlite3_step(st) == SQLITE_ROW) {
		const char *line = (const char *)sqlite3_column_text(st, 3);

		found |= strstr(line, index) != NULL;
		sorts |= strstr(line, "TEMP B-TREE") != NULL;
	}
	sqlite3_finalize(st);
	return found && !sorts;
}

static void
test_schema__makes_a_database_of_this_version(void **state)
{
	struct fixture *f = *state;

	assert_ok(schema_migrate(f->db, &f->e), &f->e);

	assert_int_equal(SCHEMA_VERSION, one(f, "PRAGMA user_version"));
	assert_int_equal(0x504d5141, one(f, "PRAGMA application_id"));
}

static void
test_schema__leaves_a_present_database_alone(void **state)
{
	struct fixture *f = *state;

	assert_ok(schema_migrate(f->db, &f->e), &f->e);
	assert_ok(
	    db_exec(f->db, "INSERT INTO mark VALUES('a', 'b')", &f->e), &f->e);

	assert_ok(schema_migrate(f->db, &f->e), &f->e);

	assert_int_equal(1, one(f, "SELECT count(*) FROM mark"));
}

static void
test_schema__has_strict_tables_only(void **state)
{
	struct fixture *f = *state;

	assert_ok(schema_migrate(f->db, &f->e), &f->e);

	assert_int_equal(16, one(f, "SELECT count(*) FROM pragma_table_list"
				    " WHERE schema = 'main' AND type = 'table'"
				    " AND name NOT LIKE 'sqlite_%'"));
	assert_int_equal(
	    0, one(f, "SELECT count(*) FROM pragma_table_list"
		      " WHERE schema = 'main' AND type = 'table' AND NOT strict"
		      " AND name NOT LIKE 'sqlite_%'"));
}

static void
test_schema__answers_the_past_by_index(void **state)
{
	struct fixture *f = *state;

	assert_ok(schema_migrate(f->db, &f->e), &f->e);

	assert_true(uses_index(f,
	    "SELECT revision FROM touch WHERE record = 1"
	    " ORDER BY revision DESC LIMIT 50",
	    "PRIMARY KEY"));
	assert_true(uses_index(f,
	    "SELECT 1 FROM change WHERE revision = 1 AND record = 1 AND"
	    " field = 'gap'",
	    "PRIMARY KEY (revision=? AND record=? AND field=?)"));
	assert_true(uses_index(f,
	    "SELECT sequence FROM revision WHERE branch = 1 AND"
	    " device = '9105-a' ORDER BY id DESC LIMIT 1",
	    "INDEX revision_branch"));
	assert_true(uses_index(
	    f, "SELECT field FROM change WHERE revision = 1", "PRIMARY KEY"));
	assert_true(uses_index(f,
	    "SELECT name FROM revision WHERE branch = 1 ORDER BY id DESC"
	    " LIMIT 50",
	    "INDEX revision_branch"));
	assert_true(uses_index(f,
	    "SELECT id FROM revision WHERE branch = 1 AND name = 'a1'",
	    "revision_name"));
	assert_true(
	    uses_index(f, "SELECT id FROM revision WHERE commit_id = x'00'",
		"revision_commit"));
	assert_true(uses_index(f,
	    "SELECT id FROM revision WHERE branch = 1 AND login = 'x'"
	    " ORDER BY id DESC",
	    "revision_login"));
}

/* As a store of version 1 left it. */
static void
test_schema__goes_on_from_version_1(void **state)
{
	struct fixture *f = *state;

	assert_ok(schema_migrate(f->db, &f->e), &f->e);
	assert_ok(db_exec(f->db,
		      "ALTER TABLE touch DROP COLUMN fields;"
		      "PRAGMA user_version = 1;"
		      "PRAGMA foreign_keys = OFF;"
		      "INSERT INTO touch VALUES(1, 1, x'', 0)",
		      &f->e),
	    &f->e);

	assert_ok(schema_migrate(f->db, &f->e), &f->e);

	assert_int_equal(2, one(f, "PRAGMA user_version"));
	assert_int_equal(
	    1, one(f, "SELECT count(*) FROM touch WHERE fields IS NULL"));
}

static void
test_schema__refuses_a_newer_database(void **state)
{
	struct fixture *f = *state;

	assert_ok(schema_migrate(f->db, &f->e), &f->e);
	assert_ok(db_exec(f->db, "PRAGMA user_version = 99", &f->e), &f->e);

	assert_err(schema_migrate(f->db, &f->e), ERR_FAILED, &f->e,
	    "version 99, this program knows up to 2");
}

static void
test_schema__refuses_a_database_of_another_program(void **state)
{
	struct fixture *f = *state;

	assert_ok(db_exec(f->db, "CREATE TABLE theirs(x)", &f->e), &f->e);

	assert_err(schema_migrate(f->db, &f->e), ERR_DAMAGED, &f->e,
	    "not made by this program");
	assert_int_equal(1, one(f, "SELECT count(*) FROM sqlite_schema"));
}

static void
test_schema__undoes_a_migration_that_fails(void **state)
{
	struct fixture *f = *state;

	/* a limit that the second half of the tables does not fit into */
	sqlite3_exec(
	    db_handle(f->db), "PRAGMA max_page_count = 8", NULL, NULL, NULL);
	assert_true(schema_migrate(f->db, &f->e) < 0);
	assert_int_equal(0, one(f, "SELECT count(*) FROM sqlite_schema"));
	assert_int_equal(0, one(f, "PRAGMA user_version"));

	sqlite3_exec(db_handle(f->db), "PRAGMA max_page_count = 10000", NULL,
	    NULL, NULL);
	assert_ok(schema_migrate(f->db, &f->e), &f->e);
}

static void
test_schema__clears_the_index_and_keeps_the_rest(void **state)
{
	struct fixture *f = *state;
	static const char *const rows[] = {
		"INSERT INTO branch VALUES(1, '9105', 'office', 1, 1, x'', x'',"
		" 0)",
		"INSERT INTO record VALUES(1, 1, 'office.json', 1, x'', x'')",
		"INSERT INTO revision VALUES(1, 1, 'a1', '9105-a', 1, x'01',"
		" NULL, NULL, 0, x'', 0, 0, NULL, '', '', '', '', '', '', 0)",
		"INSERT INTO touch VALUES(1, 1, x'', 0, 1)",
		"INSERT INTO change VALUES(1, 1, 'name', NULL, NULL, 0)",
		"INSERT INTO journal VALUES(1, '9105', 'office', x'01', x'')",
		"INSERT INTO journal_file VALUES(1, 'office.json', x'', x'')",
		"INSERT INTO receipt VALUES(1, '9105', x'01', 'a1', 0, 0, '')",
	};
	size_t i;

	assert_ok(schema_migrate(f->db, &f->e), &f->e);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_ok(db_exec(f->db, rows[i], &f->e), &f->e);

	assert_ok(schema_clear_index(f->db, &f->e), &f->e);

	assert_int_equal(0, one(f, "SELECT (SELECT count(*) FROM branch)"
				   " + (SELECT count(*) FROM record)"
				   " + (SELECT count(*) FROM revision)"
				   " + (SELECT count(*) FROM touch)"
				   " + (SELECT count(*) FROM change)"));
	assert_int_equal(3, one(f, "SELECT (SELECT count(*) FROM journal)"
				   " + (SELECT count(*) FROM journal_file)"
				   " + (SELECT count(*) FROM receipt)"));
}

#define schema_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		schema_test(test_schema__makes_a_database_of_this_version),
		schema_test(test_schema__leaves_a_present_database_alone),
		schema_test(test_schema__has_strict_tables_only),
		schema_test(test_schema__answers_the_past_by_index),
		schema_test(test_schema__goes_on_from_version_1),
		schema_test(test_schema__refuses_a_newer_database),
		schema_test(test_schema__refuses_a_database_of_another_program),
		schema_test(test_schema__undoes_a_migration_that_fails),
		schema_test(test_schema__clears_the_index_and_keeps_the_rest),
	};

	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
