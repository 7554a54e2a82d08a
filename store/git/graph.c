#include "store/git/graph.h"

#include "store/git/graph_walk.h"

/* How far behind what is asked a walk goes on, for the clocks of machines: more
 * than any history that admit took can have it wrong by. */
#define SLOP_S ((int64_t)400 * 86400)

/* marks */
#define NEW 1u
#define KNOWN 2u
#define LEFT 1u
#define RIGHT 2u
#define STALE 4u /* behind a common ancestor */

/* A walk that counts what is still of interest. */
struct paint {
	struct walk w;
	int (*open)(unsigned marks);
	size_t n_open; /* queued and of interest */
	size_t n_new;  /* graph_new(): new by what is known so far */
	size_t n_tips; /* nodes before this number are the known tips */
	int loose;     /* the new commits do not end just at a known tip */
};

static int
is_new(unsigned marks)
{
	return marks == NEW;
}

static int
is_fresh(unsigned marks)
{
	return (marks & STALE) == 0;
}

/* Counts what a node was before and what it is after it got marks. */
static void
count(struct paint *p, size_t node, unsigned had, int was_queued)
{
	const struct walk_node *n = &p->w.nodes[node];

	p->n_open += (size_t)(n->queued && p->open(n->marks));
	p->n_open -= (size_t)(was_queued && p->open(had));
	p->n_new += (size_t)is_new(n->marks);
	p->n_new -= (size_t)is_new(had);
	if (had != 0 && had != n->marks && node >= p->n_tips)
		p->loose = 1;
}

static int
paint(struct paint *p, const unsigned char id[20], unsigned marks, size_t *ret,
    struct err *e)
{
	unsigned had = 0;
	int rc, queued = 0;

	if (walk_find(&p->w, id, ret)) {
		had = p->w.nodes[*ret].marks;
		queued = p->w.nodes[*ret].queued;
	}
	if ((rc = walk_mark(&p->w, id, marks, ret, e)) == 0)
		count(p, *ret, had, queued);
	return rc;
}

static int
paint_parents(struct paint *p, size_t child, unsigned marks, struct err *e)
{
	unsigned had;
	size_t at = 0;
	int i, rc, queued;

	for (i = 0; i < p->w.nodes[child].n_parents; i++) {
		had = 0;
		queued = 0;
		if (walk_find(&p->w, p->w.nodes[child].parents[i], &at)) {
			had = p->w.nodes[at].marks;
			queued = p->w.nodes[at].queued;
		}
		rc = walk_mark_parent(&p->w, child, i, marks, &at, e);
		if (rc < 0)
			return rc;
		count(p, at, had, queued);
	}
	return 0;
}

static int
take(struct paint *p, size_t *ret)
{
	if (!walk_next(&p->w, ret))
		return 0;
	p->n_open -= (size_t)p->open(p->w.nodes[*ret].marks);
	return 1;
}

/* --- what is new, in canonical order --- */

/* The oldest time that decides what is known. */
static int64_t
oldest(const struct paint *p)
{
	int64_t t = INT64_MAX;
	size_t i;

	for (i = 0; i < p->w.n; i++)
		if ((i < p->n_tips || is_new(p->w.nodes[i].marks)) &&
		    p->w.nodes[i].time < t)
			t = p->w.nodes[i].time;
	return t;
}

/* The tip is all that is new and follows every known tip itself, as a merge
 * does of what it joins: none of them can reach it. */
static int
is_on_top(const struct paint *p)
{
	const struct walk_node *n = &p->w.nodes[p->n_tips];
	size_t i;
	int k;

	if (p->n_new != 1 || p->w.n <= p->n_tips || !is_new(n->marks))
		return 0;
	for (i = 0; i < p->n_tips; i++) {
		for (k = 0; k < n->n_parents; k++)
			if (memcmp(n->parents[k], p->w.nodes[i].id, 20) == 0)
				break;
		if (k == n->n_parents)
			return 0;
	}
	return 1;
}

/* One known tip, and every new line ends at it: then nothing of what is new
 * can be behind it. Else what is behind the known tips must be walked too. */
static int
walk_known(struct paint *p, struct err *e)
{
	int64_t floor;
	size_t at;
	int rc;

	if ((!p->loose && p->n_tips <= 1) || is_on_top(p))
		return 0;
	floor = oldest(p) - SLOP_S;
	while (p->n_new > 0 && walk_peek(&p->w, &at) &&
	       p->w.nodes[at].key >= floor) {
		take(p, &at);
		if ((rc = paint_parents(p, at, KNOWN, e)) < 0)
			return rc;
	}
	return 0;
}

static int
too_many(size_t max, struct err *e)
{
	return err_set(
	    e, ERR_REFUSED, 0, "more than %zu new revisions at once", max);
}

static int
find_new(struct paint *p, size_t max, struct err *e)
{
	unsigned marks;
	size_t at;
	int rc;

	while (p->n_open > 0 && take(p, &at)) {
		if (max != 0 && p->n_new > max)
			return too_many(max, e);
		marks = (p->w.nodes[at].marks & KNOWN) != 0 ? KNOWN : NEW;
		if (marks == NEW && p->w.nodes[at].n_parents == 0)
			p->loose = p->n_tips > 0;
		if ((rc = paint_parents(p, at, marks, e)) < 0)
			return rc;
	}
	return walk_known(p, e);
}

static int
add_commit(struct graph *g, const struct walk_node *n, struct err *e)
{
	size_t cap = g->cap == 0 ? 16 : g->cap * 2;
	struct graph_commit *grown;

	if (g->n == g->cap) {
		if ((grown = realloc(g->list, cap * sizeof(*grown))) == NULL)
			return err_nomem(e);
		g->list = grown;
		g->cap = cap;
	}
	grown = &g->list[g->n++];
	memset(grown, 0, sizeof(*grown));
	memcpy(grown->id, n->id, 20);
	memcpy(grown->parents, n->parents, sizeof(grown->parents));
	grown->n_parents = n->n_parents;
	grown->side = 1;
	return 0;
}

struct visit {
	size_t node;
	int next; /* parent to look at */
};

/* The next parent that is new and was not met; 0 if there is none. */
static int
next_parent(struct paint *p, struct visit *v, size_t *ret)
{
	const struct walk_node *n = &p->w.nodes[v->node];

	while (v->next < n->n_parents)
		if (walk_find(&p->w, n->parents[v->next++], ret) &&
		    is_new(p->w.nodes[*ret].marks) && !p->w.nodes[*ret].seen)
			return 1;
	return 0;
}

/* First parents first, each commit after its parents: what was met before is
 * whole with all its ancestors, so this is the canonical order. */
static int
put_in_order(struct paint *p, size_t tip, struct graph *ret, struct err *e)
{
	struct visit *stack = NULL;
	size_t depth = 0, at;
	int rc = 0;

	if (!is_new(p->w.nodes[tip].marks))
		return 0;
	if ((stack = calloc(p->n_new + 1, sizeof(*stack))) == NULL)
		return err_nomem(e);
	stack[depth++].node = tip;
	p->w.nodes[tip].seen = 1;
	while (depth > 0 && rc == 0) {
		if (next_parent(p, &stack[depth - 1], &at)) {
			p->w.nodes[at].seen = 1;
			stack[depth].node = at;
			stack[depth++].next = 0;
		} else {
			at = stack[--depth].node;
			rc = add_commit(ret, &p->w.nodes[at], e);
		}
	}
	free(stack);
	return rc;
}

/* From the tip, the last of the list, along first parents. */
static void
mark_main(struct graph *g)
{
	const unsigned char *want = NULL;
	size_t i = g->n;

	while (i-- > 0) {
		if (want != NULL && memcmp(g->list[i].id, want, 20) != 0)
			continue;
		g->list[i].side = 0;
		if (g->list[i].n_parents == 0)
			return;
		want = g->list[i].parents[0];
	}
}

int
graph_new(struct repo *r, const unsigned char tip[20],
    const unsigned char known[][20], size_t n_known, size_t max,
    struct graph *ret, struct err *e)
{
	struct paint p;
	size_t i, at = 0;
	int rc = 0;

	memset(ret, 0, sizeof(*ret));
	memset(&p, 0, sizeof(p));
	p.open = is_new;
	walk_init(&p.w, r);
	for (i = 0; i < n_known; i++)
		if ((rc = paint(&p, known[i], KNOWN, &at, e)) < 0)
			goto out;
	p.n_tips = p.w.n;
	if ((rc = paint(&p, tip, NEW, &at, e)) < 0)
		goto out;
	if ((rc = find_new(&p, max, e)) < 0)
		goto out;
	if ((rc = put_in_order(&p, at, ret, e)) < 0)
		goto out;
	mark_main(ret);
out:
	if (rc < 0)
		graph_release(ret);
	walk_release(&p.w);
	return rc;
}

struct listed {
	int (*is_known)(void *arg, const unsigned char id[20], struct err *e);
	void *arg;
	size_t max;
};

/* Parents that were met are new; those that are known stay out of the walk. */
static int
paint_unlisted(
    struct paint *p, const struct listed *l, size_t child, struct err *e)
{
	unsigned char id[20];
	size_t at;
	int i, rc;

	for (i = 0; i < p->w.nodes[child].n_parents; i++) {
		memcpy(id, p->w.nodes[child].parents[i], 20);
		if (walk_find(&p->w, id, &at))
			continue;
		if ((rc = l->is_known(l->arg, id, e)) < 0)
			return rc;
		if (rc == 0 && (rc = paint(p, id, NEW, &at, e)) < 0)
			return rc;
	}
	return 0;
}

static int
find_unlisted(struct paint *p, const struct listed *l,
    const unsigned char tip[20], size_t *ret_tip, struct err *e)
{
	size_t at;
	int rc = l->is_known(l->arg, tip, e);

	if (rc != 0)
		return rc;
	if ((rc = paint(p, tip, NEW, ret_tip, e)) < 0)
		return rc;
	while (take(p, &at)) {
		if (l->max != 0 && p->n_new > l->max)
			return too_many(l->max, e);
		if ((rc = paint_unlisted(p, l, at, e)) < 0)
			return rc;
	}
	return 0;
}

int
graph_unlisted(struct repo *r, const unsigned char tip[20],
    int (*is_known)(void *arg, const unsigned char id[20], struct err *e),
    void *arg, size_t max, struct graph *ret, struct err *e)
{
	const struct listed l = { is_known, arg, max };
	struct paint p;
	size_t at = 0;
	int rc;

	memset(ret, 0, sizeof(*ret));
	memset(&p, 0, sizeof(p));
	p.open = is_new;
	walk_init(&p.w, r);
	/* 1: the tip is known */
	if ((rc = find_unlisted(&p, &l, tip, &at, e)) == 0)
		rc = put_in_order(&p, at, ret, e);
	if (rc == 0)
		mark_main(ret);
	if (rc < 0)
		graph_release(ret);
	walk_release(&p.w);
	return rc < 0 ? rc : 0;
}

int
graph_has_parent(const struct graph *g, const unsigned char id[20])
{
	size_t i;
	int k;

	for (i = 0; i < g->n; i++)
		for (k = 0; k < g->list[i].n_parents; k++)
			if (memcmp(g->list[i].parents[k], id, 20) == 0)
				return 1;
	return 0;
}

void
graph_release(struct graph *g)
{
	free(g->list);
	memset(g, 0, sizeof(*g));
}

/* --- who descends from whom --- */

int
graph_descends(struct repo *r, const unsigned char commit[20],
    const unsigned char ancestor[20], int *ret, struct err *e)
{
	struct walk w;
	size_t at, from, to;
	int64_t floor;
	int i, rc;

	walk_init(&w, r);
	if ((rc = walk_mark(&w, ancestor, RIGHT, &to, e)) < 0 ||
	    (rc = walk_mark(&w, commit, LEFT, &from, e)) < 0)
		goto out;
	floor = w.nodes[from].time < w.nodes[to].time ? w.nodes[from].time
						      : w.nodes[to].time;
	while ((w.nodes[to].marks & LEFT) == 0 && walk_next(&w, &at) &&
	       w.nodes[at].key >= floor - SLOP_S) {
		if ((w.nodes[at].marks & LEFT) == 0)
			continue; /* the one that is looked for */
		for (i = 0; i < w.nodes[at].n_parents; i++) {
			size_t parent;

			rc = walk_mark_parent(&w, at, i, LEFT, &parent, e);
			if (rc < 0)
				goto out;
		}
	}
	*ret = (w.nodes[to].marks & LEFT) != 0;
out:
	walk_release(&w);
	return rc;
}

int
graph_newest(struct repo *r, const unsigned char tips[][20], size_t n,
    int (*is)(void *arg, const unsigned char id[20], struct err *e), void *arg,
    struct err *e)
{
	unsigned char id[20];
	unsigned marks;
	struct paint p;
	size_t i, at;
	int rc = 0;

	memset(&p, 0, sizeof(p));
	p.open = is_fresh;
	walk_init(&p.w, r);
	for (i = 0; i < n && rc == 0; i++)
		rc = paint(&p, tips[i], LEFT, &at, e);
	while (rc == 0 && p.n_open > 0 && take(&p, &at)) {
		marks = p.w.nodes[at].marks;
		memcpy(id, p.w.nodes[at].id, 20);
		if (is_fresh(marks)) {
			if ((rc = is(arg, id, e)) < 0)
				break;
			if (rc > 0)
				marks |= STALE;
		}
		rc = paint_parents(&p, at, marks, e);
	}
	walk_release(&p.w);
	return rc;
}

/* --- common ancestors --- */

static int
find_common(
    struct paint *p, unsigned char (**list)[20], size_t *n, struct err *e)
{
	unsigned char(*grown)[20];
	unsigned marks;
	size_t at;
	int rc;

	while (p->n_open > 0 && take(p, &at)) {
		marks = p->w.nodes[at].marks;
		if (marks == (LEFT | RIGHT)) {
			grown = realloc(*list, (*n + 1) * sizeof(*grown));
			if (grown == NULL)
				return err_nomem(e);
			*list = grown;
			memcpy(grown[(*n)++], p->w.nodes[at].id, 20);
			marks |= STALE;
		}
		if ((rc = paint_parents(p, at, marks, e)) < 0)
			return rc;
	}
	return 0;
}

static int
by_id(const void *a, const void *b)
{
	return memcmp(a, b, 20);
}

/* 1 if another one of the list descends from the commit. */
static int
is_behind(struct repo *r, const unsigned char (*list)[20], size_t n, size_t at,
    struct err *e)
{
	size_t i;
	int rc, yes = 0;

	for (i = 0; i < n && !yes; i++)
		if (i != at &&
		    (rc = graph_descends(r, list[i], list[at], &yes, e)) < 0)
			return rc;
	return yes;
}

/* Keeps the best: none of them an ancestor of another. */
static int
keep_best(struct repo *r, const struct walk *w, unsigned char (*list)[20],
    size_t *n, struct err *e)
{
	size_t i, at, kept = 0;
	int rc;

	for (i = 0; i < *n; i++)
		if (walk_find(w, list[i], &at) &&
		    (w->nodes[at].marks & STALE) == 0)
			memmove(list[kept++], list[i], 20);
	*n = kept;
	if (*n > 1)
		qsort(list, *n, 20, by_id);
	/* from the end, as what goes makes the list shorter behind it */
	for (i = *n; i-- > 0 && *n > 1;) {
		rc = is_behind(r, (const unsigned char(*)[20])list, *n, i, e);
		if (rc < 0)
			return rc;
		if (rc == 0)
			continue;
		memmove(list[i], list[i + 1], (*n - i - 1) * 20);
		--*n;
	}
	return 0;
}

int
graph_bases(struct repo *r, const unsigned char a[20],
    const unsigned char b[20], unsigned char (**ret)[20], size_t *ret_n,
    struct err *e)
{
	unsigned char(*list)[20] = NULL;
	struct paint p;
	size_t at, n = 0;
	int rc;

	memset(&p, 0, sizeof(p));
	p.open = is_fresh;
	walk_init(&p.w, r);
	if ((rc = paint(&p, a, LEFT, &at, e)) < 0 ||
	    (rc = paint(&p, b, RIGHT, &at, e)) < 0 ||
	    (rc = find_common(&p, &list, &n, e)) < 0 ||
	    (rc = keep_best(r, &p.w, list, &n, e)) < 0)
		goto out;
	*ret = list;
	*ret_n = n;
	list = NULL;
out:
	free(list);
	walk_release(&p.w);
	return rc;
}

/* --- first-parent lines --- */

/* One step back; 1 if the other line was there. *more: 0 at the beginning. */
static int
step(struct walk *w, size_t *at, unsigned marks, int *more, struct err *e)
{
	int rc;

	if (!*more || w->nodes[*at].n_parents == 0) {
		*more = 0;
		return 0;
	}
	if ((rc = walk_mark_parent(w, *at, 0, marks, at, e)) < 0)
		return rc;
	return (w->nodes[*at].marks & ~marks) != 0;
}

int
graph_fork(struct repo *r, const unsigned char a[20], const unsigned char b[20],
    unsigned char ret[20], int *ret_has, struct err *e)
{
	int rc, more_left = 1, more_right = 1;
	size_t left, right, met = 0;
	struct walk w;

	walk_init(&w, r);
	if ((rc = walk_mark(&w, a, LEFT, &left, e)) < 0 ||
	    (rc = walk_mark(&w, b, RIGHT, &right, e)) < 0)
		goto out;
	rc = left == right;
	met = left;
	/* in turns: the first that both lines came by is the newest */
	while (rc == 0 && (more_left || more_right)) {
		rc = step(&w, &left, LEFT, &more_left, e);
		met = left;
		if (rc != 0)
			break;
		rc = step(&w, &right, RIGHT, &more_right, e);
		met = right;
	}
	if (rc < 0)
		goto out;
	*ret_has = rc > 0;
	if (rc > 0)
		memcpy(ret, w.nodes[met].id, 20);
	rc = 0;
out:
	walk_release(&w);
	return rc;
}
