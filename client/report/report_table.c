#include "client/report/report_table.h"

#include <stdarg.h>

void
report_table_init(struct report_table *t, const char *title)
{
	memset(t, 0, sizeof(*t));
	t->title = title;
}

void
report_table_release(struct report_table *t)
{
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	free(t->cells);
	report_table_init(t, t->title);
}

void
report_table_col(
    struct report_table *t, const char *title, enum report_kind kind, int share)
{
	if (t->n_cols == REPORT_COLS) {
		t->failed = 1;
		return;
	}
	t->cols[t->n_cols].title = title;
	t->cols[t->n_cols].kind = kind;
	t->cols[t->n_cols].share = share;
	t->n_cols++;
}

void
report_table_col_copy(
    struct report_table *t, const char *title, enum report_kind kind)
{
	char *copy = t->copies[t->n_cols < REPORT_COLS ? t->n_cols : 0];

	if (t->n_cols < REPORT_COLS)
		snprintf(copy, REPORT_TITLE_MAX, "%s", title);
	report_table_col(t, copy, kind, 0);
}

void
report_table_more(
    struct report_table *t, const char *title, enum report_kind kind)
{
	report_table_col(t, title, kind, 0);
	if (!t->failed)
		t->cols[t->n_cols - 1].hidden = 1;
}

void
report_table_add(struct report_table *t, const char *text)
{
	if (t->n_cells == t->cap) {
		size_t cap = t->cap > 0 ? 2 * t->cap : 128;
		char **more = realloc(t->cells, cap * sizeof(*more));

		if (more == NULL) {
			t->failed = 1;
			return;
		}
		t->cells = more;
		t->cap = cap;
	}
	t->cells[t->n_cells] = NULL;
	if (text != NULL && text[0] != '\0' &&
	    (t->cells[t->n_cells] = strdup(text)) == NULL)
		t->failed = 1;
	t->n_cells++;
}

void
report_table_addf(struct report_table *t, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	report_table_add(t, text);
}

size_t
report_table_rows(const struct report_table *t)
{
	return t->n_cols > 0 ? t->n_cells / t->n_cols : 0;
}

const char *
report_table_at(const struct report_table *t, size_t row, size_t col)
{
	const char *s = t->cells[row * t->n_cols + col];

	return s != NULL ? s : "";
}

int
report_table_ok(const struct report_table *t, struct err *e)
{
	return t->failed ? err_nomem(e) : 0;
}
