/*
 * Goal: whatever call of a save, its flush or its ref the process dies at, and
 * whichever of them fails: what was acknowledged is there after a restart with
 * the same ids, and nothing half is (I1, I2).
 *
 * The test runs itself as the driver ("--driver DIR") with shim_crash.so
 * preloaded, once for each call that changes files, until the driver ends
 * untouched: every point, not a sample.
 */
#include "tests/unit/test.h"

#include <signal.h>
#include <sys/wait.h>

#include "store/save/journal.h"
#include "tests/support/crash_driver.h"
#include "tests/support/crash_run.h"
#include "tests/support/office.h"

#define MAX_SAVES 16

struct ack {
	char name[24], commit[41];
};

struct run {
	struct crash_result end;
	size_t n;
	struct ack acks[MAX_SAVES];
	int closing;
};

struct fixture {
	char *template; /* a set-up office, copied for each run */
	struct crash crash;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e;

	assert_non_null(f);
	test_libraries_up(state);
	crash_find(&f->crash);
	f->template = test_dir();
	assert_ok(test_office_init(f->template, &e), &e);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_dir_remove(f->template);
	free(f);
	return test_libraries_down(state);
}

/* One line of the driver. */
static void
read_line(void *arg, char *line)
{
	struct run *r = arg;
	char *blank;

	if (strncmp(line, "ack ", 4) == 0 && r->n < MAX_SAVES) {
		assert_non_null(blank = strchr(line + 4, ' '));
		*blank = '\0';
		snprintf(r->acks[r->n].name, sizeof(r->acks[0].name), "%s",
		    line + 4);
		snprintf(r->acks[r->n].commit, sizeof(r->acks[0].commit), "%s",
		    blank + 1);
		r->n++;
	} else if (strcmp(line, "closing") == 0) {
		r->closing = 1;
	}
}

/* The commits of the branch, oldest first, as git has them; "" without any. */
static char *
git_commits(const struct test_office *o)
{
	char repo[400], *out = NULL;
	const char *argv[] = { "git", "-C", repo, "rev-list", "--reverse",
		"office", "--", NULL };
	struct err e;
	struct repo *r = NULL;
	unsigned char tip[20];

	snprintf(repo, sizeof(repo), "%s/repo.git", o->dir);
	assert_ok(store_repo(o->store, "", &r, &e), &e);
	if (repo_ref(r, "refs/heads/office", tip, &e) == ERR_NOT_FOUND)
		return strdup("");
	assert_int_equal(0, test_run(argv, &out));
	return out;
}

static void
expect_sound_repository(const struct test_office *o, int empty)
{
	char *out = test_office_git(o, "fsck", "--strict", "--full", NULL);

	/* an unborn branch is worth a notice to git, and nothing else is said:
	 * no dangling object either */
	if (empty)
		assert_null(strstr(out, "dangling"));
	else
		assert_string_equal("", out);
	free(out);
}

/* Every current record is the blob that its tip's tree names. */
static void
expect_records_in_tree(struct test_office *o)
{
	struct db *db = store_db(o->store);
	sqlite3_stmt *st = NULL;
	struct branch *b = NULL;
	struct tree *t = tree_new();
	struct buf raw = BUF_INIT;
	struct commit *c = malloc(sizeof(*c));
	unsigned char id[20];
	struct err e;
	int rc;

	assert_non_null(t);
	assert_non_null(c);
	assert_ok(store_own_branch(o->store, "", &b, &e), &e);
	if (b->has_tip) {
		assert_ok(repo_read(b->repo, b->tip, OBJECT_COMMIT, COMMIT_MAX,
			      &raw, &e),
		    &e);
		assert_ok(commit_parse(raw.data, raw.len, c, &e), &e);
		assert_ok(
		    tree_load(t, c->tree, repo_tree_source, b->repo, &e), &e);
	}
	assert_ok(
	    db_stmt(db, &st, &e, "SELECT path, blob, bytes FROM record", ""),
	    &e);
	while ((rc = db_step(db, st, &e)) > 0) {
		assert_ok(store_blob_id(sqlite3_column_blob(st, 2),
			      (size_t)sqlite3_column_bytes(st, 2), id, &e),
		    &e);
		assert_memory_equal(id, sqlite3_column_blob(st, 1), 20);
		assert_ok(tree_find(t, (const char *)sqlite3_column_text(st, 0),
			      id, &e),
		    &e);
		assert_memory_equal(id, sqlite3_column_blob(st, 1), 20);
	}
	assert_ok(rc, &e);
	db_reset(st);
	tree_free(t);
	buf_release(&raw);
	free(c);
}

static void
expect_row(struct test_office *o, const struct ack *a)
{
	unsigned char id[20];
	struct err e;
	int64_t n = 0;

	assert_ok(commit_unhex(a->commit, id, &e), &e);
	assert_ok(db_one_int(store_db(o->store), &n, &e,
		      "SELECT count(*) FROM revision WHERE name = ?1 AND"
		      " commit_id = ?2",
		      "sb", a->name, id, (size_t)20),
	    &e);
	assert_int_equal(1, n);
}

/* The groups of the driver: after a crash all of one is there, or nothing. */
static int
is_whole(size_t n)
{
	return n == 0 || n == 1 || n == 4 || n == 5 || n == 6;
}

/*
 * What git has begins with exactly what was acknowledged, in order; behind it
 * at most the group that was being acknowledged. exact: not even that.
 */
static void
expect_acknowledged(struct test_office *o, const struct run *r, int exact)
{
	char *commits = git_commits(o);
	size_t n = strlen(commits) / 41;
	struct branch *b = NULL;
	struct err e;

	assert_true(n >= r->n);
	for (size_t i = 0; i < r->n; i++) {
		assert_memory_equal(commits + 41 * i, r->acks[i].commit, 40);
		expect_row(o, &r->acks[i]);
	}
	if (exact)
		assert_int_equal(r->n, n);
	assert_true(is_whole(n));
	assert_ok(store_own_branch(o->store, "", &b, &e), &e);
	assert_int_equal(n, b->n);
	expect_sound_repository(o, n == 0);
	free(commits);
}

/* A restart, then one more save: the store goes on where it was. */
static void
verify(const char *dir, const struct run *r, int exact)
{
	struct test_office o = { .person = { "somsri", "สมศรี" } };
	struct branch *b = NULL;
	cJSON *next;
	char want[24];
	struct err e;
	int64_t left = -1;

	o.dir = strdup(dir);
	assert_non_null(o.dir);
	test_office_open(&o);
	assert_ok(journal_count(o.store, &left, &e), &e);
	assert_int_equal(0, left);
	expect_acknowledged(&o, r, exact);
	expect_records_in_tree(&o);

	assert_ok(store_own_branch(o.store, "", &b, &e), &e);
	snprintf(want, sizeof(want), "a%d", b->n + 1);
	next = test_office_open_year(&o, CRASH_YEAR + 1);
	assert_string_equal(want, json_str(next, "revision"));
	assert_ok(journal_flush(o.store, &e), &e);
	cJSON_Delete(next);
	test_office_close(&o);
	free(o.dir);
}

/* One point: 1 if the driver met it, 0 if it ended untouched. */
static int
try_point(const struct fixture *f, long k, const char *how,
    void (*judge)(const struct run *r, int *ret_exact))
{
	char *dir = crash_copy(f->template);
	struct run r;
	int met, exact = 0;

	memset(&r, 0, sizeof(r));
	crash_run(&f->crash, dir, k, how, read_line, &r, &r.end);
	met = !r.end.ended || r.end.hit[0] != '\0';
	if (!met) {
		assert_int_equal(DRIVER_DONE, WEXITSTATUS(r.end.status));
		assert_int_equal(6, r.n);
		/* the second decides the objects' names: two of the five that
		 * are written one by one may share a directory, which is one
		 * call less than the run before had */
		assert_in_range(r.end.count, k - 5, k - 1);
		exact = 1;
	} else {
		judge(&r, &exact);
	}
	verify(dir, &r, exact);
	test_dir_remove(dir);
	return met;
}

static void
try_all(const struct fixture *f, const char *how,
    void (*judge)(const struct run *r, int *ret_exact))
{
	long k = 1;

	while (try_point(f, k, how, judge))
		k++;
	print_message("%s: %ld points, each of them met\n", how, k - 1);
	assert_true(k > 100);
}

static void
judge_kill(const struct run *r, int *ret_exact)
{
	const struct crash_result *end = &r->end;

	if (!WIFSIGNALED(end->status) || WTERMSIG(end->status) != SIGKILL)
		fail_msg("the driver was not killed:\n%s", end->said);
	*ret_exact = 0;
}

/*
 * A failed call: either the process ends (then the last group may be there or
 * not), or it goes on and everything not acknowledged is not there.
 */
static void
judge_failure(const struct run *r, int *ret_exact)
{
	const struct crash_result *end = &r->end;

	if (!WIFEXITED(end->status) ||
	    (WEXITSTATUS(end->status) != DRIVER_DONE &&
		WEXITSTATUS(end->status) != DRIVER_FATAL))
		fail_msg(
		    "the driver ended with %d:\n%s", end->status, end->said);
	/* a failed fsync may only be outlived by who is closing: the log of the
	 * database stays and is taken up again */
	if (strncmp(end->hit, "fsync ", 6) == 0 && !r->closing)
		fail_msg("a failed fsync was outlived (%s):\n%s", end->hit,
		    end->said);
	*ret_exact = WEXITSTATUS(end->status) == DRIVER_DONE;
}

static void
test_crash__loses_nothing_when_killed_at_any_call(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "kill", judge_kill);
}

static void
test_crash__loses_nothing_when_any_call_fails_with_eio(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "EIO", judge_failure);
}

static void
test_crash__loses_nothing_when_any_call_fails_with_enospc(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "ENOSPC", judge_failure);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_crash__loses_nothing_when_killed_at_any_call),
		cmocka_unit_test(
		    test_crash__loses_nothing_when_any_call_fails_with_eio),
		cmocka_unit_test(
		    test_crash__loses_nothing_when_any_call_fails_with_enospc),
	};

	if (argc == 3 && strcmp(argv[1], "--driver") == 0)
		return crash_driver(argv[2]);
	crash_note();
	return cmocka_run_group_tests_name("crash", tests, setup, teardown);
}
