#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "store/hall/moving.h"
#include "tests/support/forge.h"
#include "tests/support/office.h"

#define REF "refs/heads/office"

/* The forge's repository stands for the hall's. */
struct fixture {
	struct forge *forge;
	char note[400]; /* the file */
	char first[41], second[41];
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->forge = forge_make();
	snprintf(f->note, sizeof(f->note), "%s/slots/9105.door", f->forge->dir);
	commit_hex(f->forge->first, f->first);
	commit_hex(f->forge->second, f->second);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	forge_remove(f->forge);
	free(f);
	return 0;
}

static struct accepted_entry
entry(const char *old, const char *new_)
{
	struct accepted_entry en = { .office = "9105",
		.device = "9105-a",
		.ref = REF,
		.old = old,
		.new_ = new_,
		.result = "admitted",
		.road = "ssh",
		.time = 1776000000 };

	return en;
}

static void
begin(const struct fixture *f, struct moving *ret)
{
	struct err e;

	assert_ok(
	    moving_begin(ret, f->forge->dir, "9105", f->forge->repo_path, &e),
	    &e);
}

/* A push that was killed behind its note. */
static void
leave_note(const struct fixture *f, const struct accepted_entry *en)
{
	struct moving m;
	struct err e;

	begin(f, &m);
	assert_ok(moving_note(&m, en, &e), &e);
	moving_end(&m);
}

static cJSON *
log_lines(const struct fixture *f)
{
	const struct accepted_query q = { .limit = 10 };
	cJSON *page = NULL;
	struct err e;

	assert_ok(accepted_page(f->forge->dir, &q, &page, &e), &e);
	return page;
}

static int
count_lines(const struct fixture *f)
{
	cJSON *page = log_lines(f);
	int n = cJSON_GetArraySize(json_get(page, "entries"));

	cJSON_Delete(page);
	return n;
}

static void
expect_no_note(const struct fixture *f)
{
	struct stat st;

	assert_int_equal(stat(f->note, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void
test_moving__enters_what_a_killed_push_did_not(void **state)
{
	const struct fixture *f = *state;
	const struct accepted_entry en = entry(f->first, f->second);
	const cJSON *line;
	struct moving m;
	cJSON *page;

	leave_note(f, &en);
	begin(f, &m);
	moving_end(&m);

	page = log_lines(f);
	line = cJSON_GetArrayItem(json_get(page, "entries"), 0);
	assert_string_equal(json_str(line, "device"), "9105-a");
	assert_string_equal(json_str(line, "road"), "ssh");
	assert_string_equal(json_str(line, "old"), f->first);
	assert_string_equal(json_str(line, "new"), f->second);
	assert_string_equal(json_str(line, "result"), "admitted");
	cJSON_Delete(page);
	assert_int_equal(count_lines(f), 1);
	expect_no_note(f);
}

static void
test_moving__enters_nothing_twice(void **state)
{
	const struct fixture *f = *state;
	const struct accepted_entry en = entry(f->first, f->second);
	struct moving m;
	struct err e;

	assert_ok(accepted_add(f->forge->dir, &en, NULL, &e), &e);
	leave_note(f, &en);
	begin(f, &m);
	moving_end(&m);

	assert_int_equal(count_lines(f), 1);
	expect_no_note(f);
}

static void
test_moving__enters_nothing_where_the_branch_did_not_move(void **state)
{
	const struct fixture *f = *state;
	const struct accepted_entry en =
	    entry(f->second, "cccccccccccccccccccccccccccccccccccccccc");
	struct moving m;

	leave_note(f, &en);
	begin(f, &m);
	moving_end(&m);

	assert_int_equal(count_lines(f), 0);
	expect_no_note(f);
}

static void
test_moving__passes_over_a_note_that_is_none(void **state)
{
	static const char *const notes[] = { "{\"device\":\"9105-a\",\"ne",
		"{}", "[]", "{\"new\":1}", "\n" };
	const struct fixture *f = *state;
	const struct accepted_entry en = entry(f->first, f->second);
	struct moving m;
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(notes) / sizeof(notes[0]); i++) {
		begin(f, &m);
		moving_end(&m);
		assert_ok(
		    file_write(f->note, notes[i], strlen(notes[i]), 0600, &e),
		    &e);
		begin(f, &m);
		moving_end(&m);
		assert_int_equal(count_lines(f), 0);
	}
	/* and what stood there does not spoil the next one */
	leave_note(f, &en);
	begin(f, &m);
	moving_end(&m);
	assert_int_equal(count_lines(f), 1);
}

static void
test_moving__has_no_note_once_it_is_done(void **state)
{
	const struct fixture *f = *state;
	const struct accepted_entry en = entry(f->first, f->second);
	struct moving m;
	struct err e;

	begin(f, &m);
	assert_ok(moving_note(&m, &en, &e), &e);
	assert_ok(moving_done(&m, &e), &e);
	moving_end(&m);

	expect_no_note(f);
}

static void
test_moving__is_one_at_a_time(void **state)
{
	const struct fixture *f = *state;
	const char *dir = f->forge->dir, *repo = f->forge->repo_path;
	struct moving one, other;
	struct err e;

	begin(f, &one);
	assert_err(moving_try(&other, dir, "9105", repo, &e), ERR_BUSY, &e,
	    "a push of this office is under way");
	assert_ok(moving_try(&other, dir, "9106", repo, &e), &e);
	moving_end(&other);
	moving_end(&one);
	assert_ok(moving_try(&other, dir, "9105", repo, &e), &e);
	moving_end(&other);
}

static void
test_moving__removes_the_lock_of_a_ref_that_stays(void **state)
{
	const struct timespec then[2] = { { 1000000000, 0 },
		{ 1000000000, 0 } };
	const struct fixture *f = *state;
	struct moving m;
	char lock[400];
	struct err e;

	snprintf(lock, sizeof(lock), "%s/" REF ".lock", f->forge->repo_path);
	assert_ok(file_write(lock, "x", 1, 0600, &e), &e);
	begin(f, &m);
	moving_end(&m);
	/* a young one may be git's, packing refs */
	assert_int_equal(access(lock, F_OK), 0);
	assert_int_equal(utimensat(AT_FDCWD, lock, then, 0), 0);
	begin(f, &m);
	moving_end(&m);
	assert_int_not_equal(access(lock, F_OK), 0);
}

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
begin_file(const struct fixture *f, struct moving *ret)
{
	struct err e;

	assert_ok(moving_begin_file(
		      ret, f->forge->dir, "9105", SHA, f->forge->repo_path, &e),
	    &e);
}

static void
settle_file(const struct fixture *f)
{
	struct err e;

	assert_ok(moving_settle_file(
		      f->forge->dir, "9105", SHA, f->forge->repo_path, &e),
	    &e);
}

static int
has_file(const struct fixture *f)
{
	char path[400];

	snprintf(
	    path, sizeof(path), "%s/slots/9105." SHA ".door", f->forge->dir);
	return access(path, F_OK) == 0;
}

/* A file that is whole is not pushed again: who asks for it enters its line. */
static void
test_moving__enters_the_line_of_a_file(void **state)
{
	const struct fixture *f = *state;
	const struct accepted_entry en = entry(f->first, f->second);
	struct moving m;
	struct err e;

	settle_file(f);
	assert_int_equal(count_lines(f), 0);
	begin_file(f, &m);
	assert_ok(moving_note(&m, &en, &e), &e);
	/* one that is under way enters it itself */
	settle_file(f);
	assert_int_equal(count_lines(f), 0);
	moving_end(&m); /* killed */
	assert_true(has_file(f));

	settle_file(f);
	assert_int_equal(count_lines(f), 1);
	assert_false(has_file(f));
	settle_file(f);
	assert_int_equal(count_lines(f), 1);
}

static void
test_moving__leaves_nothing_of_a_file_that_is_done(void **state)
{
	const struct fixture *f = *state;
	const struct accepted_entry en = entry(f->first, f->second);
	struct moving m, office;
	struct err e;

	/* files and revisions do not wait for each other */
	begin(f, &office);
	begin_file(f, &m);
	assert_ok(moving_note(&m, &en, &e), &e);
	assert_ok(moving_done(&m, &e), &e);
	moving_end(&m);
	moving_end(&office);

	assert_false(has_file(f));
	assert_int_equal(count_lines(f), 0);
}

/* A child takes the lock while the file is there, and gets it when it is not:
 * what it then holds must keep others out. */
static void
test_moving__holds_no_file_that_was_removed(void **state)
{
	const struct fixture *f = *state;
	struct moving m, other;
	int pipes[2], status;
	struct err e;
	pid_t child;
	char c;

	assert_int_equal(pipe(pipes), 0);
	begin_file(f, &m);
	assert_true((child = fork()) >= 0);
	if (child == 0) {
		close(m.fd); /* else it would hold the lock, too */
		if (moving_begin_file(&other, f->forge->dir, "9105", SHA,
			f->forge->repo_path, &e) < 0 ||
		    write(pipes[1], "x", 1) != 1)
			_exit(1);
		pause();
	}
	usleep(50000); /* most likely it waits by now */
	moving_end(&m);
	assert_int_equal(read(pipes[0], &c, 1), 1);
	assert_true(has_file(f));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	close(pipes[0]);
	close(pipes[1]);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_moving__enters_what_a_killed_push_did_not),
		TEST(test_moving__enters_nothing_twice),
		TEST(test_moving__enters_nothing_where_the_branch_did_not_move),
		TEST(test_moving__passes_over_a_note_that_is_none),
		TEST(test_moving__has_no_note_once_it_is_done),
		TEST(test_moving__is_one_at_a_time),
		TEST(test_moving__removes_the_lock_of_a_ref_that_stays),
		TEST(test_moving__enters_the_line_of_a_file),
		TEST(test_moving__leaves_nothing_of_a_file_that_is_done),
		TEST(test_moving__holds_no_file_that_was_removed),
	};

	return cmocka_run_group_tests_name(
	    "moving", tests, test_libraries_up, test_libraries_down);
}
