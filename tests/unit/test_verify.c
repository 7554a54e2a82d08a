#include "tests/unit/test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/support/audit.h"

#define FLIPS 60

static void
test_verify__finds_nothing_at_a_good_office(void **state)
{
	struct audit *x = *state;

	audit_clean(x, &x->p->office);
	/* a1 … a4; h1 enrolment, two receipts */
	assert_int_equal(4 + 3, audit_checked(x->result, "commits"));
	assert_int_equal(4 + 3, audit_checked(x->result, "signatures"));
	/* two in the hall's commits, two kept */
	assert_int_equal(4, audit_checked(x->result, "receipts"));
	/* office.json, assessment, 1.1, 1.2; registry, signers, edition,
	 * receipts */
	assert_int_equal(4 + 4, audit_checked(x->result, "records"));
	assert_int_equal(0, audit_checked(x->result, "evidence"));
}

static void
test_verify__finds_nothing_at_a_good_hall(void **state)
{
	struct audit *x = *state;

	assert_ok(journal_flush(x->p->hall.store, &x->e), &x->e);

	audit_clean(x, &x->p->hall);
	assert_int_equal(4 + 3, audit_checked(x->result, "commits"));
}

static void
test_verify__counts_the_journal_as_acknowledged(void **state)
{
	struct audit *x = *state;
	int64_t waiting;

	cJSON_Delete(test_office_tick(&x->p->office, 2565, "2.1.B1", 1));
	cJSON_Delete(test_office_tick(&x->p->office, 2565, "2.1.B2", 1));
	assert_ok(journal_count(x->p->office.store, &waiting, &x->e), &x->e);
	assert_int_equal(2, waiting);

	audit_clean(x, &x->p->office);
	assert_int_equal(6 + 3, audit_checked(x->result, "commits"));
}

static void
test_verify__finds_nothing_in_an_empty_directory(void **state)
{
	struct audit *x = *state;
	struct test_office fresh;

	test_office_make(&fresh);
	audit_clean(x, &fresh);
	assert_int_equal(0, audit_checked(x->result, "commits"));
	test_office_remove(&fresh);
}

static void
test_verify__warns_of_what_the_hall_has_not_indexed(void **state)
{
	struct audit *x = *state;
	const cJSON *one;

	cJSON_Delete(test_office_tick(&x->p->office, 2565, "2.1.B1", 1));
	pair_push(x->p);

	assert_non_null(audit_verify(x, &x->p->hall));
	assert_true(json_bool(x->result, "ok", 0));
	one = json_get(x->result, "findings")->child;
	assert_non_null(one);
	assert_string_equal("warning", json_str(one, "severity"));
	assert_string_equal(
	    "1 revisions are not indexed yet", json_str(one, "what"));
}

static void
on_progress(void *arg, int64_t done, int64_t total)
{
	int64_t *seen = arg;

	assert_true(done <= total);
	*seen = done;
}

static void
test_verify__tells_its_progress(void **state)
{
	struct audit *x = *state;
	int64_t seen = 0;

	assert_ok(
	    store_open(x->p->office.dir, STORE_READ, &x->reader, &x->e), &x->e);
	assert_ok(verify_run(x->reader, on_progress, &seen, &x->result, &x->e),
	    &x->e);

	assert_int_equal(7, seen);
}

/* --- the repository changed behind our back --- */

static void
test_verify__finds_a_branch_moved_back(void **state)
{
	struct audit *x = *state;

	audit_keep(x);
	free(test_office_git(&x->p->office, "update-ref", "refs/heads/office",
	    "refs/heads/office~2", NULL));

	audit_found(x, &x->p->office,
	    "2 revisions are neither on the repository's branch nor in the "
	    "journal");
}

static void
test_verify__finds_a_branch_that_is_gone(void **state)
{
	struct audit *x = *state;

	audit_keep(x);
	free(test_office_git(
	    &x->p->office, "update-ref", "-d", "refs/heads/hall", NULL));

	audit_found(x, &x->p->office,
	    "the indexed tip is not on the repository's branch");
}

static void
test_verify__finds_a_foreign_commit_on_the_branch(void **state)
{
	struct audit *x = *state;
	char *commit;

	audit_keep(x);
	commit = test_office_git(&x->p->office, "-c", "user.name=x", "-c",
	    "user.email=x@y", "commit-tree", "-p", "refs/heads/hall", "-m",
	    "foreign", "refs/heads/hall^{tree}", NULL);
	commit[strcspn(commit, "\n")] = '\0';
	free(test_office_git(
	    &x->p->office, "update-ref", "refs/heads/hall", commit, NULL));

	audit_found(x, &x->p->office, "malformed commit: it has no signature");
	free(commit);
}

static char (*object_files)[300];
static size_t n_object_files;

static int
on_object_file(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)st;
	(void)f;
	if (flag != FTW_F || strstr(path, "/info/") != NULL)
		return 0;
	object_files =
	    realloc(object_files, (n_object_files + 1) * sizeof(*object_files));
	if (object_files == NULL)
		return 1;
	snprintf(object_files[n_object_files++], 300, "%s", path);
	return 0;
}

/* Every object file of the office's repository: loose ones and packs. */
static void
list_object_files(const struct audit *x)
{
	char dir[300];

	n_object_files = 0;
	snprintf(dir, sizeof(dir), "%s/repo.git/objects", x->p->office.dir);
	assert_int_equal(0, nftw(dir, on_object_file, 16, FTW_PHYS));
	assert_true(n_object_files > 0);
}

static void
flip(const char *path, uint64_t *random, struct buf *before)
{
	struct err e;
	size_t at;

	buf_clear(before);
	assert_ok(file_read(path, 64 << 20, before, &e), &e);
	at = test_random(random) % before->len;
	before->data[at] ^= (char)(1u << test_random(random) % 8);
	assert_ok(file_write(path, before->data, before->len, 0444, &e), &e);
}

/* Nobody can tell: a bit between the end of the packed data and the next whole
 * byte. Then stock git must be content as well. */
static void
assert_fsck_is_clean(struct audit *x, const char *path)
{
	char repo[300], *out = NULL;
	const char *argv[] = { "git", "-C", repo, "fsck", "--strict", NULL };

	snprintf(repo, sizeof(repo), "%s/repo.git", x->p->office.dir);
	if (test_run(argv, &out) != 0)
		fail_msg("ok after a flip in %s, but git says: %s", path, out);
	free(out);
}

/* Each object file in turn has one bit turned: a finding, or verify says that
 * it cannot check; never "ok" where stock git finds something. */
static void
assert_flips_are_found(struct audit *x, int rounds)
{
	struct buf now = BUF_INIT, good = BUF_INIT;
	uint64_t random = test_seed();
	const char *path;
	int i;

	list_object_files(x);
	for (i = 0; i < rounds; i++) {
		path = object_files[(size_t)i % n_object_files];
		buf_clear(&good);
		assert_ok(file_read(path, 64 << 20, &good, &x->e), &x->e);
		flip(path, &random, &now);
		if (audit_verify(x, &x->p->office) != NULL &&
		    json_bool(x->result, "ok", 1))
			assert_fsck_is_clean(x, path);
		assert_ok(
		    file_write(path, good.data, good.len, 0444, &x->e), &x->e);
	}
	audit_clean(x, &x->p->office);
	buf_release(&now);
	buf_release(&good);
	free(object_files);
	object_files = NULL;
}

static void
test_verify__finds_a_bit_turned_in_any_object(void **state)
{
	struct audit *x = *state;

	audit_keep(x);
	assert_flips_are_found(x, FLIPS);
}

static void
test_verify__finds_a_bit_turned_in_a_pack(void **state)
{
	struct audit *x = *state;

	audit_keep(x);
	/* the fetched objects that the office has no branch for stay out */
	free(test_office_git(&x->p->office, "repack", "-q", "-a", "-d", NULL));
	free(test_office_git(&x->p->office, "prune-packed", "-q", NULL));
	assert_flips_are_found(x, FLIPS);
}

static void
test_verify__finds_a_missing_object(void **state)
{
	struct audit *x = *state;
	char *blob, path[400];

	/* one save alone is written as loose objects */
	cJSON_Delete(test_office_tick(&x->p->office, 2565, "1.1.B2", 1));
	audit_keep(x);
	blob = test_office_git(&x->p->office, "rev-parse",
	    "refs/heads/office:2565/items/1.1.json", NULL);
	snprintf(path, sizeof(path), "%s/repo.git/objects/%.2s/%.38s",
	    x->p->office.dir, blob, blob + 2);
	assert_int_equal(0, unlink(path));

	audit_found(x, &x->p->office, "commit ");
	free(blob);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, audit_setup, audit_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_verify__finds_nothing_at_a_good_office),
		TEST(test_verify__finds_nothing_at_a_good_hall),
		TEST(test_verify__counts_the_journal_as_acknowledged),
		TEST(test_verify__finds_nothing_in_an_empty_directory),
		TEST(test_verify__warns_of_what_the_hall_has_not_indexed),
		TEST(test_verify__tells_its_progress),
		TEST(test_verify__finds_a_branch_moved_back),
		TEST(test_verify__finds_a_branch_that_is_gone),
		TEST(test_verify__finds_a_foreign_commit_on_the_branch),
		TEST(test_verify__finds_a_bit_turned_in_any_object),
		TEST(test_verify__finds_a_bit_turned_in_a_pack),
		TEST(test_verify__finds_a_missing_object),
	};

	return cmocka_run_group_tests_name(
	    "verify", tests, test_libraries_up, test_libraries_down);
}
