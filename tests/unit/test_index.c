#include "tests/unit/test.h"

#include "store/save/index.h"
#include "store/save/journal.h"
#include "store/setup.h"
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
test_index__leaves_long_values_to_their_blob(void **state)
{
	struct fixture *f = *state;
	char text[601];

	memset(text, 'x', 600);
	text[600] = '\0';
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", text));
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "short"));

	assert_int_equal(
	    1, one(f, "SELECT count(*) FROM change c JOIN revision r"
		      " ON r.id = c.revision WHERE r.name = 'a2' AND"
		      " old IS NULL AND new IS NULL AND long = 2"));
	assert_int_equal(
	    1, one(f, "SELECT count(*) FROM change c JOIN revision r"
		      " ON r.id = c.revision WHERE r.name = 'a3' AND"
		      " old IS NULL AND new = '\"short\"' AND long = 1"));
}

static void
test_index__keeps_the_history_of_a_removed_record(void **state)
{
	struct fixture *f = *state;
	struct save_change change = { .path = ITEM, .op = SAVE_WHOLE };
	struct save_req req = { .office = "",
		.person = &f->o.person,
		.action = "remove",
		.changes = &change,
		.n_changes = 1 };
	cJSON *ret = NULL;
	char *out;

	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "x"));
	begin(f);
	assert_ok(save_run(f->o.store, &req, &ret, &f->e), &f->e);
	end(f);

	expect_tip(f, "9105/2565 1.1: removed");
	assert_int_equal(
	    1, one(f, "SELECT count(*) FROM record WHERE path = '" ITEM
		      "' AND bytes IS NULL AND blob IS NULL"));
	assert_int_equal(
	    1, one(f, "SELECT count(*) FROM touch WHERE blob IS NULL"));
	out = test_office_git(
	    &f->o, "ls-tree", "-r", "--name-only", "office", "--", NULL);
	assert_null(strstr(out, "items"));
	free(out);
	cJSON_Delete(ret);
}

static void
test_index__has_a_record_but_no_fields_of_the_list_of_signers(void **state)
{
	char *dir = test_dir(), path[300], *out = NULL;
	struct person p = { "chief", "หัวหน้า" };
	cJSON *value = cJSON_CreateString("9105-a ssh-ed25519 AAAA\n");
	struct save_change change = {
		.path = "allowed_signers", .op = SAVE_WHOLE, .value = value
	};
	struct save_req req = { .office = "9105",
		.person = &p,
		.action = "enroll",
		.changes = &change,
		.n_changes = 1 };
	const char *argv[] = { "git", "-C", path, "show",
		"hall:allowed_signers", NULL };
	struct store *hall = NULL;
	cJSON *ret = NULL;
	struct conf c;
	struct err e;
	int64_t n = -1;

	(void)state;
	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	assert_ok(setup_init(&c, &e), &e);
	snprintf(path, sizeof(path), "%s/offices/9105.git", dir);
	assert_ok(repo_create(path, "refs/heads/hall", &e), &e);
	assert_ok(store_open(dir, STORE_WRITE, &hall, &e), &e);

	assert_ok(save_group_begin(hall, &e), &e);
	assert_ok(save_run(hall, &req, &ret, &e), &e);
	assert_ok(save_group_end(hall, &e), &e);
	assert_ok(journal_flush(hall, &e), &e);

	assert_string_equal("h1", json_str(ret, "revision"));
	assert_int_equal(0, test_run(argv, &out));
	assert_string_equal(value->valuestring, out);
	assert_ok(db_one_int(store_db(hall), &n, &e,
		      "SELECT count(*) FROM record JOIN touch"
		      " ON record.id = touch.record AND touch.fields = 0",
		      ""),
	    &e);
	assert_int_equal(1, n);
	assert_ok(db_one_int(store_db(hall), &n, &e,
		      "SELECT count(*) FROM change", ""),
	    &e);
	assert_int_equal(0, n);
	free(out);
	cJSON_Delete(ret);
	cJSON_Delete(value);
	store_close(hall);
	test_dir_remove(dir);
}

static void
test_index__writes_old_and_new_values(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "ก"));
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "ข"));
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", NULL));

	assert_int_equal(1,
	    one(f, "SELECT count(*) FROM change JOIN revision r"
		   " ON r.id = revision WHERE r.name = 'a2' AND field = 'gap'"
		   " AND old IS NULL AND new = '\"ก\"' AND long = 0"));
	assert_int_equal(1, one(f, "SELECT count(*) FROM change JOIN revision r"
				   " ON r.id = revision WHERE r.name = 'a3' AND"
				   " old = '\"ก\"' AND new = '\"ข\"'"));
	assert_int_equal(
	    1, one(f, "SELECT count(*) FROM change JOIN revision r"
		      " ON r.id = revision WHERE r.name = 'a4' AND"
		      " old = '\"ข\"' AND new IS NULL AND long = 0"));
	assert_int_equal(3,
	    one(f, "SELECT count(*) FROM touch JOIN record r"
		   " ON r.id = record WHERE r.path = '2565/items/1.1.json'"));
	assert_int_equal(4, one(f, "SELECT n FROM branch"));
}

/* The bits of a record's touches, oldest first. */
static int64_t
bits(struct fixture *f, const char *path, int nth)
{
	char sql[200];

	snprintf(sql, sizeof(sql),
	    "SELECT t.fields FROM touch t JOIN record r ON r.id = t.record"
	    " WHERE r.path = '%s' ORDER BY t.revision LIMIT 1 OFFSET %d",
	    path, nth);
	return one(f, sql);
}

static void
test_index__says_where_a_field_is_to_be_looked_for(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "x"));
	cJSON_Delete(
	    test_office_set(&f->o, 2565, "1.1", "explanation.basic", "y"));

	assert_int_equal(
	    index_field_bit("gap"), bits(f, "2565/items/1.1.json", 0));
	assert_int_equal(
	    index_field_bit("explanation"), bits(f, "2565/items/1.1.json", 1));
	assert_int_not_equal(
	    index_field_bit("gap"), index_field_bit("explanation.basic"));
}

static void
test_index__estimates_the_bytes_of_a_revision(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "x"));

	/* {\n  "gap": "x"\n}\n and the overhead */
	assert_int_equal(
	    1000 + 17, one(f, "SELECT bytes FROM revision WHERE name = 'a2'"));
}

#define index_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		index_test(test_index__writes_old_and_new_values),
		index_test(test_index__says_where_a_field_is_to_be_looked_for),
		index_test(test_index__estimates_the_bytes_of_a_revision),
		index_test(test_index__leaves_long_values_to_their_blob),
		index_test(test_index__keeps_the_history_of_a_removed_record),
		cmocka_unit_test(
		    test_index__has_a_record_but_no_fields_of_the_list_of_signers),
	};

	return cmocka_run_group_tests_name(
	    "index", tests, test_libraries_up, test_libraries_down);
}
