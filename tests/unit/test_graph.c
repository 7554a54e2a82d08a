/* graph: what it says of random histories is what the definitions say, counted
 * out by hand. */
#include "store/git/graph.h"

#include <inttypes.h>

#include "store/git/giterr.h"
#include "store/sign/commit.h"
#include "tests/unit/test.h"

#define MAX 60
#define TREE "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
#define DAY 86400

struct node {
	unsigned char id[20];
	int parents[2], n_parents;
	int64_t time;
	uint64_t reach; /* itself and all it descends from */
};

struct fixture {
	char *dir;
	struct repo *repo;
	struct node v[MAX];
	int n;
	uint64_t rnd;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	char path[300];

	assert_non_null(f);
	f->dir = test_dir();
	snprintf(path, sizeof(path), "%s/x.git", f->dir);
	assert_ok(repo_create(path, "refs/heads/office", &f->e), &f->e);
	assert_ok(repo_open(path, &f->repo, &f->e), &f->e);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	repo_close(f->repo);
	test_dir_remove(f->dir);
	free(f);
	return 0;
}

static void
put_commit(struct fixture *f, const char *parents, int64_t time, int number,
    unsigned char ret[20])
{
	char raw[400];

	snprintf(raw, sizeof(raw),
	    "tree " TREE "\n%sauthor a <a@b> %" PRId64 " +0700\n"
	    "committer a <a@b> %" PRId64 " +0700\n\n"
	    "number %d\n",
	    parents, time, time, number);
	assert_ok(
	    repo_put(f->repo, OBJECT_COMMIT, raw, strlen(raw), ret, &f->e),
	    &f->e);
}

/* One commit on these (-1: none) at a time; its number. */
static int
add(struct fixture *f, int first, int second, int64_t time)
{
	struct node *v = &f->v[f->n];
	const int parents[2] = { first, second };
	char text[120] = "", hex[41];
	int i;

	assert_true(f->n < MAX);
	memset(v, 0, sizeof(*v));
	v->time = time;
	v->reach = (uint64_t)1 << f->n;
	for (i = 0; i < 2 && parents[i] >= 0; i++) {
		v->parents[v->n_parents++] = parents[i];
		v->reach |= f->v[parents[i]].reach;
		commit_hex(f->v[parents[i]].id, hex);
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
		    "parent %s\n", hex);
	}
	put_commit(f, text, time, f->n, v->id);
	return f->n++;
}

/* --- the definitions --- */

static int
reaches(const struct fixture *f, int from, int to)
{
	return (f->v[from].reach >> to & 1) != 0;
}

static void
canonical(const struct fixture *f, int v, uint64_t *met, int *ret, int *n)
{
	int i;

	if ((*met >> v & 1) != 0)
		return;
	for (i = 0; i < f->v[v].n_parents; i++)
		canonical(f, f->v[v].parents[i], met, ret, n);
	*met |= (uint64_t)1 << v;
	ret[(*n)++] = v;
}

static int
on_line(const struct fixture *f, int tip, int v)
{
	while (tip != v && f->v[tip].n_parents > 0)
		tip = f->v[tip].parents[0];
	return tip == v;
}

static int
number_of(const struct fixture *f, const unsigned char id[20])
{
	int i;

	for (i = 0; i < f->n; i++)
		if (memcmp(f->v[i].id, id, 20) == 0)
			return i;
	fail_msg("an id that is none of ours");
	return -1;
}

static void
check_list(struct fixture *f, int tip, uint64_t met, const struct graph *g)
{
	int want[MAX], n = 0, v;
	size_t i;

	canonical(f, tip, &met, want, &n);
	assert_int_equal(n, (int)g->n);
	for (i = 0; i < g->n; i++) {
		v = number_of(f, g->list[i].id);
		assert_int_equal(want[i], v);
		assert_int_equal(f->v[v].n_parents, g->list[i].n_parents);
		assert_int_equal(!on_line(f, tip, v), g->list[i].side);
	}
}

struct index {
	struct fixture *f;
	uint64_t known;
};

static int
is_indexed(void *arg, const unsigned char id[20], struct err *e)
{
	const struct index *x = arg;

	(void)e;
	return (x->known >> number_of(x->f, id) & 1) != 0;
}

static void
check_new(struct fixture *f, int tip, const int *known, size_t n_known)
{
	struct index x = { .f = f };
	unsigned char ids[3][20];
	struct graph g;
	size_t i;

	for (i = 0; i < n_known; i++) {
		memcpy(ids[i], f->v[known[i]].id, 20);
		x.known |= f->v[known[i]].reach;
	}
	assert_ok(graph_new(f->repo, f->v[tip].id,
		      (const unsigned char(*)[20])ids, n_known, 0, &g, &f->e),
	    &f->e);
	check_list(f, tip, x.known, &g);
	graph_release(&g);
	/* the same where a list tells what is known */
	assert_ok(
	    graph_unlisted(f->repo, f->v[tip].id, is_indexed, &x, 0, &g, &f->e),
	    &f->e);
	check_list(f, tip, x.known, &g);
	graph_release(&g);
}

static void
check_descends(struct fixture *f, int a, int b)
{
	int yes = -1;

	assert_ok(graph_descends(f->repo, f->v[a].id, f->v[b].id, &yes, &f->e),
	    &f->e);
	assert_int_equal(reaches(f, a, b), yes);
}

static int
is_best(const struct fixture *f, uint64_t common, int v)
{
	int i;

	if ((common >> v & 1) == 0)
		return 0;
	for (i = 0; i < f->n; i++)
		if (i != v && (common >> i & 1) != 0 && reaches(f, i, v))
			return 0;
	return 1;
}

static void
check_bases(struct fixture *f, int a, int b)
{
	uint64_t common = f->v[a].reach & f->v[b].reach;
	unsigned char(*got)[20] = NULL;
	size_t n = 0, i;
	int v, want = 0;

	assert_ok(graph_bases(f->repo, f->v[a].id, f->v[b].id, &got, &n, &f->e),
	    &f->e);
	for (v = 0; v < f->n; v++)
		want += is_best(f, common, v);
	assert_int_equal(want, (int)n);
	for (i = 0; i < n; i++) {
		assert_true(is_best(f, common, number_of(f, got[i])));
		assert_true(i == 0 || memcmp(got[i - 1], got[i], 20) < 0);
	}
	free(got);
}

static void
check_fork(struct fixture *f, int a, int b)
{
	unsigned char got[20];
	int v = a, has = -1, want = -1;

	for (;;) {
		if (on_line(f, b, v)) {
			want = v;
			break;
		}
		if (f->v[v].n_parents == 0)
			break;
		v = f->v[v].parents[0];
	}
	assert_ok(graph_fork(f->repo, f->v[a].id, f->v[b].id, got, &has, &f->e),
	    &f->e);
	assert_int_equal(want >= 0, has);
	if (has)
		assert_int_equal(want, number_of(f, got));
}

/* --- asked at random --- */

static int
below(struct fixture *f, int n)
{
	return (int)(test_random(&f->rnd) % (uint64_t)n);
}

/* As admit lets clocks run: back by a day at most, forward as they like. */
static int64_t
some_time(struct fixture *f, int first, int second)
{
	int64_t t = 1700000000;

	if (first >= 0)
		t = f->v[first].time;
	if (second >= 0 && f->v[second].time > t)
		t = f->v[second].time;
	switch (below(f, 6)) {
	case 0:
		return t;
	case 1:
		return t - DAY;
	case 2:
		return t + (int64_t)700 * DAY;
	default:
		return t + below(f, DAY);
	}
}

/* One of the last few, as devices go on from what they have. */
static int
some_parent(struct fixture *f)
{
	int back = f->n < 8 ? f->n : 8;

	return f->n - 1 - below(f, back);
}

static void
grow(struct fixture *f, int n)
{
	int first, second;

	while (f->n < n) {
		first = f->n == 0 || below(f, 30) == 0 ? -1 : some_parent(f);
		second = first >= 0 && below(f, 3) == 0 ? some_parent(f) : -1;
		if (second == first)
			second = -1;
		add(f, first, second, some_time(f, first, second));
	}
}

static void
test_graph__says_what_the_definitions_say(void **state)
{
	struct fixture *f = *state;
	int round, i, known[3];

	f->rnd = test_seed();
	for (round = 0; round < 60; round++) {
		repo_forget(f->repo);
		f->n = 0;
		grow(f, 10 + below(f, MAX - 10));
		for (i = 0; i < 40; i++) {
			known[0] = below(f, f->n);
			known[1] = below(f, f->n);
			known[2] = below(f, f->n);
			check_new(
			    f, below(f, f->n), known, (size_t)below(f, 4));
			check_descends(f, below(f, f->n), below(f, f->n));
			check_bases(f, below(f, f->n), below(f, f->n));
			check_fork(f, below(f, f->n), below(f, f->n));
		}
	}
}

struct asked {
	struct fixture *f;
	uint64_t wanted, seen;
};

static int
on_ask(void *arg, const unsigned char id[20], struct err *e)
{
	struct asked *a = arg;
	uint64_t bit = (uint64_t)1 << number_of(a->f, id);

	(void)e;
	assert_true((a->seen & bit) == 0);
	a->seen |= bit;
	return (a->wanted & bit) != 0;
}

/* Of what is looked for, all that nothing else of it descends from is found. */
static void
test_graph__newest_finds_all_that_are_behind_no_other(void **state)
{
	struct fixture *f = *state;
	unsigned char tips[2][20];
	struct asked a;
	uint64_t reach;
	int round, i, x, y;

	f->rnd = test_seed();
	for (round = 0; round < 200; round++) {
		repo_forget(f->repo);
		f->n = 0;
		grow(f, 10 + below(f, MAX - 10));
		x = below(f, f->n);
		y = below(f, f->n);
		memcpy(tips[0], f->v[x].id, 20);
		memcpy(tips[1], f->v[y].id, 20);
		reach = f->v[x].reach | f->v[y].reach;
		a = (struct asked){ .f = f };
		a.wanted = test_random(&f->rnd) & test_random(&f->rnd);
		assert_ok(
		    graph_newest(f->repo, (const unsigned char(*)[20])tips, 2,
			on_ask, &a, &f->e),
		    &f->e);
		assert_true((a.seen & ~reach) == 0);
		for (i = 0; i < f->n; i++)
			if (is_best(f, reach & a.wanted, i))
				assert_true((a.seen >> i & 1) != 0);
	}
}

/* --- clocks --- */

/* A battery died: one commit of 1970 on a line of today. */
static void
test_graph__one_wild_clock_hides_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t t = 1700000000;
	int base, ours, theirs, merge, known[1];

	base = add(f, -1, -1, t);
	base = add(f, base, -1, t + 10);
	ours = add(f, base, -1, 86400);
	ours = add(f, ours, -1, t + 30);
	theirs = add(f, base, -1, (int64_t)1 << 40);
	theirs = add(f, theirs, -1, t + 40);
	merge = add(f, theirs, ours, t + 50);

	known[0] = theirs;
	check_new(f, merge, known, 1);
	known[0] = ours;
	check_new(f, merge, known, 1);
	check_bases(f, ours, theirs);
	check_descends(f, merge, base);
	check_descends(f, ours, theirs);
	check_fork(f, merge, ours);
}

/* --- faults --- */

static void
test_graph__a_missing_parent_is_damage(void **state)
{
	struct fixture *f = *state;
	unsigned char id[20];
	struct graph g;
	int yes;

	put_commit(
	    f, "parent 1111111111111111111111111111111111111111\n", 1, 1, id);

	assert_err(graph_new(f->repo, id, NULL, 0, 0, &g, &f->e), ERR_DAMAGED,
	    &f->e, "commit 1111111111");
	assert_int_equal(0, (int)g.n);
	add(f, -1, -1, 5);
	assert_err(graph_descends(f->repo, id, f->v[0].id, &yes, &f->e),
	    ERR_DAMAGED, &f->e, "commit 1111111111");
}

static void
test_graph__a_blob_is_no_history(void **state)
{
	struct fixture *f = *state;
	unsigned char id[20];
	struct graph g;

	assert_ok(repo_put(f->repo, OBJECT_BLOB, "x", 1, id, &f->e), &f->e);
	assert_err(graph_new(f->repo, id, NULL, 0, 0, &g, &f->e), ERR_INVALID,
	    &f->e, "is a blob, not a commit");
}

static void
test_graph__more_than_asked_for_is_refused(void **state)
{
	struct fixture *f = *state;
	struct graph g;
	int i;

	for (i = 0; i < 20; i++)
		add(f, i - 1, -1, 1000 + i);
	assert_err(graph_new(f->repo, f->v[19].id, NULL, 0, 10, &g, &f->e),
	    ERR_REFUSED, &f->e, "more than 10 new revisions at once");
	assert_ok(
	    graph_new(f->repo, f->v[19].id, NULL, 0, 20, &g, &f->e), &f->e);
	graph_release(&g);
}

static int
libraries_up(void **state)
{
	struct err e;

	(void)state;
	assert_ok(giterr_init(&e), &e);
	return 0;
}

static int
libraries_down(void **state)
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
		TEST(test_graph__says_what_the_definitions_say),
		TEST(test_graph__newest_finds_all_that_are_behind_no_other),
		TEST(test_graph__one_wild_clock_hides_nothing),
		TEST(test_graph__a_missing_parent_is_damage),
		TEST(test_graph__a_blob_is_no_history),
		TEST(test_graph__more_than_asked_for_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "graph", tests, libraries_up, libraries_down);
}
