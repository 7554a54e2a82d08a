#include "tests/unit/test.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/admit/absorb.h"
#include "store/evidence/evidence.h"
#include "store/evidence/evidence_receipt.h"
#include "store/git/gitrun.h"
#include "store/save/journal.h"
#include "store/sign/commit.h"
#include "store/view/verify.h"
#include "tests/support/files.h"
#include "tests/support/office.h"

#define YEAR 2565
#define SIZE (2 * EVIDENCE_PART + 100)

struct fixture {
	struct test_office o;
	struct ask ask;
	struct test_file a, b;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, YEAR));
	f->ask.person = &f->o.person;
	test_file_make(&f->a, "แผน.pdf", SIZE, 1);
	test_file_make(&f->b, "second.pdf", 1000, 2);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_office_remove(&f->o);
	test_file_free(&f->a);
	test_file_free(&f->b);
	free(f);
	return 0;
}

/* --- helpers --- */

static cJSON *
list(struct fixture *f, const char *item)
{
	cJSON *ret = NULL, *array;
	struct err e;

	assert_ok(evidence_list(f->o.store, "", 0, item, &ret, &e), &e);
	array = cJSON_DetachItemFromObjectCaseSensitive(ret, "evidence");
	cJSON_Delete(ret);
	assert_non_null(array);
	return array;
}

static int
count(struct fixture *f, const char *item)
{
	cJSON *l = list(f, item);
	int n = cJSON_GetArraySize(l);

	cJSON_Delete(l);
	return n;
}

/* begin, refused. */
static void
expect_begin(struct fixture *f, const char *item, const char *name,
    int64_t size, const char *sha, int code, const char *why)
{
	cJSON *ret = NULL;
	struct err e;

	assert_err(evidence_begin(
		       f->o.store, &f->ask, item, name, size, sha, &ret, &e),
	    code, &e, why);
	assert_null(ret);
}

static void
expect_part(struct fixture *f, int n, const void *data, size_t len, int code,
    const char *why)
{
	cJSON *ret = NULL;
	struct err e;

	assert_err(evidence_part(f->o.store, f->a.sha, n, data, len, &ret, &e),
	    code, &e, why);
	assert_null(ret);
}

static void
expect_end(struct fixture *f, const char *item, const char *caption,
    const cJSON *points, const char *class, int code, const char *why)
{
	cJSON *ret = NULL;
	struct err e;

	assert_ok(save_group_begin(f->o.store, &e), &e);
	assert_err(evidence_end(f->o.store, &f->ask, item, f->a.sha, caption,
		       points, class, &ret, &e),
	    code, &e, why);
	assert_null(ret);
	{
		struct err second;

		assert_ok(save_group_end(f->o.store, &second), &second);
	}
}

static void
redact(struct fixture *f, const char *sha, const char *reason)
{
	struct ask a = f->ask;
	cJSON *ret = NULL;
	struct err e;

	a.reason = reason;
	assert_ok(evidence_redact(f->o.store, &a, sha, &ret, &e), &e);
	cJSON_Delete(ret);
}

static void
evidence_path(const struct fixture *f, char *ret, size_t size)
{
	snprintf(ret, size, "%s/evidence.git", f->o.dir);
}

/* --- adding --- */

static void
test_evidence__is_stored_and_linked(void **state)
{
	struct fixture *f = *state;
	cJSON *ret, *l;
	const cJSON *ev;

	test_file_send(f->o.store, &f->ask, "1.1", &f->a);
	assert_int_equal(0, count(f, NULL));
	ret = test_file_link(f->o.store, &f->ask, "1.1", &f->a);
	assert_string_equal("2565/items/1.1", json_str(ret, "record"));
	assert_int_equal(2, cJSON_GetArraySize(json_get(ret, "records")));
	cJSON_Delete(ret);

	l = list(f, "1.1");
	assert_int_equal(1, cJSON_GetArraySize(l));
	ev = cJSON_GetArrayItem(l, 0);
	assert_string_equal(f->a.sha, json_str(ev, "sha256"));
	assert_string_equal("1.1", json_str(ev, "item"));
	assert_string_equal("แผน.pdf", json_str(ev, "name"));
	assert_string_equal("application/pdf", json_str(ev, "type"));
	assert_int_equal(SIZE, json_int(ev, "size", 0));
	assert_int_equal(3, json_int(ev, "parts", 0));
	assert_int_equal(3, json_int(ev, "have", 0));
	assert_string_equal("internal", json_str(ev, "class"));
	assert_true(json_bool(ev, "present", 0));
	assert_true(cJSON_IsNull(json_get(ev, "at_hall")));
	assert_true(cJSON_IsNull(json_get(ev, "redacted")));
	cJSON_Delete(l);
}

static void
test_evidence__goes_on_where_it_was_cut(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;
	struct err e;
	size_t len;

	assert_ok(evidence_begin(f->o.store, &f->ask, "1.1", f->a.name, SIZE,
		      f->a.sha, &ret, &e),
	    &e);
	assert_int_equal(0, json_int(ret, "have", -1));
	assert_int_equal(3, json_int(ret, "parts", -1));
	assert_int_equal((int)EVIDENCE_PART, json_int(ret, "part_bytes", -1));
	cJSON_Delete(ret);
	ret = NULL;
	assert_ok(evidence_part(f->o.store, f->a.sha, 1,
		      test_file_part(&f->a, 1, &len), EVIDENCE_PART, &ret, &e),
	    &e);
	cJSON_Delete(ret);

	test_office_close(&f->o);
	test_office_open(&f->o);
	ret = NULL;
	assert_ok(evidence_begin(f->o.store, &f->ask, "1.1", f->a.name, SIZE,
		      f->a.sha, &ret, &e),
	    &e);
	assert_int_equal(1, json_int(ret, "have", -1));
	cJSON_Delete(ret);
	expect_end(f, "1.1", NULL, NULL, NULL, ERR_NOT_FOUND, "not whole");
	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	assert_int_equal(1, count(f, "1.1"));
}

static void
test_evidence__is_stored_once_for_several_items(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;
	struct err e;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	/* another name, other capitals: the same bytes */
	assert_ok(evidence_begin(f->o.store, &f->ask, "1.2", "other.PDF", SIZE,
		      f->a.sha, &ret, &e),
	    &e);
	assert_int_equal(3, json_int(ret, "have", -1));
	cJSON_Delete(ret);
	ret = test_file_link(f->o.store, &f->ask, "1.2", &f->a);
	assert_null(json_get(ret, "records"));
	cJSON_Delete(ret);
	ret = test_file_link(f->o.store, &f->ask, "profile", &f->a);
	assert_string_equal("2565/profile", json_str(ret, "record"));
	cJSON_Delete(ret);
	assert_int_equal(3, count(f, NULL));
	/* once more: nothing changes, and no revision is made */
	ret = test_file_link(f->o.store, &f->ask, "1.1", &f->a);
	assert_int_equal(0, cJSON_GetArraySize(json_get(ret, "changes")));
	cJSON_Delete(ret);
}

static void
test_evidence__confirms_a_part_twice(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;
	struct err e;
	size_t len;

	test_file_send(f->o.store, &f->ask, "1.1", &f->a);
	assert_ok(evidence_part(f->o.store, f->a.sha, 2,
		      test_file_part(&f->a, 2, &len), EVIDENCE_PART, &ret, &e),
	    &e);
	assert_int_equal(3, json_int(ret, "have", -1));
	cJSON_Delete(ret);
}

static void
test_evidence__begin_refuses_before_bytes_come(void **state)
{
	struct fixture *f = *state;
	const char *sha = f->a.sha;
	char path[400];

	expect_begin(f, "1.1", "a.pdf", 0, sha, ERR_INVALID, "empty");
	expect_begin(f, "1.1", "a.pdf", -5, sha, ERR_INVALID, "empty");
	expect_begin(f, "1.1", "a.pdf", 20L * 1024 * 1024 + 1, sha, ERR_INVALID,
	    "more than the 20971520");
	expect_begin(f, "1.1", "a.pdf", INT64_MAX, sha, ERR_INVALID, "more");
	expect_begin(f, "9.9", "a.pdf", SIZE, sha, ERR_NOT_FOUND, "item");
	expect_begin(f, "../..", "a.pdf", SIZE, sha, ERR_NOT_FOUND, "item");
	expect_begin(f, "1.1", "a.pdf", SIZE, "../../etc", ERR_INVALID, "64");
	expect_begin(f, "1.1", "a.pdf", SIZE, "", ERR_INVALID, "64");
	expect_begin(f, "1.1", "a.exe", SIZE, sha, ERR_INVALID, "end");
	expect_begin(f, "1.1", "a.docx", SIZE, sha, ERR_INVALID, "end");
	expect_begin(f, "1.1", "../a.pdf", SIZE, sha, ERR_INVALID, "without");
	expect_begin(f, "1.1", "a\\b.pdf", SIZE, sha, ERR_INVALID, "without");
	expect_begin(f, "1.1", "a\nb.pdf", SIZE, sha, ERR_INVALID, "one line");
	expect_begin(f, "1.1", ".pdf", SIZE, sha, ERR_INVALID, "begins");
	expect_begin(f, "1.1", "-x.pdf", SIZE, sha, ERR_INVALID, "begins");
	expect_begin(f, "1.1", "", SIZE, sha, ERR_INVALID, "1 to");
	evidence_path(f, path, sizeof(path));
	assert_int_not_equal(0, access(path, F_OK));
}

/* Whole, and named by no record yet: the first record would tell the lie. */
static void
test_evidence__begin_refuses_another_size_for_stored_bytes(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;
	struct err e;

	test_file_send(f->o.store, &f->ask, "1.1", &f->a);
	expect_begin(
	    f, "1.1", f->a.name, SIZE + 1, f->a.sha, ERR_INVALID, "bytes, not");
	expect_begin(
	    f, "1.1", f->a.name, 5000000, f->a.sha, ERR_INVALID, "bytes, not");
	assert_ok(evidence_begin(f->o.store, &f->ask, "1.1", f->a.name, SIZE,
		      f->a.sha, &ret, &e),
	    &e);
	assert_int_equal(json_int(ret, "have", 0), 3);
	cJSON_Delete(ret);
}

static void
test_evidence__part_refuses_what_was_not_begun(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;
	struct err e;
	size_t len;
	const char *one = test_file_part(&f->a, 1, &len);

	expect_part(f, 1, one, len, ERR_NOT_FOUND, "was begun");
	assert_ok(evidence_begin(f->o.store, &f->ask, "1.1", f->a.name, SIZE,
		      f->a.sha, &ret, &e),
	    &e);
	cJSON_Delete(ret);
	expect_part(f, 0, one, len, ERR_INVALID, "no part 0");
	expect_part(f, 4, one, len, ERR_INVALID, "no part 4");
	expect_part(f, 1, one, len - 1, ERR_INVALID, "must have 262144");
	expect_part(f, 3, one, len, ERR_INVALID, "must have 100");
	expect_part(f, 2, one, len, ERR_INVALID, "cannot follow");
	/* the type is looked at before anything is stored */
	f->a.bytes[0] = 'x';
	expect_part(f, 1, one, len, ERR_INVALID, "not what its name says");
	f->a.bytes[0] = '%';
	ret = NULL;
	assert_ok(evidence_begin(f->o.store, &f->ask, "1.1", f->a.name, SIZE,
		      f->a.sha, &ret, &e),
	    &e);
	assert_int_equal(0, json_int(ret, "have", -1));
	cJSON_Delete(ret);
}

static void
test_evidence__refuses_other_bytes_than_it_was_told(void **state)
{
	struct fixture *f = *state;
	char right = f->a.bytes[SIZE - 1];
	cJSON *ret = NULL;
	struct err e;
	size_t len;
	int n;

	assert_ok(evidence_begin(f->o.store, &f->ask, "1.1", f->a.name, SIZE,
		      f->a.sha, &ret, &e),
	    &e);
	cJSON_Delete(ret);
	f->a.bytes[SIZE - 1] = (char)(right ^ 1);
	for (n = 1; n < 3; n++) {
		ret = NULL;
		assert_ok(evidence_part(f->o.store, f->a.sha, n,
			      test_file_part(&f->a, n, &len), EVIDENCE_PART,
			      &ret, &e),
		    &e);
		cJSON_Delete(ret);
	}
	expect_part(
	    f, 3, test_file_part(&f->a, 3, &len), 100, ERR_INVALID, "SHA-256");
	expect_end(f, "1.1", NULL, NULL, NULL, ERR_NOT_FOUND, "not whole");
	f->a.bytes[SIZE - 1] = right;
	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
}

static void
test_evidence__keeps_to_the_number_of_an_item(void **state)
{
	struct fixture *f = *state;
	struct test_file more;
	cJSON *ret = NULL;
	struct err e;
	int i;

	for (i = 0; i < 20; i++) {
		test_file_make(&more, "x.pdf", 100, (uint64_t)(100 + i));
		test_file_add(f->o.store, &f->o.person, "1.1", &more);
		test_file_free(&more);
	}
	expect_begin(f, "1.1", f->a.name, SIZE, f->a.sha, ERR_INVALID,
	    "20 evidence files");
	/* and not by the back door: begun for one item, ended for another */
	test_file_send(f->o.store, &f->ask, "1.2", &f->a);
	expect_end(
	    f, "1.1", NULL, NULL, NULL, ERR_INVALID, "20 evidence files");
	/* one that is linked may be described anew */
	test_file_make(&more, "x.pdf", 100, 100);
	assert_ok(evidence_begin(f->o.store, &f->ask, "1.1", more.name, 100,
		      more.sha, &ret, &e),
	    &e);
	cJSON_Delete(ret);
	test_file_free(&more);
}

static void
test_evidence__end_takes_caption_class_and_points(void **state)
{
	struct fixture *f = *state;
	cJSON *points = cJSON_CreateArray(), *ret = NULL, *l;
	const cJSON *ev;
	struct err e;

	test_file_send(f->o.store, &f->ask, "1.1", &f->a);
	expect_end(f, "1.1", NULL, NULL, "secret", ERR_INVALID, "one of");
	expect_end(f, "1.1", "two\nlines", NULL, NULL, ERR_INVALID, "line");
	assert_ok(json_push_str(points, "1.2.B1", &e), &e);
	expect_end(f, "1.1", NULL, points, NULL, ERR_INVALID, "1.2.B1");
	expect_end(f, "profile", NULL, points, NULL, ERR_INVALID, "no points");
	cJSON_Delete(points);
	points = cJSON_CreateArray();
	assert_ok(json_push_str(points, "1.1.B2", &e), &e);
	assert_ok(json_push_str(points, "1.1.B1", &e), &e);
	assert_ok(json_push_str(points, "1.1.B2", &e), &e);
	assert_ok(save_group_begin(f->o.store, &e), &e);
	assert_ok(evidence_end(f->o.store, &f->ask, "1.1", f->a.sha, "คำบรรยาย",
		      points, "public", &ret, &e),
	    &e);
	assert_ok(save_group_end(f->o.store, &e), &e);
	cJSON_Delete(ret);
	l = list(f, "1.1");
	ev = cJSON_GetArrayItem(l, 0);
	assert_string_equal("คำบรรยาย", json_str(ev, "caption"));
	assert_string_equal("public", json_str(ev, "class"));
	assert_int_equal(2, cJSON_GetArraySize(json_get(ev, "points")));
	assert_string_equal("1.1.B1",
	    cJSON_GetArrayItem(json_get(ev, "points"), 0)->valuestring);
	cJSON_Delete(l);
	cJSON_Delete(points);
}

/* --- reading, unlinking --- */

static void
test_evidence__reads_parts_by_a_prefix(void **state)
{
	struct fixture *f = *state;
	char prefix[9];
	cJSON *ret = NULL;
	struct err e;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	snprintf(prefix, sizeof(prefix), "%.8s", f->b.sha);
	assert_ok(evidence_read(f->o.store, "", prefix, 1, &ret, &e), &e);
	assert_string_equal(f->b.sha, json_str(ret, "sha256"));
	assert_string_equal("second.pdf", json_str(ret, "name"));
	/* "%PDF-1.7" in base64 */
	assert_memory_equal("JVBERi0xLjcK", json_str(ret, "data"), 12);
	cJSON_Delete(ret);
	ret = NULL;
	assert_err(evidence_read(f->o.store, "", prefix, 2, &ret, &e),
	    ERR_NOT_FOUND, &e, "no part 2");
	prefix[7] = '\0';
	assert_err(evidence_read(f->o.store, "", prefix, 1, &ret, &e),
	    ERR_INVALID, &e, "8 to 64");
	assert_err(evidence_read(f->o.store, "", "zzzzzzzz", 1, &ret, &e),
	    ERR_INVALID, &e, "hex");
	assert_err(evidence_read(f->o.store, "", f->a.sha, 1, &ret, &e),
	    ERR_NOT_FOUND, &e, "no evidence");
	assert_null(ret);
}

static void
test_evidence__rm_unlinks_and_keeps_the_file(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;
	struct err e;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	assert_ok(save_group_begin(f->o.store, &e), &e);
	assert_err(
	    evidence_remove(f->o.store, &f->ask, "1.2", f->a.sha, &ret, &e),
	    ERR_NOT_FOUND, &e, "not linked");
	assert_ok(
	    evidence_remove(f->o.store, &f->ask, "1.1", f->a.sha, &ret, &e),
	    &e);
	assert_ok(save_group_end(f->o.store, &e), &e);
	cJSON_Delete(ret);
	assert_int_equal(0, count(f, NULL));
	ret = NULL;
	assert_ok(evidence_read(f->o.store, "", f->a.sha, 1, &ret, &e), &e);
	cJSON_Delete(ret);
}

/* --- erasing --- */

static void
expect_no_bytes(struct fixture *f, const struct test_file *file)
{
	static const char *const args[] = { "cat-file", "--batch-all-objects",
		"--batch-check", NULL };
	struct buf out = BUF_INIT;
	unsigned char id[20];
	char path[400], hex[41];
	struct err e;
	size_t len;

	evidence_path(f, path, sizeof(path));
	assert_ok(gitrun(path, args, 60000, &out, &e), &e);
	for (int n = 1; n <= file->parts; n++) {
		const char *part = test_file_part(file, n, &len);

		assert_ok(store_blob_id(part, len, id, &e), &e);
		commit_hex(id, hex);
		assert_null(strstr(buf_str(&out), hex));
	}
	buf_release(&out);
}

static void
test_evidence__redact_erases_bytes_and_keeps_the_record(void **state)
{
	struct fixture *f = *state;
	const cJSON *ev;
	cJSON *l, *ret = NULL;
	struct ask no_reason = f->ask;
	struct err e;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	assert_err(evidence_redact(f->o.store, &no_reason, f->a.sha, &ret, &e),
	    ERR_INVALID, &e, "needs a reason");
	no_reason.reason = " \n";
	assert_err(evidence_redact(f->o.store, &no_reason, f->a.sha, &ret, &e),
	    ERR_INVALID, &e, "needs a reason");
	redact(f, f->a.sha, "ข้อมูลส่วนบุคคล");
	expect_no_bytes(f, &f->a);
	l = list(f, "1.1");
	assert_int_equal(2, cJSON_GetArraySize(l));
	cJSON_ArrayForEach (ev, l) {
		const cJSON *r = json_get(ev, "redacted");

		if (strcmp(json_str(ev, "sha256"), f->b.sha) == 0) {
			assert_true(cJSON_IsNull(r));
			assert_true(json_bool(ev, "present", 0));
			continue;
		}
		assert_false(json_bool(ev, "present", 1));
		assert_int_equal(SIZE, json_int(ev, "size", 0));
		assert_string_equal("ข้อมูลส่วนบุคคล", json_str(r, "reason"));
		assert_string_equal(
		    "somsri", json_str(json_get(r, "person"), "login"));
	}
	cJSON_Delete(l);
	assert_err(evidence_read(f->o.store, "", f->a.sha, 1, &ret, &e),
	    ERR_NOT_FOUND, &e, "was erased");
	expect_begin(f, "1.2", f->a.name, SIZE, f->a.sha, ERR_DENIED,
	    "was erased on order");
	expect_end(f, "1.2", NULL, NULL, NULL, ERR_DENIED, "was erased");
	no_reason.reason = "again";
	assert_err(evidence_redact(f->o.store, &no_reason, f->a.sha, &ret, &e),
	    ERR_CONFLICT, &e, "already");
	assert_null(ret);
}

/* As after a crash between the order and the erasure, or with an order that
 * came from another device. */
static void
test_evidence__start_carries_out_an_order(void **state)
{
	struct fixture *f = *state;
	struct evidence_repo *r = NULL;
	char path[400];
	struct err e;
	int have, whole;
	size_t len;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	redact(f, f->a.sha, "x");
	evidence_path(f, path, sizeof(path));
	assert_ok(evidence_repo_open(path, 1, &r, &e), &e);
	for (int n = 1; n <= 3; n++) {
		const char *part = test_file_part(&f->a, n, &len);

		assert_ok(evidence_repo_add(r, f->a.sha, n, part, len, &e), &e);
	}
	assert_ok(evidence_repo_seal(r, f->a.sha, &e), &e);
	/* marked as done: it is not done again */
	assert_ok(evidence_start(f->o.store, &e), &e);
	assert_ok(evidence_repo_have(r, f->a.sha, &have, &whole, &e), &e);
	assert_int_equal(3, have);
	assert_ok(db_exec(store_db(f->o.store),
		      "UPDATE evidence_file SET erased = NULL", &e),
	    &e);
	assert_ok(evidence_start(f->o.store, &e), &e);
	evidence_repo_close(r);
	r = NULL;
	assert_ok(evidence_repo_open(path, 0, &r, &e), &e);
	assert_ok(evidence_repo_have(r, f->a.sha, &have, &whole, &e), &e);
	assert_int_equal(0, have);
	evidence_repo_close(r);
	expect_no_bytes(f, &f->a);
}

/* --- the hall's word, litter --- */

static int
keep_sha(void *arg, const char *sha, int64_t size, struct err *e)
{
	struct buf *b = arg;

	(void)size;
	(void)e;
	buf_printf(b, "%.8s ", sha);
	return 0;
}

static void
expect_waiting(struct fixture *f, const char *first, const char *second)
{
	struct buf b = BUF_INIT;
	char want[40];
	struct err e;

	snprintf(want, sizeof(want), "%.8s%s%.8s%s", first,
	    first[0] != '\0' ? " " : "", second, second[0] != '\0' ? " " : "");
	assert_ok(evidence_waiting(f->o.store, keep_sha, &b, &e), &e);
	assert_string_equal(want, buf_str(&b));
	buf_release(&b);
}

static void
test_evidence__waits_smallest_first(void **state)
{
	struct fixture *f = *state;

	expect_waiting(f, "", "");
	test_file_send(f->o.store, &f->ask, "1.1", &f->a);
	expect_waiting(f, "", "");
	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	expect_waiting(f, f->b.sha, f->a.sha);
	redact(f, f->b.sha, "x");
	expect_waiting(f, f->a.sha, "");
}

static int64_t
rows(struct fixture *f, const char *sql)
{
	struct err e;
	int64_t n = -1;

	assert_ok(db_one_int(store_db(f->o.store), &n, &e, sql, ""), &e);
	return n;
}

static void
test_evidence__what_no_record_names_goes_after_a_week(void **state)
{
	static const char *const touch_args[] = { "touch", "-d", "8 days ago",
		NULL, NULL };
	struct fixture *f = *state;
	const char *argv[5];
	struct evidence_repo *r = NULL;
	char path[400], ref[600];
	struct err e;
	int have, whole;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	test_file_send(f->o.store, &f->ask, "1.1", &f->a);
	evidence_path(f, path, sizeof(path));
	snprintf(ref, sizeof(ref), "%s/refs/evidence/%s", path, f->a.sha);
	memcpy(argv, touch_args, sizeof(touch_args));
	argv[3] = ref;
	assert_ok(db_exec(store_db(f->o.store),
		      "DELETE FROM mark WHERE name LIKE 'evidence_swept%'", &e),
	    &e);
	assert_ok(evidence_start(f->o.store, &e), &e);
	assert_ok(evidence_repo_open(path, 0, &r, &e), &e);
	assert_ok(evidence_repo_have(r, f->a.sha, &have, &whole, &e), &e);
	assert_int_equal(3, have);
	assert_int_equal(0, test_run(argv, NULL));
	snprintf(ref, sizeof(ref), "%s/refs/evidence/%s", path, f->b.sha);
	assert_int_equal(0, test_run(argv, NULL));
	/* not before a day has gone by */
	assert_ok(evidence_start(f->o.store, &e), &e);
	assert_ok(evidence_repo_have(r, f->a.sha, &have, &whole, &e), &e);
	assert_int_equal(3, have);
	assert_ok(db_exec(store_db(f->o.store),
		      "DELETE FROM mark WHERE name LIKE 'evidence_swept%'", &e),
	    &e);
	assert_ok(evidence_start(f->o.store, &e), &e);
	assert_ok(evidence_repo_have(r, f->a.sha, &have, &whole, &e), &e);
	assert_int_equal(0, have);
	assert_ok(evidence_repo_have(r, f->b.sha, &have, &whole, &e), &e);
	assert_int_equal(1, whole);
	evidence_repo_close(r);
}

static void
test_evidence__survives_a_new_index(void **state)
{
	struct fixture *f = *state;
	cJSON *before, *after;
	struct err e;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	test_file_add(f->o.store, &f->o.person, "profile", &f->b);
	redact(f, f->b.sha, "x");
	before = list(f, NULL);
	assert_ok(journal_flush(f->o.store, &e), &e);
	test_office_close(&f->o);
	assert_ok(store_open(f->o.dir, STORE_REPAIR, &f->o.store, &e), &e);
	assert_ok(absorb_reindex(f->o.store, NULL, NULL, &e), &e);
	after = list(f, NULL);
	assert_int_equal(2, cJSON_GetArraySize(after));
	assert_true(cJSON_Compare(before, after, 1));
	assert_int_equal(1, rows(f, "SELECT count(*) FROM evidence_file"
				    " WHERE erased IS NOT NULL"));
	cJSON_Delete(before);
	cJSON_Delete(after);
}

/* --- verify --- */

static cJSON *
verify(struct fixture *f, int ok, int n_findings)
{
	cJSON *ret = NULL;
	struct err e;

	assert_ok(verify_run(f->o.store, NULL, NULL, &ret, &e), &e);
	if (json_bool(ret, "ok", -1) != ok ||
	    cJSON_GetArraySize(json_get(ret, "findings")) != n_findings)
		fail_msg("%s", cJSON_Print(ret));
	return ret;
}

static const cJSON *
finding(const cJSON *result)
{
	return cJSON_GetArrayItem(json_get(result, "findings"), 0);
}

static void
remove_ref(struct fixture *f, const struct test_file *file)
{
	char path[600];

	evidence_path(f, path, sizeof(path));
	snprintf(path + strlen(path), sizeof(path) - strlen(path),
	    "/refs/evidence/%s", file->sha);
	assert_int_equal(0, unlink(path));
}

static void
test_evidence__verify_counts_files_and_names_missing_ones(void **state)
{
	struct fixture *f = *state;
	cJSON *v;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	v = verify(f, 1, 0);
	assert_int_equal(2, json_int(json_get(v, "checked"), "evidence", -1));
	cJSON_Delete(v);
	remove_ref(f, &f->a);
	v = verify(f, 1, 1);
	assert_string_equal("warning", json_str(finding(v), "severity"));
	assert_string_equal("9105 evidence", json_str(finding(v), "where"));
	assert_non_null(strstr(json_str(finding(v), "what"), "not here"));
	assert_int_equal(1, json_int(json_get(v, "checked"), "evidence", -1));
	cJSON_Delete(v);
	/* erased is not missing */
	redact(f, f->a.sha, "x");
	cJSON_Delete(verify(f, 1, 0));
}

static void
test_evidence__verify_sees_other_bytes(void **state)
{
	struct fixture *f = *state;
	struct evidence_repo *r = NULL;
	char path[400], from[600], to[600];
	cJSON *v;
	struct err e;

	/* the ref of one file leads to the bytes of another */
	test_file_add(f->o.store, &f->o.person, "1.1", &f->a);
	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	evidence_path(f, path, sizeof(path));
	snprintf(from, sizeof(from), "%s/refs/evidence/%s", path, f->b.sha);
	snprintf(to, sizeof(to), "%s/refs/evidence/%s", path, f->a.sha);
	assert_int_equal(0, unlink(to));
	assert_int_equal(0, link(from, to));
	v = verify(f, 0, 1);
	assert_string_equal("error", json_str(finding(v), "severity"));
	cJSON_Delete(v);
	assert_ok(evidence_repo_open(path, 0, &r, &e), &e);
	evidence_repo_close(r);
}

/* A bit of a loose object turns. */
static void
test_evidence__verify_sees_a_turned_bit(void **state)
{
	struct fixture *f = *state;
	unsigned char id[20];
	char path[400], name[600], hex[41];
	struct buf b = BUF_INIT;
	struct err e;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	assert_ok(store_blob_id(f->b.bytes, f->b.size, id, &e), &e);
	commit_hex(id, hex);
	evidence_path(f, path, sizeof(path));
	snprintf(name, sizeof(name), "%s/objects/%.2s/%s", path, hex, hex + 2);
	assert_ok(file_read(name, 1 << 20, &b, &e), &e);
	b.data[b.len / 2] ^= 4;
	assert_ok(file_write(name, b.data, b.len, 0600, &e), &e);
	buf_release(&b);
	cJSON_Delete(verify(f, 0, 1));
}

static void
test_evidence__verify_sees_erased_bytes_that_came_back(void **state)
{
	struct fixture *f = *state;
	struct evidence_repo *r = NULL;
	char path[400];
	cJSON *v;
	struct err e;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	redact(f, f->b.sha, "x");
	evidence_path(f, path, sizeof(path));
	assert_ok(evidence_repo_open(path, 1, &r, &e), &e);
	assert_ok(
	    evidence_repo_add(r, f->b.sha, 1, f->b.bytes, f->b.size, &e), &e);
	evidence_repo_close(r);
	v = verify(f, 0, 1);
	assert_non_null(strstr(json_str(finding(v), "what"), "was erased"));
	cJSON_Delete(v);
}

static void
test_evidence__verify_checks_the_halls_words(void **state)
{
	struct fixture *f = *state;
	cJSON *v;
	struct err e;

	test_file_add(f->o.store, &f->o.person, "1.1", &f->b);
	assert_ok(db_run(store_db(f->o.store), &e,
		      "INSERT INTO evidence_file(office, sha, confirmed,"
		      " offset_min, receipt) VALUES('9105', ?1, 1, 420, '{}')",
		      "s", f->b.sha),
	    &e);
	/* this office has joined no hall: nobody can have signed it */
	v = verify(f, 0, 1);
	cJSON_Delete(v);
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(test_evidence__##name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(is_stored_and_linked),
		T(goes_on_where_it_was_cut),
		T(is_stored_once_for_several_items),
		T(confirms_a_part_twice),
		T(begin_refuses_before_bytes_come),
		T(begin_refuses_another_size_for_stored_bytes),
		T(part_refuses_what_was_not_begun),
		T(refuses_other_bytes_than_it_was_told),
		T(keeps_to_the_number_of_an_item),
		T(end_takes_caption_class_and_points),
		T(reads_parts_by_a_prefix),
		T(rm_unlinks_and_keeps_the_file),
		T(redact_erases_bytes_and_keeps_the_record),
		T(start_carries_out_an_order),
		T(waits_smallest_first),
		T(what_no_record_names_goes_after_a_week),
		T(survives_a_new_index),
		T(verify_counts_files_and_names_missing_ones),
		T(verify_sees_other_bytes),
		T(verify_sees_a_turned_bit),
		T(verify_sees_erased_bytes_that_came_back),
		T(verify_checks_the_halls_words),
	};

	return cmocka_run_group_tests_name(
	    "evidence", tests, test_libraries_up, test_libraries_down);
}
