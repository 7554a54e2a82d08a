/* Both ends of a file's way, with nothing between them: evidence_send at the
 * office, evidence_take at the hall. */
#include "tests/unit/test.h"

#include "store/admit/absorb.h"
#include "store/evidence/evidence_receipt.h"
#include "store/evidence/evidence_send.h"
#include "store/evidence/evidence_take.h"
#include "store/sign/commit.h"
#include "tests/support/files.h"
#include "tests/support/pair.h"

#define YEAR 2565
#define LARGE (5 * EVIDENCE_PART + 100) /* six parts */
#define MANY ((int64_t)100 * EVIDENCE_PART)

struct fixture {
	struct pair *p;
	struct test_file a, b; /* six parts, one */
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct test_office *o;

	assert_non_null(f);
	f->p = pair_make();
	o = &f->p->office;
	cJSON_Delete(test_office_open_year(o, YEAR));
	test_file_make(&f->a, "large.pdf", LARGE, 1);
	test_file_make(&f->b, "small.pdf", 1000, 2);
	test_file_add(o->store, &o->person, "1.1", &f->a);
	test_file_add(o->store, &o->person, "1.1", &f->b);
	pair_sync(f->p);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	pair_remove(f->p);
	test_file_free(&f->a);
	test_file_free(&f->b);
	free(f);
	return 0;
}

/* --- helpers --- */

/* The bytes to the hall's repository, past no hook, under this name. */
static void
carry(const struct fixture *f, const struct test_file *file, const char *from,
    const char *kind)
{
	char mine[300], theirs[300], spec[300], *out = NULL;
	const char *argv[] = { "git", "-C", mine, "push", "-q", theirs, spec,
		NULL };
	struct evidence_repo *r = NULL;
	struct err e;

	snprintf(mine, sizeof(mine), "%s/evidence.git", f->p->office.dir);
	snprintf(
	    theirs, sizeof(theirs), "%s/evidence/9105.git", f->p->hall.dir);
	assert_ok(evidence_repo_place(f->p->hall.dir, &e), &e);
	assert_ok(evidence_repo_open(theirs, 1, &r, &e), &e);
	evidence_repo_close(r);
	snprintf(spec, sizeof(spec), "refs/evidence/%s%s:refs/%s/%s", file->sha,
	    from, kind, file->sha);
	if (test_run(argv, &out) != 0)
		fail_msg("git push: %s", out);
	free(out);
}

static cJSON *
take(const struct fixture *f, const struct test_file *file)
{
	cJSON *receipt = NULL;
	struct err e;

	assert_ok(
	    evidence_take(f->p->hall.store, "9105", file->sha, &receipt, &e),
	    &e);
	assert_non_null(receipt);
	return receipt;
}

static void
refused(const struct fixture *f, const char *sha, int code, const char *why)
{
	cJSON *receipt = NULL;
	struct err e;

	assert_err(evidence_take(f->p->hall.store, "9105", sha, &receipt, &e),
	    code, &e, why);
	assert_null(receipt);
}

static void
expect_count(
    struct test_office *o, const char *office, int64_t files, int64_t confirmed)
{
	int64_t n = -1, m = -1;
	struct err e;

	assert_ok(evidence_count(o->store, office, &n, &m, &e), &e);
	assert_int_equal(n, files);
	assert_int_equal(m, confirmed);
}

static int
confirm(const struct fixture *f, const char *sha, const cJSON *receipt,
    struct err *e)
{
	char *text = cJSON_PrintUnformatted(receipt);
	int rc;

	assert_non_null(text);
	rc = evidence_send_confirm(
	    f->p->office.store, sha, text, strlen(text), e);
	free(text);
	return rc;
}

static void
redact(struct fixture *f, const struct test_file *file)
{
	struct ask a = { .person = &f->p->office.person,
		.reason = "ข้อมูลส่วนบุคคล" };
	cJSON *ret = NULL;
	struct err e;

	assert_ok(
	    evidence_redact(f->p->office.store, &a, file->sha, &ret, &e), &e);
	cJSON_Delete(ret);
}

static struct evidence_slice
slice(const struct fixture *f, const struct test_file *file,
    const unsigned char *have, int64_t max)
{
	struct evidence_slice s;
	struct err e;

	assert_ok(evidence_send_slice(
		      f->p->office.store, file->sha, have, max, &s, &e),
	    &e);
	return s;
}

/* --- sending --- */

static void
test_evidence_send__lists_the_smallest_first(void **state)
{
	struct fixture *f = *state;
	struct evidence_list l = { NULL, 0 };
	struct err e;

	assert_ok(evidence_send_list(f->p->office.store, &l, &e), &e);

	assert_int_equal(l.n, 2);
	assert_string_equal(l.list[0], f->b.sha);
	assert_string_equal(l.list[1], f->a.sha);
	free(l.list);
}

static void
test_evidence_send__adds_only_new_files_to_a_list(void **state)
{
	struct fixture *f = *state;
	struct test_office *o = &f->p->office;
	struct evidence_list l = { NULL, 0 };
	struct test_file c;
	struct err e;

	assert_ok(evidence_send_list(o->store, &l, &e), &e);
	assert_ok(evidence_send_list(o->store, &l, &e), &e);
	assert_int_equal(l.n, 2);
	test_file_make(&c, "tiny.pdf", 100, 3);
	test_file_add(o->store, &o->person, "1.2", &c);

	assert_ok(evidence_send_list(o->store, &l, &e), &e);

	assert_int_equal(l.n, 3);
	assert_string_equal(l.list[0], f->b.sha);
	assert_string_equal(l.list[2], c.sha);
	test_file_free(&c);
	free(l.list);
}

static void
test_evidence_send__cuts_a_file_into_pieces(void **state)
{
	struct fixture *f = *state;
	const int64_t part = (int64_t)EVIDENCE_PART;
	struct evidence_slice s = slice(f, &f->a, NULL, 1);

	assert_int_equal(s.n, 1); /* one at least */
	assert_false(s.whole);
	s = slice(f, &f->a, s.tip, 2 * part + 1);
	assert_int_equal(s.n, 3);
	s = slice(f, &f->a, s.tip, 2 * part);
	assert_int_equal(s.n, 5);
	assert_false(s.whole);
	s = slice(f, &f->a, s.tip, part);
	assert_int_equal(s.n, 6);
	assert_true(s.whole);
	s = slice(f, &f->a, NULL, MANY);
	assert_true(s.whole);
}

static void
test_evidence_send__sends_all_when_the_hall_has_something_else(void **state)
{
	struct fixture *f = *state;
	unsigned char foreign[20] = { 1, 2, 3 };
	struct evidence_slice s = slice(f, &f->a, foreign, 1);

	assert_true(s.whole);
}

static void
test_evidence_send__has_nothing_of_an_erased_file(void **state)
{
	struct fixture *f = *state;
	struct evidence_list l = { NULL, 0 };
	struct evidence_slice s;
	struct err e;

	redact(f, &f->a);

	assert_int_equal(evidence_send_slice(
			     f->p->office.store, f->a.sha, NULL, MANY, &s, &e),
	    ERR_NOT_FOUND);
	assert_ok(evidence_send_list(f->p->office.store, &l, &e), &e);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.list[0], f->b.sha);
	free(l.list);
}

/* --- taking --- */

static void
test_evidence_take__signs_for_a_whole_file_once(void **state)
{
	struct fixture *f = *state;
	struct evidence_receipt r;
	cJSON *first, *second;
	struct err e;

	carry(f, &f->a, "", "evidence");
	first = take(f, &f->a);
	assert_ok(evidence_receipt_check(
		      first, store_conf(f->p->office.store)->hall_pub, &r, &e),
	    &e);
	assert_string_equal(r.sha256, f->a.sha);
	assert_string_equal(r.office, "9105");
	assert_string_equal(r.hall, "91");
	expect_count(&f->p->hall, "9105", 2, 1);

	second = take(f, &f->a);
	assert_true(cJSON_Compare(first, second, 1));
	cJSON_Delete(first);
	cJSON_Delete(second);
}

static void
test_evidence_take__the_office_keeps_the_receipt(void **state)
{
	struct fixture *f = *state;
	struct evidence_list l = { NULL, 0 };
	cJSON *receipt;
	struct err e;

	carry(f, &f->b, "", "evidence");
	receipt = take(f, &f->b);
	expect_count(&f->p->office, "", 2, 0);

	assert_err(confirm(f, f->a.sha, receipt, &e), ERR_INVALID, &e,
	    "names another file");
	assert_ok(confirm(f, f->b.sha, receipt, &e), &e);

	expect_count(&f->p->office, "", 2, 1);
	assert_ok(evidence_send_list(f->p->office.store, &l, &e), &e);
	assert_int_equal(l.n, 1);
	assert_string_equal(l.list[0], f->a.sha);
	free(l.list);
	cJSON_Delete(receipt);
}

static void
test_evidence_take__a_false_receipt_confirms_nothing(void **state)
{
	struct fixture *f = *state;
	cJSON *receipt;
	struct err e;

	carry(f, &f->b, "", "evidence");
	receipt = take(f, &f->b);
	cJSON_ReplaceItemInObjectCaseSensitive(
	    receipt, "time", cJSON_CreateString("2020-01-01T00:00:00+07:00"));

	assert_int_equal(confirm(f, f->b.sha, receipt, &e), ERR_INVALID);

	expect_count(&f->p->office, "", 2, 0);
	cJSON_Delete(receipt);
}

static void
test_evidence_take__does_not_sign_for_a_beginning(void **state)
{
	struct fixture *f = *state;

	carry(f, &f->a, "~2", "uploads");
	refused(f, f->a.sha, ERR_NOT_FOUND, "");
	/* even under the name of the whole */
	carry(f, &f->a, "~2", "evidence");
	refused(f, f->a.sha, ERR_DAMAGED, "");
	expect_count(&f->p->hall, "9105", 2, 0);
}

static void
test_evidence_take__forgets_the_beginning_of_a_whole(void **state)
{
	struct fixture *f = *state;
	char path[300];
	unsigned char id[20];
	struct repo *r = NULL;
	char ref[100];
	struct err e;

	carry(f, &f->a, "~2", "uploads");
	carry(f, &f->a, "", "evidence");
	cJSON_Delete(take(f, &f->a));

	snprintf(path, sizeof(path), "%s/evidence/9105.git", f->p->hall.dir);
	snprintf(ref, sizeof(ref), "refs/uploads/%s", f->a.sha);
	assert_ok(repo_open(path, &r, &e), &e);
	assert_int_equal(repo_ref(r, ref, id, &e), ERR_NOT_FOUND);
	repo_close(r);
}

static void
test_evidence_take__refuses_what_no_record_names(void **state)
{
	struct fixture *f = *state;
	struct test_file c;

	test_file_make(&c, "x.pdf", 100, 9);
	refused(f, c.sha, ERR_REFUSED, "no record that the hall has");
	refused(f, "../x", ERR_INVALID, "64 lower-case hex digits");
	test_file_free(&c);
}

static void
test_evidence_take__erases_what_came_too_late(void **state)
{
	struct fixture *f = *state;
	struct evidence_repo *r = NULL;
	int n = -1, whole = -1;
	char path[300];
	struct err e;

	/* past the door, but not yet taken, when the order comes */
	carry(f, &f->a, "", "evidence");
	redact(f, &f->a);
	pair_sync(f->p);

	refused(f, f->a.sha, ERR_REFUSED, "was erased on");

	snprintf(path, sizeof(path), "%s/evidence/9105.git", f->p->hall.dir);
	assert_ok(evidence_repo_open(path, 0, &r, &e), &e);
	assert_ok(evidence_repo_have(r, f->a.sha, &n, &whole, &e), &e);
	assert_int_equal(n, 0);
	evidence_repo_close(r);
	assert_ok(evidence_obey(f->p->hall.store, "9105", &e), &e);
	expect_count(&f->p->hall, "9105", 1, 0);
}

static void
test_evidence_take__finds_what_came_while_nobody_looked(void **state)
{
	struct fixture *f = *state;
	struct err e;

	assert_ok(evidence_take_all(f->p->hall.store, &e), &e);
	expect_count(&f->p->hall, "9105", 2, 0);
	carry(f, &f->a, "~1", "uploads");
	carry(f, &f->b, "", "evidence");

	assert_ok(evidence_take_all(f->p->hall.store, &e), &e);

	expect_count(&f->p->hall, "9105", 2, 1);
}

int
main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(test_evidence_send__lists_the_smallest_first),
		T(test_evidence_send__adds_only_new_files_to_a_list),
		T(test_evidence_send__cuts_a_file_into_pieces),
		T(test_evidence_send__sends_all_when_the_hall_has_something_else),
		T(test_evidence_send__has_nothing_of_an_erased_file),
		T(test_evidence_take__signs_for_a_whole_file_once),
		T(test_evidence_take__the_office_keeps_the_receipt),
		T(test_evidence_take__a_false_receipt_confirms_nothing),
		T(test_evidence_take__does_not_sign_for_a_beginning),
		T(test_evidence_take__forgets_the_beginning_of_a_whole),
		T(test_evidence_take__refuses_what_no_record_names),
		T(test_evidence_take__erases_what_came_too_late),
		T(test_evidence_take__finds_what_came_while_nobody_looked),
	};

	return cmocka_run_group_tests_name(
	    "evidence_take", tests, test_libraries_up, test_libraries_down);
}
