#include "store/git/graph_walk.h"

#include "store/sign/commit.h"

#define HEAD_TREE 46   /* "tree <40 hex>\n" */
#define HEAD_PARENT 48 /* "parent <40 hex>\n" */
#define TIME_MAX ((int64_t)1 << 53)
#define STEP_S 86400 /* admit.h: a child may claim to be so much older */

void
walk_init(struct walk *w, struct repo *r)
{
	memset(w, 0, sizeof(*w));
	w->repo = r;
	buf_init(&w->raw);
}

void
walk_release(struct walk *w)
{
	buf_release(&w->raw);
	free(w->nodes);
	free(w->slots);
	free(w->heap);
	memset(w, 0, sizeof(*w));
}

/* --- by id --- */

static size_t
slot_of(const struct walk *w, const unsigned char id[20])
{
	uint64_t h;
	size_t i;

	memcpy(&h, id, sizeof(h));
	i = (size_t)(h & (w->n_slots - 1));
	while (w->slots[i] != 0 &&
	       memcmp(w->nodes[w->slots[i] - 1].id, id, 20) != 0)
		i = (i + 1) & (w->n_slots - 1);
	return i;
}

int
walk_find(const struct walk *w, const unsigned char id[20], size_t *ret)
{
	size_t at;

	if (w->n_slots == 0 || (at = w->slots[slot_of(w, id)]) == 0)
		return 0;
	*ret = at - 1;
	return 1;
}

static int
grow_slots(struct walk *w, struct err *e)
{
	size_t n = w->n_slots == 0 ? 256 : w->n_slots * 2, i;
	size_t *slots;

	if (w->n * 2 < w->n_slots)
		return 0;
	if ((slots = calloc(n, sizeof(*slots))) == NULL)
		return err_nomem(e);
	free(w->slots);
	w->slots = slots;
	w->n_slots = n;
	for (i = 0; i < w->n; i++)
		w->slots[slot_of(w, w->nodes[i].id)] = i + 1;
	return 0;
}

/* --- one commit --- */

/* The committer's time: "committer <who> <seconds> <offset>\n"; 0 if it cannot
 * be read, as what is wrong with a commit is for admit to say. */
static int64_t
read_time(const char *p)
{
	const char *line = strstr(p, "\ncommitter "), *end, *at;
	int64_t t;

	if (line == NULL || (end = strchr(line + 1, '\n')) == NULL)
		return 0;
	for (at = end; at > line && *at != ' '; at--)
		;
	for (at--; at > line && *at != ' '; at--)
		;
	t = at > line ? strtoll(at + 1, NULL, 10) : 0;
	return t < 0 || t > TIME_MAX ? 0 : t;
}

/*
 * Parents of a raw commit, before anything about it is believed: a commit whose
 * rest is bad must not hide the good ones behind it.
 */
static int
read_head(struct walk *w, struct walk_node *n, struct err *e)
{
	const char *p = buf_str(&w->raw) + HEAD_TREE;
	size_t left;
	char hex[41];
	int rc;

	if (w->raw.len < HEAD_TREE ||
	    strncmp(buf_str(&w->raw), "tree ", 5) != 0 ||
	    buf_str(&w->raw)[HEAD_TREE - 1] != '\n')
		return err_set(e, ERR_INVALID, 0, "is not a commit");
	left = w->raw.len - HEAD_TREE;
	while (n->n_parents < 2 && left >= HEAD_PARENT &&
	       strncmp(p, "parent ", 7) == 0) {
		snprintf(hex, sizeof(hex), "%.40s", p + 7);
		rc = commit_unhex(hex, n->parents[n->n_parents++], e);
		if (rc < 0)
			return rc;
		p += HEAD_PARENT;
		left -= HEAD_PARENT;
	}
	n->time = read_time(buf_str(&w->raw));
	return 0;
}

static int
read_node(struct walk *w, struct walk_node *n, struct err *e)
{
	char context[32], hex[41];
	int rc;

	buf_clear(&w->raw);
	rc = repo_read(w->repo, n->id, OBJECT_COMMIT, COMMIT_MAX, &w->raw, e);
	if (rc == 0)
		rc = read_head(w, n, e);
	if (rc == 0)
		return 0;
	commit_hex(n->id, hex);
	snprintf(context, sizeof(context), "commit %.10s", hex);
	err_prepend(e, context);
	if (rc == ERR_NOT_FOUND) {
		rc = ERR_DAMAGED;
		if (e != NULL) {
			e->code = ERR_DAMAGED;
			e->sub = (int)ERR_NOT_FOUND;
		}
	}
	return rc;
}

static int
add_node(struct walk *w, const unsigned char id[20], size_t *ret, struct err *e)
{
	size_t cap = w->cap == 0 ? 64 : w->cap * 2;
	struct walk_node *grown, *n;
	int rc;

	if ((rc = grow_slots(w, e)) < 0)
		return rc;
	if (w->n == w->cap) {
		grown = realloc(w->nodes, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		w->nodes = grown;
		w->cap = cap;
	}
	n = &w->nodes[w->n];
	memset(n, 0, sizeof(*n));
	memcpy(n->id, id, 20);
	if ((rc = read_node(w, n, e)) < 0)
		return rc;
	n->key = n->time;
	w->slots[slot_of(w, id)] = w->n + 1;
	*ret = w->n++;
	return 0;
}

/* --- the queue: a heap; equal keys by id, so that the order depends on the
 * commits alone --- */

static int
before(const struct walk *w, size_t a, size_t b)
{
	const struct walk_node *x = &w->nodes[a], *y = &w->nodes[b];

	if (x->key != y->key)
		return x->key > y->key;
	return memcmp(x->id, y->id, 20) < 0;
}

static void
swap(struct walk *w, size_t i, size_t j)
{
	size_t kept = w->heap[i];

	w->heap[i] = w->heap[j];
	w->heap[j] = kept;
}

static int
queue(struct walk *w, size_t node, struct err *e)
{
	size_t cap = w->cap_heap == 0 ? 64 : w->cap_heap * 2, i, up;
	size_t *grown;

	if (w->nodes[node].queued)
		return 0;
	if (w->n_heap == w->cap_heap) {
		grown = realloc(w->heap, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		w->heap = grown;
		w->cap_heap = cap;
	}
	w->nodes[node].queued = 1;
	w->heap[i = w->n_heap++] = node;
	while (i > 0) {
		up = (i - 1) / 2;
		if (!before(w, w->heap[i], w->heap[up]))
			break;
		swap(w, i, up);
		i = up;
	}
	return 0;
}

int
walk_peek(const struct walk *w, size_t *ret)
{
	if (w->n_heap == 0)
		return 0;
	*ret = w->heap[0];
	return 1;
}

int
walk_next(struct walk *w, size_t *ret)
{
	size_t i = 0, down;

	if (w->n_heap == 0)
		return 0;
	*ret = w->heap[0];
	w->nodes[*ret].queued = 0;
	w->heap[0] = w->heap[--w->n_heap];
	for (;;) {
		down = 2 * i + 1;
		if (down >= w->n_heap)
			return 1;
		if (down + 1 < w->n_heap &&
		    before(w, w->heap[down + 1], w->heap[down]))
			down++;
		if (!before(w, w->heap[down], w->heap[i]))
			return 1;
		swap(w, i, down);
		i = down;
	}
}

/* --- marks --- */

static int
mark(struct walk *w, const unsigned char id[20], unsigned marks, int64_t key,
    size_t *ret, struct err *e)
{
	struct walk_node *n;
	int rc;

	if (!walk_find(w, id, ret)) {
		if ((rc = add_node(w, id, ret, e)) < 0)
			return rc;
		n = &w->nodes[*ret];
		if (n->key < key)
			n->key = key;
	}
	n = &w->nodes[*ret];
	if ((n->marks & marks) == marks)
		return 0;
	n->marks |= marks;
	return queue(w, *ret, e);
}

int
walk_mark(struct walk *w, const unsigned char id[20], unsigned marks,
    size_t *ret, struct err *e)
{
	return mark(w, id, marks, INT64_MIN, ret, e);
}

int
walk_mark_parent(struct walk *w, size_t child, int which, unsigned marks,
    size_t *ret, struct err *e)
{
	unsigned char id[20];

	/* the child's node may move */
	memcpy(id, w->nodes[child].parents[which], 20);
	return mark(w, id, marks, w->nodes[child].key - STEP_S, ret, e);
}
