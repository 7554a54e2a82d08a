/* The cells of one sheet, into rows of texts. */
#include "base/buf.h"
#include "client/file/xlsx_parse.h"
#include "client/file/xlsx_xml.h"

enum kind { KIND_NUMBER, KIND_SHARED, KIND_TEXT, KIND_BOOL, KIND_ERROR };

struct cells {
	const struct xlsx_strings *strings;
	const struct xlsx_styles *styles;
	int from_1904;
	struct sheet *to;
	int has_names;
	/* the row at hand */
	size_t row, next_col;
	char *texts[SHEET_COLS_MAX]; /* NULL: nothing there */
	size_t n;                    /* behind the last that has something */
	/* the cell at hand */
	size_t col;
	enum kind kind;
	enum xlsx_style style;
	struct buf text;
	int in_cell, in_value, in_phonetic;
};

/* "C5" for sentences. */
static void
cell_name(const struct cells *c, char ret[32])
{
	char letters[8];

	sheet_letters(c->col, letters);
	snprintf(ret, 32, "%s%zu", letters, c->row);
}

static void
fault(struct xlsx_parse *p, const struct cells *c, const char *what)
{
	char name[32];

	cell_name(c, name);
	xlsx_parse_stop(
	    p, err_set(&p->err, ERR_INVALID, 0, "cell %s: %s", name, what));
}

/* "AB12" to its column from 0; SIZE_MAX for what is none. */
static size_t
column_of(const char *ref)
{
	size_t col = 0, n = 0;

	for (; *ref >= 'A' && *ref <= 'Z' && n < 3; ref++, n++)
		col = col * 26 + (size_t)(*ref - 'A') + 1;
	return n == 0 || *ref < '0' || *ref > '9' ? SIZE_MAX : col - 1;
}

static enum kind
kind_of(const char *t)
{
	if (t == NULL || strcmp(t, "n") == 0)
		return KIND_NUMBER;
	if (strcmp(t, "s") == 0)
		return KIND_SHARED;
	if (strcmp(t, "b") == 0)
		return KIND_BOOL;
	return strcmp(t, "e") == 0 ? KIND_ERROR : KIND_TEXT;
}

static void
begin_row(struct xlsx_parse *p, struct cells *c, const char *const *atts)
{
	const char *r = xlsx_att(atts, "r");
	size_t row = c->row + 1;

	if (r != NULL) {
		row = strlen(r) < 9 ? (size_t)strtoul(r, NULL, 10) : 0;
		if (row <= c->row) {
			xlsx_parse_stop(p, err_set(&p->err, ERR_INVALID, 0,
					       "its rows are not in order"));
			return;
		}
	}
	c->row = row;
	c->next_col = 0;
}

static void
begin_cell(struct xlsx_parse *p, struct cells *c, const char *const *atts)
{
	const char *r = xlsx_att(atts, "r"), *s = xlsx_att(atts, "s");
	unsigned long style =
	    s != NULL && strlen(s) < 8 ? strtoul(s, NULL, 10) : 0;

	c->col = r != NULL ? column_of(r) : c->next_col;
	c->next_col = c->col + 1;
	c->kind = kind_of(xlsx_att(atts, "t"));
	c->style = style < c->styles->n ? c->styles->list[style] : XLSX_PLAIN;
	c->in_cell = 1;
	buf_clear(&c->text);
	if (c->col == SIZE_MAX || c->next_col == 0)
		xlsx_parse_stop(
		    p, err_set(&p->err, ERR_INVALID, 0,
			   "row %zu holds a cell without a place", c->row));
}

static void
cells_start(struct xlsx_parse *p, const char *name, const char *const *atts)
{
	struct cells *c = p->arg;

	if (strcmp(name, "row") == 0)
		begin_row(p, c, atts);
	else if (strcmp(name, "c") == 0)
		begin_cell(p, c, atts);
	else if (strcmp(name, "rPh") == 0)
		c->in_phonetic++;
	else if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0)
		c->in_value = c->in_cell;
}

static void
cells_text(struct xlsx_parse *p, const char *s, size_t len)
{
	struct cells *c = p->arg;

	if (!c->in_value || c->in_phonetic > 0)
		return;
	if (c->text.len + len > SHEET_CELL_MAX)
		fault(p, c, err_tr("the cell is too long"));
	else
		buf_append(&c->text, s, len);
}

/* What the cell says, as text: c->text itself, or made into number. */
static const char *
cell_text(struct xlsx_parse *p, struct cells *c, char number[64])
{
	const char *raw = buf_str(&c->text);
	size_t i, digits = strspn(raw, "0123456789");

	switch (c->kind) {
	case KIND_SHARED:
		i = digits > 0 && digits < 9 && raw[digits] == '\0'
			? (size_t)strtoul(raw, NULL, 10)
			: SIZE_MAX;
		if (i < c->strings->n)
			return c->strings->list[i];
		fault(p, c, err_tr("its text is not in the file"));
		return "";
	case KIND_BOOL:
		return strcmp(raw, "1") == 0 ? "true" : "false";
	case KIND_ERROR:
		fault(p, c,
		    err_tr("it shows an error of the spreadsheet, such as "
			   "#DIV/0!"));
		return "";
	case KIND_TEXT:
		if (c->text.data != NULL)
			xlsx_unescape(c->text.data);
		return raw;
	case KIND_NUMBER:
		break;
	}
	if (raw[0] == '\0')
		return "";
	if (!xlsx_number(raw, c->style, c->from_1904, number))
		fault(p, c, err_tr("it holds no number and no day"));
	return number;
}

static void
end_cell(struct xlsx_parse *p, struct cells *c)
{
	char number[64] = "";
	const char *text;

	c->in_cell = 0;
	if (c->text.failed) {
		xlsx_parse_stop(p, err_nomem(&p->err));
		return;
	}
	if (c->text.len == 0)
		return;
	text = cell_text(p, c, number);
	if (p->rc < 0 || text[0] == '\0')
		return;
	if (c->col >= SHEET_COLS_MAX) {
		fault(p, c, err_tr("it stands beyond the columns"));
		return;
	}
	free(c->texts[c->col]);
	if ((c->texts[c->col] = strdup(text)) == NULL)
		xlsx_parse_stop(p, err_nomem(&p->err));
	if (c->n <= c->col)
		c->n = c->col + 1;
}

static int
take_row(struct cells *c, struct err *e)
{
	const char *names[SHEET_COLS_MAX];
	char name[32];
	size_t i;
	int rc;

	for (i = 0; i < c->n; i++)
		names[i] = c->texts[i] != NULL ? c->texts[i] : "";
	if (!c->has_names) {
		c->has_names = 1;
		return sheet_columns(c->to, names, c->n, e);
	}
	if (c->n > c->to->n_cols) {
		c->col = c->n - 1;
		cell_name(c, name);
		return err_set(e, ERR_INVALID, 0,
		    "cell %s: it stands in a column without a name", name);
	}
	if ((rc = sheet_add(c->to, c->row, 0, e)) < 0)
		return rc;
	for (i = 0; i < c->to->n_cols; i++) {
		const char *text = i < c->n ? names[i] : "";

		rc = sheet_put(c->to, i, text, strlen(text), e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void
clear_row(struct cells *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->texts[i]);
		c->texts[i] = NULL;
	}
	c->n = 0;
}

static void
cells_end(struct xlsx_parse *p, const char *name)
{
	struct cells *c = p->arg;
	int rc = 0;

	if (strcmp(name, "v") == 0 || strcmp(name, "t") == 0) {
		c->in_value = 0;
	} else if (strcmp(name, "rPh") == 0) {
		c->in_phonetic--;
	} else if (strcmp(name, "c") == 0) {
		end_cell(p, c);
	} else if (strcmp(name, "row") == 0) {
		if (c->n > 0)
			rc = take_row(c, &p->err);
		clear_row(c);
		if (rc < 0)
			xlsx_parse_stop(p, rc);
	}
}

int
xlsx_xml_cells(const char *s, size_t len, const struct xlsx_strings *strings,
    const struct xlsx_styles *styles, int from_1904, struct sheet *ret,
    struct err *e)
{
	struct cells *c = calloc(1, sizeof(*c));
	struct xlsx_parse p = { .start = cells_start,
		.end = cells_end,
		.text = cells_text,
		.arg = c };
	int rc;

	if (c == NULL)
		return err_nomem(e);
	c->strings = strings;
	c->styles = styles;
	c->from_1904 = from_1904;
	c->to = ret;
	rc = xlsx_parse(&p, s, len, e);
	if (rc == 0 && !c->has_names)
		rc = err_set(e, ERR_INVALID, 0,
		    "the file holds nothing: its first line names the columns");
	clear_row(c);
	buf_release(&c->text);
	free(c);
	return rc;
}
