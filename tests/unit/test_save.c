#include "tests/unit/test.h"

#include "store/save/journal.h"
#include "tests/support/office.h"

#define ITEM "2565/items/1.1.json"

struct fixture {
	struct test_office o;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_office_remove(&f->o);
	free(f);
	return 0;
}

static void
begin(struct fixture *f)
{
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
}

static void
end(struct fixture *f)
{
	assert_ok(save_group_end(f->o.store, &f->e), &f->e);
}

/* One SAVE_SET of a text (NULL removes), inside a group. */
static int
set_field(struct fixture *f, const char *field, const char *text,
    const char *if_rev, cJSON **ret)
{
	cJSON *value = text != NULL ? cJSON_CreateString(text) : NULL;
	struct save_change change = {
		.path = ITEM, .field = field, .op = SAVE_SET, .value = value
	};
	struct save_req req = { .office = "",
		.person = &f->o.person,
		.action = "set",
		.if_rev = if_rev,
		.changes = &change,
		.n_changes = 1 };
	int rc = save_run(f->o.store, &req, ret, &f->e);

	cJSON_Delete(value);
	return rc;
}

static int64_t
one(struct fixture *f, const char *sql)
{
	int64_t n = -1;

	assert_ok(db_one_int(store_db(f->o.store), &n, &f->e, sql, ""), &f->e);
	return n;
}

static void
expect_tip(struct fixture *f, const char *subject)
{
	char *out;

	assert_ok(journal_flush(f->o.store, &f->e), &f->e);
	out = test_office_git(
	    &f->o, "log", "-1", "--format=%s", "office", "--", NULL);
	assert_int_equal(strlen(subject) + 1, strlen(out));
	assert_memory_equal(subject, out, strlen(subject));
	free(out);
	out = test_office_git(&f->o, "fsck", "--strict", NULL);
	assert_string_equal("", out);
	free(out);
}

static void
test_save__answers_with_revision_commit_and_changes(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = test_office_set(&f->o, 2565, "1.1", "gap", "ก");
	const cJSON *change = cJSON_GetArrayItem(json_get(ret, "changes"), 0);

	assert_string_equal("a2", json_str(ret, "revision"));
	assert_int_equal(40, strlen(json_str(ret, "commit")));
	assert_string_equal("2565/items/1.1", json_str(ret, "record"));
	assert_int_equal(1, cJSON_GetArraySize(json_get(ret, "changes")));
	assert_string_equal("gap", json_str(change, "field"));
	assert_true(cJSON_IsNull(json_get(change, "old")));
	assert_string_equal("ก", json_str(change, "new"));
	assert_null(json_get(ret, "records"));
	cJSON_Delete(ret);
}

static void
test_save__refuses_to_run_outside_a_group(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;

	assert_err(set_field(f, "gap", "x", NULL, &ret), ERR_FAILED, &f->e,
	    "no saves are being grouped");
	assert_null(ret);
}

static void
test_save__makes_one_revision_of_each_save_in_a_group(void **state)
{
	struct fixture *f = *state;
	cJSON *a = NULL, *b = NULL;

	begin(f);
	assert_ok(set_field(f, "gap", "1", NULL, &a), &f->e);
	assert_ok(set_field(f, "gap", "2", NULL, &b), &f->e);
	end(f);

	assert_string_equal("a2", json_str(a, "revision"));
	assert_string_equal("a3", json_str(b, "revision"));
	assert_int_equal(3, one(f, "SELECT count(*) FROM revision"));
	assert_int_equal(
	    1, one(f, "SELECT count(*) FROM revision r JOIN revision p"
		      " ON r.parent = p.commit_id WHERE r.name = 'a3'"
		      " AND p.name = 'a2'"));
	expect_tip(f, "9105/2565 1.1: gap");
	cJSON_Delete(a);
	cJSON_Delete(b);
}

static void
test_save__leaves_nothing_of_a_failed_save_in_a_group(void **state)
{
	struct fixture *f = *state;
	cJSON *a = NULL, *bad = NULL, *b = NULL;

	begin(f);
	assert_ok(set_field(f, "gap", "1", NULL, &a), &f->e);
	assert_err(set_field(f, "gap", "bad\x01", NULL, &bad), ERR_INVALID,
	    &f->e, "gap");
	assert_ok(set_field(f, "owner", "x", NULL, &b), &f->e);
	end(f);

	assert_null(bad);
	assert_string_equal("a3", json_str(b, "revision"));
	expect_tip(f, "9105/2565 1.1: owner");
	cJSON_Delete(a);
	cJSON_Delete(b);
}

static void
test_save__leaves_nothing_of_a_save_that_fails_after_its_tree(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;

	begin(f);
	snprintf(f->o.person.login, sizeof(f->o.person.login), "Not Good");
	assert_err(
	    set_field(f, "gap", "1", NULL, &ret), ERR_INVALID, &f->e, "login");
	snprintf(f->o.person.login, sizeof(f->o.person.login), "somsri");
	assert_ok(set_field(f, "owner", "x", NULL, &ret), &f->e);
	end(f);

	assert_string_equal("a2", json_str(ret, "revision"));
	expect_tip(f, "9105/2565 1.1: owner");
	cJSON_Delete(ret);
}

static void
test_save__forgets_a_group_that_is_aborted(void **state)
{
	struct fixture *f = *state;
	cJSON *kept = test_office_set(&f->o, 2565, "1.1", "gap", "kept");
	cJSON *gone = NULL, *next = NULL;

	begin(f);
	assert_ok(set_field(f, "gap", "gone", NULL, &gone), &f->e);
	assert_ok(save_group_abort(f->o.store, &f->e), &f->e);

	assert_int_equal(2, one(f, "SELECT count(*) FROM revision"));
	assert_int_equal(2, one(f, "SELECT count(*) FROM journal"));
	next = test_office_set(&f->o, 2565, "1.1", "owner", "next");
	assert_string_equal("a3", json_str(next, "revision"));
	expect_tip(f, "9105/2565 1.1: owner");
	assert_int_equal(3, one(f, "SELECT n FROM branch"));
	cJSON_Delete(kept);
	cJSON_Delete(gone);
	cJSON_Delete(next);
}

static void
limit_pages(struct fixture *f, int64_t n)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %d", (int)n);
	assert_ok(db_exec(store_db(f->o.store), sql, &f->e), &f->e);
}

/* Saves long texts until the database is full. */
static int
fill_up(struct fixture *f)
{
	char *text = calloc(1, 30001);
	cJSON *ret;
	int i, rc = 0;

	assert_non_null(text);
	memset(text, 'x', 30000);
	for (i = 0; i < 100 && rc == 0; i++) {
		ret = NULL;
		text[0] = (char)('a' + i % 26);
		rc = set_field(f, "gap", text, NULL, &ret);
		cJSON_Delete(ret);
	}
	free(text);
	return rc;
}

static void
test_save__survives_a_full_disk_with_what_was_acknowledged(void **state)
{
	struct fixture *f = *state;
	cJSON *kept = test_office_set(&f->o, 2565, "1.1", "gap", "kept");
	cJSON *ret = NULL, *next;
	int rc;

	limit_pages(f, one(f, "PRAGMA page_count") + 40);
	begin(f);
	assert_ok(set_field(f, "owner", "before", NULL, &ret), &f->e);
	rc = fill_up(f);
	assert_int_equal(ERR_SYS, rc);
	assert_false(db_is_fatal(&f->e));
	assert_non_null(strstr(f->e.hint, "disk space"));
	/* SQLite undid the transaction: the group must say so */
	assert_int_equal(ERR_SYS, save_group_end(f->o.store, &f->e));

	assert_int_equal(2, one(f, "SELECT count(*) FROM revision"));
	limit_pages(f, 100000);
	next = test_office_set(&f->o, 2565, "1.1", "strengths", "next");
	assert_string_equal("a3", json_str(next, "revision"));
	expect_tip(f, "9105/2565 1.1: strengths");
	cJSON_Delete(kept);
	cJSON_Delete(ret);
	cJSON_Delete(next);
}

static void
test_save__holds_to_the_revision_that_was_read(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;

	begin(f);
	assert_ok(set_field(f, "gap", "1", "-", &ret), &f->e);
	cJSON_Delete(ret);
	assert_err(set_field(f, "gap", "2", "-", &ret), ERR_CONFLICT, &f->e,
	    "'2565/items/1.1' is at revision a2, not -");
	assert_err(set_field(f, "gap", "2", "a1", &ret), ERR_CONFLICT, &f->e,
	    "is at revision a2, not a1");
	assert_ok(set_field(f, "gap", "2", "a2", &ret), &f->e);
	end(f);

	assert_string_equal("a3", json_str(ret, "revision"));
	cJSON_Delete(ret);
}

static void
test_save__makes_no_revision_when_nothing_changes(void **state)
{
	struct fixture *f = *state;
	cJSON *a = test_office_set(&f->o, 2565, "1.1", "gap", "1");
	cJSON *other = test_office_set(&f->o, 2565, "1.2", "gap", "1");
	cJSON *again = test_office_set(&f->o, 2565, "1.1", "gap", "1");

	assert_string_equal("a2", json_str(again, "revision"));
	assert_string_equal(json_str(a, "commit"), json_str(again, "commit"));
	assert_int_equal(0, cJSON_GetArraySize(json_get(again, "changes")));
	assert_int_equal(3, one(f, "SELECT count(*) FROM revision"));
	cJSON_Delete(a);
	cJSON_Delete(other);
	cJSON_Delete(again);
}

static void
test_save__makes_no_record_of_an_emptied_one_that_never_was(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = test_office_set(&f->o, 2565, "2.1", "gap", NULL);

	assert_true(cJSON_IsNull(json_get(ret, "revision")));
	assert_int_equal(1, one(f, "SELECT count(*) FROM revision"));
	cJSON_Delete(ret);
}

static void
test_save__names_the_fields_that_exist(void **state)
{
	struct fixture *f = *state;
	cJSON *ret = NULL;

	begin(f);
	assert_err(set_field(f, "gaps", "x", NULL, &ret), ERR_INVALID, &f->e,
	    "unknown field 'gaps'; there are: ticks, explanation.basic");
	end(f);
}

static void
test_save__never_goes_back_in_time(void **state)
{
	struct fixture *f = *state;
	cJSON *value = cJSON_CreateString("x"), *ret = NULL;
	struct save_change change = {
		.path = ITEM, .field = "gap", .op = SAVE_SET, .value = value
	};
	struct save_req req = { .office = "",
		.person = &f->o.person,
		.action = "set",
		.changes = &change,
		.n_changes = 1,
		.time = 1000000000 };

	begin(f);
	assert_ok(save_run(f->o.store, &req, &ret, &f->e), &f->e);
	end(f);

	assert_int_equal(
	    0, one(f, "SELECT r.time - p.time FROM revision r, revision p"
		      " WHERE r.name = 'a2' AND p.name = 'a1'"));
	cJSON_Delete(ret);
	cJSON_Delete(value);
}

static void
test_save__writes_the_reason_into_the_commit(void **state)
{
	struct fixture *f = *state;
	cJSON *value = cJSON_CreateString("x"), *ret = NULL;
	struct save_change change = {
		.path = ITEM, .field = "gap", .op = SAVE_SET, .value = value
	};
	struct save_req req = { .office = "",
		.person = &f->o.person,
		.action = "set",
		.reason = "\r\n ตามมติที่ประชุม\r\nครั้งที่ 3 \n",
		.changes = &change,
		.n_changes = 1 };
	char *out;

	snprintf(f->o.person.name, sizeof(f->o.person.name), " <> ");
	begin(f);
	assert_ok(save_run(f->o.store, &req, &ret, &f->e), &f->e);
	end(f);
	assert_ok(journal_flush(f->o.store, &f->e), &f->e);

	out = test_office_git(
	    &f->o, "log", "-1", "--format=%an <%ae>%n%B", "office", "--", NULL);
	assert_non_null(strstr(out, "somsri <somsri@9105>\n"));
	assert_non_null(strstr(out,
	    "9105/2565 1.1: gap\n\nตามมติที่ประชุม\nครั้งที่ 3\n\nAction: set\n"
	    "Device: 9105-a\nEdition: pmqa4-2562\nSequence: 2\n"));
	free(out);
	cJSON_Delete(ret);
	cJSON_Delete(value);
}

static void
test_save__refuses_a_path_of_another_party(void **state)
{
	struct fixture *f = *state;
	cJSON *value = cJSON_CreateObject(), *ret = NULL;
	struct save_change change = {
		.path = "registry.json", .op = SAVE_WHOLE, .value = value
	};
	struct save_req req = { .office = "",
		.person = &f->o.person,
		.action = "set",
		.changes = &change,
		.n_changes = 1 };

	begin(f);
	assert_err(save_run(f->o.store, &req, &ret, &f->e), ERR_INVALID, &f->e,
	    "'registry.json' is not a record of this branch");
	change.path = "allowed_signers";
	assert_int_equal(ERR_INVALID, save_run(f->o.store, &req, &ret, &f->e));
	end(f);
	cJSON_Delete(value);
}

#define save_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		save_test(test_save__answers_with_revision_commit_and_changes),
		save_test(test_save__refuses_to_run_outside_a_group),
		save_test(
		    test_save__makes_one_revision_of_each_save_in_a_group),
		save_test(
		    test_save__leaves_nothing_of_a_failed_save_in_a_group),
		save_test(
		    test_save__leaves_nothing_of_a_save_that_fails_after_its_tree),
		save_test(test_save__forgets_a_group_that_is_aborted),
		save_test(
		    test_save__survives_a_full_disk_with_what_was_acknowledged),
		save_test(test_save__holds_to_the_revision_that_was_read),
		save_test(test_save__makes_no_revision_when_nothing_changes),
		save_test(
		    test_save__makes_no_record_of_an_emptied_one_that_never_was),
		save_test(test_save__names_the_fields_that_exist),
		save_test(test_save__never_goes_back_in_time),
		save_test(test_save__writes_the_reason_into_the_commit),
		save_test(test_save__refuses_a_path_of_another_party),
	};

	return cmocka_run_group_tests_name(
	    "save", tests, test_libraries_up, test_libraries_down);
}
