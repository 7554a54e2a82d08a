/* Random bytes of the repository, the database, the evidence and the log are
 * changed, one place at a time: verify never says "ok" unless the content is
 * what it was. PMQA_MUTATIONS: how many (make check: a few hundred; 10,000 take
 * some minutes). */
#include "tests/unit/test.h"

#include <ftw.h>
#include <limits.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/support/tamper.h"

#define MUTATIONS 300
#define FILES_MAX 2000

static struct tamper *t;
static char (*files)[300];
static size_t n_files;

/* Those of what auditors clone: it has no others. */
static int
is_packed_refs(const char *path)
{
	return strstr(path, "/province.git/packed-refs") != NULL;
}

static int
is_content(const char *path)
{
	return strstr(path, ".git/objects/") != NULL ||
	       strstr(path, ".git/refs/heads/") != NULL ||
	       strstr(path, ".git/refs/evidence/") != NULL ||
	       strstr(path, "/log/") != NULL || is_packed_refs(path) ||
	       (strlen(path) > 8 &&
		   strcmp(path + strlen(path) - 8, "/pmqa.db") == 0);
}

static int
on_file(const char *path, const struct stat *st, int flag, struct FTW *f)
{
	(void)f;
	if (flag != FTW_F || st->st_size == 0 || !is_content(path) ||
	    strstr(path, "/objects/info/") != NULL)
		return 0;
	assert_true(n_files < FILES_MAX);
	snprintf(files[n_files++], sizeof(files[0]), "%s", path);
	return 0;
}

static void
list(const char *dir)
{
	n_files = 0;
	assert_int_equal(0, nftw(dir, on_file, 16, FTW_PHYS));
	assert_true(n_files > 10);
}

/* One of: a bit, a byte, a run of bytes, the end cut off, a piece moved. */
static void
mutate(struct buf *b, uint64_t *rnd)
{
	size_t at = test_random(rnd) % b->len, i;
	size_t run = 1 + test_random(rnd) % 40;

	switch (test_random(rnd) % 5) {
	case 0:
		b->data[at] ^= (char)(1u << test_random(rnd) % 8);
		break;
	case 1:
		b->data[at] = (char)test_random(rnd);
		break;
	case 2:
		for (i = at; i < at + run && i < b->len; i++)
			b->data[i] = (char)test_random(rnd);
		break;
	case 3:
		b->len = at;
		break;
	default:
		memmove(b->data, b->data + at,
		    run < b->len - at ? run : b->len - at);
		break;
	}
}

static void
put_back(const char *path, const struct buf *b)
{
	char side[320];
	struct err e;

	snprintf(side, sizeof(side), "%s-wal", path);
	unlink(side);
	snprintf(side, sizeof(side), "%s-shm", path);
	unlink(side);
	assert_ok(file_write(path, b->data, b->len, 0600, &e), &e);
}

static char *
rows_of(const char *dir)
{
	struct store *s = NULL;
	struct err e;
	char *dump;

	assert_ok(store_open(dir, STORE_READ, &s, &e), &e);
	dump = pair_dump(s);
	store_close(s);
	return dump;
}

/* A file of a repository that verify was content with: so is stock git. */
static void
assert_fsck(const char *path)
{
	char repo[PATH_MAX], *out = NULL;
	const char *argv[] = { "git", "-C", repo, "fsck", "--strict", NULL };

	snprintf(repo, sizeof(repo), "%.*s",
	    (int)(strstr(path, ".git/") + 4 - path), path);
	if (test_run(argv, &out) != 0)
		fail_msg(
		    "ok after a change in %s, but git says: %s", path, out);
	free(out);
}

/* What stock git reads of the refs of a file's repository. */
static char *
refs_beside(const char *path)
{
	char repo[PATH_MAX], *out = NULL;
	const char *argv[] = { "git", "-C", repo, "for-each-ref", NULL };

	snprintf(repo, sizeof(repo), "%.*s",
	    (int)(strstr(path, ".git/") + 4 - path), path);
	if (test_run(argv, &out) != 0)
		fail_msg(
		    "ok after a change in %s, but git cannot read it", path);
	return out;
}

static void
assert_same_refs(const char *path, const struct buf *was)
{
	char *now = refs_beside(path), *then;
	struct buf altered = BUF_INIT;
	struct err e;

	assert_ok(file_read(path, 64 << 20, &altered, &e), &e);
	assert_ok(file_write(path, was->data, was->len, 0600, &e), &e);
	then = refs_beside(path);
	assert_ok(file_write(path, altered.data, altered.len, 0600, &e), &e);
	if (strcmp(now, then) != 0)
		fail_msg("ok with other refs in %s: %s", path, now);
	free(now);
	free(then);
	buf_release(&altered);
}

/* Of a ref its 40 digits are what counts, in either case, as to stock git. */
static int
same_bytes(const char *path, const struct buf *a, const struct buf *b)
{
	if (strstr(path, "/refs/") != NULL)
		return a->len >= 40 && b->len >= 40 &&
		       strncasecmp(a->data, b->data, 40) == 0;
	return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void
assert_equal_content(
    const char *dir, const char *path, const char *rows, const struct buf *was)
{
	struct buf now = BUF_INIT;
	struct err e;
	char *after;
	int same;

	assert_ok(file_read(path, 64 << 20, &now, &e), &e);
	same = same_bytes(path, &now, was);
	buf_release(&now);
	if (same)
		return; /* the change was none */
	after = rows_of(dir);
	if (strcmp(after, rows) != 0)
		fail_msg("ok with other rows after a change in %s", path);
	free(after);
	if (strstr(path, "/refs/") != NULL || strstr(path, "/log/") != NULL)
		fail_msg("ok after a change in %s", path);
	if (is_packed_refs(path))
		assert_same_refs(path, was);
	if (strstr(path, ".git/") != NULL)
		assert_fsck(path);
}

static void
one(const char *dir, const char *rows, uint64_t *rnd)
{
	const char *path = files[test_random(rnd) % n_files];
	struct buf was = BUF_INIT, now = BUF_INIT;
	const cJSON *result;
	struct err e;
	int deep;

	assert_ok(file_read(path, 64 << 20, &was, &e), &e);
	buf_append(&now, was.data, was.len);
	mutate(&now, rnd);
	put_back(path, &now);
	/* old rows of the database are a proof from zero's alone */
	deep = strstr(path, "/pmqa.db") != NULL || test_random(rnd) % 2 == 0;
	result = tamper_verify(t, dir, deep, &e);
	if (result != NULL && json_bool(result, "ok", 0) &&
	    cJSON_GetArraySize(json_get(result, "findings")) == 0)
		assert_equal_content(dir, path, rows, &was);
	put_back(path, &was);
	buf_release(&was);
	buf_release(&now);
}

static int
how_many(void)
{
	const char *said = getenv("PMQA_MUTATIONS");
	long n = said != NULL ? strtol(said, NULL, 10) : MUTATIONS;

	return n > 0 ? (int)n : 1;
}

static void
mutate_all(const char *dir)
{
	uint64_t rnd = test_seed();
	int i, n = how_many() / 2;
	char *rows;

	tamper_restore(t);
	rows = rows_of(dir);
	list(dir);
	for (i = 0; i < n; i++)
		one(dir, rows, &rnd);
	free(rows);
}

static void
test_mutation__never_calls_an_altered_office_good(void **state)
{
	(void)state;
	mutate_all(t->p->office.dir);
}

static void
test_mutation__never_calls_an_altered_hall_good(void **state)
{
	(void)state;
	mutate_all(t->p->hall.dir);
}

static int
setup(void **state)
{
	test_libraries_up(state);
	assert_non_null(files = calloc(FILES_MAX, sizeof(*files)));
	t = tamper_make();
	return 0;
}

static int
teardown(void **state)
{
	tamper_remove(t);
	free(files);
	return test_libraries_down(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_mutation__never_calls_an_altered_office_good),
		cmocka_unit_test(
		    test_mutation__never_calls_an_altered_hall_good),
	};

	return cmocka_run_group_tests_name("mutation", tests, setup, teardown);
}
