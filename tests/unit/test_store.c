#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/save/journal.h"
#include "store/setup.h"
#include "tests/support/office.h"

struct fixture {
	struct test_office o;
	struct store *other;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->other);
	test_office_remove(&f->o);
	free(f);
	return 0;
}

static void
open_reader(struct fixture *f)
{
	assert_ok(store_open(f->o.dir, STORE_READ, &f->other, &f->e), &f->e);
}

static void
path_of(const struct fixture *f, const char *name, char ret[300])
{
	snprintf(ret, 300, "%s/%s", f->o.dir, name);
}

static void
test_store__refuses_a_second_writer_and_names_the_first(void **state)
{
	struct fixture *f = *state;
	char who[80];

	snprintf(who, sizeof(who), "another pmqad (process %ld) works in '",
	    (long)getpid());

	assert_err(store_open(f->o.dir, STORE_WRITE, &f->other, &f->e),
	    ERR_BUSY, &f->e, who);
	assert_non_null(strstr(f->e.msg, f->o.dir));
}

static void
test_store__can_be_opened_again_after_closing(void **state)
{
	struct fixture *f = *state;

	test_office_close(&f->o);
	test_office_open(&f->o);
}

static void
test_store__says_when_the_directory_is_not_set_up(void **state)
{
	struct fixture *f = *state;
	char *empty = test_dir();

	assert_err(store_open(empty, STORE_WRITE, &f->other, &f->e),
	    ERR_NOT_FOUND, &f->e, empty);
	test_dir_remove(empty);
}

static void
test_store__gives_readers_no_secret(void **state)
{
	struct fixture *f = *state;
	static const unsigned char zeros[KEY_SECRET_LEN];

	open_reader(f);

	assert_true(store_key(f->o.store)->has_secret);
	assert_false(store_key(f->other)->has_secret);
	assert_memory_equal(zeros, store_key(f->other)->sec, KEY_SECRET_LEN);
	assert_memory_equal(store_key(f->o.store)->pub,
	    store_key(f->other)->pub, KEY_PUBLIC_LEN);
}

static void
test_store__shows_readers_each_new_tip(void **state)
{
	struct fixture *f = *state;
	struct branch *b = NULL;

	open_reader(f);
	assert_ok(store_branch(f->other, "", "office", &b, &f->e), &f->e);
	assert_int_equal(0, b->n);
	assert_false(b->has_tip);

	cJSON_Delete(test_office_open_year(&f->o, 2565));
	assert_ok(store_branch(f->other, "", "office", &b, &f->e), &f->e);

	assert_int_equal(1, b->n);
	assert_true(b->has_tip);
}

static void
test_store__reads_a_blob_before_and_after_it_is_flushed(void **state)
{
	struct fixture *f = *state;
	struct branch *b = NULL;
	struct buf now = BUF_INIT, before = BUF_INIT, after = BUF_INIT;
	unsigned char id[20];

	cJSON_Delete(test_office_open_year(&f->o, 2565));
	open_reader(f);
	assert_ok(store_branch(f->other, "", "office", &b, &f->e), &f->e);
	assert_ok(
	    store_record(f->other, b, "office.json", &now, NULL, &f->e), &f->e);
	assert_ok(store_blob_id(now.data, now.len, id, &f->e), &f->e);

	assert_ok(store_blob(f->other, b, id, &before, &f->e), &f->e);
	assert_ok(journal_flush(f->o.store, &f->e), &f->e);
	assert_ok(store_blob(f->other, b, id, &after, &f->e), &f->e);

	assert_string_equal(buf_str(&now), buf_str(&before));
	assert_string_equal(buf_str(&now), buf_str(&after));
	id[0] ^= 1;
	assert_int_equal(
	    ERR_NOT_FOUND, store_blob(f->other, b, id, &after, &f->e));
	buf_release(&now);
	buf_release(&before);
	buf_release(&after);
}

static void
test_store__keeps_no_other_office(void **state)
{
	struct fixture *f = *state;
	struct branch *b = NULL;

	assert_err(store_branch(f->o.store, "9106", "office", &b, &f->e),
	    ERR_NOT_FOUND, &f->e, "'9106' is not kept here");
	assert_err(store_branch(f->o.store, "../..", "office", &b, &f->e),
	    ERR_NOT_FOUND, &f->e, "is not kept here");
	assert_err(store_branch(f->o.store, "", "master", &b, &f->e),
	    ERR_NOT_FOUND, &f->e, "no branch 'master'");
}

static void
test_store__asks_for_a_year_to_be_opened(void **state)
{
	struct fixture *f = *state;
	int year = 0;

	assert_err(store_cycle(f->o.store, "", 0, &year, NULL, &f->e),
	    ERR_NOT_FOUND, &f->e, "no assessment is open yet");
	assert_non_null(strstr(f->e.hint, "pmqa assess open"));
	assert_err(store_cycle(f->o.store, "", 2566, &year, NULL, &f->e),
	    ERR_NOT_FOUND, &f->e, "no assessment of 2566 is open");
}

static void
test_store__works_on_the_newest_year(void **state)
{
	struct fixture *f = *state;
	const struct edition *ed = NULL;
	int year = 0;

	cJSON_Delete(test_office_open_year(&f->o, 2565));
	cJSON_Delete(test_office_open_year(&f->o, 2566));
	cJSON_Delete(test_office_open_year(&f->o, 2564));

	assert_ok(store_cycle(f->o.store, "", 0, &year, &ed, &f->e), &f->e);
	assert_int_equal(2566, year);
	assert_non_null(edition_item(ed, "1.1"));
	assert_ok(store_cycle(f->o.store, "", 2564, &year, &ed, &f->e), &f->e);
	assert_int_equal(2564, year);
}

static void
test_store__gives_an_edition_by_its_blob_only(void **state)
{
	struct fixture *f = *state;
	const struct edition *newest = NULL, *pinned = NULL;
	unsigned char blob[20];
	char id[72];

	assert_ok(store_newest_edition(f->o.store, "", id, &f->e), &f->e);
	assert_ok(store_edition(f->o.store, "", id, NULL, &newest, blob, &f->e),
	    &f->e);
	assert_ok(store_edition(f->o.store, "", id, blob, &pinned, NULL, &f->e),
	    &f->e);
	assert_ptr_equal(newest, pinned);

	blob[3] ^= 0x80;
	assert_err(
	    store_edition(f->o.store, "", id, blob, &pinned, NULL, &f->e),
	    ERR_NOT_FOUND, &f->e, id);
	assert_err(
	    store_edition(f->o.store, "", "../x", NULL, &pinned, NULL, &f->e),
	    ERR_INVALID, &f->e, "not an edition's id");
}

static void
test_store__stops_at_a_database_older_than_its_repository(void **state)
{
	struct fixture *f = *state;
	char db[300];

	cJSON_Delete(test_office_open_year(&f->o, 2565));
	assert_ok(journal_flush(f->o.store, &f->e), &f->e);
	test_office_close(&f->o);
	path_of(f, "pmqa.db", db);
	assert_int_equal(0, unlink(db));

	assert_err(store_open(f->o.dir, STORE_WRITE, &f->other, &f->e),
	    ERR_DAMAGED, &f->e, "name different revisions");
	assert_non_null(strstr(f->e.hint, "--reindex"));
	assert_ok(store_open(f->o.dir, STORE_REPAIR, &f->other, &f->e), &f->e);
}

/* Overwrites some bytes in the middle of the database file. */
static void
spoil_database(const struct fixture *f)
{
	char db[300], junk[512];
	struct stat st;
	int fd;

	path_of(f, "pmqa.db", db);
	memset(junk, 0xa5, sizeof(junk));
	assert_int_equal(0, stat(db, &st));
	assert_true((fd = open(db, O_WRONLY)) >= 0);
	for (off_t at = 4096; at < st.st_size; at += 4096)
		assert_int_equal(
		    sizeof(junk), pwrite(fd, junk, sizeof(junk), at));
	close(fd);
}

static void
test_store__stops_at_a_damaged_database(void **state)
{
	struct fixture *f = *state;
	char aside[300];

	cJSON_Delete(test_office_open_year(&f->o, 2565));
	test_office_close(&f->o);
	spoil_database(f);

	assert_int_equal(
	    ERR_DAMAGED, store_open(f->o.dir, STORE_WRITE, &f->other, &f->e));
	assert_non_null(strstr(f->e.hint, "--reindex"));
	assert_ok(store_open(f->o.dir, STORE_REPAIR, &f->other, &f->e), &f->e);

	path_of(f, "pmqa.db.damaged", aside);
	assert_int_equal(0, access(aside, F_OK));
}

static int
note_office(void *arg, const char *office, struct err *e)
{
	char *list = arg;

	(void)e;
	snprintf(list + strlen(list), 40 - strlen(list), "%s ", office);
	return 0;
}

static void
test_store__lists_the_offices_of_a_hall_by_code(void **state)
{
	struct fixture *f = *state;
	char *dir = test_dir(), path[300], list[40] = "";
	struct conf c;
	struct branch *b = NULL;

	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", dir);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	assert_ok(setup_init(&c, &f->e), &f->e);
	snprintf(path, sizeof(path), "%s/offices/9107.git", dir);
	assert_ok(repo_create(path, "refs/heads/hall", &f->e), &f->e);
	snprintf(path, sizeof(path), "%s/offices/9101.git", dir);
	assert_ok(repo_create(path, "refs/heads/hall", &f->e), &f->e);

	assert_ok(store_open(dir, STORE_WRITE, &f->other, &f->e), &f->e);
	assert_ok(store_each_office(f->other, note_office, list, &f->e), &f->e);

	assert_string_equal("9101 9107 ", list);
	assert_string_equal("91-h", store_device(f->other));
	assert_ok(store_own_branch(f->other, "9107", &b, &f->e), &f->e);
	assert_string_equal("hall", b->name);
	assert_err(store_branch(f->other, "9102", "office", &b, &f->e),
	    ERR_NOT_FOUND, &f->e, "'9102' is not enrolled here");
	assert_int_equal(
	    ERR_USAGE, store_branch(f->other, "", "office", &b, &f->e));
	assert_int_equal(
	    ERR_INVALID, store_branch(f->other, "../9", "office", &b, &f->e));
	store_close(f->other);
	f->other = NULL;
	test_dir_remove(dir);
}

#define store_test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		store_test(
		    test_store__refuses_a_second_writer_and_names_the_first),
		store_test(test_store__can_be_opened_again_after_closing),
		store_test(test_store__says_when_the_directory_is_not_set_up),
		store_test(test_store__gives_readers_no_secret),
		store_test(test_store__shows_readers_each_new_tip),
		store_test(
		    test_store__reads_a_blob_before_and_after_it_is_flushed),
		store_test(test_store__keeps_no_other_office),
		store_test(test_store__asks_for_a_year_to_be_opened),
		store_test(test_store__works_on_the_newest_year),
		store_test(test_store__gives_an_edition_by_its_blob_only),
		store_test(
		    test_store__stops_at_a_database_older_than_its_repository),
		store_test(test_store__stops_at_a_damaged_database),
		store_test(test_store__lists_the_offices_of_a_hall_by_code),
	};

	return cmocka_run_group_tests_name(
	    "store", tests, test_libraries_up, test_libraries_down);
}
