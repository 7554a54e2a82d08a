/* merge_commits(): merges of commits in a repository. */
#include <string.h>

#include "store/git/giterr.h"
#include "store/merge/merge.h"
#include "store/record/canon.h"
#include "tests/support/forge.h"
#include "tests/unit/test.h"

struct lines { /* two devices that part at the office's second revision */
	struct forge *f;
	struct forge_branch a, b;
};

static int
group_setup(void **state)
{
	struct err e;

	(void)state;
	assert_ok(giterr_init(&e), &e);
	assert_ok(key_init(&e), &e);
	return 0;
}

static int
group_teardown(void **state)
{
	(void)state;
	giterr_shutdown();
	return 0;
}

static int
setup(void **state)
{
	struct lines *x = calloc(1, sizeof(*x));

	assert_non_null(x);
	x->f = forge_make();
	forge_enroll_second(x->f);
	x->f->target = x->f->inbox;
	forge_line(x->f, 'a', &x->f->office, &x->a);
	x->a.sequence = x->f->office.sequence;
	forge_line(x->f, 'b', &x->f->office, &x->b);
	*state = x;
	return 0;
}

static int
teardown(void **state)
{
	struct lines *x = *state;

	forge_line_end(&x->a);
	forge_line_end(&x->b);
	forge_remove(x->f);
	free(x);
	return 0;
}

static void
merge(struct lines *x, const unsigned char hall[20],
    const unsigned char mine[20], struct merge_result *ret)
{
	struct err e = { 0 };

	assert_ok(repo_refresh(x->f->inbox, &e), &e);
	assert_ok(
	    merge_commits(x->f->inbox, hall, mine, NULL, NULL, ret, &e), &e);
}

static cJSON *
file_of(const struct merge_result *m, const char *path)
{
	struct err e = { 0 };
	cJSON *v = NULL;
	size_t i;

	for (i = 0; i < m->n; i++)
		if (strcmp(m->files[i].path, path) == 0)
			assert_ok(canon_parse(m->files[i].bytes,
				      m->files[i].len, &v, &e),
			    &e);
	assert_non_null(v);
	return v;
}

/* The only conflict that comes out. */
static cJSON *
conflict_of(const struct merge_result *m)
{
	size_t i, n = 0;
	const char *path = NULL;

	for (i = 0; i < m->n; i++)
		if (strncmp(m->files[i].path, "conflicts/", 10) == 0) {
			path = m->files[i].path;
			n++;
		}
	assert_int_equal(n, 1);
	return file_of(m, path);
}

static void
expect_text(const cJSON *rec, const char *field, const char *want)
{
	const cJSON *v = record_get(rec, field);

	assert_true(cJSON_IsString(v));
	assert_string_equal(v->valuestring, want);
}

static void
test_merge_git__joins_what_two_devices_wrote(void **state)
{
	struct lines *x = *state;
	struct merge_result m;
	cJSON *v;

	forge_answer(x->f, &x->a, "1.2", "gap", "by a");
	forge_answer(x->f, &x->b, "2.1", "gap", "by b");
	merge(x, x->a.tip, x->b.tip, &m);
	assert_int_equal(m.n, 1);
	assert_int_equal(m.n_fields, 1);
	assert_int_equal(m.n_conflicts, 0);
	v = file_of(&m, "2565/items/2.1.json");
	expect_text(v, "gap", "by b");
	cJSON_Delete(v);
	merge_release(&m);
}

static void
test_merge_git__says_who_wrote_both_values_when(void **state)
{
	struct lines *x = *state;
	struct merge_result m;
	char hall[24], mine[24];
	cJSON *c;

	forge_answer(x->f, &x->a, "1.2", "gap", "first");
	forge_answer(x->f, &x->a, "1.2", "gap", "by a");
	snprintf(hall, sizeof(hall), "a%lld", (long long)x->a.sequence);
	/* another record: not whose value it is */
	forge_answer(x->f, &x->a, "2.1", "gap", "later");
	forge_answer(x->f, &x->b, "1.2", "gap", "by b");
	snprintf(mine, sizeof(mine), "b%lld", (long long)x->b.sequence);
	merge(x, x->a.tip, x->b.tip, &m);
	c = conflict_of(&m);
	expect_text(c, "hall.value", "by a");
	expect_text(c, "mine.value", "by b");
	expect_text(c, "hall.revision", hall);
	expect_text(c, "mine.revision", mine);
	expect_text(c, "hall.login", x->f->c.login);
	expect_text(c, "mine.name", x->f->c.person);
	assert_non_null(record_get(c, "mine.time"));
	assert_int_equal(m.n_conflicts, 1);
	cJSON_Delete(c);
	merge_release(&m);
}

static void
test_merge_git__gives_the_same_bytes_each_time(void **state)
{
	struct lines *x = *state;
	struct merge_result one, two;
	size_t i;

	forge_answer(x->f, &x->a, "1.2", "gap", "by a");
	forge_answer(x->f, &x->b, "1.2", "gap", "by b");
	merge(x, x->a.tip, x->b.tip, &one);
	merge(x, x->a.tip, x->b.tip, &two);
	assert_int_equal(one.n, two.n);
	for (i = 0; i < one.n; i++) {
		assert_string_equal(one.files[i].path, two.files[i].path);
		assert_int_equal(one.files[i].len, two.files[i].len);
		assert_memory_equal(
		    one.files[i].bytes, two.files[i].bytes, one.files[i].len);
	}
	merge_release(&one);
	merge_release(&two);
}

/* The merge of both lines, by a and by b, each with the other's as the hall's:
 * histories that cross. The lines go on there. */
static void
cross(struct lines *x, char ret_conflict[64])
{
	struct forge_branch was;
	struct merge_result m;
	size_t i;

	merge(x, x->a.tip, x->b.tip, &m);
	for (i = 0; i < m.n; i++)
		if (strncmp(m.files[i].path, "conflicts/", 10) == 0)
			snprintf(ret_conflict, 64, "%.63s", m.files[i].path);
	merge_release(&m);
	forge_line(x->f, 'a', &x->a, &was);
	forge_merge(x->f, &x->a, &x->b);
	forge_end(x->f);
	forge_merge(x->f, &x->b, &was);
	forge_end(x->f);
	forge_line_end(&was);
}

static void
test_merge_git__knows_that_crossed_histories_hold_one_conflict(void **state)
{
	struct lines *x = *state;
	struct merge_result m;
	char conflict[64];

	forge_answer(x->f, &x->a, "1.2", "gap", "by a");
	forge_answer(x->f, &x->b, "1.2", "gap", "by b");
	cross(x, conflict);
	merge(x, x->a.tip, x->b.tip, &m);
	assert_int_equal(m.n, 0);
	merge_release(&m);
}

static void
test_merge_git__brings_no_resolved_conflict_back(void **state)
{
	struct lines *x = *state;
	struct merge_result m;
	char conflict[64];
	cJSON *v;

	forge_answer(x->f, &x->a, "1.2", "gap", "by a");
	forge_answer(x->f, &x->b, "1.2", "gap", "by b");
	cross(x, conflict);
	forge_begin(x->f, &x->a);
	forge_file(x->f, "2565/items/1.2.json", "{\n  \"gap\": \"both\"\n}\n");
	forge_file(x->f, conflict, NULL);
	forge_end(x->f);
	forge_answer(x->f, &x->b, "2.1", "gap", "meanwhile");

	merge(x, x->b.tip, x->a.tip, &m);
	assert_int_equal(m.n, 2);
	v = file_of(&m, "2565/items/1.2.json");
	expect_text(v, "gap", "both");
	cJSON_Delete(v);
	assert_string_equal(m.files[1].path, conflict);
	assert_null(m.files[1].bytes);
	merge_release(&m);
}

static void
test_merge_git__says_what_is_missing(void **state)
{
	static const unsigned char nobody[20] = { 1, 2, 3 };
	struct lines *x = *state;
	struct merge_result m;
	struct err e = { 0 };

	assert_err(
	    merge_commits(x->f->inbox, x->a.tip, nobody, NULL, NULL, &m, &e),
	    ERR_DAMAGED, &e, "");
	assert_int_equal(m.n, 0);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		CASE(test_merge_git__joins_what_two_devices_wrote),
		CASE(test_merge_git__says_who_wrote_both_values_when),
		CASE(test_merge_git__gives_the_same_bytes_each_time),
		CASE(
		    test_merge_git__knows_that_crossed_histories_hold_one_conflict),
		CASE(test_merge_git__brings_no_resolved_conflict_back),
		CASE(test_merge_git__says_what_is_missing),
	};

	return cmocka_run_group_tests_name(
	    "merge_git", tests, group_setup, group_teardown);
}
