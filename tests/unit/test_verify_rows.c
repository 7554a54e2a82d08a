#include "tests/unit/test.h"

#include "base/file.h"
#include "tests/support/audit.h"

#define FLIPS 240

static int
spoil(struct audit *x, const char *sql)
{
	sqlite3 *h = NULL;
	char path[300];
	int changed;

	audit_path(x, path);
	assert_int_equal(SQLITE_OK, sqlite3_open(path, &h));
	if (sqlite3_exec(h, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(h));
	changed = sqlite3_changes(h);
	sqlite3_close(h);
	return changed;
}

static void
assert_spoiled_is_found(struct audit *x, const char *sql, const char *what)
{
	if (x->database.data == NULL)
		audit_keep(x);
	audit_restore(x);
	if (spoil(x, sql) == 0)
		fail_msg("changes nothing: %s", sql);
	audit_found(x, &x->p->office, what);
}

static void
test_verify__finds_each_altered_column_of_a_revision(void **state)
{
	static const char *const columns[][2] = {
		{ "name = 'a9'", "'name'" },
		{ "device = '9105-b'", "'device'" },
		{ "sequence = 77", "'sequence'" },
		{ "parent = NULL", "'parent'" },
		{ "content = zeroblob(32)", "'content'" },
		{ "time = time + 1", "'time'" },
		{ "offset_min = 0", "'time'" },
		{ "received = received + 1", "'received'" },
		{ "received = NULL", "'received'" },
		{ "login = 'x'", "'login'" },
		{ "person = 'x'", "'person'" },
		{ "action = 'x'", "'action'" },
		{ "edition = ''", "'edition'" },
		{ "subject = subject || ' '", "'subject'" },
		{ "reason = 'x'", "'reason'" },
		{ "bytes = bytes + 1", "'bytes'" },
	};
	struct audit *x = *state;
	char sql[200];
	size_t i;

	for (i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		snprintf(sql, sizeof(sql),
		    "UPDATE revision SET %s WHERE name = 'a2'", columns[i][0]);
		assert_spoiled_is_found(x, sql, columns[i][1]);
	}
}

static void
test_verify__finds_rows_that_are_missing_or_too_many(void **state)
{
	struct audit *x = *state;

	assert_spoiled_is_found(x,
	    "DELETE FROM change WHERE revision = (SELECT id FROM revision"
	    " WHERE name = 'a2') AND field = 'ticks' AND record ="
	    " (SELECT id FROM record WHERE path = '2565/items/1.1.json')",
	    "revision a2: the index has another change of 'ticks'");
	assert_spoiled_is_found(x,
	    "INSERT INTO change SELECT revision, record, 'owner', NULL, 'x', 0"
	    " FROM change WHERE field = 'strengths'",
	    "revision a3: the index has too few or too many rows in");
	assert_spoiled_is_found(x,
	    "DELETE FROM touch WHERE revision = (SELECT id FROM revision"
	    " WHERE name = 'a3')",
	    "revision a3: the index and the commit change other files");
	assert_spoiled_is_found(x,
	    "UPDATE touch SET blob = NULL WHERE revision = (SELECT id FROM"
	    " revision WHERE name = 'a3')",
	    "revision a3: the index and the commit change other files");
	assert_spoiled_is_found(x,
	    "UPDATE change SET new = '[\"1.1.B2\"]' WHERE field = 'ticks'"
	    " AND revision = (SELECT id FROM revision WHERE name = 'a2')",
	    "revision a2: the index has another change of 'ticks'");
	assert_spoiled_is_found(x,
	    "DELETE FROM touch WHERE revision = (SELECT id FROM revision WHERE"
	    " name = 'a3'); DELETE FROM change WHERE revision = (SELECT id"
	    " FROM revision WHERE name = 'a3'); DELETE FROM revision WHERE"
	    " name = 'a3'",
	    "revision a3: the repository has it, the index does not");
	assert_spoiled_is_found(x,
	    "INSERT INTO revision SELECT 1000, branch, 'a5', device, 5,"
	    " zeroblob(20), commit_id, NULL, 0, content, time, offset_min, "
	    "received,"
	    " login, person, action, edition, subject, reason, bytes"
	    " FROM revision WHERE name = 'a4'",
	    "revision a5: the index has it, the repository does not");
}

static void
test_verify__finds_an_altered_state(void **state)
{
	struct audit *x = *state;

	assert_spoiled_is_found(x,
	    "UPDATE record SET bytes = CAST(replace(CAST(bytes AS TEXT),"
	    " '1.1.B1', '1.1.B2') AS BLOB)"
	    " WHERE path = '2565/items/1.1.json'",
	    "record '2565/items/1.1.json': its state in the index is not that "
	    "of the tip");
	assert_spoiled_is_found(x,
	    "UPDATE record SET blob = zeroblob(20)"
	    " WHERE path = 'office.json'",
	    "record 'office.json': its state in the index is not that of the "
	    "tip");
	assert_spoiled_is_found(x,
	    "UPDATE record SET bytes = NULL, blob = NULL"
	    " WHERE path = 'office.json'",
	    "record 'office.json': its state");
	assert_spoiled_is_found(x,
	    "INSERT INTO record(branch, path, revision, blob, bytes) SELECT"
	    " branch, '2565/items/1.3.json', revision, blob, bytes FROM record"
	    " WHERE path = '2565/items/1.2.json'",
	    "record '2565/items/1.3.json': the index has it, the tip does "
	    "not");
	assert_spoiled_is_found(x,
	    "UPDATE record SET revision = 1"
	    " WHERE path = '2565/items/1.1.json'",
	    "record '2565/items/1.1.json': its row does not stand at its last "
	    "revision");
	assert_spoiled_is_found(x,
	    "UPDATE branch SET n = n + 1 WHERE name = 'office'",
	    "the index counts 5 revisions of this branch, its tip is number "
	    "4");
	assert_spoiled_is_found(x,
	    "UPDATE branch SET content = zeroblob(32) WHERE name = 'office'",
	    "or time or content of the tip differ");
	assert_spoiled_is_found(x,
	    "UPDATE branch SET tip_time = 1 WHERE name = 'hall'",
	    "or time or content of the tip differ");
	assert_spoiled_is_found(x,
	    "INSERT INTO branch(office, name, own, n, tip_time)"
	    " VALUES('9199', 'office', 0, 0, 0)",
	    "the database has a branch '9199 office' without a repository");
}

static void
test_verify__finds_a_tip_that_is_not_the_branchs(void **state)
{
	struct audit *x = *state;

	assert_spoiled_is_found(x,
	    "UPDATE branch SET tip = (SELECT commit_id FROM revision WHERE"
	    " name = 'a3') WHERE name = 'office'",
	    "the repository's branch is at a commit that the index does not "
	    "know");
	assert_spoiled_is_found(x,
	    "UPDATE branch SET tip = zeroblob(20) WHERE name = 'hall'",
	    "the indexed tip is not on the repository's branch");
}

static void
test_verify__finds_altered_receipts(void **state)
{
	struct audit *x = *state;

	assert_spoiled_is_found(x,
	    "UPDATE receipt SET json = replace(json, 'a4', 'a5')", "signature");
	assert_spoiled_is_found(x, "UPDATE receipt SET time = time + 1",
	    "the row of the receipt for a4 differs from what was signed");
	assert_spoiled_is_found(x,
	    "UPDATE receipt SET tip = zeroblob(20) WHERE revision = 'a4'",
	    "the row of the receipt for a4 differs from what was signed");
	assert_spoiled_is_found(
	    x, "UPDATE receipt SET json = '{'", "not valid JSON");
	assert_spoiled_is_found(
	    x, "DELETE FROM receipt WHERE revision = 'a4'", "'received'");
}

static void
test_verify__finds_an_altered_journal(void **state)
{
	struct audit *x = *state;
	static const char *const changes[][2] = {
		{ "UPDATE journal SET commit_id = zeroblob(20)",
		    "its bytes do not give its commit id" },
		{ "UPDATE journal SET raw = CAST(replace(CAST(raw AS TEXT),"
		  " 'Sequence: 5', 'Sequence: 6') AS BLOB)",
		    "its bytes do not give its commit id" },
		{ "UPDATE journal_file SET bytes = x'7b7d0a'",
		    "the bytes of a file are not its blob" },
		{ "UPDATE journal_file SET path = '2565/items/1.2.json'",
		    "its files do not give its tree" },
		{ "UPDATE journal_file SET path = '../x'", "has a bad path" },
		{ "UPDATE journal_file SET blob = NULL",
		    "has a malformed file" },
		{ "DELETE FROM journal_file",
		    "its files do not give its tree" },
		{ "DELETE FROM journal_file; DELETE FROM journal", "object" },
	};
	char path[300];
	size_t i;

	cJSON_Delete(test_office_tick(&x->p->office, 2565, "1.1.B2", 1));
	test_office_close(&x->p->office);
	audit_path(x, path);
	assert_ok(file_read(path, 64 << 20, &x->database, &x->e), &x->e);
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		assert_spoiled_is_found(x, changes[i][0], changes[i][1]);
}

/* Whatever byte of the database is turned: no crash, and where verify says ok
 * the rows are those that they were. */
static void
test_verify__never_calls_other_rows_good(void **state)
{
	struct audit *x = *state;
	uint64_t random = test_seed();
	char *before, *after, path[300];
	size_t at;
	int i;

	audit_keep(x);
	assert_non_null(audit_verify(x, &x->p->office));
	before = pair_dump(x->reader);
	audit_path(x, path);
	for (i = 0; i < FLIPS; i++) {
		audit_restore(x);
		at = test_random(&random) % x->database.len;
		x->database.data[at] ^= 0x10;
		assert_ok(file_write(path, x->database.data, x->database.len,
			      0600, &x->e),
		    &x->e);
		x->database.data[at] ^= 0x10;
		if (audit_verify(x, &x->p->office) == NULL ||
		    !json_bool(x->result, "ok", 0))
			continue;
		after = pair_dump(x->reader);
		if (strcmp(before, after) != 0)
			fail_msg("ok with other rows after a flip at %zu", at);
		free(after);
	}
	free(before);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, audit_setup, audit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_verify__finds_each_altered_column_of_a_revision),
		TEST(test_verify__finds_rows_that_are_missing_or_too_many),
		TEST(test_verify__finds_an_altered_state),
		TEST(test_verify__finds_a_tip_that_is_not_the_branchs),
		TEST(test_verify__finds_altered_receipts),
		TEST(test_verify__finds_an_altered_journal),
		TEST(test_verify__never_calls_other_rows_good),
	};

	return cmocka_run_group_tests_name(
	    "verify_rows", tests, test_libraries_up, test_libraries_down);
}
