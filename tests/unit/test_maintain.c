/* maintain: repositories become small, and nothing is lost on the way. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/backup/maintain.h"
#include "store/git/gitrun.h"
#include "store/git/tidy.h"
#include "store/save/journal.h"
#include "tests/support/office.h"
#include "tests/support/pair.h"
#include "tests/unit/test.h"

#define YEAR 2565

/* One save, and the objects of it as one pack. */
static void
save_pack(struct test_office *o, int i)
{
	char text[64];
	struct err e;
	int k;

	/* more objects than are written loose */
	for (k = 0; k < 20; k++) {
		snprintf(text, sizeof(text), "ครั้งที่ %d.%d", i, k);
		cJSON_Delete(
		    test_office_set(o, YEAR, "1.1", "strengths", text));
	}
	assert_ok(journal_flush(o->store, &e), &e);
}

static void
make(struct test_office *o)
{
	test_office_make(o);
	cJSON_Delete(test_office_open_year(o, YEAR));
}

static void
repo_of(const struct test_office *o, char ret[300])
{
	snprintf(ret, 300, "%s/repo.git", o->dir);
}

static void
look(const struct test_office *o, struct tidy_state *ret)
{
	char path[300];
	struct err e;

	repo_of(o, path);
	assert_ok(tidy_look(path, ret, &e), &e);
}

static void
assert_whole(const struct test_office *o)
{
	static const char *const fsck[] = { "fsck", "--strict", "--full",
		"--no-dangling", NULL };
	char path[300];
	struct err e;

	repo_of(o, path);
	assert_ok(gitrun(path, fsck, 600000, NULL, &e), &e);
}

static cJSON *
maintain(struct store *s, int only_due)
{
	const struct maintain_opts o = { .only_due = only_due };
	cJSON *done = NULL;
	struct err e;

	assert_ok(maintain_run(s, &o, &done, &e), &e);
	return done;
}

static void
test_maintain__makes_one_pack_of_many(void **state)
{
	struct test_office o;
	struct tidy_state before, after;
	cJSON *done;
	int i;

	(void)state;
	make(&o);
	for (i = 0; i < 5; i++)
		save_pack(&o, i);
	look(&o, &before);
	assert_true(before.packs >= 5);

	done = maintain(o.store, 0);

	look(&o, &after);
	assert_int_equal(after.packs, 1);
	assert_int_equal(after.loose, 0);
	assert_true(after.bytes < before.bytes);
	assert_int_equal(
	    json_int(json_get(done, "repositories")->child, "packs_before", 0),
	    before.packs);
	assert_int_equal(json_int(done, "bytes_after", 0), after.bytes);
	assert_whole(&o);
	cJSON_Delete(done);

	done = maintain(o.store, 0);
	assert_null(json_get(done, "repositories")->child);
	cJSON_Delete(done);
	test_office_remove(&o);
}

static void
test_maintain__leaves_few_packs_alone_by_itself(void **state)
{
	struct test_office o;
	struct tidy_state before, after;
	cJSON *done;
	int i;

	(void)state;
	make(&o);
	for (i = 0; i < 3; i++)
		save_pack(&o, i);
	look(&o, &before);

	done = maintain(o.store, 1);

	look(&o, &after);
	assert_int_equal(after.packs, before.packs);
	assert_null(json_get(done, "repositories")->child);
	cJSON_Delete(done);
	test_office_remove(&o);
}

static void
test_maintain__joins_many_packs_by_itself(void **state)
{
	struct test_office o;
	struct tidy_state after;
	cJSON *done;
	int i;

	(void)state;
	make(&o);
	for (i = 0; i <= TIDY_PACKS; i++)
		save_pack(&o, i);

	done = maintain(o.store, 1);

	look(&o, &after);
	assert_true(after.packs < TIDY_PACKS / 2);
	assert_whole(&o);
	cJSON_Delete(done);
	test_office_remove(&o);
}

/* What a flush has written and no ref names yet is somebody's in a moment. */
static void
test_maintain__keeps_what_no_ref_names(void **state)
{
	static const char text[] = "สิ่งที่ยังไม่มี ref ใดอ้างถึง";
	struct test_office o;
	struct repo *r = NULL, *again = NULL;
	struct buf got = BUF_INIT;
	unsigned char loose[20], packed[40][20];
	char path[300], one[64];
	struct err e;
	int i;

	(void)state;
	make(&o);
	save_pack(&o, 0);
	assert_ok(store_repo(o.store, "", &r, &e), &e);
	for (i = 0; i < 40; i++) {
		snprintf(one, sizeof(one), "%d", i);
		assert_ok(
		    repo_put(r, OBJECT_BLOB, one, strlen(one), packed[i], &e),
		    &e);
	}
	assert_ok(repo_flush(r, &e), &e);
	assert_ok(repo_put(r, OBJECT_BLOB, text, strlen(text), loose, &e), &e);
	assert_ok(repo_flush(r, &e), &e);

	cJSON_Delete(maintain(o.store, 0));

	repo_of(&o, path);
	assert_ok(repo_open(path, &again, &e), &e);
	for (i = 0; i < 40; i++)
		assert_ok(
		    repo_read(again, packed[i], OBJECT_BLOB, 100, &got, &e),
		    &e);
	assert_ok(repo_read(again, loose, OBJECT_BLOB, 100, &got, &e), &e);
	buf_release(&got);
	repo_close(again);
	test_office_remove(&o);
}

/* Another thread's handle was opened before, and has looked at one pack only. */
static void
test_maintain__readers_with_open_packs_go_on(void **state)
{
	struct test_office o;
	struct repo *reader = NULL, *r = NULL;
	struct buf got = BUF_INIT;
	unsigned char first[20], last[20];
	char path[300];
	struct err e;
	int i;

	(void)state;
	make(&o);
	save_pack(&o, 0);
	assert_ok(store_repo(o.store, "", &r, &e), &e);
	assert_ok(repo_ref(r, "refs/heads/office", first, &e), &e);
	repo_of(&o, path);
	for (i = 1; i < 5; i++)
		save_pack(&o, i);
	assert_ok(repo_ref(r, "refs/heads/office", last, &e), &e);
	assert_ok(repo_open(path, &reader, &e), &e);
	assert_ok(repo_read(reader, last, OBJECT_COMMIT, 100000, &got, &e), &e);

	cJSON_Delete(maintain(o.store, 0));

	assert_ok(
	    repo_read(reader, first, OBJECT_COMMIT, 100000, &got, &e), &e);
	assert_ok(store_let_go(o.store, &e), &e);
	assert_ok(repo_read(r, first, OBJECT_COMMIT, 100000, &got, &e), &e);
	save_pack(&o, 9);
	assert_whole(&o);
	buf_release(&got);
	repo_close(reader);
	test_office_remove(&o);
}

/* Killed at any moment, git leaves every object and no broken pack. */
static void
test_maintain__a_kill_loses_nothing(void **state)
{
	struct test_office o;
	struct timespec wait = { 0, 0 };
	char path[300];
	int i, status;
	pid_t pid;

	(void)state;
	make(&o);
	repo_of(&o, path);
	for (i = 0; i < 12; i++) {
		save_pack(&o, i);
		if ((pid = fork()) == 0) {
			/* of its own: git's children end with it */
			setpgid(0, 0);
			execl("/usr/bin/git", "git", "--git-dir", path,
			    "repack", "-a", "-d", "-k", "-l", "-q", "-F",
			    (char *)NULL);
			_exit(127);
		}
		assert_true(pid > 0);
		wait.tv_nsec = (long)i * 2500000;
		nanosleep(&wait, NULL);
		kill(-pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_whole(&o);
	}
	cJSON_Delete(maintain(o.store, 0));
	assert_whole(&o);
	test_office_remove(&o);
}

static void
test_maintain__a_hall_has_many(void **state)
{
	struct pair *p = pair_make();
	cJSON *done, *row;
	int i, n = 0;

	(void)state;
	cJSON_Delete(test_office_open_year(&p->office, YEAR));
	for (i = 0; i < 3; i++) {
		save_pack(&p->office, i);
		pair_sync(p);
	}

	done = maintain(p->hall.store, 0);

	cJSON_ArrayForEach (row, json_get(done, "repositories")) {
		assert_int_equal(json_int(row, "packs_after", 0), 1);
		n += strcmp(json_str(row, "name"), "offices/9105.git") == 0;
	}
	assert_int_equal(n, 1);
	cJSON_Delete(done);
	save_pack(&p->office, 9);
	pair_sync(p);
	pair_remove(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_maintain__makes_one_pack_of_many),
		cmocka_unit_test(
		    test_maintain__leaves_few_packs_alone_by_itself),
		cmocka_unit_test(test_maintain__joins_many_packs_by_itself),
		cmocka_unit_test(test_maintain__keeps_what_no_ref_names),
		cmocka_unit_test(test_maintain__readers_with_open_packs_go_on),
		cmocka_unit_test(test_maintain__a_kill_loses_nothing),
		cmocka_unit_test(test_maintain__a_hall_has_many),
	};

	return cmocka_run_group_tests_name(
	    "maintain", tests, test_libraries_up, test_libraries_down);
}
