/*
 * Goal: whatever call of a change to another letter the process dies at (or
 * fails): the machine is wholly the old device or, after the next start, wholly
 * the new one; every save that was acknowledged is there, and no name was used
 * twice.
 *
 * The test runs itself as the driver ("--driver DIR") with shim_crash.so
 * preloaded, once for each call that changes files (see test_crash.c).
 */
#include "tests/unit/test.h"

#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/hall/renew.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/support/crash_driver.h"
#include "tests/support/crash_run.h"
#include "tests/support/pair.h"

#define N_REVISIONS 4 /* two that the hall has, two that it has not */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

struct run {
	int status;
	int done, ended, failed;
	long count;
};

struct fixture {
	struct pair *pair;
	char exe[400], shim[450];
};

/* --- the driver --- */

static void
say(const char *line)
{
	if (write(STDOUT_FILENO, line, strlen(line)) < 0)
		_exit(DRIVER_STUCK);
}

static void
check(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	say("failed ");
	say(e->msg);
	say("\n");
	_exit(DRIVER_FATAL);
}

static int
driver(const char *dir)
{
	struct store *s = NULL;
	struct renewed r;
	char line[60];
	void (*arm)(void);
	long (*count)(void);
	struct err e;

	*(void **)(&arm) = dlsym(RTLD_DEFAULT, "crash_arm");
	*(void **)(&count) = dlsym(RTLD_DEFAULT, "crash_count");
	if (arm == NULL || count == NULL)
		return DRIVER_STUCK;
	test_libraries_up(NULL);
	check(store_open(dir, STORE_WRITE, &s, &e), &e);
	arm();
	check(renew_device(s, NULL, &r, &e), &e);
	say("done\n");
	snprintf(line, sizeof(line), "end %ld\n", count());
	store_close(s);
	say(line);
	return DRIVER_DONE;
}

/* --- the test --- */

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e;
	ssize_t n;
	char *slash;

	assert_non_null(f);
	test_libraries_up(state);
	if (getenv("TMPDIR") == NULL && access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 1);
	n = readlink("/proc/self/exe", f->exe, sizeof(f->exe) - 1);
	assert_true(n > 0);
	f->exe[n] = '\0';
	assert_non_null(slash = strrchr(f->exe, '/'));
	snprintf(f->shim, sizeof(f->shim), "%.*s/shim_crash.so",
	    (int)(slash - f->exe), f->exe);
	f->pair = pair_make();
	cJSON_Delete(test_office_open_year(&f->pair->office, CRASH_YEAR));
	cJSON_Delete(
	    test_office_tick(&f->pair->office, CRASH_YEAR, "1.1.B1", 1));
	pair_sync(f->pair);
	cJSON_Delete(
	    test_office_tick(&f->pair->office, CRASH_YEAR, "1.2.B1", 1));
	cJSON_Delete(
	    test_office_tick(&f->pair->office, CRASH_YEAR, "1.3.B1", 1));
	assert_ok(journal_flush(f->pair->office.store, &e), &e);
	test_office_close(&f->pair->office);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	test_office_open(&f->pair->office);
	pair_remove(f->pair);
	free(f);
	return test_libraries_down(state);
}

static void
read_line(void *arg, char *line)
{
	struct run *r = arg;

	r->done |= strcmp(line, "done") == 0;
	r->failed |= strncmp(line, "failed ", 7) == 0;
	if (strncmp(line, "end ", 4) == 0) {
		r->ended = 1;
		r->count = strtol(line + 4, NULL, 10);
	}
}

static void
expect_sound(struct store *s)
{
	cJSON *v = NULL;
	struct err e;
	char *text;

	assert_ok(verify_run(s, NULL, NULL, &v, &e), &e);
	if (!json_bool(v, "ok", 0)) {
		text = cJSON_Print(v);
		fail_msg("%s", text);
	}
	cJSON_Delete(v);
}

/* Of both letters, in the order of the branch: "a1 a2 a3 a4" or "a1 a2 b1 b2". */
static void
expect_names(struct store *s, int renewed)
{
	static const char *const names[2][N_REVISIONS] = {
		{ "a1", "a2", "a3", "a4" }, { "a1", "a2", "b1", "b2" }
	};
	struct branch *b = NULL;
	int64_t n = 0;
	struct err e;
	int i;

	assert_ok(store_own_branch(s, "", &b, &e), &e);
	assert_int_equal(b->n, N_REVISIONS);
	for (i = 0; i < N_REVISIONS; i++)
		assert_ok(db_one_int(store_db(s), &n, &e,
			      "SELECT id FROM revision WHERE branch = ?1"
			      " AND name = ?2",
			      "is", b->id, names[renewed][i]),
		    &e);
}

static void
judge(const char *dir, const struct run *r)
{
	struct test_office o = { .person = { "somsri", "สมศรี" } };
	struct renewed again;
	struct err e;
	int renewed;

	o.dir = strdup(dir);
	assert_non_null(o.dir);
	test_office_open(&o);
	assert_ok(renew_resume(o.store, &e), &e);
	renewed = strcmp(store_device(o.store), "9105-a") != 0;
	if (r->done)
		assert_true(renewed);
	/* a stray key costs its letter, no more */
	if (!renewed) {
		expect_names(o.store, 0);
		assert_ok(renew_device(o.store, NULL, &again, &e), &e);
		assert_int_equal(again.n, 2);
	} else if (strcmp(store_device(o.store), "9105-b") == 0) {
		expect_names(o.store, 1);
	}
	expect_sound(o.store);
	cJSON_Delete(test_office_tick(&o, CRASH_YEAR, "1.4.B1", 1));
	assert_ok(journal_flush(o.store, &e), &e);
	expect_sound(o.store);
	test_office_close(&o);
	free(o.dir);
}

/* 1 when the k-th call was beyond the end. */
static int
try_point(const struct fixture *f, long k, const char *how)
{
	char *dir = test_dir(), from[300];
	const char *argv[] = { "cp", "-a", from, dir, NULL };
	struct run r;

	snprintf(from, sizeof(from), "%s/.", f->pair->office.dir);
	assert_int_equal(0, test_run(argv, NULL));
	memset(&r, 0, sizeof(r));
	r.status = crash_run(f->exe, f->shim, dir, k, how, read_line, &r);
	if (!r.ended && strcmp(how, "kill") == 0)
		assert_true(
		    WIFSIGNALED(r.status) && WTERMSIG(r.status) == SIGKILL);
	else if (!r.ended)
		assert_true(r.failed && WIFEXITED(r.status) &&
			    WEXITSTATUS(r.status) == DRIVER_FATAL);
	judge(dir, &r);
	test_dir_remove(dir);
	return k > 0 && r.ended && r.count < k;
}

static void
test_crash_renew__at_every_call(void **state)
{
	long k, step = getenv("PMQA_CRASH_ALL") != NULL ? 1 : 3;
	int over = 0;

	if (SANITIZED)
		skip();
	for (k = 1; !over && k < 2000; k += step)
		over = try_point(*state, k, "kill");
	assert_true(over && k > 10);
}

static void
test_crash_renew__when_a_call_fails(void **state)
{
	long k, step = getenv("PMQA_CRASH_ALL") != NULL ? 1 : 7;
	int over = 0;

	if (SANITIZED)
		skip();
	for (k = 1; !over && k < 2000; k += step)
		over = try_point(*state, k, "ENOSPC");
	assert_true(over && k > 10);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_crash_renew__at_every_call),
		cmocka_unit_test(test_crash_renew__when_a_call_fails),
	};

	if (argc == 3 && strcmp(argv[1], "--driver") == 0)
		return driver(argv[2]);
	if (SANITIZED)
		print_message("skipped: under a sanitizer no library can be "
			      "preloaded before its own\n");
	return cmocka_run_group_tests_name(
	    "crash_renew", tests, setup, teardown);
}
