/*
 * Goal: whatever call of an upload, its link or its erasure the process dies at
 * (or fails): no half file has the name of a file, what was confirmed is there,
 * an erasure that was confirmed left no bytes, and the same steps again come to
 * their end.
 *
 * The test runs itself as the driver ("--driver DIR") with shim_crash.so
 * preloaded, once for each call that changes files (see test_crash.c). git's
 * own children run without the shim: what they do is whole or not at all.
 */
#include "tests/unit/test.h"

#include "store/evidence/evidence.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/support/crash_driver.h"
#include "tests/support/crash_run.h"
#include "tests/support/files.h"
#include "tests/support/office.h"

#define SIZE (EVIDENCE_PART + 100)
#define N_STEPS 4 /* two parts, the link, the erasure */

struct run {
	struct crash_result end;
	int acked; /* steps that were confirmed */
};

struct fixture {
	char *template;
	struct crash crash;
	struct test_file file;
};

/* --- the driver --- */

static void
upload(struct store *s, const struct ask *a, const struct test_file *f)
{
	cJSON *ret = NULL;
	struct err e;
	size_t len;

	crash_check(evidence_begin(s, a, "1.1", f->name, (int64_t)f->size,
			f->sha, &ret, &e),
	    &e);
	cJSON_Delete(ret);
	for (int n = 1; n <= f->parts; n++) {
		const char *part = test_file_part(f, n, &len);

		ret = NULL;
		crash_check(
		    evidence_part(s, f->sha, n, part, len, &ret, &e), &e);
		cJSON_Delete(ret);
		crash_say("ack\n");
	}
}

static void
link_and_erase(struct store *s, struct ask *a, const struct test_file *f)
{
	cJSON *ret = NULL;
	struct err e;
	int rc;

	crash_check(save_group_begin(s, &e), &e);
	rc = evidence_end(s, a, "1.1", f->sha, NULL, NULL, "public", &ret, &e);
	crash_check(rc, &e);
	crash_check(save_group_end(s, &e), &e);
	cJSON_Delete(ret);
	crash_say("ack\n");
	a->reason = "ลบ";
	ret = NULL;
	crash_check(evidence_redact(s, a, f->sha, &ret, &e), &e);
	cJSON_Delete(ret);
	crash_say("ack\n");
}

static int
driver(const char *dir)
{
	struct person p = { "somsri", "สมศรี" };
	struct ask a = { .person = &p };
	struct store *s = NULL;
	struct test_file f;
	long calls;
	struct err e;

	test_file_make(&f, "a.pdf", SIZE, 5);
	test_libraries_up(NULL);
	crash_check(store_open(dir, STORE_WRITE, &s, &e), &e);
	crash_begin();
	upload(s, &a, &f);
	link_and_erase(s, &a, &f);
	crash_check(journal_flush(s, &e), &e);
	calls = crash_calls();
	store_close(s);
	test_file_free(&f);
	return crash_end(calls);
}

/* --- the test --- */

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct test_office o = { .person = { "somsri", "สมศรี" } };
	struct err e;

	assert_non_null(f);
	test_libraries_up(state);
	crash_find(&f->crash);
	f->template = test_dir();
	assert_ok(test_office_init(f->template, &e), &e);
	o.dir = f->template;
	test_office_open(&o);
	cJSON_Delete(test_office_open_year(&o, CRASH_YEAR));
	assert_ok(journal_flush(o.store, &e), &e);
	test_office_close(&o);
	test_file_make(&f->file, "a.pdf", SIZE, 5);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_dir_remove(f->template);
	test_file_free(&f->file);
	free(f);
	return test_libraries_down(state);
}

static void
read_line(void *arg, char *line)
{
	struct run *r = arg;

	r->acked += strcmp(line, "ack") == 0;
}

static void
look(const char *dir, const char *sha, int *ret_have, int *ret_whole)
{
	struct evidence_repo *r = NULL;
	char path[500];
	struct err e;

	*ret_have = *ret_whole = 0;
	snprintf(path, sizeof(path), "%s/evidence.git", dir);
	if (evidence_repo_open(path, 0, &r, &e) == ERR_NOT_FOUND)
		return;
	assert_non_null(r);
	assert_ok(evidence_repo_have(r, sha, ret_have, ret_whole, &e), &e);
	if (*ret_whole)
		assert_ok(evidence_repo_prove(r, sha, SIZE, 2, &e), &e);
	evidence_repo_close(r);
}

/* The list of the year's evidence: one file or none; 1 if it was erased. */
static int
listed(struct test_office *o, int *ret_redacted)
{
	cJSON *list = NULL;
	const cJSON *ev;
	struct err e;
	int n;

	assert_ok(evidence_list(o->store, "", CRASH_YEAR, NULL, &list, &e), &e);
	ev = json_get(list, "evidence");
	n = cJSON_GetArraySize(ev);
	*ret_redacted = n > 0 && cJSON_IsObject(json_get(
				     cJSON_GetArrayItem(ev, 0), "redacted"));
	cJSON_Delete(list);
	return n;
}

static void
expect_sound(struct test_office *o)
{
	cJSON *v = NULL;
	struct err e;
	char *text;

	assert_ok(verify_run(o->store, NULL, NULL, &v, &e), &e);
	if (!json_bool(v, "ok", 0) ||
	    cJSON_GetArraySize(json_get(v, "findings")) > 0) {
		text = cJSON_Print(v);
		fail_msg("%s", text);
	}
	cJSON_Delete(v);
}

/* From wherever it stopped to the end. */
static void
go_on(struct test_office *o, const struct test_file *f, int redacted)
{
	struct ask a = { .person = &o->person, .reason = "ลบ" };
	cJSON *ret = NULL;
	struct err e;

	if (!redacted) {
		test_file_add(o->store, &o->person, "1.1", f);
		assert_ok(evidence_redact(o->store, &a, f->sha, &ret, &e), &e);
		cJSON_Delete(ret);
	}
	assert_ok(journal_flush(o->store, &e), &e);
}

static void
judge(const struct fixture *f, const char *dir, const struct run *r)
{
	struct test_office o = { .person = { "somsri", "สมศรี" } };
	int have, whole, n, redacted;
	struct err e;

	o.dir = strdup(dir);
	assert_non_null(o.dir);
	test_office_open(&o);
	assert_ok(evidence_start(o.store, &e), &e);
	n = listed(&o, &redacted);
	look(dir, f->file.sha, &have, &whole);
	/* what was confirmed is there */
	if (r->acked >= 4)
		assert_true(redacted);
	if (r->acked >= 3)
		assert_int_equal(1, n);
	if (r->acked >= 1 && !redacted)
		assert_true(have >= (r->acked >= 2 ? 2 : 1));
	/* an order is carried out, a link leads to a whole file */
	if (redacted)
		assert_int_equal(0, have);
	else if (n > 0)
		assert_true(whole);
	if (n > 0)
		expect_sound(&o);
	go_on(&o, &f->file, redacted);
	n = listed(&o, &redacted);
	assert_int_equal(1, n);
	assert_true(redacted);
	look(dir, f->file.sha, &have, &whole);
	assert_int_equal(0, have);
	expect_sound(&o);
	test_office_close(&o);
	free(o.dir);
}

static int
try_point(const struct fixture *f, long k, const char *how)
{
	char *dir = crash_copy(f->template);
	struct run r = { .acked = 0 };

	crash_run(&f->crash, dir, k, how, read_line, &r, &r.end);
	crash_expect(&r.end, k, how);
	/* a lock that could not be taken away holds nothing: it is busy */
	if (strcmp(how, "EIO") == 0 &&
	    strstr(r.end.said, "(after unlink ") == NULL)
		crash_expect_fatal(&r.end, k);
	if (r.end.ended)
		assert_int_equal(N_STEPS, r.acked);
	judge(f, dir, &r);
	test_dir_remove(dir);
	/* in a run that ended the k-th call was not reached, or its failure
	 * was of no account (an unlink of litter) */
	return !r.end.ended || r.end.count >= k;
}

/* stride: 1 tries every point. */
static void
try_all(const struct fixture *f, const char *how, long stride)
{
	long k = 1, n = 0;

	for (; try_point(f, k, how); k += stride)
		n++;
	print_message("%s: %ld points, each of them met\n", how, n);
	assert_true(k > 200);
}

static void
test_crash_evidence__has_no_half_file_when_killed_at_any_call(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "kill", 1);
}

static void
test_crash_evidence__has_no_half_file_when_any_call_fails(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "ENOSPC", 3);
}

static void
test_crash_evidence__ends_the_process_when_the_disk_fails(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "EIO", getenv("PMQA_CRASH_ALL") != NULL ? 1 : 3);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_crash_evidence__has_no_half_file_when_killed_at_any_call),
		cmocka_unit_test(
		    test_crash_evidence__has_no_half_file_when_any_call_fails),
		cmocka_unit_test(
		    test_crash_evidence__ends_the_process_when_the_disk_fails),
	};

	if (argc == 3 && strcmp(argv[1], "--driver") == 0)
		return driver(argv[2]);
	crash_note();
	return cmocka_run_group_tests_name(
	    "crash_evidence", tests, setup, teardown);
}
