#include "store/admit/slice_graph.h"

#include "store/git/graph.h"

struct node { /* one commit that the hall lacks */
	const struct graph_commit *g;
	int after_office, after_side; /* descends from what is there */
	int followed;                 /* by one that came up to now */
	int whole; /* descends from all that stand before it */
};

struct cut {
	struct graph graph;
	struct node *nodes;   /* in canonical order */
	struct node **sorted; /* by id */
	const unsigned char *office, *side;
};

static int
by_id(const void *a, const void *b)
{
	const struct node *const *x = a, *const *y = b;

	return memcmp((*x)->g->id, (*y)->g->id, 20);
}

static struct node *
find(const struct cut *c, const unsigned char id[20])
{
	size_t low = 0, high = c->graph.n, mid;
	int order;

	while (low < high) {
		mid = (low + high) / 2;
		order = memcmp(c->sorted[mid]->g->id, id, 20);
		if (order == 0)
			return c->sorted[mid];
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return NULL;
}

/* ends: how many stand there that none follows yet. */
static void
pass_on(struct cut *c, struct node *n, size_t *ends)
{
	struct node *parent;
	int i;

	n->after_office = c->office == NULL;
	n->after_side = c->side == NULL;
	for (i = 0; i < n->g->n_parents; i++) {
		const unsigned char *id = n->g->parents[i];

		parent = find(c, id);
		if ((parent != NULL && parent->after_office) ||
		    (c->office != NULL && memcmp(id, c->office, 20) == 0))
			n->after_office = 1;
		if ((parent != NULL && parent->after_side) ||
		    (c->side != NULL && memcmp(id, c->side, 20) == 0))
			n->after_side = 1;
		if (parent != NULL && !parent->followed) {
			parent->followed = 1;
			--*ends;
		}
	}
	n->whole = ++*ends == 1;
}

static int
cut_init(
    struct cut *c, struct repo *r, const unsigned char own[20], struct err *e)
{
	unsigned char known[2][20];
	size_t n = 0, i, ends = 0;
	int rc;

	if (c->office != NULL)
		memcpy(known[n++], c->office, 20);
	if (c->side != NULL)
		memcpy(known[n++], c->side, 20);
	if ((rc = graph_new(r, own, (const unsigned char(*)[20])known, n, 0,
		 &c->graph, e)) < 0)
		return rc;
	c->nodes = calloc(c->graph.n + 1, sizeof(*c->nodes));
	c->sorted = calloc(c->graph.n + 1, sizeof(*c->sorted));
	if (c->nodes == NULL || c->sorted == NULL)
		return err_nomem(e);
	for (i = 0; i < c->graph.n; i++) {
		c->nodes[i].g = &c->graph.list[i];
		c->sorted[i] = &c->nodes[i];
	}
	if (c->graph.n > 1)
		qsort(c->sorted, c->graph.n, sizeof(*c->sorted), by_id);
	/* parents come first */
	for (i = 0; i < c->graph.n; i++)
		pass_on(c, &c->nodes[i], &ends);
	return 0;
}

static void
cut_release(struct cut *c)
{
	graph_release(&c->graph);
	free(c->nodes);
	free(c->sorted);
}

static int
bytes_of(struct store *s, const struct branch *b, const unsigned char id[20],
    int64_t *ret, struct err *e)
{
	return db_one_int(store_db(s), ret, e,
	    "SELECT bytes FROM revision WHERE commit_id = ?1 AND branch = ?2",
	    "bi", (const void *)id, (size_t)20, b->id);
}

/* A slice brings what its tip reaches, and both refs only move forward. */
static int
may_end(const struct node *n, int *ret_side)
{
	*ret_side = n->g->side || !n->after_office;
	return n->whole && (!*ret_side || n->after_side);
}

static int
fill(struct store *s, const struct branch *b, const struct cut *c,
    int64_t max_bytes, struct slice *ret, struct err *e)
{
	int64_t bytes = 0, more = 0;
	size_t i;
	int rc, side;

	for (i = 0; i < c->graph.n; i++) {
		if ((rc = bytes_of(s, b, c->nodes[i].g->id, &more, e)) < 0)
			return rc;
		bytes += more;
		if (ret->n > 0 && bytes > max_bytes)
			break;
		if (!may_end(&c->nodes[i], &side))
			continue;
		memcpy(ret->tip, c->nodes[i].g->id, 20);
		ret->n = (int64_t)i + 1;
		ret->side = side;
	}
	ret->left = (int64_t)c->graph.n - ret->n;
	return 0;
}

int
slice_graph_next(struct store *s, const struct branch *b,
    const unsigned char own[20], const unsigned char *office,
    const unsigned char *side, int64_t max_bytes, struct slice *ret,
    struct err *e)
{
	struct cut c = { .office = office, .side = side };
	struct slice found;
	int rc;

	memset(&found, 0, sizeof(found));
	if ((rc = cut_init(&c, b->repo, own, e)) == 0)
		rc = fill(s, b, &c, max_bytes, &found, e);
	cut_release(&c);
	if (rc == 0)
		*ret = found;
	return rc;
}
