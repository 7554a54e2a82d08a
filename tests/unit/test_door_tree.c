#include "tests/unit/test.h"

#include "tests/support/office.h"
#include "tests/support/push.h"

#define NOT_PLAIN                                                              \
	"malformed tree: it holds more than plain files and directories"

/* --- trees --- */

/* A signed commit over the present root with these entries put around it. */
static void
forge_tree(struct forge *f, const struct buf *before, const struct buf *after)
{
	struct buf root = BUF_INIT;

	forge_begin(f, &f->office);
	if (before != NULL)
		buf_append(&root, before->data, before->len);
	forge_read(f, f->office.root, OBJECT_TREE, &root);
	if (after != NULL)
		buf_append(&root, after->data, after->len);
	forge_object(f, OBJECT_TREE, root.data, root.len, f->c.tree);
	buf_release(&root);
	forge_end(f);
}

/* One entry "zz…" of this mode, last in the root. */
static void
forge_last_entry(struct forge *f, const char *mode, const char *name,
    const unsigned char id[20])
{
	struct buf entry = BUF_INIT;

	forge_entry(&entry, mode, name, id);
	forge_tree(f, NULL, &entry);
	buf_release(&entry);
}

static void
test_door__refuses_a_symlink(void **state)
{
	struct forge *f = *state;
	unsigned char blob[20];

	forge_object(f, OBJECT_BLOB, "/etc/passwd", 11, blob);
	forge_last_entry(f, "120000", "zz.json", blob);

	push_commit_refused(f, NOT_PLAIN);
}

static void
test_door__refuses_a_submodule(void **state)
{
	struct forge *f = *state;

	forge_last_entry(f, "160000", "zz", f->first);

	push_commit_refused(f, NOT_PLAIN);
}

static void
test_door__refuses_an_executable_file(void **state)
{
	struct forge *f = *state;
	unsigned char blob[20];

	forge_object(f, OBJECT_BLOB, "{}\n", 3, blob);
	forge_last_entry(f, "100755", "zz.json", blob);

	push_commit_refused(f, NOT_PLAIN);
}

static void
test_door__refuses_a_foreign_path(void **state)
{
	struct forge *f = *state;
	unsigned char blob[20];

	forge_object(f, OBJECT_BLOB, "{}\n", 3, blob);
	forge_last_entry(f, "100644", "zz.json", blob);

	push_commit_refused(f, "path 'zz.json' is not a record of this branch");
}

static void
test_door__refuses_a_path_of_the_hall(void **state)
{
	struct forge *f = *state;

	forge_begin(f, &f->office);
	forge_file(f, "receipts.json", "{\n  \"hall\": \"91\"\n}\n");
	forge_end(f);

	push_commit_refused(
	    f, "path 'receipts.json' is not a record of this branch");
}

static void
test_door__refuses_a_name_twice_in_a_tree(void **state)
{
	struct forge *f = *state;
	struct buf entries = BUF_INIT;
	unsigned char blob[20];

	forge_object(f, OBJECT_BLOB, "{}\n", 3, blob);
	forge_entry(&entries, "100644", "zz.json", blob);
	forge_entry(&entries, "100644", "zz.json", blob);
	forge_tree(f, NULL, &entries);

	push_commit_refused(
	    f, "malformed tree: its files are not in git's order");
	buf_release(&entries);
}

static void
test_door__refuses_a_tree_out_of_order(void **state)
{
	struct forge *f = *state;
	struct buf entry = BUF_INIT;
	unsigned char blob[20];

	forge_object(f, OBJECT_BLOB, "{}\n", 3, blob);
	forge_entry(&entry, "100644", "zz.json", blob);
	forge_tree(f, &entry, NULL);

	push_commit_refused(
	    f, "malformed tree: its files are not in git's order");
	buf_release(&entry);
}

static void
test_door__refuses_git_names(void **state)
{
	static const char *const names[] = { ".git", ".gitmodules", "..",
		".hidden" };
	struct forge *f = *state;
	struct buf entry = BUF_INIT;
	unsigned char blob[20];
	size_t i;

	forge_object(f, OBJECT_BLOB, "{}\n", 3, blob);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		memcpy(f->office.tip, f->second, 20);
		f->office.sequence = 2;
		buf_clear(&entry);
		forge_entry(&entry, "100644", names[i], blob);
		forge_tree(f, &entry, NULL);

		push_commit_refused(f, "malformed tree: it holds a file name "
				       "that is not allowed");
	}
	buf_release(&entry);
}

static void
test_door__refuses_a_deep_path(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;
	unsigned char id[20];
	int depth;

	forge_object(f, OBJECT_BLOB, "{}\n", 3, id);
	for (depth = 0; depth < 4; depth++) {
		buf_clear(&raw);
		forge_entry(&raw, depth == 0 ? "100644" : "40000",
		    depth == 0 ? "1.1.json" : "items", id);
		forge_object(f, OBJECT_TREE, raw.data, raw.len, id);
	}
	forge_last_entry(f, "40000", "zz", id);

	push_commit_refused(f, "malformed tree: it is too deep");
	buf_release(&raw);
}

static void
test_door__refuses_an_empty_directory(void **state)
{
	struct forge *f = *state;
	unsigned char empty[20];

	forge_object(f, OBJECT_TREE, "", 0, empty);
	forge_last_entry(f, "40000", "zz", empty);

	push_commit_refused(f, "has an empty directory");
}

static void
test_door__refuses_a_tree_bomb(void **state)
{
	struct forge *f = *state;
	struct buf raw = BUF_INIT;
	unsigned char id[20];
	char name[16];
	int level, i;

	/* 3 levels of 300 names for the same thing below: 27 million paths */
	forge_object(f, OBJECT_BLOB, "{}\n", 3, id);
	for (level = 0; level < 2; level++) {
		buf_clear(&raw);
		for (i = 0; i < 300; i++) {
			snprintf(name, sizeof(name), "n%03d", i);
			forge_entry(
			    &raw, level == 0 ? "100644" : "40000", name, id);
		}
		forge_object(f, OBJECT_TREE, raw.data, raw.len, id);
	}
	buf_clear(&raw);
	for (i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "z%03d", i);
		forge_entry(&raw, "40000", name, id);
	}
	forge_tree(f, NULL, &raw);

	push_commit_refused(
	    f, "path 'z000/n000/n000' is not a record of this branch");
	buf_release(&raw);
}

static void
test_door__refuses_a_tree_that_is_a_blob(void **state)
{
	struct forge *f = *state;
	unsigned char blob[20];

	forge_object(f, OBJECT_BLOB, "{}\n", 3, blob);
	forge_last_entry(f, "40000", "zz", blob);

	push_commit_refused(f, "object ");
	push_refused(f, "is a blob, not a tree");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, push_setup, push_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_door__refuses_a_symlink),
		TEST(test_door__refuses_a_submodule),
		TEST(test_door__refuses_an_executable_file),
		TEST(test_door__refuses_a_foreign_path),
		TEST(test_door__refuses_a_path_of_the_hall),
		TEST(test_door__refuses_a_name_twice_in_a_tree),
		TEST(test_door__refuses_a_tree_out_of_order),
		TEST(test_door__refuses_git_names),
		TEST(test_door__refuses_a_deep_path),
		TEST(test_door__refuses_an_empty_directory),
		TEST(test_door__refuses_a_tree_bomb),
		TEST(test_door__refuses_a_tree_that_is_a_blob),
	};

	return cmocka_run_group_tests_name(
	    "door_tree", tests, test_libraries_up, test_libraries_down);
}
