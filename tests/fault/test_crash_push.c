/*
 * Goal: whatever call between the taking in of a push and its answer a process
 * dies at - the one that takes it in, the one that relays, the hall's daemon -
 * and whichever call fails: what was answered as taken is there, what is there
 * is in the log, once, the hall is whole, and the office's next push goes in.
 *
 * The same where the machine loses the end of the database's journal with the
 * receipt in it.
 *
 * shim_crash.so is preloaded into what serves the push (PMQA_CRASH_WHO), once
 * for each call, until a push ends untouched: every point, not a sample.
 */
#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/hall/accepted.h"
#include "tests/support/crash_run.h"
#include "tests/support/gate.h"

#define HALL_REF "refs/heads/office"
#define MOST 200 /* calls: far more than there are */

struct trial {
	struct gate *gate;
	char ssh[300], told[300]; /* files */
	int n;                    /* revisions so far */
	int status;               /* of git push */
	char *said;
	char hit[400]; /* the call; "": there were fewer */
	char tip[41];  /* what was pushed */
};

static struct crash crash;

/* What git runs in place of ssh: what sshd would, with the shim. */
static void
write_ssh(struct trial *t)
{
	char text[1500];
	struct err e;
	int n = snprintf(text, sizeof(text),
	    "#!/bin/sh\n"
	    "for last; do :; done\n"
	    "SSH_ORIGINAL_COMMAND=$last LD_PRELOAD=%s exec %s --dir %s "
	    "9105-a\n",
	    crash.shim, test_program("lib/pmqa-door"), t->gate->joined.hall);

	assert_true(n > 0 && n < (int)sizeof(text));
	assert_ok(file_write(t->ssh, text, (size_t)n, 0700, &e), &e);
}

static int
setup(void **state)
{
	struct trial *t = calloc(1, sizeof(*t));

	assert_non_null(t);
	if (CRASH_SANITIZED)
		goto out;
	test_libraries_up(state);
	crash_find(&crash);
	t->gate = gate_make();
	snprintf(t->ssh, sizeof(t->ssh), "%s/ssh", t->gate->joined.office.dir);
	snprintf(
	    t->told, sizeof(t->told), "%s/told", t->gate->joined.office.dir);
	write_ssh(t);
out:
	*state = t;
	return 0;
}

static int
teardown(void **state)
{
	struct trial *t = *state;

	if (t->gate != NULL) {
		gate_remove(t->gate);
		test_libraries_down(state);
	}
	free(t);
	return 0;
}

static void
forge_next(struct trial *t)
{
	char text[60];

	snprintf(text, sizeof(text), "ฉบับที่ %d", ++t->n);
	forge_good(&t->gate->forge, text);
	commit_hex(t->gate->forge.office.tip, t->tip);
}

static void
read_hit(struct trial *t)
{
	struct buf text = BUF_INIT;
	struct err e;

	t->hit[0] = '\0';
	if (file_read(t->told, sizeof(t->hit), &text, &e) == 0)
		snprintf(t->hit, sizeof(t->hit), "%s", buf_str(&text));
	buf_release(&text);
	unlink(t->told);
}

/* What serves a push goes on when its line is gone: until it has let go. */
static void
wait_until_done(const struct trial *t)
{
	char path[300];
	int fd;

	snprintf(
	    path, sizeof(path), "%s/slots/9105.door", t->gate->joined.hall);
	assert_true((fd = open(path, O_RDWR | O_CLOEXEC)) >= 0);
	assert_int_equal(flock(fd, LOCK_EX), 0);
	close(fd);
}

/* One push, of which a call is the last one. */
static void
push(struct trial *t, long k, const char *how, const char *who)
{
	char spec[80], at[30], repo[300];
	const char *const argv[] = { "git", "-C", repo, "push",
		"ssh://hall/office", spec, NULL };

	snprintf(repo, sizeof(repo), "%s/repo.git", t->gate->joined.office.dir);
	snprintf(spec, sizeof(spec), "%s:" HALL_REF, t->tip);
	snprintf(at, sizeof(at), "%ld", k);
	setenv("GIT_SSH_COMMAND", t->ssh, 1);
	setenv("PMQA_CRASH_AT", at, 1);
	setenv("PMQA_CRASH_HOW", how, 1);
	setenv("PMQA_CRASH_WHO", who, 1);
	setenv("PMQA_CRASH_TOLD", t->told, 1);
	t->status = test_run(argv, &t->said);
	unsetenv("PMQA_CRASH_WHO");
	unsetenv("GIT_SSH_COMMAND");
	wait_until_done(t);
	read_hit(t);
}

/* Time passes: what a killed push left locked is free again. */
static void
age_lock(const struct trial *t)
{
	const struct timespec then[2] = { { 1000000000, 0 },
		{ 1000000000, 0 } };
	char path[400];

	snprintf(path, sizeof(path), "%s/offices/9105.git/" HALL_REF ".lock",
	    t->gate->joined.hall);
	(void)utimensat(AT_FDCWD, path, then, 0);
}

static int
has_moved(const struct trial *t)
{
	char repo[300], *out = NULL;
	const char *const argv[] = { "git", "-C", repo, "rev-parse", HALL_REF,
		NULL };
	int same;

	snprintf(
	    repo, sizeof(repo), "%s/offices/9105.git", t->gate->joined.hall);
	assert_int_equal(test_run(argv, &out), 0);
	same = strncmp(out, t->tip, 40) == 0;
	free(out);
	return same;
}

static int
times_logged(const struct trial *t, const char *tip)
{
	const struct accepted_query q = { .office = "9105",
		.result = "admitted",
		.limit = ACCEPTED_PAGE_MAX };
	const cJSON *line;
	cJSON *page = NULL;
	struct err e;
	int n = 0;

	assert_ok(accepted_page(t->gate->joined.hall, &q, &page, &e), &e);
	cJSON_ArrayForEach (line, json_get(page, "entries"))
		n += strcmp(json_str(line, "new"), tip) == 0;
	cJSON_Delete(page);
	return n;
}

static void
check_hall(const struct trial *t)
{
	char repo[300], *out = NULL;
	const char *const fsck[] = { "git", "-C", repo, "fsck", "--strict",
		"--no-dangling", NULL };
	const char *const verify[] = { test_program("pmqa"), "--dir",
		t->gate->joined.hall, "verify", NULL };

	gate_wait_written(t->gate);
	snprintf(
	    repo, sizeof(repo), "%s/offices/9105.git", t->gate->joined.hall);
	if (test_run(fsck, &out) != 0)
		fail_msg("after %s fsck says: %s", t->hit, out);
	free(out);
	if (test_run(verify, &out) != 0)
		fail_msg("after %s verify says: %s", t->hit, out);
	free(out);
}

/* The office comes again: what is there already is not sent a second time. */
static void
push_again(struct trial *t, int moved)
{
	struct gate *g = t->gate;
	char before[41];

	snprintf(before, sizeof(before), "%s", t->tip);
	age_lock(t);
	if (moved) {
		memcpy(g->tip, g->forge.office.tip, 20);
		forge_next(t);
	}
	gate_push_good(g);
	if (times_logged(t, before) != 1 || times_logged(t, t->tip) != 1)
		fail_msg("after %s the log has %d lines of the push and %d of "
			 "the next one",
		    t->hit, times_logged(t, before), times_logged(t, t->tip));
}

static void
try_all(struct trial *t, const char *how, const char *who)
{
	const int daemon = strcmp(who, "daemon") == 0;
	char pid[30];
	int moved, log_failed = 0;
	long k;

	for (k = 1; k < MOST; k++) {
		snprintf(pid, sizeof(pid), "%d", (int)t->gate->hall.pid);
		forge_next(t);
		push(t, k, how, daemon ? pid : who);
		moved = has_moved(t);
		if (t->status == 0 && !moved)
			fail_msg("after %s: taken, and not there: %s", t->hit,
			    t->said);
		if (t->status == 0 && times_logged(t, t->tip) != 1)
			fail_msg("after %s: taken, and not in the log: %s",
			    t->hit, t->said);
		/* nobody may find a line that the disk did not take */
		if (strcmp(how, "EIO") == 0 &&
		    strncmp(t->hit, "fsync ", 6) == 0 &&
		    strstr(t->hit, ".jsonl") != NULL) {
			assert_int_not_equal(t->status, 0);
			assert_int_equal(times_logged(t, t->tip), 0);
			log_failed = 1;
		}
		if (t->hit[0] != '\0' && daemon) {
			test_daemon_stop(&t->gate->hall, SIGKILL);
			test_daemon_start(&t->gate->hall, t->gate->joined.hall);
		}
		push_again(t, moved);
		check_hall(t);
		if (getenv("PMQA_CRASH_SAY") != NULL)
			print_message("%s %s %ld: status %d moved %d: %s%s\n",
			    how, who, k, t->status, moved, t->hit, t->said);
		free(t->said);
		if (t->hit[0] == '\0')
			break;
	}
	assert_in_range(k, 10, MOST - 1);
	assert_int_equal(log_failed, strcmp(how, "EIO") == 0);
}

static void
test_crash_push__loses_nothing_when_what_takes_it_in_is_killed(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "kill", "self");
}

static void
test_crash_push__loses_nothing_when_what_relays_is_killed(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "kill", "parent");
}

static void
test_crash_push__loses_nothing_when_the_halls_daemon_is_killed(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "kill", "daemon");
}

static void
test_crash_push__never_says_taken_without_a_line_when_a_call_fails(void **state)
{
	if (CRASH_SANITIZED)
		skip();
	try_all(*state, "EIO", "self");
}

/* The end of the journal that is not in the repository yet. */
static void
tear_journal(const struct trial *t, long bytes)
{
	char path[300];
	struct stat st;

	snprintf(path, sizeof(path), "%s/pmqa.db-wal", t->gate->joined.hall);
	assert_int_equal(stat(path, &st), 0);
	assert_true(st.st_size > bytes);
	assert_int_equal(truncate(path, st.st_size - bytes), 0);
}

/* A receipt is signed in a group with what it is kept by: whichever record of
 * it is cut, the branch and the log have the push, and it gets a receipt again.
 */
static void
test_crash_push__gives_a_receipt_again_after_a_torn_journal(void **state)
{
	static const long cuts[] = { 1, 100, 4120, 3 * 4120 + 7, 8 * 4120 };
	struct trial *t = *state;
	struct gate *g;
	size_t i;

	if (CRASH_SANITIZED)
		skip();
	g = t->gate;
	for (i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		snprintf(t->hit, sizeof(t->hit), "a cut of %ld", cuts[i]);
		forge_next(t);
		gate_push_good(g);
		test_daemon_stop(&g->hall, SIGKILL);
		tear_journal(t, cuts[i]);
		test_daemon_start(&g->hall, g->joined.hall);
		assert_true(has_moved(t));
		push_again(t, 1);
		check_hall(t);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_crash_push__loses_nothing_when_what_takes_it_in_is_killed),
		cmocka_unit_test(
		    test_crash_push__loses_nothing_when_what_relays_is_killed),
		cmocka_unit_test(
		    test_crash_push__loses_nothing_when_the_halls_daemon_is_killed),
		cmocka_unit_test(
		    test_crash_push__never_says_taken_without_a_line_when_a_call_fails),
		cmocka_unit_test(
		    test_crash_push__gives_a_receipt_again_after_a_torn_journal),
	};

	crash_note();
	return cmocka_run_group_tests_name(
	    "crash_push", tests, setup, teardown);
}
