/*
 * Goal: a hall's offices are looked at by threads: what one finds is told once,
 * in the order of the offices, as it is by one thread, and one office's fault
 * keeps the seals of all as they are.
 */
#include "tests/unit/test.h"

#include "store/admit/absorb.h"
#include "store/hall/province.h"
#include "store/view/verify.h"
#include "tests/support/crowd.h"
#include "tests/support/office.h"

#define REVISIONS 12

static const char *const codes[] = { "9101", "9102", "9103", "9104", "9105" };
#define OFFICES ((int)(sizeof(codes) / sizeof(*codes)))

struct fixture {
	char *dir;
	char hall[300];
	struct store *store;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct crowd_office o = { .revisions = REVISIONS };
	char own[320];
	int64_t n = 0;
	struct err e;
	int i;

	assert_non_null(f);
	test_libraries_up(state);
	f->dir = test_dir();
	snprintf(f->hall, sizeof(f->hall), "%s/H", f->dir);
	crowd_hall(f->hall, "91", NULL, NULL, &f->store);
	for (i = 0; i < OFFICES; i++) {
		o.code = codes[i];
		o.dir = own;
		snprintf(own, sizeof(own), "%s/%s", f->dir, o.code);
		crowd_add(f->store, &o);
	}
	assert_ok(absorb_all(f->store, &n, &e), &e);
	/* they came past the door: the lines of the log are entered now */
	assert_ok(province_start(f->store, &e), &e);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	store_close(f->store);
	test_dir_remove(f->dir);
	free(f);
	test_libraries_down(state);
	return 0;
}

/* Seals what was proved, as the daemon does. */
static cJSON *
look(struct fixture *f, int threads)
{
	const struct verify_opts o = { .alone = 1, .threads = threads };
	cJSON *result = NULL, *proved = NULL;
	struct store *reader = NULL;
	struct err e;

	assert_ok(store_open(f->hall, STORE_READ, &reader, &e), &e);
	assert_ok(verify_with(reader, &o, &result, &proved, &e), &e);
	store_close(reader);
	if (proved != NULL)
		assert_ok(verify_seal(f->store, proved, &e), &e);
	cJSON_Delete(proved);
	return result;
}

static int64_t
checked(const cJSON *result, const char *what)
{
	return json_int(json_get(result, "checked"), what, -1);
}

/* A record of these offices gets other bytes. */
static void
spoil(struct fixture *f, const char *offices, const char *text)
{
	struct err e;

	assert_ok(
	    db_run(store_db(f->store), &e,
		"UPDATE record SET bytes = CAST(CAST(bytes AS TEXT) || ?2 AS"
		" BLOB) WHERE path LIKE '%/items/1.2.json' AND branch IN "
		"(SELECT"
		" id FROM branch WHERE name = 'office' AND office IN (SELECT"
		" value FROM json_each(?1)))",
		"ss", offices, text),
	    &e);
}

static void
test_verify__tells_of_each_office_the_same_by_any_number_of_threads(
    void **state)
{
	static const char *const want[] = { "9101 office", "9104 office",
		"9105 office" };
	static const int threads[] = { 1, 2, 8 };
	struct fixture *f = *state;
	cJSON *first = look(f, 1), *now;
	const cJSON *one;
	int64_t commits = checked(first, "commits"), since;
	size_t i, n;

	assert_true(json_bool(first, "ok", 0));
	assert_true(json_bool(first, "deep", 0));
	assert_in_range(commits, OFFICES * REVISIONS, OFFICES * 30);
	for (i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		now = look(f, threads[i]);
		assert_true(json_bool(now, "ok", 0));
		assert_false(json_bool(now, "deep", 1));
		assert_int_equal(
		    checked(now, "records"), checked(first, "records"));
		/* those of the patrol count as looked at */
		assert_int_equal(
		    checked(now, "proved_before") + checked(now, "commits"),
		    commits);
		cJSON_Delete(now);
	}
	spoil(f, "[\"9101\", \"9104\", \"9105\"]", " ");
	for (i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
		now = look(f, threads[i]);
		assert_false(json_bool(now, "ok", 1));
		n = 0;
		cJSON_ArrayForEach (one, json_get(now, "findings")) {
			assert_in_range(n, 0, 2);
			assert_string_equal(json_str(one, "class"), "state");
			assert_string_equal(json_str(one, "where"), want[n]);
			n++;
		}
		assert_int_equal(n, 3);
		since = checked(now, "proved_before");
		assert_in_range(since, 1, commits);
		cJSON_Delete(now);
	}
	cJSON_Delete(first);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_verify__tells_of_each_office_the_same_by_any_number_of_threads),
	};

	return cmocka_run_group_tests_name(
	    "verify_offices", tests, setup, teardown);
}
