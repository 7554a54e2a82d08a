#include "store/record/lines.h"

#include <stdint.h>

#include "base/buf.h"

#define NONE SIZE_MAX

struct line {
	const char *s;
	size_t len;
};

struct text {
	struct line *list; /* split at LF: one more than there are LF */
	size_t n;
	size_t *match; /* of a side: base line -> its line, or NONE */
};

/* A stretch of each text between two lines that all have in common. */
struct chunk {
	size_t from, to;
};

static int
split(const char *s, struct text *ret, struct err *e)
{
	const char *p;
	size_t n = 1;

	for (p = s; *p != '\0'; p++)
		n += *p == '\n';
	if ((ret->list = calloc(n, sizeof(*ret->list))) == NULL)
		return err_nomem(e);
	ret->n = n;
	for (n = 0; n < ret->n; n++) {
		ret->list[n].s = s;
		ret->list[n].len = strcspn(s, "\n");
		s += ret->list[n].len + 1;
	}
	return 0;
}

static int
same_line(const struct line *a, const struct line *b)
{
	return a->len == b->len && memcmp(a->s, b->s, a->len) == 0;
}

/*
 * The longest common subsequence of what lies between the equal beginnings and
 * ends; cells[i * width + j]: of base[i..] and side[j..]. Ties go to the
 * earlier line, so that the result depends on the texts alone.
 */
static void
match_middle(const struct text *base, struct text *side, size_t from,
    size_t base_end, size_t side_end, uint16_t *cells)
{
	size_t rows = base_end - from, width = side_end - from + 1;
	const struct line *a = base->list + from, *b = side->list + from;
	size_t i, j;

	for (i = rows; i-- > 0;)
		for (j = width - 1; j-- > 0;) {
			uint16_t down = cells[(i + 1) * width + j];
			uint16_t right = cells[i * width + j + 1];

			if (same_line(&a[i], &b[j]))
				cells[i * width + j] =
				    (uint16_t)(cells[(i + 1) * width + j + 1] +
					       1);
			else
				cells[i * width + j] =
				    down > right ? down : right;
		}
	for (i = 0, j = 0; i < rows && j + 1 < width;) {
		if (same_line(&a[i], &b[j])) {
			side->match[from + i++] = from + j++;
		} else if (cells[(i + 1) * width + j] >=
			   cells[i * width + j + 1]) {
			i++;
		} else {
			j++;
		}
	}
}

/* Which line of a side each line of the base became; *ret_ok 0: too long. */
static int
match(const struct text *base, struct text *side, int *ret_ok, struct err *e)
{
	size_t from = 0, end = 0, rows, width, i;
	size_t least = base->n < side->n ? base->n : side->n;
	uint16_t *cells;

	if ((side->match = calloc(base->n, sizeof(*side->match))) == NULL)
		return err_nomem(e);
	for (i = 0; i < base->n; i++)
		side->match[i] = NONE;
	while (from < least && same_line(&base->list[from], &side->list[from]))
		from++;
	while (end < least - from && same_line(&base->list[base->n - 1 - end],
					 &side->list[side->n - 1 - end]))
		end++;
	for (i = 0; i < from; i++)
		side->match[i] = i;
	for (i = 1; i <= end; i++)
		side->match[base->n - i] = side->n - i;
	rows = base->n - end - from + 1;
	width = side->n - end - from + 1;
	*ret_ok = rows <= LINES_MAX_CELLS / width;
	if (!*ret_ok)
		return 0;
	if ((cells = calloc(rows * width, sizeof(*cells))) == NULL)
		return err_nomem(e);
	match_middle(base, side, from, base->n - end, side->n - end, cells);
	free(cells);
	return 0;
}

static int
same_chunk(const struct text *a, const struct chunk *x, const struct text *b,
    const struct chunk *y)
{
	size_t i;

	if (x->to - x->from != y->to - y->from)
		return 0;
	for (i = 0; i < x->to - x->from; i++)
		if (!same_line(&a->list[x->from + i], &b->list[y->from + i]))
			return 0;
	return 1;
}

static void
put_line(struct buf *out, const struct line *l, int *first)
{
	if (!*first)
		buf_putc(out, '\n');
	*first = 0;
	buf_append(out, l->s, l->len);
}

static void
put_chunk(
    struct buf *out, const struct text *t, const struct chunk *c, int *first)
{
	size_t i;

	for (i = c->from; i < c->to; i++)
		put_line(out, &t->list[i], first);
}

enum { BASE, HALL, MINE, SIDES };

/* 1 if at most one side changed the stretch, or both the same. */
static int
put_stretch(
    struct buf *out, const struct text *t, const struct chunk *c, int *first)
{
	if (same_chunk(&t[BASE], &c[BASE], &t[HALL], &c[HALL]))
		put_chunk(out, &t[MINE], &c[MINE], first);
	else if (same_chunk(&t[BASE], &c[BASE], &t[MINE], &c[MINE]) ||
		 same_chunk(&t[HALL], &c[HALL], &t[MINE], &c[MINE]))
		put_chunk(out, &t[HALL], &c[HALL], first);
	else
		return 0;
	return 1;
}

/* 1 if clean. */
static int
weave(const struct text *t, struct buf *out)
{
	struct chunk c[SIDES] = { { 0, 0 }, { 0, 0 }, { 0, 0 } };
	const size_t *hall = t[HALL].match;
	const size_t *mine = t[MINE].match;
	int first = 1;
	size_t i;

	if (hall == NULL || mine == NULL)
		return 0;
	for (i = 0; i <= t[BASE].n; i++) {
		if (i < t[BASE].n && (hall[i] == NONE || mine[i] == NONE))
			continue;
		c[BASE].to = i;
		c[HALL].to = i < t[BASE].n ? hall[i] : t[HALL].n;
		c[MINE].to = i < t[BASE].n ? mine[i] : t[MINE].n;
		if (!put_stretch(out, t, c, &first))
			return 0;
		if (i == t[BASE].n)
			break;
		put_line(out, &t[BASE].list[i], &first);
		c[BASE].from = i + 1;
		c[HALL].from = hall[i] + 1;
		c[MINE].from = mine[i] + 1;
	}
	return 1;
}

int
lines_merge(const char *base, const char *hall, const char *mine, char **ret,
    struct err *e)
{
	struct text t[SIDES];
	struct buf out = BUF_INIT;
	int ok = 0, i, rc;

	memset(t, 0, sizeof(t));
	if ((rc = split(base, &t[BASE], e)) < 0 ||
	    (rc = split(hall, &t[HALL], e)) < 0 ||
	    (rc = split(mine, &t[MINE], e)) < 0)
		goto out;
	if ((rc = match(&t[BASE], &t[HALL], &ok, e)) < 0)
		goto out;
	if (ok && (rc = match(&t[BASE], &t[MINE], &ok, e)) < 0)
		goto out;
	if (ok && !weave(t, &out))
		ok = 0;
	if ((rc = buf_ok(&out, e)) < 0)
		goto out;
	*ret = NULL;
	if (ok && (*ret = buf_take(&out)) == NULL)
		rc = err_nomem(e);
out:
	for (i = 0; i < SIDES; i++) {
		free(t[i].list);
		free(t[i].match);
	}
	buf_release(&out);
	return rc;
}
