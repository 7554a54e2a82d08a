#include "tests/unit/test.h"

#include "store/db/mark.h"
#include "store/db/schema.h"

struct fixture {
	char *dir;
	struct db *db;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[256];

	assert_non_null(f);
	f->dir = test_dir();
	snprintf(path, sizeof(path), "%s/x.db", f->dir);
	assert_ok(db_open(path, DB_WRITE, &f->db, &f->e), &f->e);
	assert_ok(schema_migrate(f->db, &f->e), &f->e);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	db_close(f->db);
	test_dir_remove(f->dir);
	free(f);
	return 0;
}

static void
set(struct fixture *f, const char *name, const char *text)
{
	cJSON *v = NULL;

	assert_ok(json_parse(text, strlen(text), 1000, &v, &f->e), &f->e);
	assert_ok(mark_set(f->db, name, v, &f->e), &f->e);
	cJSON_Delete(v);
}

static void
expect(struct fixture *f, const char *name, const char *want)
{
	struct buf b = BUF_INIT;
	cJSON *v = NULL;

	assert_ok(mark_get(f->db, name, &v, &f->e), &f->e);
	if (want == NULL) {
		assert_null(v);
		return;
	}
	assert_non_null(v);
	assert_ok(json_write(v, &b, &f->e), &f->e);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
	cJSON_Delete(v);
}

static void
test_mark__keeps_replaces_and_drops(void **state)
{
	struct fixture *f = *state;

	expect(f, "a", NULL);
	set(f, "a", "{\"n\":1}");
	set(f, "b", "[\"ก\"]");
	expect(f, "a", "{\"n\":1}");
	set(f, "a", "2");
	expect(f, "a", "2");
	assert_ok(mark_set(f->db, "a", NULL, &f->e), &f->e);
	expect(f, "a", NULL);
	expect(f, "b", "[\"ก\"]");
}

static void
test_mark__what_cannot_be_read_counts_as_none(void **state)
{
	struct fixture *f = *state;

	assert_ok(
	    db_exec(f->db,
		"INSERT INTO mark(name, value) VALUES('a', '{\"n\":')", &f->e),
	    &f->e);
	expect(f, "a", NULL);
	set(f, "a", "3");
	expect(f, "a", "3");
}

static void
test_mark__outlives_a_cleared_index(void **state)
{
	struct fixture *f = *state;

	set(f, "a", "4");
	assert_ok(schema_clear_index(f->db, &f->e), &f->e);
	expect(f, "a", "4");
}

#define MARK(t) cmocka_unit_test_setup_teardown(t, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		MARK(test_mark__keeps_replaces_and_drops),
		MARK(test_mark__what_cannot_be_read_counts_as_none),
		MARK(test_mark__outlives_a_cleared_index),
	};

	return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
