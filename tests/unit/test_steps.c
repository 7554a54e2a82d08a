#include "tests/unit/test.h"

#include "store/git/steps.h"
#include "store/sign/commit.h"
#include "tests/support/office.h"

#define MANY 5000
#define TREE "4b825dc642cb6eb9a060e54bf8d69288fbee4904"

static char *dir;
static struct repo *repo;
static unsigned char ids[MANY][20];
static struct steps steps;

/* A commit of nothing; parents as many as are not NULL. */
static void
put(const unsigned char *first, const unsigned char *second, int n,
    unsigned char ret[20])
{
	struct buf raw = BUF_INIT;
	char hex[41];
	struct err e;

	buf_printf(&raw, "tree " TREE "\n");
	if (first != NULL) {
		commit_hex(first, hex);
		buf_printf(&raw, "parent %s\n", hex);
	}
	if (second != NULL) {
		commit_hex(second, hex);
		buf_printf(&raw, "parent %s\n", hex);
	}
	buf_printf(&raw,
	    "author a <a> %d +0000\ncommitter a <a> %d +0000\n\nn\n", n, n);
	assert_ok(
	    repo_put(repo, OBJECT_COMMIT, raw.data, raw.len, ret, &e), &e);
	buf_release(&raw);
}

static int
setup(void **state)
{
	char path[300];
	struct err e;
	int i;

	(void)state;
	dir = test_dir();
	snprintf(path, sizeof(path), "%s/r.git", dir);
	assert_ok(repo_create(path, "refs/heads/office", &e), &e);
	assert_ok(repo_open(path, &repo, &e), &e);
	for (i = 0; i < MANY; i++)
		put(i > 0 ? ids[i - 1] : NULL, NULL, i, ids[i]);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	repo_close(repo);
	test_dir_remove(dir);
	return 0;
}

static void
list(int tip, int have)
{
	struct err e;

	assert_ok(steps_list(
		      repo, ids[tip], have >= 0 ? ids[have] : NULL, &steps, &e),
	    &e);
}

/* Every step is where its counts say, from first on up to tip. */
static void
expect_line(int first, int tip)
{
	int at = first - 1;
	size_t i;

	assert_true(steps.n > 0);
	for (i = 0; i < steps.n; i++) {
		assert_true(steps.list[i].n > 0);
		at += (int)steps.list[i].n;
		assert_in_range(at, first, tip);
		assert_memory_equal(steps.list[i].id, ids[at], 20);
	}
	assert_int_equal(at, tip);
	assert_int_equal(steps.total, tip - first + 1);
}

static void
test_steps__names_each_commit_of_a_short_line(void **state)
{
	(void)state;

	list(9, -1);

	assert_int_equal(steps.n, 10);
	expect_line(0, 9);
}

static void
test_steps__spreads_a_long_line_evenly(void **state)
{
	size_t i;

	(void)state;

	list(MANY - 1, -1);

	assert_in_range(steps.n, STEPS_MAX / 2, STEPS_MAX);
	expect_line(0, MANY - 1);
	for (i = 1; i < steps.n; i++)
		assert_int_equal(steps.list[i].n, steps.list[1].n);
	assert_true(steps.list[0].n <= steps.list[1].n);
}

static void
test_steps__holds_lines_of_every_length(void **state)
{
	const int at[] = { STEPS_MAX - 2, STEPS_MAX - 1, STEPS_MAX,
		2 * STEPS_MAX - 1, 2 * STEPS_MAX, 2 * STEPS_MAX + 1,
		4 * STEPS_MAX };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(at) / sizeof(at[0]); i++) {
		list(at[i], -1);
		assert_true(steps.n <= STEPS_MAX);
		expect_line(0, at[i]);
	}
}

static void
test_steps__begins_behind_what_is_there(void **state)
{
	(void)state;

	list(3000, 2990);
	assert_int_equal(steps.n, 10);
	expect_line(2991, 3000);

	list(3000, 3000);
	assert_int_equal(steps.n, 0);
	assert_int_equal(steps.total, 0);
}

static void
test_steps__begins_at_the_root_when_nothing_is_shared(void **state)
{
	struct err e;
	unsigned char other[20];

	(void)state;
	put(NULL, NULL, 999999, other);

	assert_ok(steps_list(repo, ids[5], other, &steps, &e), &e);
	expect_line(0, 5);
}

static void
test_steps__follows_first_parents(void **state)
{
	unsigned char side[20], merge[20];
	struct err e;

	(void)state;
	put(ids[2], NULL, 777, side);
	put(ids[4], side, 778, merge);

	assert_ok(steps_list(repo, merge, NULL, &steps, &e), &e);

	assert_int_equal(steps.n, 6);
	assert_memory_equal(steps.list[4].id, ids[4], 20);
	assert_memory_equal(steps.list[5].id, merge, 20);
}

static void
test_steps__tells_a_hole_in_the_line(void **state)
{
	unsigned char none[20] = { 1, 2, 3 }, tip[20];
	struct err e;

	(void)state;
	put(none, NULL, 5, tip);

	steps.n = 77;
	assert_err(steps_list(repo, tip, NULL, &steps, &e), ERR_DAMAGED, &e,
	    "missing");
	assert_int_equal(steps.n, 77);
}

static void
test_steps__are_read_as_they_were_printed(void **state)
{
	struct steps *back = calloc(1, sizeof(*back));
	struct buf text = BUF_INIT;
	struct err e;
	size_t i;

	(void)state;
	assert_non_null(back);
	list(MANY - 1, -1);
	steps_print(&steps, &text);

	assert_ok(steps_parse(text.data, text.len, back, &e), &e);

	assert_int_equal(back->n, steps.n);
	assert_int_equal(back->total, steps.total);
	for (i = 0; i < steps.n; i++) {
		assert_memory_equal(back->list[i].id, steps.list[i].id, 20);
		assert_int_equal(back->list[i].n, steps.list[i].n);
	}
	buf_release(&text);
	free(back);
}

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void
test_steps__refuse_text_of_another_form(void **state)
{
	const char *const bad[] = { "\n", A, A "\n", A " \n", A " 0\n",
		A " -1\n", A " +1\n", A " 1x\n", A " 1 \n", A "  1\n",
		A " 01\n", A " 1", A " 1\n\n", "A" A " 1\n", A "\t1\n",
		A " 10000000000\n", A " 99999999999999999999999\n",
		"gggggggggggggggggggggggggggggggggggggggg 1\n" };
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_err(steps_parse(bad[i], strlen(bad[i]), &steps, &e),
		    ERR_INVALID, &e, "list of steps");
	assert_int_equal(steps_parse(A " 1\0\n", 44, &steps, &e), ERR_INVALID);
	assert_ok(steps_parse("", 0, &steps, &e), &e);
	assert_int_equal(steps.n, 0);
}

static void
test_steps__refuse_more_than_there_can_be(void **state)
{
	struct buf text = BUF_INIT;
	struct err e;
	int i;

	(void)state;
	for (i = 0; i < STEPS_MAX; i++)
		buf_printf(&text, A " 1\n");
	assert_ok(steps_parse(text.data, text.len, &steps, &e), &e);
	buf_printf(&text, A " 1\n");
	assert_err(steps_parse(text.data, text.len, &steps, &e), ERR_INVALID,
	    &e, "no end");
	buf_release(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps__names_each_commit_of_a_short_line),
		cmocka_unit_test(test_steps__spreads_a_long_line_evenly),
		cmocka_unit_test(test_steps__holds_lines_of_every_length),
		cmocka_unit_test(test_steps__begins_behind_what_is_there),
		cmocka_unit_test(
		    test_steps__begins_at_the_root_when_nothing_is_shared),
		cmocka_unit_test(test_steps__follows_first_parents),
		cmocka_unit_test(test_steps__tells_a_hole_in_the_line),
		cmocka_unit_test(test_steps__are_read_as_they_were_printed),
		cmocka_unit_test(test_steps__refuse_text_of_another_form),
		cmocka_unit_test(test_steps__refuse_more_than_there_can_be),
	};
	int rc;

	assert_int_equal(test_libraries_up(NULL), 0);
	rc = cmocka_run_group_tests_name("steps", tests, setup, teardown);
	assert_int_equal(test_libraries_down(NULL), 0);
	return rc;
}
