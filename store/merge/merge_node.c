#include "store/merge/merge_node.h"

#include "store/merge/merge_kept.h"
#include "store/merge/merge_record.h"

#define MAX_BASES 16
/* Merges of ancestors below one merge. Further ancestors are left out: then
 * more is a conflict than need be, and nothing is lost. */
#define MAX_NODES 64

/* --- the nodes --- */

/* NULL: no memory. */
static struct merge_node *
add_node(struct merge_nodes *g, int64_t version)
{
	struct merge_node *n, **grown;

	grown = realloc(g->list, (g->n + 1) * sizeof(struct merge_node *));
	if (grown == NULL)
		return NULL;
	g->list = grown;
	if ((n = calloc(1, sizeof(*n))) == NULL)
		return NULL;
	n->version = version;
	g->list[g->n++] = n;
	return n;
}

struct versions {
	int64_t list[MAX_BASES];
	size_t n;
};

/* 1 in *ret if a is an ancestor of b, or b itself. */
static int
reaches(struct merge_nodes *g, int64_t a, int64_t b, int *ret, struct err *e)
{
	int64_t base[MAX_BASES];
	size_t n = 0;
	int rc = g->h->bases(g->h->arg, a, b, base, MAX_BASES, &n, e);

	*ret = rc == 0 && n == 1 && base[0] == a;
	return rc;
}

/* Adds a version unless one of the list is it or comes after it; those before
 * it go. */
static int
add_version(
    struct merge_nodes *g, struct versions *vs, int64_t v, struct err *e)
{
	size_t i, kept = 0;
	int older = 0, rc;

	for (i = 0; i < vs->n; i++) {
		if ((rc = reaches(g, v, vs->list[i], &older, e)) < 0 || older)
			return rc;
	}
	for (i = 0; i < vs->n; i++) {
		if ((rc = reaches(g, vs->list[i], v, &older, e)) < 0)
			return rc;
		if (!older)
			vs->list[kept++] = vs->list[i];
	}
	vs->n = kept;
	if (vs->n < MAX_BASES)
		vs->list[vs->n++] = v;
	return 0;
}

/* The best common ancestors of the first merged versions and the next. */
static int
find_bases(struct merge_nodes *g, const int64_t *merged, size_t n, int64_t next,
    struct versions *ret, struct err *e)
{
	struct versions some;
	size_t i, k;
	int rc;

	ret->n = 0;
	for (i = 0; i < n; i++) {
		some.n = 0;
		if ((rc = g->h->bases(g->h->arg, merged[i], next, some.list,
			 MAX_BASES, &some.n, e)) < 0)
			return rc;
		if (n == 1) {
			*ret = some;
			return 0;
		}
		for (k = 0; k < some.n; k++)
			if ((rc = add_version(g, ret, some.list[k], e)) < 0)
				return rc;
	}
	return 0;
}

static int add_ancestor(struct merge_nodes *g, const struct versions *vs,
    struct merge_node **ret, struct err *e);

/* The merge of a node, in which those versions are, and the next one. */
static int
add_merge(struct merge_nodes *g, struct merge_node *first,
    const int64_t *merged, size_t n, int64_t next, struct merge_node **ret,
    struct err *e)
{
	struct merge_node *m = add_node(g, -1), *other = add_node(g, next);
	struct versions bases;
	int rc;

	if (m == NULL || other == NULL)
		return err_nomem(e);
	m->sides[MERGE_HALL] = first;
	m->sides[MERGE_MINE] = other;
	if ((rc = find_bases(g, merged, n, next, &bases, e)) < 0 ||
	    (rc = add_ancestor(g, &bases, &m->base, e)) < 0)
		return rc;
	*ret = m;
	return 0;
}

static int
add_ancestor(struct merge_nodes *g, const struct versions *vs,
    struct merge_node **ret, struct err *e)
{
	struct merge_node *node = NULL;
	size_t i;
	int rc;

	if (vs->n > 0 && (node = add_node(g, vs->list[0])) == NULL)
		return err_nomem(e);
	for (i = 1; i < vs->n && g->n < MAX_NODES; i++)
		if ((rc = add_merge(
			 g, node, vs->list, i, vs->list[i], &node, e)) < 0)
			return rc;
	*ret = node;
	return 0;
}

int
merge_nodes_create(const struct merge_history *h, int64_t hall, int64_t mine,
    struct merge_nodes **ret, struct err *e)
{
	struct merge_nodes *g = calloc(1, sizeof(*g));
	struct merge_node *first;
	int rc;

	if (g == NULL)
		return err_nomem(e);
	g->h = h;
	if ((first = add_node(g, hall)) == NULL)
		rc = err_nomem(e);
	else
		rc = add_merge(g, first, &hall, 1, mine, &g->top, e);
	if (rc < 0) {
		merge_nodes_free(g);
		return rc;
	}
	*ret = g;
	return 0;
}

static void
free_merged(struct merged *m)
{
	if (m == NULL)
		return;
	cJSON_Delete(m->rec);
	cJSON_Delete(m->open);
	cJSON_Delete(m->conflicts);
	free(m);
}

void
merge_nodes_free(struct merge_nodes *g)
{
	struct merge_node *m;
	size_t i, k;

	if (g == NULL)
		return;
	for (i = 0; i < g->n; i++) {
		m = g->list[i];
		for (k = 0; k < m->n; k++)
			free_merged(m->known[k]);
		free(m->known);
		for (k = 0; k < MERGE_SIDES; k++)
			cJSON_Delete(m->settled[k]);
		free(m);
	}
	free(g->list);
	free(g);
}

/* --- their records --- */

static struct merged *
known(const struct merge_node *n, const char *path)
{
	size_t i;

	for (i = 0; i < n->n; i++)
		if (strcmp(n->known[i]->path, path) == 0)
			return n->known[i];
	return NULL;
}

static int
remember(struct merge_node *n, struct merged *m, struct err *e)
{
	size_t cap = n->cap == 0 ? 8 : 2 * n->cap;
	struct merged **grown;

	if (n->n == n->cap) {
		grown = realloc(n->known, cap * sizeof(struct merged *));
		if (grown == NULL)
			return err_nomem(e);
		n->known = grown;
		n->cap = cap;
	}
	n->known[n->n++] = m;
	return 0;
}

int
merge_node_record(struct merge_nodes *g, struct merge_node *n, const char *path,
    const struct merged **ret, struct err *e)
{
	struct merged *m = known(n, path);
	int rc;

	if (m != NULL) {
		*ret = m;
		return 0;
	}
	if ((m = calloc(1, sizeof(*m))) == NULL)
		return err_nomem(e);
	snprintf(m->path, sizeof(m->path), "%s", path);
	rc = record_path_parse(path, RECORD_OFFICE, &m->rp, e);
	if (rc == 0 && n->sides[MERGE_HALL] == NULL)
		rc = g->h->record(g->h->arg, n->version, path, &m->rec, e);
	else if (rc == 0)
		rc = merge_record(g, n, m, e);
	if (rc == 0)
		rc = remember(n, m, e);
	if (rc < 0) {
		free_merged(m);
		return rc;
	}
	*ret = m;
	return 0;
}

void
merge_nodes_forget(struct merge_nodes *g)
{
	size_t i, k, kept;

	for (i = 0; i < g->n; i++) {
		struct merge_node *n = g->list[i];

		for (k = 0, kept = 0; k < n->n; k++)
			if (strcmp(n->known[k]->rp.type->name, "assessment") ==
			    0)
				n->known[kept++] = n->known[k];
			else
				free_merged(n->known[k]);
		n->n = kept;
	}
}
