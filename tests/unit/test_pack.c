#include "tests/unit/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/git/giterr.h"
#include "store/git/pack.h"
#include "store/git/repo.h"

#define ID_LEN 20
#define N_MANY 120

/* A repository that gets the pack, and one that only gives ids. */
struct fixture {
	char *dir;
	char packs[600]; /* objects/pack of .to */
	struct repo *to, *ids;
	struct pack *p;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[560];

	assert_non_null(f);
	f->dir = test_dir();
	snprintf(path, sizeof(path), "%s/to.git", f->dir);
	assert_ok(repo_create(path, "refs/heads/office", &f->e), &f->e);
	assert_ok(repo_open(path, &f->to, &f->e), &f->e);
	snprintf(f->packs, sizeof(f->packs), "%s/objects/pack", path);
	snprintf(path, sizeof(path), "%s/ids.git", f->dir);
	assert_ok(repo_create(path, "refs/heads/office", &f->e), &f->e);
	assert_ok(repo_open(path, &f->ids, &f->e), &f->e);
	assert_ok(pack_create(&f->p, &f->e), &f->e);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	pack_free(f->p);
	repo_close(f->to);
	repo_close(f->ids);
	test_dir_remove(f->dir);
	free(f);
	return 0;
}

static void
add_blob(struct fixture *f, const char *data, size_t len,
    unsigned char ret_id[ID_LEN])
{
	size_t n = repo_n_pending(f->ids);

	assert_ok(
	    repo_put(f->ids, OBJECT_BLOB, data, len, ret_id, &f->e), &f->e);
	/* the same bytes once more are one object */
	if (repo_n_pending(f->ids) == n)
		return;
	assert_ok(pack_add(f->p, PACK_BLOB, ret_id, data, len, &f->e), &f->e);
}

static void
assert_blob(struct fixture *f, const unsigned char id[ID_LEN], const char *data,
    size_t len)
{
	struct buf got = BUF_INIT;

	assert_ok(
	    repo_read(f->to, id, OBJECT_BLOB, PACK_MAX, &got, &f->e), &f->e);
	assert_int_equal(got.len, len);
	assert_memory_equal(buf_str(&got), data, len);
	buf_release(&got);
}

/* What git says, with the words given. */
static char *
git(struct fixture *f, const char *const *args)
{
	const char *argv[12] = { "git", "-C", f->packs };
	char *out = NULL;
	size_t i;

	for (i = 0; args[i] != NULL; i++)
		argv[3 + i] = args[i];
	if (test_run(argv, &out) != 0)
		fail_msg("git %s: %s", args[0], out);
	return out;
}

/* Path of the one file that ends so. */
static void
find_file(struct fixture *f, const char *end, char *ret, size_t size)
{
	const char *argv[] = { "find", f->packs, "-name", end, NULL };
	char *out = NULL;

	assert_int_equal(test_run(argv, &out), 0);
	assert_non_null(strchr(out, '\n'));
	assert_string_equal(strchr(out, '\n'), "\n");
	snprintf(ret, size, "%.*s", (int)strcspn(out, "\n"), out);
	free(out);
}

/* Stock git reads it, and makes the same index of it. */
static void
assert_sound(struct fixture *f)
{
	char pack[700], idx[700], again[700];
	struct buf ours = BUF_INIT, theirs = BUF_INIT;

	find_file(f, "pack-*.pack", pack, sizeof(pack));
	find_file(f, "pack-*.idx", idx, sizeof(idx));
	snprintf(again, sizeof(again), "%s/again.idx", f->dir);
	{
		const char *index[] = { "index-pack", "--strict", "-o", again,
			pack, NULL };
		const char *verify[] = { "verify-pack", idx, NULL };
		const char *fsck[] = { "fsck", "--strict", "--full", NULL };

		free(git(f, index));
		free(git(f, verify));
		free(git(f, fsck));
	}
	assert_ok(file_read(idx, 1 << 24, &ours, &f->e), &f->e);
	assert_ok(file_read(again, 1 << 24, &theirs, &f->e), &f->e);
	assert_int_equal(ours.len, theirs.len);
	assert_memory_equal(ours.data, theirs.data, ours.len);
	buf_release(&ours);
	buf_release(&theirs);
}

static void
test_pack__is_read_and_indexed_alike_by_git(void **state)
{
	static const size_t lens[] = { 0, 1, 15, 16, 63, 64, 65, 127, 128, 129,
		2047, 2048, 4096, 65535, 65536, 65537, 140000 };
	const size_t n = sizeof(lens) / sizeof(lens[0]);
	unsigned char ids[sizeof(lens) / sizeof(lens[0])][ID_LEN];
	struct fixture *f = *state;
	uint64_t seed = test_seed();
	char *data = malloc(140000);
	size_t i;

	assert_non_null(data);
	for (i = 0; i < 140000; i++)
		data[i] = (char)test_random(&seed);
	for (i = 0; i < n; i++)
		add_blob(f, data, lens[i], ids[i]);

	assert_ok(pack_write(f->p, f->packs, &f->e), &f->e);

	assert_sound(f);
	assert_ok(repo_refresh(f->to, &f->e), &f->e);
	for (i = 0; i < n; i++)
		assert_blob(f, ids[i], data, lens[i]);
	free(data);
}

/* Random cuts out of, and insertions into, what was there before. */
static void
change(char *data, size_t *len, size_t max, uint64_t *seed)
{
	size_t at = *len > 0 ? test_random(seed) % *len : 0;
	size_t cut = test_random(seed) % (*len - at + 1);
	size_t put = test_random(seed) % 400, i;

	if (test_random(seed) % 3 > 0)
		cut = cut > 30 ? 30 : cut;
	memmove(data + at, data + at + cut, *len - at - cut);
	*len -= cut;
	if (*len + put > max)
		return;
	memmove(data + at + put, data + at, *len - at);
	for (i = 0; i < put; i++)
		data[at + i] = (char)test_random(seed);
	*len += put;
}

static void
test_pack__gives_changed_objects_back(void **state)
{
	static char data[N_MANY][100000];
	unsigned char ids[N_MANY][ID_LEN];
	size_t lens[N_MANY] = { 70000 }, i;
	struct fixture *f = *state;
	uint64_t seed = test_seed();

	for (i = 0; i < lens[0]; i++)
		data[0][i] = (char)(test_random(&seed) % 7);
	add_blob(f, data[0], lens[0], ids[0]);
	for (i = 1; i < N_MANY; i++) {
		lens[i] = lens[i - 1];
		memcpy(data[i], data[i - 1], lens[i]);
		change(data[i], &lens[i], sizeof(data[i]), &seed);
		add_blob(f, data[i], lens[i], ids[i]);
	}

	assert_ok(pack_write(f->p, f->packs, &f->e), &f->e);

	assert_sound(f);
	assert_ok(repo_refresh(f->to, &f->e), &f->e);
	for (i = 0; i < N_MANY; i++)
		assert_blob(f, ids[i], data[i], lens[i]);
}

static void
test_pack__stores_what_differs_in_short_chains(void **state)
{
	struct fixture *f = *state;
	unsigned char id[ID_LEN];
	uint64_t seed = test_seed();
	char data[4000], idx[700], pack[700], *out;
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = (char)test_random(&seed);
	for (i = 0; i < 42; i++) { /* two chains of a base and 20 deltas */
		data[2000] = (char)i;
		add_blob(f, data, sizeof(data), id);
	}

	assert_ok(pack_write(f->p, f->packs, &f->e), &f->e);

	find_file(f, "pack-*.pack", pack, sizeof(pack));
	find_file(f, "pack-*.idx", idx, sizeof(idx));
	assert_int_equal(stat(pack, &st), 0);
	assert_in_range(st.st_size, 8000, 16000);
	{
		const char *verify[] = { "verify-pack", "-s", idx, NULL };

		out = git(f, verify);
	}
	assert_non_null(strstr(out, "non delta: "));
	assert_non_null(strstr(out, "chain length = 20: "));
	assert_null(strstr(out, "chain length = 21"));
	free(out);
	assert_sound(f);
}

static void
test_pack__cannot_be_changed_by_its_readers(void **state)
{
	struct fixture *f = *state;
	unsigned char id[ID_LEN];
	char path[700];
	struct stat st;

	add_blob(f, "x", 1, id);

	assert_ok(pack_write(f->p, f->packs, &f->e), &f->e);

	find_file(f, "pack-*.pack", path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0444);
	find_file(f, "pack-*.idx", path, sizeof(path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0444);
}

static void
test_pack__refuses_what_is_too_large(void **state)
{
	struct fixture *f = *state;
	unsigned char id[ID_LEN] = { 0 };

	assert_err(pack_add(f->p, PACK_BLOB, id, "x", PACK_MAX + 1, &f->e),
	    ERR_INVALID, &f->e, "too large");
}

static void
test_pack__says_where_it_cannot_write(void **state)
{
	struct fixture *f = *state;
	unsigned char id[ID_LEN];
	char missing[600];

	snprintf(missing, sizeof(missing), "%s/missing", f->dir);
	add_blob(f, "x", 1, id);

	assert_err(
	    pack_write(f->p, missing, &f->e), ERR_SYS, &f->e, "/missing/pack-");
}

static int
start(void **state)
{
	struct err e;

	(void)state;
	return giterr_init(&e);
}

static int
stop(void **state)
{
	(void)state;
	giterr_shutdown();
	return 0;
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_pack__is_read_and_indexed_alike_by_git),
		TEST(test_pack__gives_changed_objects_back),
		TEST(test_pack__stores_what_differs_in_short_chains),
		TEST(test_pack__cannot_be_changed_by_its_readers),
		TEST(test_pack__refuses_what_is_too_large),
		TEST(test_pack__says_where_it_cannot_write),
	};

	return cmocka_run_group_tests_name("pack", tests, start, stop);
}
