#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/git/giterr.h"
#include "store/git/repo.h"

#define ID_LEN 20

static char *dir;
static struct buf synced; /* path of each fsync(), one a line */
static int sync_fails;

/* Takes the place of libc's, for this program and libgit2 alike: notes what is
 * synced, then syncs or fails. */
int
fsync(int fd)
{
	char link[64], path[512];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path));
	if (n > 0) {
		buf_append(&synced, path, (size_t)n);
		buf_putc(&synced, '\n');
	}
	if (sync_fails) {
		errno = EIO;
		return -1;
	}
	return (int)syscall(SYS_fsync, fd);
}

static const char *
in_dir(const char *name)
{
	static char paths[4][512];
	static unsigned turn;
	char *path = paths[turn++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", dir, name);
	return path;
}

static struct repo *
make(const char *name)
{
	struct repo *r = NULL;
	struct err e = { 0 };

	assert_ok(repo_create(in_dir(name), "refs/heads/office", &e), &e);
	assert_ok(repo_open(in_dir(name), &r, &e), &e);
	return r;
}

static void
put_text(struct repo *r, const char *text, unsigned char id[ID_LEN])
{
	struct err e = { 0 };

	assert_ok(repo_put(r, OBJECT_BLOB, text, strlen(text), id, &e), &e);
}

/* n different blobs; id: the last one's. */
static void
put_many(struct repo *r, const char *what, int n, unsigned char id[ID_LEN])
{
	char text[80];
	int i;

	for (i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "%s %d of some length\n", what, i);
		put_text(r, text, id);
	}
}

static void
flush(struct repo *r)
{
	struct err e = { 0 };

	assert_ok(repo_flush(r, &e), &e);
	assert_int_equal(repo_n_pending(r), 0);
}

static void
assert_text(struct repo *r, const unsigned char id[ID_LEN], const char *text)
{
	struct buf got = BUF_INIT;
	struct err e = { 0 };

	assert_ok(repo_read(r, id, OBJECT_BLOB, 1000, &got, &e), &e);
	assert_string_equal(buf_str(&got), text);
	buf_release(&got);
}

static void
assert_gone(struct repo *r, const unsigned char id[ID_LEN])
{
	struct buf got = BUF_INIT;
	struct err e = { 0 };

	assert_err(repo_read(r, id, OBJECT_BLOB, 1000, &got, &e), ERR_NOT_FOUND,
	    &e, "cannot read object");
	buf_release(&got);
}

/* git with these arguments in the repository; its output. */
static char *
git(const char *name, const char *const *args)
{
	const char *argv[16] = { "git", "-C", in_dir(name) };
	char *out;
	size_t i;

	for (i = 0; args[i] != NULL; i++)
		argv[3 + i] = args[i];
	if (test_run(argv, &out) != 0)
		fail_msg("git %s: %s", args[0], out);
	return out;
}

static void
assert_sound(const char *name)
{
	const char *args[] = { "fsck", "--strict", "--no-dangling", NULL };
	char *out = git(name, args);

	assert_null(strstr(out, "error"));
	assert_null(strstr(out, "warning"));
	assert_null(strstr(out, "missing"));
	free(out);
}

/* One number of git count-objects -v. */
static long
count(const char *name, const char *what)
{
	const char *args[] = { "count-objects", "-v", NULL };
	char *out = git(name, args), *at = strstr(out, what);
	long n;

	assert_non_null(at);
	n = strtol(at + strlen(what), NULL, 10);
	free(out);
	return n;
}

static void
assert_config(const char *name, const char *key, const char *want)
{
	const char *args[] = { "config", "--local", "--get-all", key, NULL };
	char *out = git(name, args);

	out[strcspn(out, "\n")] = '\0';
	assert_string_equal(out, want);
	free(out);
}

static void
test_repo__creates_what_stock_git_accepts(void **state)
{
	struct repo *r = make("new.git");

	(void)state;
	assert_sound("new.git");
	assert_config("new.git", "core.bare", "true");
	assert_config("new.git", "core.fsync", "all");
	assert_config("new.git", "core.fsyncMethod", "fsync");
	assert_config("new.git", "core.logAllRefUpdates", "false");
	assert_config("new.git", "receive.fsckObjects", "true");
	assert_config("new.git", "transfer.fsckObjects", "true");
	assert_config("new.git", "fetch.fsckObjects", "true");
	assert_config("new.git", "receive.denyNonFastForwards", "true");
	assert_config("new.git", "receive.denyDeletes", "true");
	assert_config("new.git", "receive.maxInputSize", "64m");
	assert_config("new.git", "receive.unpackLimit", "1");
	assert_config("new.git", "receive.autogc", "false");
	assert_config("new.git", "receive.advertisePushOptions", "false");
	assert_config("new.git", "uploadpack.allowAnySHA1InWant", "false");
	assert_config("new.git", "gc.auto", "0");
	assert_config("new.git", "maintenance.auto", "false");
	assert_config("new.git", "gpg.format", "ssh");
	assert_config(
	    "new.git", "gpg.ssh.allowedSignersFile", in_dir("allowed_signers"));
	repo_close(r);
}

static void
test_repo__creates_nothing_from_templates(void **state)
{
	struct repo *r = make("bare.git");
	struct buf head = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(access(in_dir("bare.git/hooks"), F_OK), -1);
	assert_int_equal(access(in_dir("bare.git/description"), F_OK), -1);
	assert_int_equal(access(in_dir("bare.git/info"), F_OK), -1);
	assert_ok(file_read(in_dir("bare.git/HEAD"), 100, &head, &e), &e);
	assert_string_equal(buf_str(&head), "ref: refs/heads/office\n");
	assert_string_equal(repo_path(r), in_dir("bare.git"));
	buf_release(&head);
	repo_close(r);
}

static void
test_repo__can_be_created_again_without_loss(void **state)
{
	struct repo *r = make("again.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put_text(r, "kept", id);
	flush(r);
	repo_close(r);

	assert_ok(
	    repo_create(in_dir("again.git"), "refs/heads/office", &e), &e);

	assert_ok(repo_open(in_dir("again.git"), &r, &e), &e);
	assert_text(r, id, "kept");
	repo_close(r);
}

static void
test_repo__quotes_its_path_in_the_configuration(void **state)
{
	struct repo *r;

	(void)state;
	assert_int_equal(mkdir(in_dir("a \"b\\ #;"), 0700), 0);
	r = make("a \"b\\ #;/x.git");

	assert_config("a \"b\\ #;/x.git", "gpg.ssh.allowedSignersFile",
	    in_dir("a \"b\\ #;/allowed_signers"));
	repo_close(r);
}

static void
test_repo__opens_only_repositories(void **state)
{
	struct repo *r = NULL;
	struct err e = { 0 };

	(void)state;
	assert_int_equal(mkdir(in_dir("empty"), 0700), 0);
	assert_err(repo_open(in_dir("empty"), &r, &e), ERR_NOT_FOUND, &e,
	    "cannot open repository");
	assert_null(r);
}

/* The user's own git configuration must not reach the store. */
static void
test_repo__ignores_other_configurations(void **state)
{
	static const char text[] = "[extensions]\n\tnoSuchThing = true\n"
				   "[core]\n\trepositoryformatversion = 1\n";
	struct repo *r = make("alone.git");
	struct err e = { 0 };

	(void)state;
	repo_close(r);
	assert_ok(
	    file_write(in_dir(".gitconfig"), text, strlen(text), 0600, &e), &e);
	assert_int_equal(setenv("HOME", dir, 1), 0);

	assert_ok(repo_open(in_dir("alone.git"), &r, &e), &e);

	assert_int_equal(unlink(in_dir(".gitconfig")), 0);
	repo_close(r);
}

static void
test_repo__reads_what_is_still_in_memory(void **state)
{
	struct repo *r = make("memory.git");
	unsigned char id[ID_LEN];

	(void)state;
	put_text(r, "hello\n", id);

	assert_text(r, id, "hello\n");
	assert_int_equal(repo_n_pending(r), 1);
	assert_int_equal(count("memory.git", "count: "), 0);
	repo_close(r);
}

static void
test_repo__counts_an_object_once(void **state)
{
	struct repo *r = make("once.git");
	unsigned char id[ID_LEN], again[ID_LEN];

	(void)state;
	put_text(r, "same", id);
	put_text(r, "same", again);

	assert_memory_equal(id, again, ID_LEN);
	assert_int_equal(repo_n_pending(r), 1);
	repo_close(r);
}

static void
test_repo__forgets_what_was_rolled_back(void **state)
{
	struct repo *r = make("forget.git");
	unsigned char id[ID_LEN], again[ID_LEN];

	(void)state;
	put_text(r, "rolled back", id);
	assert_text(r, id, "rolled back");

	repo_forget(r);

	assert_int_equal(repo_n_pending(r), 0);
	assert_gone(r, id);
	put_text(r, "rolled back", again);
	assert_int_equal(repo_n_pending(r), 1);
	flush(r);
	assert_text(r, again, "rolled back");
	repo_close(r);
}

static void
test_repo__refuses_another_type_and_too_much(void **state)
{
	struct repo *r = make("limits.git");
	unsigned char id[ID_LEN];
	struct buf got = BUF_INIT;
	struct err e = { 0 };
	int i;

	(void)state;
	put_text(r, "12345", id);
	for (i = 0; i < 2; i++) {
		assert_err(repo_read(r, id, OBJECT_TREE, 1000, &got, &e),
		    ERR_INVALID, &e, "is a blob, not a tree");
		assert_err(repo_read(r, id, OBJECT_BLOB, 4, &got, &e),
		    ERR_INVALID, &e, "too large");
		assert_int_equal(got.len, 0);
		flush(r);
	}
	assert_ok(repo_read(r, id, OBJECT_BLOB, 5, &got, &e), &e);
	buf_release(&got);
	repo_close(r);
}

static void
test_repo__writes_few_objects_loose(void **state)
{
	struct repo *r = make("few.git"), *other;
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put_many(r, "few", 12, id);

	flush(r);

	assert_int_equal(count("few.git", "count: "), 12);
	assert_int_equal(count("few.git", "packs: "), 0);
	assert_text(r, id, "few 11 of some length\n");
	assert_ok(repo_open(in_dir("few.git"), &other, &e), &e);
	assert_text(other, id, "few 11 of some length\n");
	assert_sound("few.git");
	repo_close(other);
	repo_close(r);
}

static void
test_repo__writes_many_objects_as_one_pack(void **state)
{
	struct repo *r = make("many.git"), *other;
	unsigned char id[ID_LEN];
	struct err e = { 0 };
	int i;

	(void)state;
	for (i = 1; i <= 3; i++) {
		put_many(r,
		    i == 2   ? "second"
		    : i == 3 ? "third"
			     : "first",
		    500, id);
		flush(r);
		assert_int_equal(count("many.git", "packs: "), i);
		assert_int_equal(count("many.git", "in-pack: "), 500 * i);
		assert_int_equal(count("many.git", "count: "), 0);
		assert_int_equal(count("many.git", "garbage: "), 0);
	}
	assert_text(r, id, "third 499 of some length\n");
	assert_ok(repo_open(in_dir("many.git"), &other, &e), &e);
	assert_text(other, id, "third 499 of some length\n");
	assert_sound("many.git");
	repo_close(other);
	repo_close(r);
}

static void
test_repo__flushes_nothing_when_there_is_nothing(void **state)
{
	struct repo *r = make("nothing.git");

	(void)state;
	buf_clear(&synced);
	flush(r);
	assert_int_equal(synced.len, 0);
	repo_close(r);
}

static void
assert_synced(const char *what)
{
	if (strstr(buf_str(&synced), what) == NULL)
		fail_msg("not synced: '%s', only:\n%s", what, buf_str(&synced));
}

static void
test_repo__syncs_loose_objects_and_their_directories(void **state)
{
	struct repo *r = make("loose-sync.git");
	unsigned char id[ID_LEN];
	char fan_out[80];

	(void)state;
	put_text(r, "one object", id);
	snprintf(
	    fan_out, sizeof(fan_out), "/loose-sync.git/objects/%02x\n", id[0]);

	buf_clear(&synced);
	flush(r);

	assert_synced("/loose-sync.git/objects/tmp_object_git2_");
	assert_synced(fan_out);
	assert_synced("/loose-sync.git/objects\n");
	repo_close(r);
}

static void
test_repo__syncs_a_pack_and_its_directory(void **state)
{
	struct repo *r = make("pack-sync.git");
	unsigned char id[ID_LEN];
	const char *p;

	(void)state;
	put_many(r, "pack", 40, id);

	buf_clear(&synced);
	flush(r);

	assert_synced(".pack.");
	assert_synced(".idx.");
	/* last of all the directory: by then both names stand in it */
	p = buf_str(&synced) + synced.len - 1;
	while (p > buf_str(&synced) && p[-1] != '\n')
		p--;
	assert_non_null(strstr(p, "/pack-sync.git/objects/pack\n"));
	repo_close(r);
}

static void
test_repo__syncs_a_ref_and_its_directory(void **state)
{
	struct repo *r = make("ref-sync.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put_text(r, "tip", id);
	flush(r);

	buf_clear(&synced);
	assert_ok(repo_move_ref(r, "refs/tags/x", NULL, id, &e), &e);

	assert_synced("/ref-sync.git/refs/tags/x.lock\n");
	assert_synced("/ref-sync.git/refs/tags\n");
	repo_close(r);
}

static void
test_repo__moves_a_ref_only_from_where_it_is(void **state)
{
	struct repo *r = make("refs.git");
	unsigned char a[ID_LEN], b[ID_LEN], got[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put_text(r, "a", a);
	put_text(r, "b", b);
	flush(r);
	assert_err(repo_ref(r, "refs/tags/x", got, &e), ERR_NOT_FOUND, &e,
	    "cannot read ref 'refs/tags/x'");
	assert_err(repo_move_ref(r, "refs/tags/x", b, a, &e), ERR_NOT_FOUND, &e,
	    "cannot move ref");

	assert_ok(repo_move_ref(r, "refs/tags/x", NULL, a, &e), &e);
	assert_err(repo_move_ref(r, "refs/tags/x", NULL, b, &e), ERR_CONFLICT,
	    &e, "cannot move ref");
	assert_err(repo_move_ref(r, "refs/tags/x", b, a, &e), ERR_CONFLICT, &e,
	    "cannot move ref");
	assert_ok(repo_ref(r, "refs/tags/x", got, &e), &e);
	assert_memory_equal(got, a, ID_LEN);

	assert_ok(repo_move_ref(r, "refs/tags/x", a, b, &e), &e);
	assert_ok(repo_ref(r, "refs/tags/x", got, &e), &e);
	assert_memory_equal(got, b, ID_LEN);
	repo_close(r);
}

static void
test_repo__points_no_ref_at_an_object_in_memory(void **state)
{
	struct repo *r = make("early.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put_text(r, "not yet written", id);

	assert_int_not_equal(repo_move_ref(r, "refs/tags/x", NULL, id, &e), 0);

	assert_err(repo_ref(r, "refs/tags/x", id, &e), ERR_NOT_FOUND, &e, "");
	repo_close(r);
}

static void
test_repo__reads_no_symbolic_ref(void **state)
{
	struct repo *r = make("symbolic.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	assert_err(repo_ref(r, "HEAD", id, &e), ERR_INVALID, &e,
	    "points to another ref");
	assert_err(repo_ref(r, "refs/../x", id, &e), ERR_INVALID, &e,
	    "cannot read ref");
	repo_close(r);
}

static void
touch(const char *path, int64_t age_s)
{
	struct timespec t[2] = { { clock_now() - age_s, 0 },
		{ clock_now() - age_s, 0 } };
	struct err e = { 0 };

	assert_ok(file_write(path, "", 0, 0600, &e), &e);
	assert_int_equal(utimensat(AT_FDCWD, path, t, 0), 0);
}

static void
test_repo__says_when_a_ref_is_locked(void **state)
{
	struct repo *r = make("locked.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put_text(r, "x", id);
	flush(r);
	touch(in_dir("locked.git/refs/tags/x.lock"), 0);

	assert_err(repo_move_ref(r, "refs/tags/x", NULL, id, &e), ERR_BUSY, &e,
	    "cannot move ref");
	repo_close(r);
}

static void
test_repo__sweeps_stale_locks_and_old_litter(void **state)
{
	struct repo *r = make("sweep.git");
	struct timespec old[2] = { { 1, 0 }, { 1, 0 } };
	unsigned char id[ID_LEN];
	struct err e = { 0 };
	int removed = -1;

	(void)state;
	put_many(r, "sweep", 20, id);
	flush(r);
	put_text(r, "loose", id);
	flush(r);
	touch(in_dir("sweep.git/refs/heads/office.lock"), 0);
	touch(in_dir("sweep.git/config.lock"), 100);
	touch(in_dir("sweep.git/objects/pack/pack_git2_1234"), 90000);
	touch(in_dir("sweep.git/objects/pack/pack-12.pack.abcdef"), 90000);
	touch(in_dir("sweep.git/objects/pack/pack-12.idx.abcdef"), 100);
	touch(in_dir("sweep.git/objects/pack/tmp_pack_now"), 100);
	assert_int_equal(
	    mkdir(in_dir("sweep.git/objects/tmp_objdir-incoming-x"), 0700), 0);
	touch(in_dir("sweep.git/objects/tmp_objdir-incoming-x/any"), 90000);
	assert_int_equal(
	    utimensat(AT_FDCWD,
		in_dir("sweep.git/objects/tmp_objdir-incoming-x"), old, 0),
	    0);

	assert_ok(repo_sweep(r, &removed, &e), &e);

	assert_int_equal(removed, 5);
	assert_int_equal(
	    access(in_dir("sweep.git/refs/heads/office.lock"), F_OK), -1);
	assert_int_equal(
	    access(in_dir("sweep.git/objects/tmp_objdir-incoming-x"), F_OK),
	    -1);
	assert_int_equal(
	    access(in_dir("sweep.git/objects/pack/tmp_pack_now"), F_OK), 0);
	assert_text(r, id, "loose");
	assert_int_equal(count("sweep.git", "in-pack: "), 20);
	repo_close(r);
}

static void
test_repo__looks_into_a_quarantine(void **state)
{
	struct repo *r = make("main.git"), *other = make("incoming.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put_text(other, "pushed", id);
	flush(other);
	assert_gone(r, id);

	assert_ok(
	    repo_add_objects_dir(r, in_dir("incoming.git/objects"), &e), &e);

	assert_text(r, id, "pushed");
	assert_ok(repo_refresh(r, &e), &e);
	assert_text(r, id, "pushed");
	assert_err(repo_add_objects_dir(r, "/", &e), ERR_CONFLICT, &e, "more");
	repo_close(r);
	repo_close(other);
}

static void
test_repo__sees_what_another_process_packed(void **state)
{
	const char *repack[] = { "repack", "-q", "-a", "-d", NULL };
	struct repo *r = make("packed.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put_many(r, "p", 20, id);
	flush(r);
	assert_ok(repo_move_ref(r, "refs/tags/keep", NULL, id, &e), &e);
	put_text(r, "q", id);
	flush(r);
	assert_ok(repo_move_ref(r, "refs/tags/q", NULL, id, &e), &e);
	free(git("packed.git", repack));

	assert_ok(repo_refresh(r, &e), &e);

	assert_text(r, id, "q");
	repo_close(r);
}

static void
test_repo__keeps_what_it_could_not_sync(void **state)
{
	struct repo *r = make("full.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };
	int n;

	(void)state;
	for (n = 5; n <= 20; n += 15) { /* loose, pack */
		put_many(r, n == 5 ? "full" : "fuller", n, id);
		sync_fails = 1;
		assert_true(repo_flush(r, &e) < 0);
		sync_fails = 0;
		assert_non_null(
		    strstr(e.msg, n == 5 ? "cannot write" : "cannot sync"));
		assert_int_equal(repo_n_pending(r), n);
		flush(r);
	}
	assert_text(r, id, "fuller 19 of some length\n");
	assert_int_equal(count("full.git", "in-pack: "), 20);
	assert_int_equal(count("full.git", "count: "), 5);
	assert_sound("full.git");
	repo_close(r);
}

static void
test_repo__moves_no_ref_that_it_could_not_sync(void **state)
{
	struct repo *r = make("ref-full.git");
	unsigned char id[ID_LEN];
	struct err e = { 0 };
	int rc;

	(void)state;
	put_text(r, "x", id);
	flush(r);

	sync_fails = 1;
	rc = repo_move_ref(r, "refs/tags/x", NULL, id, &e);
	sync_fails = 0;

	assert_true(rc < 0);
	assert_err(repo_ref(r, "refs/tags/x", id, &e), ERR_NOT_FOUND, &e, "");
	assert_ok(repo_move_ref(r, "refs/tags/x", NULL, id, &e), &e);
	repo_close(r);
}

static void
test_repo__says_what_is_damaged(void **state)
{
	struct repo *r = make("damaged.git");
	unsigned char id[ID_LEN];
	struct buf got = BUF_INIT;
	struct err e = { 0 };
	char path[600];
	size_t i, n;
	int fd, rc;

	(void)state;
	put_text(r, "a text that will be damaged on the disk", id);
	flush(r);
	n = (size_t)snprintf(path, sizeof(path), "%s/%02x/",
	    in_dir("damaged.git/objects"), id[0]);
	for (i = 1; i < ID_LEN; i++)
		snprintf(path + n + 2 * (i - 1), 3, "%02x", id[i]);
	assert_int_equal(chmod(path, 0600), 0);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, "\x55\x55", 2, 30), 2);
	close(fd);

	rc = repo_read(r, id, OBJECT_BLOB, 1000, &got, &e);

	assert_err(rc, ERR_DAMAGED, &e, "is not a whole git object");
	assert_int_equal(got.len, 0);
	buf_release(&got);
	repo_close(r);
}

static int
setup(void **state)
{
	struct err e = { 0 };

	(void)state;
	dir = test_dir();
	return giterr_init(&e);
}

static int
teardown(void **state)
{
	(void)state;
	buf_release(&synced);
	giterr_shutdown();
	test_dir_remove(dir);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_repo__creates_what_stock_git_accepts),
		cmocka_unit_test(test_repo__creates_nothing_from_templates),
		cmocka_unit_test(test_repo__can_be_created_again_without_loss),
		cmocka_unit_test(
		    test_repo__quotes_its_path_in_the_configuration),
		cmocka_unit_test(test_repo__opens_only_repositories),
		cmocka_unit_test(test_repo__ignores_other_configurations),
		cmocka_unit_test(test_repo__reads_what_is_still_in_memory),
		cmocka_unit_test(test_repo__counts_an_object_once),
		cmocka_unit_test(test_repo__forgets_what_was_rolled_back),
		cmocka_unit_test(test_repo__refuses_another_type_and_too_much),
		cmocka_unit_test(test_repo__writes_few_objects_loose),
		cmocka_unit_test(test_repo__writes_many_objects_as_one_pack),
		cmocka_unit_test(
		    test_repo__flushes_nothing_when_there_is_nothing),
		cmocka_unit_test(
		    test_repo__syncs_loose_objects_and_their_directories),
		cmocka_unit_test(test_repo__syncs_a_pack_and_its_directory),
		cmocka_unit_test(test_repo__syncs_a_ref_and_its_directory),
		cmocka_unit_test(test_repo__moves_a_ref_only_from_where_it_is),
		cmocka_unit_test(
		    test_repo__points_no_ref_at_an_object_in_memory),
		cmocka_unit_test(test_repo__reads_no_symbolic_ref),
		cmocka_unit_test(test_repo__says_when_a_ref_is_locked),
		cmocka_unit_test(test_repo__sweeps_stale_locks_and_old_litter),
		cmocka_unit_test(test_repo__looks_into_a_quarantine),
		cmocka_unit_test(test_repo__sees_what_another_process_packed),
		cmocka_unit_test(test_repo__keeps_what_it_could_not_sync),
		cmocka_unit_test(
		    test_repo__moves_no_ref_that_it_could_not_sync),
		cmocka_unit_test(test_repo__says_what_is_damaged),
	};

	return cmocka_run_group_tests_name("repo", tests, setup, teardown);
}
