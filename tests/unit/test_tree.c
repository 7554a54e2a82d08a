#include "tests/unit/test.h"

#include "store/git/giterr.h"
#include "store/git/tree.h"

#define ID_LEN 20
#define N_OBJECTS 4096

/* Tree objects by id, as a repository would keep them. */
struct object {
	unsigned char id[ID_LEN];
	char *raw;
	size_t len;
};

static struct object objects[N_OBJECTS];
static size_t n_objects, n_sunk, n_read;

static int
sink(void *arg, const unsigned char id[20], const void *raw, size_t len,
    struct err *e)
{
	struct object *o = &objects[n_objects];

	(void)arg;
	(void)e;
	assert_true(n_objects < N_OBJECTS);
	memcpy(o->id, id, ID_LEN);
	o->raw = malloc(len + 1);
	assert_non_null(o->raw);
	memcpy(o->raw, raw, len);
	o->len = len;
	n_objects++;
	n_sunk++;
	return 0;
}

static int
source(void *arg, const unsigned char id[20], struct buf *out, struct err *e)
{
	size_t i;

	(void)arg;
	n_read++;
	for (i = 0; i < n_objects; i++)
		if (memcmp(objects[i].id, id, ID_LEN) == 0) {
			buf_append(out, objects[i].raw, objects[i].len);
			return 0;
		}
	return err_set(e, ERR_NOT_FOUND, 0, "no such tree");
}

static void
blob(unsigned char id[ID_LEN], unsigned n)
{
	memset(id, 0, ID_LEN);
	id[0] = 0xb0;
	id[18] = (unsigned char)(n >> 8);
	id[19] = (unsigned char)n;
}

static void
put(struct tree *t, const char *path, unsigned n)
{
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	blob(id, n);
	assert_ok(tree_put(t, path, id, &e), &e);
}

static void
write_tree(struct tree *t, unsigned char root[ID_LEN])
{
	struct err e = { 0 };

	assert_ok(tree_write(t, sink, NULL, root, &e), &e);
}

static struct tree *
load(const unsigned char *root)
{
	struct tree *t = tree_new();
	struct err e = { 0 };

	assert_non_null(t);
	assert_ok(tree_load(t, root, source, NULL, &e), &e);
	return t;
}

static void
assert_file(struct tree *t, const char *path, unsigned n)
{
	unsigned char want[ID_LEN], got[ID_LEN];
	struct err e = { 0 };

	blob(want, n);
	assert_ok(tree_find(t, path, got, &e), &e);
	assert_memory_equal(got, want, ID_LEN);
}

static void
assert_no_file(struct tree *t, const char *path)
{
	unsigned char got[ID_LEN];
	struct err e = { 0 };

	assert_err(
	    tree_find(t, path, got, &e), ERR_NOT_FOUND, &e, "does not exist");
}

static void
to_hex(const unsigned char id[ID_LEN], char hex[41])
{
	size_t i;

	for (i = 0; i < ID_LEN; i++)
		snprintf(hex + 2 * i, 3, "%02x", id[i]);
}

static void
test_tree__finds_what_was_put(void **state)
{
	struct tree *t = tree_new();

	(void)state;
	put(t, "office.json", 1);
	put(t, "2565/assessment.json", 2);
	put(t, "2565/items/1.1.json", 3);
	put(t, "2565/items/1.1.json", 4);

	assert_file(t, "office.json", 1);
	assert_file(t, "2565/assessment.json", 2);
	assert_file(t, "2565/items/1.1.json", 4);
	assert_no_file(t, "2565/items/1.2.json");
	assert_no_file(t, "2565/items");
	assert_no_file(t, "2566/items/1.1.json");
	tree_free(t);
}

/* git's own ids: `git mktree` of the same files. */
static void
test_tree__has_the_ids_that_git_gives(void **state)
{
	struct tree *t = tree_new();
	unsigned char root[ID_LEN];
	char hex[41];

	(void)state;
	write_tree(t, root);
	to_hex(root, hex);
	assert_string_equal(hex, "4b825dc642cb6eb9a060e54bf8d69288fbee4904");

	put(t, "a/b/c", 1);
	put(t, "a.b", 2);
	put(t, "a-b", 3);
	put(t, "a0", 4);
	write_tree(t, root);
	to_hex(root, hex);
	assert_string_equal(hex, "7873f8a5b9b44c6c3603f2f40b3bc730223273fd");
	tree_free(t);
}

static void
test_tree__reads_back_what_it_wrote(void **state)
{
	unsigned char root[ID_LEN], again[ID_LEN];
	struct tree *t = tree_new(), *back;

	(void)state;
	put(t, "office.json", 1);
	put(t, "2565/assessment.json", 2);
	put(t, "2565/items/1.1.json", 3);
	write_tree(t, root);

	back = load(root);

	assert_file(back, "office.json", 1);
	assert_file(back, "2565/items/1.1.json", 3);
	write_tree(back, again);
	assert_memory_equal(root, again, ID_LEN);
	tree_free(t);
	tree_free(back);
}

static void
test_tree__reads_only_what_it_needs(void **state)
{
	unsigned char root[ID_LEN];
	struct tree *t = tree_new(), *back;

	(void)state;
	put(t, "office.json", 1);
	put(t, "2565/items/1.1.json", 2);
	put(t, "2566/items/1.1.json", 3);
	write_tree(t, root);

	n_read = 0;
	back = load(root);
	assert_file(back, "office.json", 1);
	assert_int_equal(n_read, 1);
	assert_file(back, "2566/items/1.1.json", 3);
	assert_file(back, "2566/items/1.1.json", 3);

	assert_int_equal(n_read, 3);
	tree_free(t);
	tree_free(back);
}

static void
test_tree__writes_only_what_changed(void **state)
{
	struct tree *t = tree_new();
	unsigned char root[ID_LEN], again[ID_LEN];

	(void)state;
	put(t, "2565/items/1.1.json", 1);
	put(t, "2566/items/1.1.json", 2);
	write_tree(t, root);

	n_sunk = 0;
	put(t, "2565/items/1.1.json", 3);
	write_tree(t, again);
	assert_int_equal(n_sunk, 3); /* items, 2565, root */
	n_sunk = 0;
	put(t, "2565/items/1.1.json", 3);
	write_tree(t, root);

	assert_int_equal(n_sunk, 0);
	assert_memory_equal(root, again, ID_LEN);
	tree_free(t);
}

static void
test_tree__drops_emptied_directories(void **state)
{
	struct tree *t = tree_new();
	unsigned char before[ID_LEN], after[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put(t, "office.json", 1);
	write_tree(t, before);
	put(t, "2565/items/1.1.json", 2);
	write_tree(t, after);
	assert_memory_not_equal(before, after, ID_LEN);

	assert_ok(tree_put(t, "2565/items/1.1.json", NULL, &e), &e);

	write_tree(t, after);
	assert_memory_equal(before, after, ID_LEN);
	assert_err(tree_put(t, "2565/items/1.1.json", NULL, &e), ERR_NOT_FOUND,
	    &e, "does not exist");
	assert_err(
	    tree_put(t, "2565", NULL, &e), ERR_NOT_FOUND, &e, "does not exist");
	tree_free(t);
}

static void
test_tree__forgets_unwritten_changes(void **state)
{
	struct tree *t = tree_new(), *back;
	unsigned char root[ID_LEN], again[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put(t, "2565/items/1.1.json", 1);
	write_tree(t, root);
	back = load(root);
	put(back, "2565/items/1.1.json", 2);
	put(back, "other.json", 3);

	assert_ok(tree_reset(back, root, &e), &e);

	assert_file(back, "2565/items/1.1.json", 1);
	assert_no_file(back, "other.json");
	write_tree(back, again);
	assert_memory_equal(root, again, ID_LEN);
	assert_ok(tree_reset(back, NULL, &e), &e);
	assert_no_file(back, "2565/items/1.1.json");
	tree_free(t);
	tree_free(back);
}

static void
test_tree__a_file_and_a_directory_exclude_each_other(void **state)
{
	struct tree *t = tree_new();
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	(void)state;
	blob(id, 1);
	put(t, "a", 1);
	put(t, "d/x", 2);

	assert_err(tree_put(t, "a/b", id, &e), ERR_INVALID, &e, "not a path");
	assert_err(tree_put(t, "d", id, &e), ERR_INVALID, &e, "not a path");

	assert_file(t, "a", 1);
	assert_file(t, "d/x", 2);
	tree_free(t);
}

static void
refuse_path(const char *path)
{
	struct tree *t = tree_new();
	unsigned char id[ID_LEN];
	struct err e = { 0 };

	blob(id, 1);
	assert_err(tree_put(t, path, id, &e), ERR_INVALID, &e, "not a path");
	assert_err(tree_find(t, path, id, &e), ERR_INVALID, &e, "not a path");
	tree_free(t);
}

static void
test_tree__refuses_unsafe_paths(void **state)
{
	char longest[140];

	(void)state;
	refuse_path("");
	refuse_path("/a");
	refuse_path("a/");
	refuse_path("a//b");
	refuse_path(".");
	refuse_path("..");
	refuse_path("a/../b");
	refuse_path(".git");
	refuse_path("a/.git");
	refuse_path("a b");
	refuse_path("a\\b");
	refuse_path("a:b");
	refuse_path("ก");
	refuse_path("a\n");
	refuse_path("a/b/c/d");
	memset(longest, 'a', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	refuse_path(longest);
}

/* A raw tree of entries "mode name" with blob ids. */
static void
raw_entry(struct buf *raw, const char *mode_name, unsigned n)
{
	unsigned char id[ID_LEN];

	blob(id, n);
	buf_append(raw, mode_name, strlen(mode_name) + 1);
	buf_append(raw, id, ID_LEN);
}

/* Loading the raw bytes gives this; the buffer is emptied. */
static void
load_raw(struct buf *raw, int want, const char *text)
{
	static unsigned serial;
	struct tree *t = tree_new();
	unsigned char id[ID_LEN];
	struct err e = { 0 };
	int rc;

	blob(id, ++serial);
	id[1] = 0xee;
	assert_int_equal(sink(NULL, id, buf_str(raw), raw->len, &e), 0);
	rc = tree_load(t, id, source, NULL, &e);
	if (want == 0)
		assert_ok(rc, &e);
	else
		assert_err(rc, want, &e, text);
	buf_clear(raw);
	tree_free(t);
}

static void
refuse_entry(const char *mode_name, const char *text)
{
	struct buf raw = BUF_INIT;

	raw_entry(&raw, mode_name, 1);
	load_raw(&raw, ERR_INVALID, text);
	buf_release(&raw);
}

static void
test_tree__refuses_anything_but_plain_files_and_directories(void **state)
{
	struct buf raw = BUF_INIT;

	(void)state;
	raw_entry(&raw, "100644 a", 1);
	raw_entry(&raw, "40000 b", 1);
	load_raw(&raw, 0, "");

	refuse_entry("100755 a", "plain files");
	refuse_entry("120000 a", "plain files");
	refuse_entry("160000 a", "plain files");
	refuse_entry("040000 a", "plain files");
	refuse_entry("0100644 a", "plain files");
	refuse_entry("100664 a", "plain files");
	refuse_entry("100644a", "plain files");
	buf_release(&raw);
}

static void
test_tree__refuses_unsafe_names(void **state)
{
	(void)state;
	refuse_entry("100644 ", "name");
	refuse_entry("100644 .git", "name");
	refuse_entry("40000 ..", "name");
	refuse_entry("100644 a/b", "name");
	refuse_entry("100644 a b", "name");
	refuse_entry("100644 \xe0\xb8\x81", "name");
}

static void
test_tree__refuses_wrong_order(void **state)
{
	struct buf raw = BUF_INIT;

	(void)state;
	raw_entry(&raw, "100644 b", 1);
	raw_entry(&raw, "100644 a", 1);
	load_raw(&raw, ERR_INVALID, "order");
	raw_entry(&raw, "40000 a", 1);
	raw_entry(&raw, "100644 a.b", 1);
	load_raw(&raw, ERR_INVALID, "order");
	raw_entry(&raw, "100644 a.b", 1);
	raw_entry(&raw, "40000 a", 1);
	load_raw(&raw, 0, "");
	buf_release(&raw);
}

static void
test_tree__refuses_doubles(void **state)
{
	struct buf raw = BUF_INIT;

	(void)state;
	raw_entry(&raw, "100644 a", 1);
	raw_entry(&raw, "100644 a", 2);
	load_raw(&raw, ERR_INVALID, "order");
	raw_entry(&raw, "100644 a", 1);
	raw_entry(&raw, "100644 a.b", 1);
	raw_entry(&raw, "40000 a", 1);
	load_raw(&raw, ERR_INVALID, "twice");
	buf_release(&raw);
}

static void
test_tree__refuses_cut_and_null_ids(void **state)
{
	static const char null[ID_LEN];
	struct buf raw = BUF_INIT;

	(void)state;
	raw_entry(&raw, "100644 a", 1);
	raw.len--;
	load_raw(&raw, ERR_INVALID, "cut short");
	buf_puts(&raw, "100644 abc");
	load_raw(&raw, ERR_INVALID, "cut short");
	raw_entry(&raw, "100644 a", 1);
	buf_puts(&raw, "1");
	load_raw(&raw, ERR_INVALID, "plain files");
	buf_append(&raw, "100644 a", 9);
	buf_append(&raw, null, sizeof(null));
	load_raw(&raw, ERR_INVALID, "cannot be");
	buf_release(&raw);
}

static void
test_tree__refuses_empty_subdirectories(void **state)
{
	unsigned char empty[ID_LEN], root[ID_LEN], got[ID_LEN];
	struct tree *t = tree_new(), *back;
	struct buf raw = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	write_tree(t, empty);
	buf_append(&raw, "40000 d", 8);
	buf_append(&raw, empty, ID_LEN);
	blob(root, 7777);
	assert_int_equal(sink(NULL, root, raw.data, raw.len, &e), 0);

	back = load(root);

	assert_err(tree_find(back, "d/x", got, &e), ERR_INVALID, &e, "empty");
	buf_release(&raw);
	tree_free(back);
	tree_free(t);
}

/* What tree_diff() tells, one line each: "path old new". */
static int
note(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	(void)e;
	buf_printf(arg, "%s %d %d\n", path, old_blob ? old_blob[19] : -1,
	    new_blob ? new_blob[19] : -1);
	return 0;
}

static void
test_tree__lists_differences_in_path_order(void **state)
{
	struct tree *t = tree_new();
	unsigned char a[ID_LEN], b[ID_LEN];
	struct buf out = BUF_INIT;
	struct err e = { 0 };

	(void)state;
	put(t, "a", 1);
	put(t, "same/x", 2);
	put(t, "dir/x", 3);
	put(t, "dir/y", 4);
	put(t, "z/old/file", 5);
	write_tree(t, a);
	assert_ok(tree_put(t, "a", NULL, &e), &e);
	assert_ok(tree_put(t, "z/old/file", NULL, &e), &e);
	put(t, "a/b", 6);
	put(t, "a.b", 7);
	put(t, "dir/y", 8);
	put(t, "dir.z", 9);
	write_tree(t, b);

	assert_ok(tree_diff(a, b, source, NULL, 100, note, &out, &e), &e);

	assert_string_equal(buf_str(&out),
	    "a 1 -1\na.b -1 7\na/b -1 6\ndir.z -1 9\ndir/y 4 8\n"
	    "z/old/file 5 -1\n");
	buf_release(&out);
	tree_free(t);
}

static void
test_tree__compares_with_nothing(void **state)
{
	struct tree *t = tree_new();
	struct buf out = BUF_INIT;
	unsigned char a[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put(t, "x", 1);
	put(t, "d/y", 2);
	write_tree(t, a);

	assert_ok(tree_diff(NULL, a, source, NULL, 100, note, &out, &e), &e);
	assert_ok(tree_diff(a, NULL, source, NULL, 100, note, &out, &e), &e);
	assert_ok(tree_diff(a, a, source, NULL, 0, note, &out, &e), &e);
	assert_ok(tree_diff(NULL, NULL, source, NULL, 0, note, &out, &e), &e);

	assert_string_equal(
	    buf_str(&out), "d/y -1 2\nx -1 1\nd/y 2 -1\nx 1 -1\n");
	buf_release(&out);
	tree_free(t);
}

static void
test_tree__reads_only_what_differs(void **state)
{
	struct tree *t = tree_new();
	struct buf out = BUF_INIT;
	unsigned char a[ID_LEN], b[ID_LEN];
	struct err e = { 0 };
	char path[40];
	unsigned i;

	(void)state;
	for (i = 0; i < 50; i++) {
		snprintf(path, sizeof(path), "%u/items/1.1.json", 2500 + i);
		put(t, path, i);
	}
	write_tree(t, a);
	put(t, "2510/items/1.1.json", 200);
	write_tree(t, b);

	n_read = 0;
	assert_ok(tree_diff(a, b, source, NULL, 104, note, &out, &e), &e);

	assert_int_equal(n_read, 6);
	assert_string_equal(buf_str(&out), "2510/items/1.1.json 10 200\n");
	assert_err(tree_diff(a, b, source, NULL, 103, note, &out, &e),
	    ERR_INVALID, &e, "too many entries");
	buf_release(&out);
	tree_free(t);
}

/* A tree bomb: each level names the next one many times. */
static void
test_tree__stops_at_depth_and_at_a_bomb(void **state)
{
	unsigned char below[ID_LEN], id[ID_LEN];
	struct buf raw = BUF_INIT, out = BUF_INIT;
	struct err e = { 0 };
	unsigned level, i;
	char name[8];

	(void)state;
	blob(below, 1);
	for (level = 0; level < 4; level++) {
		buf_clear(&raw);
		for (i = 0; i < 100; i++) {
			snprintf(name, sizeof(name), "d%02u", i);
			buf_puts(&raw, level == 0 ? "100644 " : "40000 ");
			buf_append(&raw, name, 4);
			buf_append(&raw, below, ID_LEN);
		}
		blob(id, 6000 + level);
		assert_int_equal(sink(NULL, id, raw.data, raw.len, &e), 0);
		memcpy(below, id, ID_LEN);
	}

	assert_err(tree_diff(NULL, id, source, NULL, 1000000, note, &out, &e),
	    ERR_INVALID, &e, "too deep");
	blob(id, 6002);
	assert_err(tree_diff(NULL, id, source, NULL, 5000, note, &out, &e),
	    ERR_INVALID, &e, "too many entries");
	buf_release(&raw);
	buf_release(&out);
}

static int
fail_source(
    void *arg, const unsigned char id[20], struct buf *out, struct err *e)
{
	(void)arg;
	(void)id;
	(void)out;
	return err_set(e, ERR_DAMAGED, 7, "the disk is gone");
}

static int
fail_sink(void *arg, const unsigned char id[20], const void *raw, size_t len,
    struct err *e)
{
	(void)raw;
	(void)len;
	return fail_source(arg, id, NULL, e);
}

static int
fail_note(void *arg, const char *path, const unsigned char *old_blob,
    const unsigned char *new_blob, struct err *e)
{
	(void)path;
	(void)old_blob;
	return fail_source(arg, new_blob, NULL, e);
}

static void
test_tree__passes_on_what_others_say(void **state)
{
	struct tree *t = tree_new(), *other = tree_new();
	unsigned char root[ID_LEN], again[ID_LEN];
	struct err e = { 0 };

	(void)state;
	put(t, "a/b", 1);
	assert_err(tree_write(t, fail_sink, NULL, root, &e), ERR_DAMAGED, &e,
	    "the disk is gone");
	write_tree(t, root);
	assert_err(tree_load(other, root, fail_source, NULL, &e), ERR_DAMAGED,
	    &e, "the disk is gone");
	assert_err(tree_diff(NULL, root, source, NULL, 10, fail_note, NULL, &e),
	    ERR_DAMAGED, &e, "the disk is gone");

	write_tree(t, again);
	assert_memory_equal(root, again, ID_LEN);
	tree_free(t);
	tree_free(other);
}

/* Random puts and removals against a plain list of files. */
static void
test_tree__agrees_with_a_list(void **state)
{
	static int want[4 * 5 * 6];
	uint64_t seed = test_seed();
	struct tree *t = tree_new(), *back;
	unsigned char id[ID_LEN], root[ID_LEN];
	struct err e = { 0 };
	char path[64];
	unsigned i, k, n;

	(void)state;
	for (i = 0; i < 3000; i++) {
		k = (unsigned)(test_random(&seed) % 120);
		n = 1 + (unsigned)(test_random(&seed) % 200);
		snprintf(path, sizeof(path), "%u/%c/f%u", k / 30,
		    'a' + (int)(k / 6 % 5), k % 6);
		if (test_random(&seed) % 3 == 0) {
			assert_int_equal(tree_put(t, path, NULL, &e),
			    want[k] != 0 ? 0 : ERR_NOT_FOUND);
			want[k] = 0;
		} else {
			blob(id, n);
			assert_ok(tree_put(t, path, id, &e), &e);
			want[k] = (int)n;
		}
		if (i % 100 != 0)
			continue;
		write_tree(t, root);
		back = load(root);
		tree_free(t);
		t = back;
	}
	for (k = 0; k < 120; k++) {
		snprintf(path, sizeof(path), "%u/%c/f%u", k / 30,
		    'a' + (int)(k / 6 % 5), k % 6);
		if (want[k] != 0)
			assert_file(t, path, (unsigned)want[k]);
		else
			assert_no_file(t, path);
	}
	tree_free(t);
}

static int
setup(void **state)
{
	struct err e = { 0 };

	(void)state;
	return giterr_init(&e);
}

static int
teardown(void **state)
{
	(void)state;
	while (n_objects > 0)
		free(objects[--n_objects].raw);
	giterr_shutdown();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree__finds_what_was_put),
		cmocka_unit_test(test_tree__has_the_ids_that_git_gives),
		cmocka_unit_test(test_tree__reads_back_what_it_wrote),
		cmocka_unit_test(test_tree__reads_only_what_it_needs),
		cmocka_unit_test(test_tree__writes_only_what_changed),
		cmocka_unit_test(test_tree__drops_emptied_directories),
		cmocka_unit_test(test_tree__forgets_unwritten_changes),
		cmocka_unit_test(
		    test_tree__a_file_and_a_directory_exclude_each_other),
		cmocka_unit_test(test_tree__refuses_unsafe_paths),
		cmocka_unit_test(
		    test_tree__refuses_anything_but_plain_files_and_directories),
		cmocka_unit_test(test_tree__refuses_unsafe_names),
		cmocka_unit_test(test_tree__refuses_wrong_order),
		cmocka_unit_test(test_tree__refuses_doubles),
		cmocka_unit_test(test_tree__refuses_cut_and_null_ids),
		cmocka_unit_test(test_tree__refuses_empty_subdirectories),
		cmocka_unit_test(test_tree__lists_differences_in_path_order),
		cmocka_unit_test(test_tree__compares_with_nothing),
		cmocka_unit_test(test_tree__reads_only_what_differs),
		cmocka_unit_test(test_tree__stops_at_depth_and_at_a_bomb),
		cmocka_unit_test(test_tree__passes_on_what_others_say),
		cmocka_unit_test(test_tree__agrees_with_a_list),
	};

	return cmocka_run_group_tests_name("tree", tests, setup, teardown);
}
