#include "tests/unit/test.h"

#include <unistd.h>

#include "store/admit/absorb.h"
#include "store/save/answer.h"
#include "store/save/journal.h"
#include "store/sign/receipt.h"
#include "tests/support/pair.h"

static int
setup(void **state)
{
	struct pair *p = pair_make();

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1 1.1.B2", 1));
	cJSON_Delete(test_office_set(
	    &p->office, 2565, "1.1", "strengths", "บริการถึงเกาะ"));
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static int
absorb_at_hall(struct pair *p, int64_t *ret_n, struct err *e)
{
	return absorb_ref(
	    p->hall.store, "9105", "office", "refs/heads/office", ret_n, e);
}

static const struct branch *
branch_of(struct test_office *o, const char *which)
{
	struct branch *b = NULL;
	struct err e;

	assert_ok(store_branch(o->store, "9105", which, &b, &e), &e);
	return b;
}

static int64_t
count(struct store *s, const char *sql)
{
	struct err e;
	int64_t n = -1;

	assert_ok(db_one_int(store_db(s), &n, &e, sql, ""), &e);
	return n;
}

/* git in the hall's repository of the office; the caller frees. */
static char *
hall_git(struct pair *p, const char *const args[])
{
	const char *argv[16] = { "git", "-C", NULL };
	char repo[300], *out = NULL;
	size_t i;

	snprintf(repo, sizeof(repo), "%s/offices/9105.git", p->hall.dir);
	argv[2] = repo;
	for (i = 0; args[i] != NULL && i + 4 < 16; i++)
		argv[i + 3] = args[i];
	if (test_run(argv, &out) != 0)
		fail_msg("git %s: %s", args[0], out);
	out[strcspn(out, "\n")] = '\0';
	return out;
}

static void
test_absorb__takes_in_what_was_pushed(void **state)
{
	struct pair *p = *state;
	const struct branch *ours, *theirs;
	struct err e;
	int64_t n;

	pair_push(p);
	assert_ok(absorb_at_hall(p, &n, &e), &e);

	assert_int_equal(3, n);
	ours = branch_of(&p->office, "office");
	theirs = branch_of(&p->hall, "office");
	assert_int_equal(3, theirs->n);
	assert_memory_equal(ours->tip, theirs->tip, 20);
	assert_memory_equal(ours->content, theirs->content, 32);
	assert_int_equal(count(p->office.store, "SELECT count(*) FROM change"),
	    count(p->hall.store,
		"SELECT count(*) FROM change c JOIN revision v"
		" ON v.id = c.revision JOIN branch b ON b.id = v.branch"
		" WHERE b.name = 'office'"));
}

static void
test_absorb__finds_nothing_the_second_time(void **state)
{
	struct pair *p = *state;
	struct err e;
	int64_t n;

	pair_push(p);
	assert_ok(absorb_at_hall(p, &n, &e), &e);
	assert_ok(absorb_at_hall(p, &n, &e), &e);

	assert_int_equal(0, n);
}

static void
test_absorb__takes_nothing_where_nothing_was_pushed(void **state)
{
	struct pair *p = *state;
	struct err e;
	int64_t n = 7;

	assert_ok(absorb_at_hall(p, &n, &e), &e);

	assert_int_equal(0, n);
}

static void
test_absorb__goes_on_where_it_was(void **state)
{
	struct pair *p = *state;
	struct err e;
	int64_t n;

	pair_push(p);
	assert_ok(absorb_at_hall(p, &n, &e), &e);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B3", 1));
	pair_push(p);
	assert_ok(absorb_all(p->hall.store, &n, &e), &e);

	assert_int_equal(1, n);
	assert_int_equal(4, branch_of(&p->hall, "office")->n);
}

static void
test_absorb__refuses_its_own_branch(void **state)
{
	struct pair *p = *state;
	struct err e;
	int64_t n;

	assert_err(absorb_ref(p->office.store, "", "office",
		       "refs/heads/office", &n, &e),
	    ERR_FAILED, &e, "branch 'office' is written here, not taken in");
}

static void
test_absorb__moves_the_halls_branch_and_fills_received_times(void **state)
{
	struct pair *p = *state;
	unsigned char ref[20];
	struct err e;

	pair_sync(p);

	assert_ok(repo_ref(branch_of(&p->office, "hall")->repo,
		      "refs/heads/hall", ref, &e),
	    &e);
	assert_memory_equal(branch_of(&p->office, "hall")->tip, ref, 20);
	assert_memory_equal(branch_of(&p->hall, "hall")->tip, ref, 20);
	assert_int_equal(0, count(p->office.store,
				"SELECT count(*) FROM revision v JOIN branch b"
				" ON b.id = v.branch WHERE b.name = 'office'"
				" AND received IS NULL"));
}

static void
test_absorb__moves_a_branch_that_stayed_behind(void **state)
{
	struct pair *p = *state;
	unsigned char ref[20];
	const struct branch *b;
	struct err e;
	int64_t n;

	pair_sync(p);
	b = branch_of(&p->office, "hall");
	free(test_office_git(
	    &p->office, "update-ref", "-d", "refs/heads/hall", NULL));
	assert_ok(absorb_ref(p->office.store, "", "hall", "refs/incoming/hall",
		      &n, &e),
	    &e);

	assert_int_equal(0, n);
	assert_ok(repo_ref(b->repo, "refs/heads/hall", ref, &e), &e);
	assert_memory_equal(b->tip, ref, 20);
}

static void
test_absorb__calls_rewritten_history_a_conflict(void **state)
{
	struct pair *p = *state;
	const char *const back[] = { "update-ref", "refs/heads/office",
		"refs/heads/office~1", NULL };
	char *before, *after;
	struct err e;
	int64_t n;

	pair_push(p);
	assert_ok(absorb_at_hall(p, &n, &e), &e);
	before = pair_dump(p->hall.store);
	free(hall_git(p, back));

	assert_err(absorb_at_hall(p, &n, &e), ERR_CONFLICT, &e,
	    "the new history does not continue the one that is stored");
	after = pair_dump(p->hall.store);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
test_absorb__keeps_what_was_good_before_a_bad_commit(void **state)
{
	struct pair *p = *state;
	const char *const tree[] = { "rev-parse", "refs/heads/office^{tree}",
		NULL };
	const char *make[] = { "-c", "user.name=x", "-c", "user.email=x@y",
		"commit-tree", "-p", "refs/heads/office", "-m", "unsigned",
		NULL, NULL };
	const char *move[] = { "update-ref", "refs/heads/office", NULL, NULL };
	char *root, *bad, sentence[120];
	struct err e;
	int64_t n;

	pair_push(p);
	root = hall_git(p, tree);
	make[9] = root;
	bad = hall_git(p, make);
	move[2] = bad;
	free(hall_git(p, move));
	snprintf(sentence, sizeof(sentence),
	    "commit %.10s: malformed commit: it has no signature", bad);

	assert_err(absorb_at_hall(p, &n, &e), ERR_REFUSED, &e, sentence);
	assert_int_equal(3, n);
	assert_int_equal(3, branch_of(&p->hall, "office")->n);
	assert_memory_equal(branch_of(&p->office, "office")->tip,
	    branch_of(&p->hall, "office")->tip, 20);
	free(root);
	free(bad);
}

static void
test_absorb__refuses_a_hall_branch_by_another_key(void **state)
{
	struct pair *p = *state;
	struct pair *other = pair_make();
	char theirs[300];
	struct err e;
	int64_t n;

	assert_ok(journal_flush(other->hall.store, &e), &e);
	snprintf(
	    theirs, sizeof(theirs), "%s/offices/9105.git", other->hall.dir);
	free(test_office_git(&p->office, "fetch", "-q", theirs,
	    "+refs/heads/hall:refs/incoming/hall", NULL));

	assert_err(absorb_ref(p->office.store, "", "hall", "refs/incoming/hall",
		       &n, &e),
	    ERR_REFUSED, &e, "signature is not by the key of device 91-h");
	assert_int_equal(0, branch_of(&p->office, "hall")->n);
	pair_remove(other);
}

/* --- from the first commit --- */

static void
reindex(struct test_office *o)
{
	struct err e;

	assert_ok(absorb_reindex(o->store, NULL, NULL, &e), &e);
}

static void
assert_reindex_gives_the_same(struct test_office *o)
{
	char *before, *after;
	struct err e;

	assert_ok(journal_flush(o->store, &e), &e);
	before = pair_dump(o->store);
	reindex(o);
	after = pair_dump(o->store);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
test_absorb__reindex_gives_the_same_rows_at_an_office(void **state)
{
	struct pair *p = *state;

	pair_sync(p);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B2", 0));
	pair_sync(p);
	cJSON_Delete(test_office_tick(&p->office, 2565, "2.1.B1", 1));

	assert_reindex_gives_the_same(&p->office);
}

static void
test_absorb__reindex_gives_the_same_rows_at_a_hall(void **state)
{
	struct pair *p = *state;

	pair_sync(p);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B2", 0));
	pair_sync(p);

	assert_reindex_gives_the_same(&p->hall);
}

static void
test_absorb__reindex_keeps_a_receipt_that_came_on_the_wire(void **state)
{
	struct pair *p = *state;
	cJSON *receipt = NULL;
	struct err e;
	int64_t n;

	pair_sync(p);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B3", 1));
	pair_push(p);
	assert_ok(absorb_at_hall(p, &n, &e), &e);
	assert_ok(receipt_issue(p->hall.store, "9105", &receipt, &e), &e);
	assert_ok(receipt_apply(p->office.store, "", receipt, &e), &e);

	assert_reindex_gives_the_same(&p->office);
	cJSON_Delete(receipt);
}

static void
test_absorb__reindex_writes_the_journal_first(void **state)
{
	struct pair *p = *state;
	char *before, *after;
	struct err e;
	int64_t waiting;

	assert_ok(journal_count(p->office.store, &waiting, &e), &e);
	assert_int_equal(3, waiting);
	reindex(&p->office);
	before = pair_dump(p->office.store);
	reindex(&p->office);
	after = pair_dump(p->office.store);

	assert_int_equal(3, branch_of(&p->office, "office")->n);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
test_absorb__reindex_makes_a_lost_database_again(void **state)
{
	struct pair *p = *state;
	char path[300], *before, *after;
	struct err e;

	pair_sync(p);
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B3", 1));
	pair_sync(p);
	assert_ok(journal_flush(p->office.store, &e), &e);
	before = pair_dump(p->office.store);
	test_office_close(&p->office);
	snprintf(path, sizeof(path), "%s/pmqa.db", p->office.dir);
	assert_int_equal(0, unlink(path));

	assert_ok(
	    store_open(p->office.dir, STORE_REPAIR, &p->office.store, &e), &e);
	reindex(&p->office);
	after = pair_dump(p->office.store);

	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void
on_progress(void *arg, int64_t done)
{
	int64_t *last = arg;

	assert_true(done >= *last);
	*last = done;
}

static void
save_many(struct pair *p, int n)
{
	cJSON *points = cJSON_CreateArray(), *ret = NULL;
	struct err e;
	int i;

	assert_ok(json_push_str(points, "2.2.B1", &e), &e);
	assert_ok(save_group_begin(p->office.store, &e), &e);
	for (i = 0; i < n; i++) {
		assert_ok(answer_tick(p->office.store, &p->office.person, 2565,
			      points, i % 2 == 0, NULL, NULL, &ret, &e),
		    &e);
		cJSON_Delete(ret);
	}
	assert_ok(save_group_end(p->office.store, &e), &e);
	cJSON_Delete(points);
}

static void
test_absorb__takes_in_thousands_in_batches(void **state)
{
	struct pair *p = *state;
	int64_t n, last = 0;
	struct err e;

	save_many(p, 2100);
	pair_push(p);
	assert_ok(absorb_at_hall(p, &n, &e), &e);
	assert_int_equal(2103, n);
	assert_int_equal(2103, branch_of(&p->hall, "office")->n);

	assert_ok(absorb_reindex(p->hall.store, on_progress, &last, &e), &e);
	assert_int_equal(2103 + branch_of(&p->hall, "hall")->n, last);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_absorb__takes_in_what_was_pushed),
		TEST(test_absorb__finds_nothing_the_second_time),
		TEST(test_absorb__takes_nothing_where_nothing_was_pushed),
		TEST(test_absorb__goes_on_where_it_was),
		TEST(test_absorb__refuses_its_own_branch),
		TEST(
		    test_absorb__moves_the_halls_branch_and_fills_received_times),
		TEST(test_absorb__moves_a_branch_that_stayed_behind),
		TEST(test_absorb__calls_rewritten_history_a_conflict),
		TEST(test_absorb__keeps_what_was_good_before_a_bad_commit),
		TEST(test_absorb__refuses_a_hall_branch_by_another_key),
		TEST(test_absorb__reindex_gives_the_same_rows_at_an_office),
		TEST(test_absorb__reindex_gives_the_same_rows_at_a_hall),
		TEST(
		    test_absorb__reindex_keeps_a_receipt_that_came_on_the_wire),
		TEST(test_absorb__reindex_writes_the_journal_first),
		TEST(test_absorb__reindex_makes_a_lost_database_again),
		TEST(test_absorb__takes_in_thousands_in_batches),
	};

	return cmocka_run_group_tests_name(
	    "absorb", tests, test_libraries_up, test_libraries_down);
}
