#include "client/table.h"

#include "base/text.h"
#include "client/wrap.h"

#define GAP 2
#define FLEX_MIN 16

void
table_init(struct table *t)
{
	memset(t, 0, sizeof(*t));
}

void
table_release(struct table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i].text);
	free(t->cells);
	table_init(t);
}

void
table_column(struct table *t, const char *head, enum column kind)
{
	if (t->n_cols == TABLE_COLS) {
		t->failed = 1;
		return;
	}
	if (head == NULL)
		t->no_head = 1;
	t->cols[t->n_cols++] = kind;
	table_cell(t, STYLE_HEAD, head != NULL ? head : "");
}

void
table_cell(struct table *t, enum style st, const char *text)
{
	struct buf safe = BUF_INIT;

	if (t->n_cells == t->cap) {
		size_t cap = t->cap > 0 ? 2 * t->cap : 64;
		struct table_cell *more =
		    realloc(t->cells, cap * sizeof(*more));

		if (more == NULL) {
			t->failed = 1;
			return;
		}
		t->cells = more;
		t->cap = cap;
	}
	wrap_safe(&safe, text, 1);
	buf_puts(&safe, "");
	t->cells[t->n_cells].style = st;
	t->cells[t->n_cells].text = buf_take(&safe);
	if (t->cells[t->n_cells].text == NULL)
		t->failed = 1;
	else
		t->n_cells++;
}

/* Columns of the widest line of a text. */
static size_t
widest_line(const char *s)
{
	size_t widest = 0, next;

	while (*s != '\0') {
		size_t len = wrap_line(s, SIZE_MAX, &next);
		char *line = strndup(s, len);
		size_t w = line != NULL ? text_width(line) : len;

		free(line);
		if (w > widest)
			widest = w;
		s += next;
	}
	return widest;
}

static void
measure(const struct table *t, size_t room, size_t widths[TABLE_COLS])
{
	size_t sum = 0, flex = TABLE_COLS;

	memset(widths, 0, TABLE_COLS * sizeof(*widths));
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t w = widest_line(t->cells[i].text);

		if (w > widths[i % t->n_cols])
			widths[i % t->n_cols] = w;
	}
	for (size_t c = 0; c < t->n_cols; c++) {
		sum += widths[c] + (c > 0 ? GAP : 0);
		if (t->cols[c] == COL_FLEX || t->cols[c] == COL_CLIP)
			flex = c;
	}
	if (flex == TABLE_COLS || sum <= room)
		return;
	sum -= widths[flex];
	if (sum + FLEX_MIN > room)
		widths[flex] =
		    widths[flex] < FLEX_MIN ? widths[flex] : FLEX_MIN;
	else
		widths[flex] = room - sum;
}

/* One line of one cell, with blanks only where something follows. */
static void
print_cell(struct out *o, const struct table_cell *cell, const char *line,
    size_t len, size_t width, int right, int last)
{
	char *text = strndup(line, len);
	size_t w;

	if (text == NULL) {
		o->b.failed = 1;
		return;
	}
	w = text_width(text);
	if (right && w < width)
		out_spaces(o, width - w);
	if (len > 0)
		out_styled(o, cell->style, text);
	if (!right && !last && w < width)
		out_spaces(o, width - w);
	free(text);
}

/* As much of a cell as fits into one line, with a mark at its end. */
static void
print_clipped(struct out *o, const struct table_cell *cell, size_t width)
{
	size_t fit = text_fit(cell->text, width > 1 ? width - 1 : 1);
	char *text = malloc(fit + sizeof("…"));
	size_t w;

	if (text == NULL) {
		o->b.failed = 1;
		return;
	}
	memcpy(text, cell->text, fit);
	memcpy(text + fit, "…", sizeof("…"));
	out_styled(o, cell->style, text);
	w = text_width(text);
	if (w < width)
		out_spaces(o, width - w);
	free(text);
}

static int
anything_left(const char *const rest[TABLE_COLS], size_t from, size_t n)
{
	for (size_t c = from; c < n; c++)
		if (*rest[c] != '\0')
			return 1;
	return 0;
}

static void
print_row(const struct table *t, struct out *o, size_t row, size_t indent,
    const size_t widths[TABLE_COLS])
{
	const char *rest[TABLE_COLS] = { NULL };

	for (size_t c = 0; c < t->n_cols; c++)
		rest[c] = t->cells[row + c].text;
	do {
		out_spaces(o, indent);
		for (size_t c = 0; c < t->n_cols; c++) {
			size_t cols = widths[c] > 0 ? widths[c] : 1, next = 0;
			size_t len = wrap_line(rest[c], cols, &next);
			const char *line = rest[c];
			int last;

			rest[c] += next;
			if (t->cols[c] == COL_CLIP && *rest[c] != '\0') {
				print_clipped(o, &t->cells[row + c], widths[c]);
				rest[c] += strlen(rest[c]);
				out_spaces(o, GAP);
				continue;
			}
			last = !anything_left(rest, c + 1, t->n_cols);
			print_cell(o, &t->cells[row + c], line, len, widths[c],
			    t->cols[c] == COL_RIGHT, last);
			if (last)
				break;
			out_spaces(o, GAP);
		}
		out_nl(o);
	} while (anything_left(rest, 0, t->n_cols));
}

int
table_print(const struct table *t, struct out *o, size_t indent, struct err *e)
{
	size_t widths[TABLE_COLS], row;
	size_t room = o->width > indent ? o->width - indent : 0;

	if (t->failed || t->n_cols == 0 || t->n_cells % t->n_cols != 0)
		return t->failed
			   ? err_nomem(e)
			   : err_set(e, ERR_FAILED, 0, "a table lacks cells");
	measure(t, room, widths);
	for (row = t->no_head ? t->n_cols : 0; row < t->n_cells;
	     row += t->n_cols)
		print_row(t, o, row, indent, widths);
	return buf_ok(&o->b, e);
}
