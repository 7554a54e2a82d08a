#include "client/file/sheet.h"

void
sheet_init(struct sheet *s)
{
	memset(s, 0, sizeof(*s));
}

static void
free_cells(char **cells, size_t n)
{
	size_t i;

	for (i = 0; cells != NULL && i < n; i++)
		free(cells[i]);
	free(cells);
}

void
sheet_release(struct sheet *s)
{
	size_t i;

	for (i = 0; i < s->n_rows; i++)
		free_cells(s->rows[i].cells, s->n_cols);
	free(s->rows);
	free_cells(s->names, s->n_cols);
	sheet_init(s);
}

int
sheet_columns(
    struct sheet *s, const char *const *names, size_t n, struct err *e)
{
	size_t i, j;

	if (n > SHEET_COLS_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "more than %d columns", SHEET_COLS_MAX);
	if ((s->names = calloc(n + 1, sizeof(*s->names))) == NULL)
		return err_nomem(e);
	s->n_cols = n;
	for (i = 0; i < n; i++) {
		if ((s->names[i] = strdup(names[i])) == NULL)
			return err_nomem(e);
		for (j = 0; j < i && names[i][0] != '\0'; j++)
			if (strcmp(names[i], names[j]) == 0)
				return err_set(e, ERR_INVALID, 0,
				    "column '%.60s' is there twice", names[i]);
	}
	return 0;
}

static int
grow(struct sheet *s, struct err *e)
{
	size_t cap = s->cap == 0 ? 64 : 2 * s->cap;
	struct sheet_row *grown;

	if (s->n_rows < s->cap)
		return 0;
	if ((grown = realloc(s->rows, cap * sizeof(*grown))) == NULL)
		return err_nomem(e);
	s->rows = grown;
	s->cap = cap;
	return 0;
}

int
sheet_add(struct sheet *s, size_t row, size_t line, struct err *e)
{
	struct sheet_row *r;
	size_t i;
	int rc;

	if (s->n_rows == SHEET_ROWS_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "more than %d rows", SHEET_ROWS_MAX);
	if ((rc = grow(s, e)) < 0)
		return rc;
	r = &s->rows[s->n_rows];
	r->row = row;
	r->line = line;
	r->given = 0;
	if ((r->cells = calloc(s->n_cols + 1, sizeof(*r->cells))) == NULL)
		return err_nomem(e);
	s->n_rows++;
	for (i = 0; i < s->n_cols; i++)
		if ((r->cells[i] = strdup("")) == NULL)
			return err_nomem(e);
	return 0;
}

int
sheet_put(
    struct sheet *s, size_t col, const char *text, size_t len, struct err *e)
{
	struct sheet_row *row = &s->rows[s->n_rows - 1];
	char **cell = &row->cells[col];
	char *copy;

	if (len > SHEET_CELL_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "a cell holds more than %zu bytes", SHEET_CELL_MAX);
	if (len > SHEET_TEXT_MAX - s->bytes)
		return err_set(e, ERR_INVALID, 0, "it holds too much text");
	if ((copy = strndup(text, len)) == NULL)
		return err_nomem(e);
	free(*cell);
	*cell = copy;
	s->bytes += len;
	row->given |= UINT64_C(1) << col;
	return 0;
}

int
sheet_find(const struct sheet *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->n_cols; i++)
		if (strcmp(s->names[i], name) == 0)
			return (int)i;
	return -1;
}

void
sheet_letters(size_t col, char ret[8])
{
	char reversed[8];
	size_t n = 0, i;

	for (col++; col > 0 && n < sizeof(reversed) - 1; col = (col - 1) / 26)
		reversed[n++] = (char)('A' + (col - 1) % 26);
	for (i = 0; i < n; i++)
		ret[i] = reversed[n - 1 - i];
	ret[n] = '\0';
}
