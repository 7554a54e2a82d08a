#include "tests/unit/test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "store/backup/backup.h"
#include "store/backup/backup_check.h"
#include "store/backup/backup_sum.h"
#include "store/backup/backup_tree.h"
#include "store/git/giterr.h"
#include "store/setup.h"

struct place {
	char *dir;
	struct err e;
};

static int
set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	p->dir = test_dir();
	*state = p;
	return 0;
}

static int
tear_down(void **state)
{
	struct place *p = *state;

	test_dir_remove(p->dir);
	free(p);
	return 0;
}

static const char *
in(const struct place *p, const char *name)
{
	static char path[4][700];
	static int next;
	char *ret = path[next++ % 4];

	snprintf(ret, sizeof(path[0]), "%s/%s", p->dir, name);
	return ret;
}

static void
put(struct place *p, const char *name, const char *text)
{
	char dir[700];

	snprintf(dir, sizeof(dir), "%s", in(p, name));
	*strrchr(dir, '/') = '\0';
	assert_ok(file_mkdirs(dir, 0700, &p->e), &p->e);
	assert_ok(
	    file_write(in(p, name), text, strlen(text), 0600, &p->e), &p->e);
}

static int
is_there(const struct place *p, const char *name)
{
	struct stat st;

	return lstat(in(p, name), &st) == 0;
}

/* --- what is left out --- */

static void
test_backup_tree__leaves_out_what_lives_with_a_process(void **state)
{
	(void)state;
	assert_true(backup_tree_is_left_out("pmqad.sock"));
	assert_true(backup_tree_is_left_out("door.sock"));
	assert_true(backup_tree_is_left_out("door.sock.4711"));
	assert_true(backup_tree_is_left_out("lock"));
	assert_true(backup_tree_is_left_out("log/lock"));
	assert_true(backup_tree_is_left_out("slots/9105-a.1"));
	assert_true(backup_tree_is_left_out("bundles/0123"));
	assert_true(backup_tree_is_left_out("snapshot"));
	assert_true(backup_tree_is_left_out("pmqa.db-wal"));
	assert_true(backup_tree_is_left_out("pmqa.db.damaged-wal"));
	assert_true(
	    backup_tree_is_left_out("offices/9105.git/refs/heads/a.lock"));
	assert_true(backup_tree_is_left_out(
	    "offices/9105.git/objects/tmp_objdir-incoming-x"));
}

static void
test_backup_tree__takes_all_else(void **state)
{
	(void)state;
	assert_false(backup_tree_is_left_out("pmqad.conf"));
	assert_false(backup_tree_is_left_out("log"));
	assert_false(backup_tree_is_left_out("log/2569.jsonl"));
	assert_false(backup_tree_is_left_out("slots"));
	assert_false(backup_tree_is_left_out("something/new"));
	assert_false(backup_tree_is_left_out("lock.md"));
	assert_false(backup_tree_is_left_out("editions/x.lock"));
	assert_false(backup_tree_is_left_out("offices/9105.git/packed-refs"));
}

static void
test_backup_tree__knows_secrets(void **state)
{
	(void)state;
	assert_true(backup_tree_is_secret("keys/device"));
	assert_true(backup_tree_is_secret("keys/device-b.pem"));
	assert_false(backup_tree_is_secret("keys/device.pub"));
	assert_false(backup_tree_is_secret("keys"));
}

/* --- the copy --- */

static void
test_backup_tree__cuts_a_half_line_of_a_log(void **state)
{
	struct place *p = *state;
	struct buf dirs = BUF_INIT, text = BUF_INIT;

	put(p, "from/log/2569.jsonl", "{\"n\":1}\n{\"n\":2}\n{\"n\":");
	put(p, "from/keys/device", "secret");
	put(p, "from/r.git/objects/pack/a.pack", "pack");
	assert_ok(backup_tree_copy(in(p, "from"), in(p, "to"), 1, &dirs, &p->e),
	    &p->e);
	assert_ok(
	    file_read(in(p, "to/log/2569.jsonl"), 100, &text, &p->e), &p->e);

	assert_string_equal(buf_str(&text), "{\"n\":1}\n{\"n\":2}\n");
	assert_false(is_there(p, "to/keys/device"));
	assert_true(is_there(p, "to/r.git/objects/pack/a.pack"));
	assert_string_equal(buf_str(&dirs),
	    "log\nkeys\nr.git\nr.git/objects\nr.git/objects/pack\n");
	buf_release(&dirs);
	buf_release(&text);
}

static void
test_backup_tree__links_objects_and_copies_the_rest(void **state)
{
	struct place *p = *state;
	struct buf dirs = BUF_INIT;
	struct stat a, b;

	put(p, "from/r.git/objects/pack/a.pack", "pack");
	put(p, "from/r.git/HEAD", "ref: refs/heads/office\n");
	assert_ok(backup_tree_copy(in(p, "from"), in(p, "to"), 0, &dirs, &p->e),
	    &p->e);

	assert_int_equal(stat(in(p, "from/r.git/objects/pack/a.pack"), &a), 0);
	assert_int_equal(stat(in(p, "to/r.git/objects/pack/a.pack"), &b), 0);
	assert_int_equal(a.st_ino, b.st_ino);
	assert_int_equal(stat(in(p, "from/r.git/HEAD"), &a), 0);
	assert_int_equal(stat(in(p, "to/r.git/HEAD"), &b), 0);
	assert_int_not_equal(a.st_ino, b.st_ino);
	buf_release(&dirs);
}

static void
test_backup_tree__leaves_out_other_backups(void **state)
{
	struct place *p = *state;
	struct buf dirs = BUF_INIT;

	put(p, "from/pmqad.conf", "[pmqa]\n");
	put(p, "from/keep/backup/" BACKUP_SUMS, "");
	put(p, "from/keep/backup/files/pmqad.conf", "[pmqa]\n");
	assert_ok(backup_tree_copy(in(p, "from"), in(p, "to"), 0, &dirs, &p->e),
	    &p->e);

	assert_true(is_there(p, "to/pmqad.conf"));
	assert_false(is_there(p, "to/keep/backup"));
	buf_release(&dirs);
}

/* --- the list --- */

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

static void
test_backup_sum__takes_only_paths_inside(void **state)
{
	struct place *p = *state;
	char hash[SHA256_HEX];
	const char *rel = NULL;

	assert_ok(
	    backup_sum_line(ZEROS "  files/a/b", hash, &rel, &p->e), &p->e);
	assert_string_equal(rel, "files/a/b");
	assert_string_equal(hash, ZEROS);
	assert_err(backup_sum_line(ZEROS "  files/../x", hash, &rel, &p->e),
	    ERR_DAMAGED, &p->e, "leads elsewhere");
	assert_err(backup_sum_line(ZEROS "  files/a/..", hash, &rel, &p->e),
	    ERR_DAMAGED, &p->e, "leads elsewhere");
	assert_err(backup_sum_line(ZEROS "  /etc/passwd", hash, &rel, &p->e),
	    ERR_DAMAGED, &p->e, "none of a backup's");
	assert_err(backup_sum_line("00  files/a", hash, &rel, &p->e),
	    ERR_DAMAGED, &p->e, "none of a backup's");
	assert_err(backup_sum_line("", hash, &rel, &p->e), ERR_DAMAGED, &p->e,
	    "none of a backup's");
}

static void
test_backup_sum__finds_each_file_again(void **state)
{
	struct place *p = *state;
	struct backup_sum made = { 0 }, read = { 0 };
	char path[4200];

	put(p, "room/directories", "a\n");
	put(p, "room/files/a/x", "xx");
	put(p, "room/files/b", "b");
	assert_ok(backup_sum_make(in(p, "room"), &made, &p->e), &p->e);
	assert_ok(backup_sum_read(in(p, "room"), &read, &p->e), &p->e);

	assert_int_equal(read.files, 3);
	assert_int_equal(read.bytes, 5);
	assert_string_equal(read.hash, made.hash);
	assert_ok(backup_sum_file(in(p, "room"), 1, path, sizeof(path), &p->e),
	    &p->e);
	assert_string_equal(path, in(p, "room/files/a/x"));
	assert_ok(backup_sum_file(in(p, "room"), 2, path, sizeof(path), &p->e),
	    &p->e);
	assert_string_equal(path, in(p, "room/files/b"));
	assert_err(backup_sum_file(in(p, "room"), 3, path, sizeof(path), &p->e),
	    ERR_NOT_FOUND, &p->e, "no such file");
}

/* --- a token, steps, the room --- */

static struct store *
a_store(struct place *p)
{
	struct store *s = NULL;
	struct conf c;

	conf_defaults(ROLE_OFFICE, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", in(p, "A"));
	snprintf(c.code, sizeof(c.code), "9105");
	snprintf(c.name, sizeof(c.name), "La-ngu");
	assert_ok(setup_init(&c, &p->e), &p->e);
	assert_ok(store_open(c.dir, STORE_WRITE, &s, &p->e), &p->e);
	return s;
}

static void
begin(struct place *p, struct store *s, char token[64])
{
	cJSON *doc = NULL;

	assert_ok(backup_begin(s, 0, &doc, &p->e), &p->e);
	snprintf(token, 64, "%s", json_str(doc, "token"));
	cJSON_Delete(doc);
}

static void
step_to_the_end(struct place *p, struct store *s, const char *token)
{
	int still = 0;

	while (!still) {
		cJSON *doc = NULL;

		assert_ok(backup_step(s, token, &doc, &p->e), &p->e);
		still = json_bool(doc, "still", 0);
		cJSON_Delete(doc);
	}
}

static void
test_backup__a_newer_one_ends_the_older(void **state)
{
	struct place *p = *state;
	struct store *s = a_store(p);
	char first[64], second[64];
	cJSON *doc = NULL;

	begin(p, s, first);
	begin(p, s, second);

	assert_err(backup_step(s, first, &doc, &p->e), ERR_NOT_FOUND, &p->e,
	    "no such backup is under way");
	step_to_the_end(p, s, second);
	assert_err(backup_read(s, "../../keys/device", 0, 0, &doc, &p->e),
	    ERR_NOT_FOUND, &p->e, "no such backup is under way");
	assert_ok(backup_end(s, second, &p->e), &p->e);
	assert_false(is_there(p, "A/snapshot"));
	store_close(s);
}

static void
test_backup__what_a_crash_left_goes_at_the_start(void **state)
{
	struct place *p = *state;
	struct store *s = a_store(p);
	char token[64];

	begin(p, s, token);
	store_close(s);
	assert_true(is_there(p, "A/snapshot"));
	assert_ok(store_open(in(p, "A"), STORE_WRITE, &s, &p->e), &p->e);
	assert_false(is_there(p, "A/snapshot"));
	store_close(s);
}

/* What is written between two steps is in the copy: as of one moment, the
 * last. */
static void
test_backup__is_as_of_its_last_step(void **state)
{
	struct place *p = *state;
	struct store *s = a_store(p);
	struct db *copy = NULL;
	char token[64], path[700];
	cJSON *doc = NULL;
	int64_t n = 0;

	/* more than one step copies */
	assert_ok(db_exec(store_db(s),
		      "CREATE TABLE later(n INTEGER, b BLOB) STRICT;"
		      "INSERT INTO later VALUES(3, zeroblob(20000000))",
		      &p->e),
	    &p->e);
	begin(p, s, token);
	assert_ok(backup_step(s, token, &doc, &p->e), &p->e);
	assert_false(json_bool(doc, "still", 1));
	assert_true(json_int(doc, "done", 0) > 0);
	cJSON_Delete(doc);
	assert_ok(db_exec(store_db(s), "UPDATE later SET n = 7", &p->e), &p->e);
	step_to_the_end(p, s, token);
	snprintf(path, sizeof(path), "A/snapshot/%s/files/pmqa.db", token);
	assert_ok(db_open(in(p, path), DB_WRITE, &copy, &p->e), &p->e);
	assert_ok(
	    db_one_int(copy, &n, &p->e, "SELECT n FROM later", ""), &p->e);

	assert_int_equal(n, 7);
	db_close(copy);
	assert_ok(backup_end(s, token, &p->e), &p->e);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest pure[] = {
		cmocka_unit_test(
		    test_backup_tree__leaves_out_what_lives_with_a_process),
		cmocka_unit_test(test_backup_tree__takes_all_else),
		cmocka_unit_test(test_backup_tree__knows_secrets),
	};
	const struct CMUnitTest placed[] = {
#define PLACED(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		PLACED(test_backup_tree__cuts_a_half_line_of_a_log),
		PLACED(test_backup_tree__links_objects_and_copies_the_rest),
		PLACED(test_backup_tree__leaves_out_other_backups),
		PLACED(test_backup_sum__takes_only_paths_inside),
		PLACED(test_backup_sum__finds_each_file_again),
		PLACED(test_backup__a_newer_one_ends_the_older),
		PLACED(test_backup__what_a_crash_left_goes_at_the_start),
		PLACED(test_backup__is_as_of_its_last_step),
	};
	struct err e;
	int failed;

	if (giterr_init(&e) < 0 || key_init(&e) < 0)
		return 1;
	failed = cmocka_run_group_tests_name("backup", pure, NULL, NULL);
	failed += cmocka_run_group_tests_name("backup", placed, NULL, NULL);
	giterr_shutdown();
	return failed;
}
