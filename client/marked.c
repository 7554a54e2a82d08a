#include "client/marked.h"

#include "base/text.h"
#include "client/worddiff.h"
#include "client/wrap.h"

/* Columns of a stretch that is the same and shown whole; of a longer one, those
 * at each end. */
#define SAME_WHOLE 240
#define SAME_END 80

/* A text under way, and where in it which style begins. */
struct mark {
	size_t at;
	enum style style;
};

struct marked {
	int colour;
	struct buf text; /* harmless: wrap_safe() */
	struct mark *marks;
	size_t n, cap;
};

/* --- the text --- */

static void
begin(struct marked *m, enum style st)
{
	struct mark *grown;
	size_t cap = m->cap == 0 ? 16 : 2 * m->cap;

	if (m->n == m->cap) {
		grown = realloc(m->marks, cap * sizeof(*grown));
		if (grown == NULL) {
			m->text.failed = 1;
			return;
		}
		m->marks = grown;
		m->cap = cap;
	}
	m->marks[m->n].at = m->text.len;
	m->marks[m->n++].style = st;
}

static void
add(struct marked *m, const char *s, size_t len)
{
	char *part = strndup(s, len);

	if (part == NULL) {
		m->text.failed = 1;
		return;
	}
	wrap_safe(&m->text, part, 1);
	free(part);
}

static void
add_changed(struct marked *m, enum style st, const char *before,
    const char *after, const char *s, size_t len)
{
	if (len == 0)
		return;
	begin(m, st);
	if (!m->colour)
		buf_puts(&m->text, before);
	add(m, s, len);
	if (!m->colour)
		buf_puts(&m->text, after);
	begin(m, STYLE_PLAIN);
}

static size_t
cluster_width(const char *s, size_t len)
{
	char text[64];

	if (len >= sizeof(text))
		return 1;
	memcpy(text, s, len);
	text[len] = '\0';
	return text_width(text);
}

/* Where the last clusters of s that fit into so many columns begin. */
static size_t
tail_of(const char *s, size_t len, size_t width, size_t cols)
{
	size_t at = 0, n;

	for (; at < len && width > cols; at += n) {
		size_t w;

		n = text_cluster(s + at, len - at);
		w = cluster_width(s + at, n);
		width -= w < width ? w : width;
	}
	return at;
}

static void
add_same(struct marked *m, const char *s, size_t len, int first, int last)
{
	char *whole = strndup(s, len);
	size_t head, tail, width;

	if (whole == NULL) {
		m->text.failed = 1;
		return;
	}
	if ((width = text_width(whole)) > SAME_WHOLE) {
		head = first ? 0 : text_fit(whole, SAME_END);
		tail = last ? len : tail_of(whole, len, width, SAME_END);
		add(m, whole, head);
		begin(m, STYLE_DIM);
		buf_puts(&m->text, " … ");
		begin(m, STYLE_PLAIN);
		add(m, whole + tail, len - tail);
	} else {
		add(m, whole, len);
	}
	free(whole);
}

/* --- lines --- */

/* Bytes from at to end of the text, each in its style. */
static void
put_line(struct out *o, const struct marked *m, size_t at, size_t end)
{
	size_t i = 0, stop;

	while (i + 1 < m->n && m->marks[i + 1].at <= at)
		i++;
	for (; at < end; at = stop, i++) {
		stop = i + 1 < m->n && m->marks[i + 1].at < end
			   ? m->marks[i + 1].at
			   : end;
		if (stop == at)
			continue;
		if (m->colour && m->marks[i].style != STYLE_PLAIN)
			out_style(o, m->marks[i].style);
		buf_append(&o->b, m->text.data + at, stop - at);
		if (m->colour && m->marks[i].style != STYLE_PLAIN)
			out_style(o, STYLE_PLAIN);
	}
}

static void
put_lines(struct out *o, size_t indent, const struct marked *m)
{
	size_t cols = o->width > indent + 10 ? o->width - indent : 10;
	const char *s = buf_str(&m->text);
	size_t at = 0, len, next;

	while (at < m->text.len) {
		len = wrap_line(s + at, cols, &next);
		out_spaces(o, indent);
		put_line(o, m, at, at + len);
		out_nl(o);
		at += next;
	}
}

static void
build(struct marked *m, const char *old, const char *new_,
    const struct worddiff_place *list, size_t n)
{
	size_t at = 0, i;

	begin(m, STYLE_PLAIN);
	for (i = 0; i < n; i++) {
		const struct worddiff_place *p = &list[i];

		add_same(m, old + at, p->old_at - at, i == 0, 0);
		add_changed(
		    m, STYLE_BAD, "[-", "-]", old + p->old_at, p->old_len);
		add_changed(
		    m, STYLE_GOOD, "{+", "+}", new_ + p->new_at, p->new_len);
		at = p->old_at + p->old_len;
	}
	add_same(m, old + at, strlen(old) - at, 0, 1);
}

int
marked_print(struct out *o, size_t indent, const char *old, const char *new_)
{
	struct marked m = { .colour = o->colour, .text = BUF_INIT };
	struct worddiff_place *list = NULL;
	size_t n = 0;
	int worth = 0;

	if (worddiff_find(old, new_, &list, &n, NULL) < 0) {
		o->b.failed = 1;
		return 1;
	}
	worth = worddiff_is_worth(old, new_, list, n);
	if (worth) {
		build(&m, old, new_, list, n);
		if (m.text.failed)
			o->b.failed = 1;
		else
			put_lines(o, indent, &m);
	}
	buf_release(&m.text);
	free(m.marks);
	free(list);
	return worth;
}
