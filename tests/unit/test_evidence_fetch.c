#include "tests/unit/test.h"

#include <unistd.h>

#include "store/db/mark.h"
#include "store/evidence/evidence_fetch.h"
#include "store/sign/commit.h"
#include "tests/support/files.h"
#include "tests/support/office.h"

#define YEAR 2565
#define LARGE (3 * EVIDENCE_PART + 100) /* four parts */

/* An office whose evidence is gone; the hall is a copy of it beside. */
struct fixture {
	struct test_office o;
	char mine[300], hall[300];
	struct test_file a, b; /* four parts, one */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, YEAR));
	test_file_make(&f->a, "large.pdf", LARGE, 1);
	test_file_make(&f->b, "small.pdf", 1000, 2);
	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	snprintf(f->mine, sizeof(f->mine), "%s/evidence.git", f->o.dir);
	snprintf(f->hall, sizeof(f->hall), "%s/hall.git", f->o.dir);
	assert_int_equal(rename(f->mine, f->hall), 0);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_file_free(&f->a);
	test_file_free(&f->b);
	test_office_remove(&f->o);
	free(f);
	return 0;
}

/* --- helpers --- */

static struct evidence_list
list(const struct fixture *f, int asked)
{
	struct evidence_list l = { NULL, 0 };
	struct err e;

	assert_ok(evidence_fetch_list(f->o.store, asked, &l, &e), &e);
	return l;
}

static void
expect_listed(const struct fixture *f, int asked, size_t n, const char *first)
{
	struct evidence_list l = list(f, asked);

	assert_int_equal(l.n, n);
	if (n > 0)
		assert_string_equal(l.list[0], first);
	free(l.list);
}

static struct evidence_part_here
have(const struct fixture *f, const char *sha)
{
	struct evidence_part_here h;
	struct err e;

	memset(&h, 0, sizeof(h));
	assert_ok(evidence_fetch_have(f->o.store, sha, &h, &e), &e);
	return h;
}

/* What git fetch does: the commit of part n at refs/uploads/<sha>. */
static void
fetch(const struct fixture *f, const char *from, int back, const char *sha)
{
	char spec[300], *out = NULL;
	const char *argv[] = { "git", "-C", f->mine, "fetch", "-q", f->hall,
		spec, NULL };
	const char *look[] = { "git", "-C", f->hall, "rev-parse", spec, NULL };
	char hex[41];

	snprintf(spec, sizeof(spec), "refs/evidence/%s~%d", from, back);
	assert_int_equal(test_run(look, &out), 0);
	snprintf(hex, sizeof(hex), "%.40s", out);
	free(out);
	snprintf(spec, sizeof(spec), "+%s:refs/uploads/%s", hex, sha);
	if (test_run(argv, &out) != 0)
		fail_msg("git fetch: %s", out);
	free(out);
}

static int
take(const struct fixture *f, const char *sha)
{
	struct err e;
	int whole = -1;

	assert_ok(evidence_fetch_take(f->o.store, sha, &whole, &e), &e);
	return whole;
}

static void
refused(const struct fixture *f, const char *sha)
{
	struct err e;
	int whole = -1;

	assert_err(evidence_fetch_take(f->o.store, sha, &whole, &e),
	    ERR_REFUSED, &e, "is not that file");
	assert_int_equal(whole, 0);
	assert_int_equal(have(f, sha).n, 0);
}

/* --- which --- */

static void
test_evidence_fetch__lists_what_is_missing_smallest_first(void **state)
{
	struct fixture *f = *state;

	expect_listed(f, 0, 2, f->b.sha);

	/* a repository without it is no other case */
	assert_int_equal(have(f, f->b.sha).n, 0);
	expect_listed(f, 0, 2, f->b.sha);
}

static void
test_evidence_fetch__leaves_out_what_is_here(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(have(f, f->b.sha).n, 0);
	fetch(f, f->b.sha, 0, f->b.sha);
	assert_int_equal(take(f, f->b.sha), 1);

	expect_listed(f, 0, 1, f->a.sha);
}

static void
test_evidence_fetch__asks_later_for_what_the_hall_lacks(void **state)
{
	struct fixture *f = *state;
	struct err e;

	assert_ok(evidence_fetch_absent(f->o.store, f->b.sha, &e), &e);
	assert_ok(evidence_fetch_absent(f->o.store, f->b.sha, &e), &e);

	expect_listed(f, 0, 1, f->a.sha);
	expect_listed(f, 1, 2, f->b.sha); /* a person asks */
	assert_ok(db_run(store_db(f->o.store), &e,
		      "UPDATE evidence_file SET absent = absent - 3601", ""),
	    &e);
	expect_listed(f, 0, 2, f->b.sha);
}

static void
test_evidence_fetch__leaves_a_file_to_who_is_adding_it(void **state)
{
	struct fixture *f = *state;
	struct err e;

	assert_ok(db_run(store_db(f->o.store), &e,
		      "INSERT INTO evidence_upload VALUES(?1, 'x', 1, 1)", "s",
		      f->b.sha),
	    &e);
	expect_listed(f, 0, 1, f->a.sha);
}

static void
test_evidence_fetch__looks_for_confirmed_files_now_and_then(void **state)
{
	struct fixture *f = *state;
	struct db *db = store_db(f->o.store);
	struct err e;

	assert_ok(db_run(db, &e,
		      "INSERT INTO evidence_file(office, sha, confirmed)"
		      " VALUES('9105', ?1, 1), ('9105', ?2, 1)",
		      "ss", f->a.sha, f->b.sha),
	    &e);
	expect_listed(f, 0, 2, f->b.sha); /* never looked before */
	expect_listed(f, 0, 0, "");
	expect_listed(f, 1, 0, "");
	assert_ok(mark_set(db, "evidence_looked", NULL, &e), &e);
	expect_listed(f, 1, 2, f->b.sha);
}

/* --- taking it in --- */

static void
test_evidence_fetch__goes_on_where_it_was_cut(void **state)
{
	struct fixture *f = *state;
	struct evidence_repo *r = NULL;
	struct err e;

	assert_int_equal(have(f, f->a.sha).n, 0);
	fetch(f, f->a.sha, 2, f->a.sha);
	assert_int_equal(take(f, f->a.sha), 0);
	assert_int_equal(have(f, f->a.sha).n, 2);
	test_office_close(&f->o);
	test_office_open(&f->o);
	assert_int_equal(have(f, f->a.sha).n, 2);

	fetch(f, f->a.sha, 0, f->a.sha);
	assert_int_equal(take(f, f->a.sha), 1);

	assert_int_equal(have(f, f->a.sha).n, 0); /* its name moved */
	assert_ok(evidence_repo_open(f->mine, 0, &r, &e), &e);
	assert_ok(evidence_repo_prove(r, f->a.sha, LARGE, 4, &e), &e);
	evidence_repo_close(r);
}

static void
test_evidence_fetch__refuses_another_file(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(have(f, f->a.sha).n, 0);
	fetch(f, f->b.sha, 0, f->a.sha);
	refused(f, f->a.sha);
}

/* Commits of the right form with bytes that are not the file's. */
static void
test_evidence_fetch__refuses_other_bytes_under_its_name(void **state)
{
	struct fixture *f = *state;
	struct evidence_repo *r = NULL;
	char wrong[1000];
	struct err e;

	memset(wrong, 'x', sizeof(wrong));
	assert_int_equal(have(f, f->b.sha).n, 0);
	assert_ok(evidence_repo_open(f->mine, 0, &r, &e), &e);
	assert_ok(
	    evidence_repo_add(r, f->b.sha, 1, wrong, sizeof(wrong), &e), &e);
	evidence_repo_close(r);
	refused(f, f->b.sha);
}

static void
test_evidence_fetch__refuses_more_parts_than_the_record_has(void **state)
{
	struct fixture *f = *state;
	struct evidence_repo *r = NULL;
	char *part = calloc(1, EVIDENCE_PART);
	struct err e;
	int n;

	assert_non_null(part);
	assert_int_equal(have(f, f->b.sha).n, 0);
	assert_ok(evidence_repo_open(f->mine, 0, &r, &e), &e);
	for (n = 1; n <= 2; n++)
		assert_ok(
		    evidence_repo_add(r, f->b.sha, n, part, EVIDENCE_PART, &e),
		    &e);
	evidence_repo_close(r);
	free(part);
	refused(f, f->b.sha);
}

static void
test_evidence_fetch__takes_nothing_of_an_erased_file(void **state)
{
	struct fixture *f = *state;
	struct ask a = { .person = &f->o.person, .reason = "คำสั่ง" };
	struct evidence_part_here h;
	cJSON *saved = NULL;
	struct err e;
	int whole = -1;

	assert_int_equal(have(f, f->a.sha).n, 0);
	fetch(f, f->a.sha, 1, f->a.sha);
	assert_ok(evidence_redact(f->o.store, &a, f->a.sha, &saved, &e), &e);
	cJSON_Delete(saved);
	expect_listed(f, 1, 1, f->b.sha);
	assert_err(evidence_fetch_have(f->o.store, f->a.sha, &h, &e),
	    ERR_NOT_FOUND, &e, "erased");

	fetch(f, f->a.sha, 0, f->a.sha); /* the order came meanwhile */
	assert_err(evidence_fetch_take(f->o.store, f->a.sha, &whole, &e),
	    ERR_NOT_FOUND, &e, "erased");
	assert_int_equal(whole, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_evidence_fetch__lists_what_is_missing_smallest_first),
		TEST(test_evidence_fetch__leaves_out_what_is_here),
		TEST(test_evidence_fetch__asks_later_for_what_the_hall_lacks),
		TEST(test_evidence_fetch__leaves_a_file_to_who_is_adding_it),
		TEST(
		    test_evidence_fetch__looks_for_confirmed_files_now_and_then),
		TEST(test_evidence_fetch__goes_on_where_it_was_cut),
		TEST(test_evidence_fetch__refuses_another_file),
		TEST(test_evidence_fetch__refuses_other_bytes_under_its_name),
		TEST(
		    test_evidence_fetch__refuses_more_parts_than_the_record_has),
		TEST(test_evidence_fetch__takes_nothing_of_an_erased_file),
	};

	return cmocka_run_group_tests_name(
	    "evidence_fetch", tests, test_libraries_up, test_libraries_down);
}
