/* A pack's way in: the scan, the indexer, the repository, the ref. The packs are
 * stock git's own, or made of them. */
#include "tests/unit/test.h"

#include <dirent.h>
#include <stdint.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/git/giterr.h"
#include "store/git/incoming.h"
#include "store/git/repo.h"
#include "store/sign/commit.h"

#define REF "refs/heads/office"
#define SIZE_MAX_OBJECT 65536
#define PACK_MAX_BYTES ((size_t)16 * 1024 * 1024)

struct fixture {
	char *dir, from[560], to[560], quarantine[INCOMING_DIR_MAX];
	struct buf pack; /* of all that .from has */
	unsigned char tip[20];
	char tip_hex[41];
	struct pack_limits limits;
	struct incoming *in;
	struct err e;
};

static void
shell(const char *script, const char *a, const char *b)
{
	const char *argv[] = { "sh", "-euc", script, "sh", a, b, NULL };

	assert_int_equal(test_run(argv, NULL), 0);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[600];

	assert_non_null(f);
	f->dir = test_dir();
	snprintf(f->from, sizeof(f->from), "%s/from.git", f->dir);
	snprintf(f->to, sizeof(f->to), "%s/to.git", f->dir);
	snprintf(path, sizeof(path), "%s/out", f->dir);
	assert_ok(repo_create(f->from, REF, &f->e), &f->e);
	assert_ok(repo_create(f->to, REF, &f->e), &f->e);
	shell("cd \"$1\"; export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b"
	      " GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b;"
	      " n=0; parent=; while [ $n -lt 8 ]; do"
	      " blob=$(seq 1 $((400 + n)) | git hash-object -w --stdin);"
	      " tree=$(printf '100644 blob %s\\tx\\n' $blob | git mktree);"
	      " parent=$(git commit-tree ${parent:+-p $parent} -m $n $tree);"
	      " n=$((n + 1)); done; git update-ref " REF " $parent;"
	      " echo " REF " | git pack-objects --revs --stdout -q >\"$2\"",
	    f->from, path);
	assert_ok(file_read(path, PACK_MAX_BYTES, &f->pack, &f->e), &f->e);
	snprintf(path, sizeof(path), "%s/refs/heads/office", f->from);
	{
		struct buf tip = BUF_INIT;

		assert_ok(file_read(path, 64, &tip, &f->e), &f->e);
		snprintf(f->tip_hex, sizeof(f->tip_hex), "%.40s", tip.data);
		assert_ok(commit_unhex(f->tip_hex, f->tip, &f->e), &f->e);
		buf_release(&tip);
	}
	f->limits.max_input = (int64_t)PACK_MAX_BYTES;
	f->limits.max_count = 100;
	f->limits.max_size = SIZE_MAX_OBJECT;
	assert_ok(incoming_make_dir(f->to, f->quarantine, &f->e), &f->e);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	incoming_free(f->in);
	buf_release(&f->pack);
	test_dir_remove(f->dir);
	free(f);
	return 0;
}

static int
begin(struct fixture *f)
{
	incoming_free(f->in);
	f->in = NULL;
	return incoming_begin(f->to, f->quarantine, &f->limits, &f->in, &f->e);
}

/* All of data in pieces; *ret_used of it, until the pack ended. */
static int
feed(struct fixture *f, const void *data, size_t len, size_t piece,
    size_t *ret_used)
{
	const char *p = data;
	size_t at = 0, n, used;
	int rc;

	while (at < len && !incoming_ended(f->in)) {
		n = len - at < piece ? len - at : piece;
		used = 0;
		if ((rc = incoming_feed(f->in, p + at, n, &used, &f->e)) < 0)
			return rc;
		at += used;
	}
	*ret_used = at;
	return 0;
}

static int
take(struct fixture *f, const unsigned char *old, uint32_t loose_below)
{
	const struct incoming_ref ref = { REF, old, f->tip };

	return incoming_take(f->in, &ref, loose_below, &f->e);
}

static size_t
count(const struct fixture *f, const char *sub, const char *ending)
{
	char path[700];
	struct dirent *d;
	size_t n = 0, len;
	DIR *dir;

	snprintf(path, sizeof(path), "%s/%s", f->to, sub);
	assert_non_null(dir = opendir(path));
	while ((d = readdir(dir)) != NULL) {
		len = strlen(d->d_name);
		n += len > strlen(ending) &&
		     strcmp(d->d_name + len - strlen(ending), ending) == 0;
	}
	closedir(dir);
	return n;
}

static void
is_whole(const struct fixture *f)
{
	shell("cd \"$1\"; git fsck --strict --full 2>&1;"
	      " test \"$(git rev-parse " REF ")\" = \"$2\";"
	      " test \"$(git rev-list --count " REF ")\" = 8",
	    f->to, f->tip_hex);
}

static void
test_incoming__takes_a_pack_whatever_pieces_it_comes_in(void **state)
{
	static const size_t pieces[] = { 1, 7, 4096, SIZE_MAX };
	struct fixture *f = *state;
	size_t i, used = 0;

	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		assert_ok(begin(f), &f->e);
		assert_ok(feed(f, f->pack.data, f->pack.len, pieces[i], &used),
		    &f->e);
		assert_int_equal(used, f->pack.len);
		assert_true(incoming_ended(f->in));
		assert_ok(incoming_seal(f->in, &f->e), &f->e);
		assert_int_equal(count(f, "objects/pack", ".pack"), 0);
	}
	assert_ok(take(f, NULL, 0), &f->e);

	assert_int_equal(count(f, "objects/pack", ".pack"), 1);
	assert_int_equal(count(f, "objects/pack", ".idx"), 1);
	is_whole(f);
	assert_ok(incoming_drop_dir(f->quarantine, &f->e), &f->e);
	assert_int_not_equal(access(f->quarantine, F_OK), 0);
}

static void
test_incoming__sees_where_the_pack_ends(void **state)
{
	struct fixture *f = *state;
	size_t len = f->pack.len, used = 0;

	buf_puts(&f->pack, "what follows");
	assert_ok(begin(f), &f->e);
	assert_ok(feed(f, f->pack.data, f->pack.len, SIZE_MAX, &used), &f->e);

	assert_int_equal(used, len);
	assert_ok(incoming_seal(f->in, &f->e), &f->e);
}

static void
test_incoming__makes_few_objects_loose(void **state)
{
	struct fixture *f = *state;
	size_t used = 0;

	assert_ok(begin(f), &f->e);
	assert_ok(feed(f, f->pack.data, f->pack.len, SIZE_MAX, &used), &f->e);
	assert_ok(incoming_seal(f->in, &f->e), &f->e);
	assert_ok(take(f, NULL, 1000), &f->e);

	assert_int_equal(count(f, "objects/pack", ".pack"), 0);
	is_whole(f);
}

static void
test_incoming__moves_only_the_ref_that_stands_where_it_was_said(void **state)
{
	const unsigned char other[20] = { 1 };
	struct fixture *f = *state;
	size_t used = 0;

	assert_ok(begin(f), &f->e);
	assert_ok(feed(f, f->pack.data, f->pack.len, SIZE_MAX, &used), &f->e);
	assert_ok(incoming_seal(f->in, &f->e), &f->e);
	assert_err(take(f, other, 0), ERR_CONFLICT, &f->e, "was moved");
	assert_int_equal(count(f, "objects/pack", ".pack"), 0);
	assert_int_equal(count(f, "refs/heads", ".lock"), 0);
	assert_ok(take(f, NULL, 0), &f->e);
	assert_ok(begin(f), &f->e);
	assert_ok(feed(f, f->pack.data, f->pack.len, SIZE_MAX, &used), &f->e);
	assert_ok(incoming_seal(f->in, &f->e), &f->e);
	assert_err(take(f, NULL, 0), ERR_CONFLICT, &f->e, "was moved");
	is_whole(f);
}

static void
test_incoming__waits_for_no_ref_that_is_locked(void **state)
{
	struct fixture *f = *state;
	char path[600];
	size_t used = 0;

	snprintf(path, sizeof(path), "%s/" REF ".lock", f->to);
	assert_ok(file_write(path, "", 0, 0600, &f->e), &f->e);
	assert_ok(begin(f), &f->e);
	assert_ok(feed(f, f->pack.data, f->pack.len, SIZE_MAX, &used), &f->e);
	assert_ok(incoming_seal(f->in, &f->e), &f->e);

	assert_int_equal(take(f, NULL, 0), ERR_BUSY);
	assert_int_equal(count(f, "objects/pack", ".pack"), 0);
}

static void
test_incoming__refuses_more_than_its_limits(void **state)
{
	struct fixture *f = *state;
	const struct pack_limits good = f->limits;
	size_t used = 0;

	f->limits.max_count = 23;
	assert_ok(begin(f), &f->e);
	assert_int_equal(
	    feed(f, f->pack.data, f->pack.len, SIZE_MAX, &used), ERR_REFUSED);
	assert_non_null(strstr(f->e.msg, "more than 23 objects"));
	f->limits = good;
	f->limits.max_size = 1000;
	assert_ok(begin(f), &f->e);
	assert_int_equal(
	    feed(f, f->pack.data, f->pack.len, 512, &used), ERR_REFUSED);
	assert_non_null(strstr(f->e.msg, "at most 1000"));
	f->limits = good;
	f->limits.max_input = (int64_t)f->pack.len - 1;
	assert_ok(begin(f), &f->e);
	assert_int_equal(
	    feed(f, f->pack.data, f->pack.len, 512, &used), ERR_REFUSED);
	assert_non_null(strstr(f->e.msg, "larger than"));
}

/* Each byte of the pack turned: it is never taken in, and never crashes. */
static void
test_incoming__takes_no_pack_with_a_turned_byte(void **state)
{
	struct fixture *f = *state;
	size_t at, used = 0;
	int rc;

	for (at = 0; at < f->pack.len; at++) {
		f->pack.data[at] = (char)(f->pack.data[at] ^ 1 << at % 8);
		assert_ok(begin(f), &f->e);
		rc = feed(f, f->pack.data, f->pack.len, SIZE_MAX, &used);
		if (rc == 0 && incoming_ended(f->in))
			rc = incoming_seal(f->in, &f->e);
		else if (rc == 0)
			rc = ERR_UNREACHABLE; /* it waits for more */
		if (rc == 0)
			fail_msg("byte %zu is turned and nobody says so", at);
		f->pack.data[at] = (char)(f->pack.data[at] ^ 1 << at % 8);
	}
}

static void
test_incoming__takes_a_pack_without_anything(void **state)
{
	static const unsigned char empty[] = { 'P', 'A', 'C', 'K', 0, 0, 0, 2,
		0, 0, 0, 0, 0x02, 0x9d, 0x08, 0x82, 0x3b, 0xd8, 0xa8, 0xea,
		0xb5, 0x10, 0xad, 0x6a, 0xc7, 0x5c, 0x82, 0x3c, 0xfd, 0x3e,
		0xd3, 0x1e };
	struct fixture *f = *state;
	size_t used = 0;

	assert_ok(begin(f), &f->e);
	assert_ok(feed(f, empty, sizeof(empty), 5, &used), &f->e);

	assert_true(incoming_ended(f->in));
	assert_ok(incoming_seal(f->in, &f->e), &f->e);
}

static void
test_incoming__takes_no_empty_pack_with_a_turned_checksum(void **state)
{
	unsigned char empty[] = { 'P', 'A', 'C', 'K', 0, 0, 0, 2, 0, 0, 0, 0,
		0x02, 0x9d, 0x08, 0x82, 0x3b, 0xd8, 0xa8, 0xea, 0xb5, 0x10,
		0xad, 0x6a, 0xc7, 0x5c, 0x82, 0x3c, 0xfd, 0x3e, 0xd3, 0x1e };
	struct fixture *f = *state;
	size_t used = 0;

	empty[sizeof(empty) - 1] ^= 1;
	assert_ok(begin(f), &f->e);
	assert_err(feed(f, empty, sizeof(empty), 5, &used), ERR_REFUSED, &f->e,
	    "checksum");
}

/* One entry: kind and size (below 2048), what names its base, its bytes stored
 * as they are. Where those bytes begin. */
static size_t
put_entry(struct buf *b, int kind, size_t base_len, const unsigned char *base,
    const void *data, uint16_t len)
{
	const unsigned char *p = data;
	uint32_t one = 1, two = 0;
	size_t at;
	uint16_t i;

	buf_putc(b, (char)(0x80 | kind << 4 | (len & 15)));
	buf_putc(b, (char)(len >> 4));
	buf_append(b, base, base_len);
	buf_append(b, "\x78\x01\x01", 3);
	buf_putc(b, (char)(len & 0xff));
	buf_putc(b, (char)(len >> 8));
	buf_putc(b, (char)(~len & 0xff));
	buf_putc(b, (char)(~len >> 8 & 0xff));
	at = b->len;
	buf_append(b, data, len);
	for (i = 0; i < len; i++) {
		one = (one + p[i]) % 65521;
		two = (two + one) % 65521;
	}
	buf_putc(b, (char)(two >> 8));
	buf_putc(b, (char)(two & 0xff));
	buf_putc(b, (char)(one >> 8));
	buf_putc(b, (char)(one & 0xff));
	return at;
}

static void
put_head(struct buf *b, char count)
{
	buf_append(b, "PACK\0\0\0\2\0\0\0", 11);
	buf_putc(b, count);
}

/* Copies 10 bytes of 10. */
static const unsigned char whole_delta[] = { 10, 10, 0x90, 10 };

/* libgit2 follows it, stock git does not: nobody looked through such a base. */
static void
test_incoming__takes_no_base_within_another_entry(void **state)
{
	struct buf hidden = BUF_INIT, b = BUF_INIT;
	struct fixture *f = *state;
	unsigned char back;
	size_t at, used = 0;

	put_entry(&hidden, 3, 0, NULL, "hidden ten", 10);
	put_head(&b, 2);
	at = put_entry(&b, 3, 0, NULL, hidden.data, (uint16_t)hidden.len);
	back = (unsigned char)(b.len - at);
	put_entry(&b, 6, 1, &back, whole_delta, sizeof(whole_delta));
	assert_ok(begin(f), &f->e);
	assert_err(feed(f, b.data, b.len, SIZE_MAX, &used), ERR_REFUSED, &f->e,
	    "object 2 of the push is not in good order");

	/* the same upon the entry itself is in order */
	buf_clear(&b);
	put_head(&b, 2);
	put_entry(&b, 3, 0, NULL, "hidden ten", 10);
	back = (unsigned char)(b.len - 12);
	put_entry(&b, 6, 1, &back, whole_delta, sizeof(whole_delta));
	assert_ok(begin(f), &f->e);
	assert_ok(feed(f, b.data, b.len, SIZE_MAX, &used), &f->e);
	assert_int_equal(used, b.len);
	buf_release(&hidden);
	buf_release(&b);
}

static void
test_incoming__takes_no_delta_that_git_does_not_read(void **state)
{
	static const unsigned char shortest[] = { 10, 0 };
	struct buf b = BUF_INIT;
	struct fixture *f = *state;
	unsigned char back;
	size_t used = 0;

	put_head(&b, 2);
	put_entry(&b, 3, 0, NULL, "hidden ten", 10);
	back = (unsigned char)(b.len - 12);
	put_entry(&b, 6, 1, &back, shortest, sizeof(shortest));
	assert_ok(begin(f), &f->e);
	assert_err(feed(f, b.data, b.len, SIZE_MAX, &used), ERR_REFUSED, &f->e,
	    "object 2 of the push is not in good order");
	buf_release(&b);
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_incoming__takes_a_pack_whatever_pieces_it_comes_in),
		TEST(test_incoming__sees_where_the_pack_ends),
		TEST(test_incoming__makes_few_objects_loose),
		TEST(
		    test_incoming__moves_only_the_ref_that_stands_where_it_was_said),
		TEST(test_incoming__waits_for_no_ref_that_is_locked),
		TEST(test_incoming__refuses_more_than_its_limits),
		TEST(test_incoming__takes_no_pack_with_a_turned_byte),
		TEST(test_incoming__takes_a_pack_without_anything),
		TEST(test_incoming__takes_no_empty_pack_with_a_turned_checksum),
		TEST(test_incoming__takes_no_base_within_another_entry),
		TEST(test_incoming__takes_no_delta_that_git_does_not_read),
	};

	return cmocka_run_group_tests_name("incoming", tests, start, stop);
}
