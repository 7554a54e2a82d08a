#include "tests/unit/test.h"

#include <dirent.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/evidence/evidence_chain.h"
#include "store/git/gitrun.h"
#include "store/sign/commit.h"
#include "tests/support/office.h"

#define PARTS 3
#define SIZE (2 * EVIDENCE_PART + 100)

struct file {
	char *bytes;
	size_t size;
	int parts;
	char sha[EVIDENCE_SHA_LEN + 1];
};

struct fixture {
	char *dir, path[300];
	struct evidence_repo *r;
	struct file a;
};

static void
file_make(struct file *f, size_t size, uint64_t seed)
{
	unsigned char sum[crypto_hash_sha256_BYTES];

	f->bytes = malloc(size);
	assert_non_null(f->bytes);
	f->size = size;
	f->parts = (int)((size + EVIDENCE_PART - 1) / EVIDENCE_PART);
	for (size_t i = 0; i < size; i++)
		f->bytes[i] = (char)(test_random(&seed) & 0xff);
	crypto_hash_sha256(sum, (const unsigned char *)f->bytes, size);
	sodium_bin2hex(f->sha, sizeof(f->sha), sum, sizeof(sum));
}

static size_t
part_len(const struct file *f, int n)
{
	return n < f->parts ? EVIDENCE_PART
			    : f->size - (size_t)(n - 1) * EVIDENCE_PART;
}

static void
upload(struct evidence_repo *r, const struct file *f, int from, int to)
{
	struct err e;

	for (int n = from; n <= to; n++)
		assert_ok(evidence_repo_add(r, f->sha, n,
			      f->bytes + (size_t)(n - 1) * EVIDENCE_PART,
			      part_len(f, n), &e),
		    &e);
}

static void
store_whole(struct evidence_repo *r, const struct file *f)
{
	struct err e;

	upload(r, f, 1, f->parts);
	assert_ok(evidence_repo_seal(r, f->sha, &e), &e);
}

static void
expect_have(struct evidence_repo *r, const char *sha, int n, int whole)
{
	struct err e;
	int have = -1, is_whole = -1;

	assert_ok(evidence_repo_have(r, sha, &have, &is_whole, &e), &e);
	assert_int_equal(n, have);
	assert_int_equal(whole, is_whole);
}

static void
reopen(struct fixture *f)
{
	struct err e;

	evidence_repo_close(f->r);
	f->r = NULL;
	assert_ok(evidence_repo_open(f->path, 0, &f->r, &e), &e);
}

/* Output of stock git in the repository. */
static char *
git(const struct fixture *f, const char *const *args)
{
	struct buf out = BUF_INIT;
	struct err e;

	assert_ok(gitrun(f->path, args, 60000, &out, &e), &e);
	buf_putc(&out, '\0');
	return buf_take(&out);
}

static char *
all_objects(const struct fixture *f)
{
	static const char *const args[] = { "cat-file", "--batch-all-objects",
		"--batch-check", NULL };

	return git(f, args);
}

static void
repack(const struct fixture *f)
{
	static const char *const args[] = { "repack", "-a", "-d", "-q", NULL };

	free(git(f, args));
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct err e;

	assert_non_null(f);
	f->dir = test_dir();
	assert_ok(
	    evidence_repo_path(f->dir, 0, "", f->path, sizeof(f->path), &e),
	    &e);
	assert_ok(evidence_repo_open(f->path, 1, &f->r, &e), &e);
	file_make(&f->a, SIZE, 1);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	evidence_repo_close(f->r);
	test_dir_remove(f->dir);
	free(f->a.bytes);
	free(f);
	return 0;
}

static void
test_evidence_repo__is_not_there_until_made(void **state)
{
	struct fixture *f = *state;
	struct evidence_repo *r = NULL;
	char path[300];
	struct err e;

	assert_ok(
	    evidence_repo_path(f->dir, 1, "9105", path, sizeof(path), &e), &e);
	assert_non_null(strstr(path, "/evidence/9105.git"));
	assert_err(evidence_repo_open(path, 0, &r, &e), ERR_NOT_FOUND, &e,
	    "no evidence");
	assert_ok(evidence_repo_place(f->dir, &e), &e);
	assert_ok(evidence_repo_open(path, 1, &r, &e), &e);
	evidence_repo_close(r);
	assert_err(
	    evidence_repo_path(f->dir, 1, "../x", path, sizeof(path), &e),
	    ERR_INVALID, &e, "code");
}

static void
test_evidence_repo__stores_and_reads_parts(void **state)
{
	struct fixture *f = *state;
	struct buf part = BUF_INIT;
	struct err e;

	expect_have(f->r, f->a.sha, 0, 0);
	upload(f->r, &f->a, 1, 2);
	expect_have(f->r, f->a.sha, 2, 0);
	assert_err(evidence_repo_read(f->r, f->a.sha, 1, &part, &e),
	    ERR_NOT_FOUND, &e, "not here");
	reopen(f);
	expect_have(f->r, f->a.sha, 2, 0);
	upload(f->r, &f->a, 3, 3);
	assert_ok(evidence_repo_seal(f->r, f->a.sha, &e), &e);
	expect_have(f->r, f->a.sha, PARTS, 1);
	assert_ok(evidence_repo_seal(f->r, f->a.sha, &e), &e);

	assert_ok(evidence_repo_read(f->r, f->a.sha, 3, &part, &e), &e);
	assert_int_equal(100, part.len);
	assert_memory_equal(f->a.bytes + 2 * EVIDENCE_PART, part.data, 100);
	assert_err(evidence_repo_read(f->r, f->a.sha, 4, &part, &e),
	    ERR_NOT_FOUND, &e, "no part 4");
	assert_ok(evidence_repo_prove(f->r, f->a.sha, SIZE, PARTS, &e), &e);
	buf_release(&part);
}

static void
test_evidence_repo__has_the_ids_of_the_bytes_alone(void **state)
{
	static const char *const args[] = { "fsck", "--strict", "--full",
		NULL };
	struct fixture *f = *state;
	struct evidence_repo *other = NULL;
	unsigned char one[20], two[20];
	char path[300], ref[CHAIN_REF_MAX], *out;
	struct err e;

	snprintf(path, sizeof(path), "%s/other.git", f->dir);
	assert_ok(evidence_repo_open(path, 1, &other, &e), &e);
	store_whole(f->r, &f->a);
	store_whole(other, &f->a);
	chain_ref(1, f->a.sha, ref);
	assert_ok(repo_ref(f->r->repo, ref, one, &e), &e);
	assert_ok(repo_ref(other->repo, ref, two, &e), &e);
	assert_memory_equal(one, two, 20);
	evidence_repo_close(other);
	out = git(f, args);
	assert_null(strstr(out, "error"));
	free(out);
}

static void
test_evidence_repo__refuses_parts_out_of_order(void **state)
{
	struct fixture *f = *state;
	struct err e;

	assert_err(evidence_repo_add(f->r, f->a.sha, 2, "x", 1, &e),
	    ERR_INVALID, &e, "cannot follow");
	upload(f->r, &f->a, 1, 1);
	assert_err(evidence_repo_add(f->r, f->a.sha, 1, "x", 1, &e),
	    ERR_INVALID, &e, "cannot follow");
	assert_err(evidence_repo_add(f->r, f->a.sha, 2, "x", 0, &e),
	    ERR_INVALID, &e, "bytes");
	assert_err(evidence_repo_add(
		       f->r, f->a.sha, 2, f->a.bytes, EVIDENCE_PART + 1, &e),
	    ERR_INVALID, &e, "bytes");
	assert_err(evidence_repo_add(f->r, "../../x", 1, "x", 1, &e),
	    ERR_INVALID, &e, "64");
	expect_have(f->r, f->a.sha, 1, 0);
}

static void
test_evidence_repo__forgets_an_upload_of_other_bytes(void **state)
{
	struct fixture *f = *state;
	struct err e;

	f->a.bytes[5] ^= 1;
	upload(f->r, &f->a, 1, PARTS);
	assert_err(
	    evidence_repo_seal(f->r, f->a.sha, &e), ERR_INVALID, &e, "SHA-256");
	expect_have(f->r, f->a.sha, 0, 0);
	f->a.bytes[5] ^= 1;
	store_whole(f->r, &f->a);
	expect_have(f->r, f->a.sha, PARTS, 1);
}

static void
test_evidence_repo__ends_a_seal_that_was_cut(void **state)
{
	struct fixture *f = *state;
	char upload_ref[CHAIN_REF_MAX], ref[CHAIN_REF_MAX];
	unsigned char tip[20];
	struct err e;

	store_whole(f->r, &f->a);
	chain_ref(1, f->a.sha, ref);
	chain_ref(0, f->a.sha, upload_ref);
	assert_ok(repo_ref(f->r->repo, ref, tip, &e), &e);
	assert_ok(repo_move_ref(f->r->repo, upload_ref, NULL, tip, &e), &e);
	expect_have(f->r, f->a.sha, PARTS, 1);
	assert_ok(evidence_repo_seal(f->r, f->a.sha, &e), &e);
	assert_int_equal(
	    ERR_NOT_FOUND, repo_ref(f->r->repo, upload_ref, tip, &e));
}

/* 1 if some object holds the part's bytes. */
static void
expect_gone(const struct fixture *f, const struct file *file)
{
	char *list = all_objects(f), hex[41];
	unsigned char id[20];
	struct err e;

	for (int n = 1; n <= file->parts; n++) {
		assert_ok(
		    store_blob_id(file->bytes + (size_t)(n - 1) * EVIDENCE_PART,
			part_len(file, n), id, &e),
		    &e);
		commit_hex(id, hex);
		assert_null(strstr(list, hex));
	}
	free(list);
}

static void
test_evidence_repo__erases_loose_bytes(void **state)
{
	struct fixture *f = *state;
	struct file b;
	char *list;
	struct err e;

	file_make(&b, 1000, 2);
	store_whole(f->r, &f->a);
	store_whole(f->r, &b);
	assert_ok(evidence_repo_erase(f->r, f->a.sha, &e), &e);
	expect_have(f->r, f->a.sha, 0, 0);
	expect_gone(f, &f->a);
	expect_have(f->r, b.sha, 1, 1);
	assert_ok(evidence_repo_prove(f->r, b.sha, 1000, 1, &e), &e);

	/* once more, as after a crash */
	assert_ok(evidence_repo_erase(f->r, f->a.sha, &e), &e);
	assert_ok(evidence_repo_erase(f->r, b.sha, &e), &e);
	list = all_objects(f);
	assert_string_equal("", list);
	free(list);
	free(b.bytes);
}

static void
test_evidence_repo__erases_bytes_in_packs(void **state)
{
	struct fixture *f = *state;
	struct file b;
	char *list;
	struct err e;

	file_make(&b, 1000, 2);
	store_whole(f->r, &f->a);
	store_whole(f->r, &b);
	repack(f);
	reopen(f);
	assert_ok(evidence_repo_erase(f->r, f->a.sha, &e), &e);
	expect_gone(f, &f->a);
	assert_ok(evidence_repo_prove(f->r, b.sha, 1000, 1, &e), &e);
	assert_ok(evidence_repo_erase(f->r, b.sha, &e), &e);
	list = all_objects(f);
	assert_string_equal("", list);
	free(list);
	free(b.bytes);
}

static void
test_evidence_repo__erases_an_upload(void **state)
{
	struct fixture *f = *state;
	struct err e;

	upload(f->r, &f->a, 1, 2);
	assert_ok(evidence_repo_erase(f->r, f->a.sha, &e), &e);
	expect_have(f->r, f->a.sha, 0, 0);
	expect_gone(f, &f->a);
}

static void
test_evidence_repo__keeps_what_another_file_shares(void **state)
{
	struct fixture *f = *state;
	struct file b;
	struct buf part = BUF_INIT;
	struct err e;

	/* the same first part, another end */
	file_make(&b, SIZE, 1);
	free(b.bytes);
	b.bytes = malloc(EVIDENCE_PART + 7);
	assert_non_null(b.bytes);
	memcpy(b.bytes, f->a.bytes, EVIDENCE_PART);
	memset(b.bytes + EVIDENCE_PART, 'x', 7);
	b.size = EVIDENCE_PART + 7;
	b.parts = 2;
	{
		unsigned char sum[crypto_hash_sha256_BYTES];

		crypto_hash_sha256(sum, (const unsigned char *)b.bytes, b.size);
		sodium_bin2hex(b.sha, sizeof(b.sha), sum, sizeof(sum));
	}
	store_whole(f->r, &f->a);
	store_whole(f->r, &b);
	assert_ok(evidence_repo_erase(f->r, f->a.sha, &e), &e);
	expect_have(f->r, f->a.sha, 0, 0);
	assert_ok(evidence_repo_read(f->r, b.sha, 1, &part, &e), &e);
	assert_memory_equal(b.bytes, part.data, EVIDENCE_PART);
	assert_ok(
	    evidence_repo_prove(f->r, b.sha, (int64_t)b.size, b.parts, &e), &e);
	buf_release(&part);
	free(b.bytes);
}

static void
test_evidence_repo__erases_what_is_damaged(void **state)
{
	struct fixture *f = *state;
	unsigned char id[20];
	char hex[41], path[500];
	struct err e;

	store_whole(f->r, &f->a);
	assert_ok(store_blob_id(f->a.bytes, EVIDENCE_PART, id, &e), &e);
	commit_hex(id, hex);
	snprintf(
	    path, sizeof(path), "%s/objects/%.2s/%s", f->path, hex, hex + 2);
	assert_int_equal(0, unlink(path));
	assert_err(evidence_repo_prove(f->r, f->a.sha, SIZE, PARTS, &e),
	    ERR_DAMAGED, &e, "object");
	assert_ok(evidence_repo_erase(f->r, f->a.sha, &e), &e);
	expect_gone(f, &f->a);
}

/* --- the rules for bytes from outside --- */

static void
expect_refused(struct fixture *f, const unsigned char tip[20], int64_t size,
    int parts, const char *why)
{
	struct err e;

	assert_err(
	    evidence_repo_check(f->r->repo, tip, f->a.sha, size, parts, &e),
	    ERR_INVALID, &e, why);
}

static void
test_evidence_repo__check_takes_its_own_chain_only(void **state)
{
	struct fixture *f = *state;
	char ref[CHAIN_REF_MAX];
	unsigned char tip[20];
	struct err e;

	store_whole(f->r, &f->a);
	chain_ref(1, f->a.sha, ref);
	assert_ok(repo_ref(f->r->repo, ref, tip, &e), &e);
	assert_ok(
	    evidence_repo_check(f->r->repo, tip, f->a.sha, SIZE, PARTS, &e),
	    &e);
	expect_refused(f, tip, SIZE + 1, PARTS, "not");
	expect_refused(f, tip, SIZE, PARTS - 1, "cannot be");
	expect_refused(f, tip, SIZE + (int64_t)EVIDENCE_PART, PARTS + 1,
	    "part 3 stands where part 4");
	expect_refused(f, tip, 0, 0, "cannot be");
	expect_refused(f, tip, INT64_MAX, 4096, "cannot be");
}

/* A commit with one line more, a foreign person, or another number. */
static void
test_evidence_repo__check_refuses_other_commits(void **state)
{
	static const char *const forms[] = {
		"tree %s\nauthor pmqa <pmqa@evidence> 0 +0000\ncommitter pmqa "
		"<pmqa@evidence> 0 +0000\n\nevidence %s part 1\n\n",
		"tree %s\nauthor pmqa <pmqa@evidence> 1 +0000\ncommitter pmqa "
		"<pmqa@evidence> 0 +0000\n\nevidence %s part 1\n",
		"tree %s\nauthor pmqa <pmqa@evidence> 0 +0000\ncommitter pmqa "
		"<pmqa@evidence> 0 +0000\nencoding x\n\nevidence %s part 1\n",
		"tree %s\nauthor pmqa <pmqa@evidence> 0 +0000\ncommitter pmqa "
		"<pmqa@evidence> 0 +0000\n\nevidence %s part 01\n",
		"tree %s\nauthor pmqa <pmqa@evidence> 0 +0000\ncommitter pmqa "
		"<pmqa@evidence> 0 +0000\n\nevidence %s part 99999999999\n",
	};
	struct fixture *f = *state;
	unsigned char blob[20], tree[20], id[20];
	struct buf raw = BUF_INIT, text = BUF_INIT;
	char hex[41];
	struct err e;

	assert_ok(
	    repo_put(f->r->repo, OBJECT_BLOB, f->a.bytes, 10, blob, &e), &e);
	chain_entry(&raw, 1, blob);
	assert_ok(
	    repo_put(f->r->repo, OBJECT_TREE, raw.data, raw.len, tree, &e), &e);
	commit_hex(tree, hex);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		buf_clear(&text);
		switch (i) {
		case 0:
			buf_printf(&text, "%s", forms[0]);
			break;
		default:
			buf_printf(&text, "%s", forms[i]);
			break;
		}
		/* the two %s by hand: the forms are data */
		{
			struct buf made = BUF_INIT;
			const char *s = buf_str(&text), *p;
			int k = 0;

			for (p = s; *p != '\0'; p++) {
				if (p[0] == '%' && p[1] == 's') {
					buf_puts(
					    &made, k++ == 0 ? hex : f->a.sha);
					p++;
				} else {
					buf_putc(&made, *p);
				}
			}
			assert_ok(repo_put(f->r->repo, OBJECT_COMMIT, made.data,
				      made.len, id, &e),
			    &e);
			buf_release(&made);
		}
		expect_refused(f, id, 10, 1, "not one of evidence");
	}
	buf_release(&raw);
	buf_release(&text);
}

static void
put_chain(
    struct fixture *f, const void *tree_raw, size_t len, unsigned char ret[20])
{
	struct chain_link l = { .n = 1 };
	struct buf text = BUF_INIT;
	struct err e;

	assert_ok(
	    repo_put(f->r->repo, OBJECT_TREE, tree_raw, len, l.tree, &e), &e);
	chain_commit(&text, f->a.sha, &l);
	assert_ok(
	    repo_put(f->r->repo, OBJECT_COMMIT, text.data, text.len, ret, &e),
	    &e);
	buf_release(&text);
}

static void
test_evidence_repo__check_refuses_other_trees(void **state)
{
	struct fixture *f = *state;
	struct buf raw = BUF_INIT;
	unsigned char blob[20], id[20];
	struct err e;

	assert_ok(
	    repo_put(f->r->repo, OBJECT_BLOB, f->a.bytes, 10, blob, &e), &e);
	/* one entry too many */
	chain_entry(&raw, 1, blob);
	chain_entry(&raw, 2, blob);
	put_chain(f, raw.data, raw.len, id);
	expect_refused(f, id, 10, 1, "large");
	/* another mode */
	buf_clear(&raw);
	chain_entry(&raw, 1, blob);
	memcpy(raw.data, "120000", 6);
	put_chain(f, raw.data, raw.len, id);
	expect_refused(f, id, 10, 1, "does not hold");
	/* another name */
	buf_clear(&raw);
	chain_entry(&raw, 2, blob);
	put_chain(f, raw.data, raw.len, id);
	expect_refused(f, id, 10, 1, "does not hold");
	/* right form, other bytes */
	buf_clear(&raw);
	chain_entry(&raw, 1, blob);
	put_chain(f, raw.data, raw.len, id);
	expect_refused(f, id, 10, 1, "another SHA-256");
	expect_refused(f, id, 11, 1, "not 11");
	buf_release(&raw);
}

static int
keep_sha(void *arg, const char *sha, int64_t moved, struct err *e)
{
	(void)e;
	assert_true(moved > 0);
	snprintf(arg, EVIDENCE_SHA_LEN + 1, "%s", sha);
	return 0;
}

static void
test_evidence_repo__sweeps_old_uploads(void **state)
{
	struct fixture *f = *state;
	char found[EVIDENCE_SHA_LEN + 1] = "";
	struct file b;
	struct err e;

	file_make(&b, 10, 3);
	store_whole(f->r, &b);
	upload(f->r, &f->a, 1, 2);
	assert_ok(evidence_repo_each(f->r, 0, keep_sha, found, &e), &e);
	assert_string_equal(f->a.sha, found);
	assert_ok(evidence_repo_sweep(f->r, 3600, &e), &e);
	expect_have(f->r, f->a.sha, 2, 0);
	assert_ok(evidence_repo_sweep(f->r, 0, &e), &e);
	expect_have(f->r, f->a.sha, 0, 0);
	expect_have(f->r, b.sha, 1, 1);
	assert_ok(evidence_repo_each(f->r, 1, keep_sha, found, &e), &e);
	assert_string_equal(b.sha, found);
	free(b.bytes);
}

static void
test_evidence_repo__git_runs_without_the_callers_configuration(void **state)
{
	static const char *const args[] = { "config", "--get", "user.name",
		NULL };
	static const char *const pinned[] = { "config", "--get",
		"core.hooksPath", NULL };
	struct fixture *f = *state;
	struct buf out = BUF_INIT;
	struct err e;

	setenv("GIT_CONFIG_COUNT", "1", 1);
	setenv("GIT_CONFIG_KEY_0", "user.name", 1);
	setenv("GIT_CONFIG_VALUE_0", "mallory", 1);
	assert_err(gitrun(f->path, args, 60000, &out, &e), ERR_FAILED, &e,
	    "git config failed");
	assert_ok(gitrun(f->path, pinned, 60000, &out, &e), &e);
	assert_string_equal("/dev/null\n", buf_str(&out));
	unsetenv("GIT_CONFIG_COUNT");
	unsetenv("GIT_CONFIG_KEY_0");
	unsetenv("GIT_CONFIG_VALUE_0");
	buf_release(&out);
}

static void
test_evidence_repo__git_is_killed_at_its_deadline(void **state)
{
	static const char *const args[] = { "-c", "alias.wait=!sleep 600",
		"wait", NULL };
	struct fixture *f = *state;
	struct err e;

	assert_err(gitrun(f->path, args, 300, NULL, &e), ERR_TIMEOUT, &e,
	    "did not end in time");
}

#define T(name)                                                                \
	cmocka_unit_test_setup_teardown(                                       \
	    test_evidence_repo__##name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(is_not_there_until_made),
		T(stores_and_reads_parts),
		T(has_the_ids_of_the_bytes_alone),
		T(refuses_parts_out_of_order),
		T(forgets_an_upload_of_other_bytes),
		T(ends_a_seal_that_was_cut),
		T(erases_loose_bytes),
		T(erases_bytes_in_packs),
		T(erases_an_upload),
		T(keeps_what_another_file_shares),
		T(erases_what_is_damaged),
		T(check_takes_its_own_chain_only),
		T(check_refuses_other_commits),
		T(check_refuses_other_trees),
		T(sweeps_old_uploads),
		T(git_runs_without_the_callers_configuration),
		T(git_is_killed_at_its_deadline),
	};

	return cmocka_run_group_tests_name(
	    "evidence_repo", tests, test_libraries_up, test_libraries_down);
}
