#include "client/worddiff.h"

#include "client/words.h"

/* Differences looked for at most; memory grows with their square. */
#define EDITS_MAX 1000

/* A text and the ends of its words. */
struct side {
	const char *s;
	size_t *ends;
	size_t n;
	unsigned char *kept; /* by word: the other one has it, too */
};

static size_t
begin_of(const struct side *side, size_t word)
{
	return word == 0 ? 0 : side->ends[word - 1];
}

static int
same_word(const struct side *a, size_t i, const struct side *b, size_t j)
{
	size_t at = begin_of(a, i), bt = begin_of(b, j);
	size_t la = a->ends[i] - at;

	return la == b->ends[j] - bt && memcmp(a->s + at, b->s + bt, la) == 0;
}

static int
open_side(struct side *side, const char *s, struct err *e)
{
	int rc;

	memset(side, 0, sizeof(*side));
	side->s = s;
	rc = words_ends(s, strlen(s), &side->ends, &side->n, e);
	if (rc < 0)
		return rc;
	side->kept = calloc(side->n + 1, 1);
	return side->kept == NULL ? err_nomem(e) : 0;
}

static void
close_side(struct side *side)
{
	free(side->ends);
	free(side->kept);
}

/* --- the longest common words, after Myers --- */

/* The part of both that is compared. */
struct part {
	struct side *a, *b;
	size_t a0, b0; /* first word of each */
	int na, nb;
};

static int
same_at(const struct part *p, int x, int y)
{
	return same_word(p->a, p->a0 + (size_t)x, p->b, p->b0 + (size_t)y);
}

/* The trace: for each number of edits d, how far each diagonal -d … d got. */
struct trace {
	int *v;
	size_t cap;
};

/* The middle of row d. */
static int *
row_of(const struct trace *t, int d)
{
	return t->v + (size_t)d * (size_t)d + (size_t)d;
}

static int
grow(struct trace *t, int d, struct err *e)
{
	size_t want = ((size_t)d + 1) * ((size_t)d + 1), cap = t->cap;
	int *grown;

	if (want <= cap)
		return 0;
	while (cap < want)
		cap = cap == 0 ? 64 : 2 * cap;
	if ((grown = realloc(t->v, cap * sizeof(*grown))) == NULL)
		return err_nomem(e);
	t->v = grown;
	t->cap = cap;
	return 0;
}

/* 1: the last edit before diagonal k brought a word of b in, from diagonal
 * k + 1; 0: it dropped one of a, from k - 1. prev: the row of d - 1 edits. */
static int
came_in(const int *prev, int d, int k)
{
	return k == -d || (k != d && prev[k - 1] < prev[k + 1]);
}

static int
furthest(const struct part *p, const int *prev, int d, int k)
{
	int x = 0, y;

	if (d > 0)
		x = came_in(prev, d, k) ? prev[k + 1] : prev[k - 1] + 1;
	for (y = x - k; x < p->na && y < p->nb && same_at(p, x, y); y++)
		x++;
	return x;
}

/* From the end of a path of d edits back: what lies on its diagonals is kept. */
static void
mark_back(const struct part *p, const struct trace *t, int d)
{
	int x = p->na, y = p->nb, k, from, x0;
	const int *prev;

	for (; d >= 0; d--) {
		k = x - y;
		x0 = 0;
		from = 0;
		prev = d > 0 ? row_of(t, d - 1) : NULL;
		if (prev != NULL) {
			from = came_in(prev, d, k) ? k + 1 : k - 1;
			x0 = from == k + 1 ? prev[from] : prev[from] + 1;
		}
		for (; x > x0; x--, y--) {
			p->a->kept[p->a0 + (size_t)x - 1] = 1;
			p->b->kept[p->b0 + (size_t)y - 1] = 1;
		}
		if (prev != NULL) {
			x = prev[from];
			y = x - from;
		}
	}
}

/* Beyond EDITS_MAX nothing is kept: one place. */
static int
compare(const struct part *p, struct err *e)
{
	struct trace t = { NULL, 0 };
	int d, k, x, *v, rc = 0;

	for (d = 0; rc == 0 && d <= EDITS_MAX; d++) {
		if ((rc = grow(&t, d, e)) < 0)
			break;
		v = row_of(&t, d);
		for (k = -d; k <= d; k += 2) {
			x = furthest(p, d > 0 ? row_of(&t, d - 1) : NULL, d, k);
			v[k] = x;
			if (x >= p->na && x - k >= p->nb)
				break;
		}
		if (k <= d) {
			mark_back(p, &t, d);
			break;
		}
	}
	free(t.v);
	return rc;
}

/* --- places --- */

static void
keep_ends(struct side *a, struct side *b, struct part *ret)
{
	size_t head = 0, tail = 0;

	while (head < a->n && head < b->n && same_word(a, head, b, head))
		head++;
	while (tail < a->n - head && tail < b->n - head &&
	       same_word(a, a->n - 1 - tail, b, b->n - 1 - tail))
		tail++;
	memset(a->kept, 1, head);
	memset(b->kept, 1, head);
	memset(a->kept + a->n - tail, 1, tail);
	memset(b->kept + b->n - tail, 1, tail);
	ret->a = a;
	ret->b = b;
	ret->a0 = ret->b0 = head;
	ret->na = (int)(a->n - head - tail);
	ret->nb = (int)(b->n - head - tail);
}

/* Nothing but blanks. */
static int
is_blank(const char *s, size_t len)
{
	return strspn(s, " \t\n") >= len;
}

/* The place becomes one with that before it, when only blanks are between. */
static void
add_place(struct worddiff_place *list, size_t *n, const struct side *a,
    const struct worddiff_place *at)
{
	struct worddiff_place *last = *n > 0 ? &list[*n - 1] : NULL;
	size_t end = last != NULL ? last->old_at + last->old_len : 0;

	if (last == NULL || !is_blank(a->s + end, at->old_at - end)) {
		list[(*n)++] = *at;
		return;
	}
	last->old_len = at->old_at + at->old_len - last->old_at;
	last->new_len = at->new_at + at->new_len - last->new_at;
}

static int
collect(const struct side *a, const struct side *b, struct worddiff_place **ret,
    size_t *ret_n, struct err *e)
{
	struct worddiff_place *list = calloc(a->n + b->n + 1, sizeof(*list));
	struct worddiff_place at;
	size_t i = 0, j = 0, n = 0;

	if (list == NULL)
		return err_nomem(e);
	while (i < a->n || j < b->n) {
		if (i < a->n && j < b->n && a->kept[i] && b->kept[j]) {
			i++;
			j++;
			continue;
		}
		at.old_at = begin_of(a, i);
		at.new_at = begin_of(b, j);
		while (i < a->n && !a->kept[i])
			i++;
		while (j < b->n && !b->kept[j])
			j++;
		at.old_len = begin_of(a, i) - at.old_at;
		at.new_len = begin_of(b, j) - at.new_at;
		add_place(list, &n, a, &at);
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

int
worddiff_find(const char *old, const char *new_, struct worddiff_place **ret,
    size_t *ret_n, struct err *e)
{
	struct side a = { 0 }, b = { 0 };
	struct part p;
	int rc;

	if ((rc = open_side(&a, old, e)) < 0 ||
	    (rc = open_side(&b, new_, e)) < 0)
		goto out;
	keep_ends(&a, &b, &p);
	if ((p.na == 0 && p.nb == 0) || p.na == 0 || p.nb == 0 ||
	    (rc = compare(&p, e)) == 0)
		rc = collect(&a, &b, ret, ret_n, e);
out:
	close_side(&a);
	close_side(&b);
	return rc;
}

int
worddiff_is_worth(const char *old, const char *new_,
    const struct worddiff_place *list, size_t n)
{
	size_t lo = strlen(old), ln = strlen(new_), gone = 0;

	for (size_t i = 0; i < n; i++)
		gone += list[i].old_len;
	/* a third of the shorter text is still there */
	return n > 0 && 3 * (lo - gone) >= (lo < ln ? lo : ln) && lo > gone;
}

static int
push(cJSON *list, const char *op, const char *s, size_t len, struct err *e)
{
	cJSON *one;
	char *text;
	int rc;

	if (len == 0)
		return 0;
	if ((text = strndup(s, len)) == NULL)
		return err_nomem(e);
	one = cJSON_CreateObject();
	if ((rc = json_put_str(one, "op", op, e)) == 0)
		rc = json_put_str(one, "text", text, e);
	free(text);
	if (rc < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

int
worddiff_segments(const char *old, const char *new_, cJSON **ret, struct err *e)
{
	struct worddiff_place *list = NULL;
	cJSON *out = cJSON_CreateArray();
	size_t n = 0, at = 0, i;
	int rc =
	    out != NULL ? worddiff_find(old, new_, &list, &n, e) : err_nomem(e);

	for (i = 0; rc == 0 && i < n; i++) {
		const struct worddiff_place *p = &list[i];

		if ((rc = push(out, "same", old + at, p->old_at - at, e)) < 0 ||
		    (rc = push(out, "old", old + p->old_at, p->old_len, e)) < 0)
			break;
		rc = push(out, "new", new_ + p->new_at, p->new_len, e);
		at = p->old_at + p->old_len;
	}
	if (rc == 0)
		rc = push(out, "same", old + at, strlen(old) - at, e);
	free(list);
	if (rc < 0)
		cJSON_Delete(out);
	else
		*ret = out;
	return rc;
}
