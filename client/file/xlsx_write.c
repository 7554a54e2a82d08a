#include "client/file/xlsx_write.h"

#include <unistd.h>

#include <xlsxwriter.h>

#include "base/file.h"
#include "base/text.h"
#include "client/lang.h"

#define DIGITS_MAX 15 /* of a number that a spreadsheet keeps exactly */
#define FIRST_ROW 2   /* below names and labels */
#define LINES_MAX 15  /* of a row that is made higher */

struct book {
	lxw_workbook *wb;
	lxw_worksheet *ws;
	lxw_format *name, *label, *text, *info, *wrap;
};

static double
width_of(enum exchange_cell kind)
{
	static const double widths[] = { [CELL_KEY] = 9,
		[CELL_INFO] = 32,
		[CELL_TEXT] = 42,
		[CELL_LINE] = 24,
		[CELL_SET] = 24,
		[CELL_FLAG] = 20,
		[CELL_NUMBER] = 14,
		[CELL_INT] = 12,
		[CELL_DATE] = 14 };

	return widths[kind];
}

static double
line_height(void)
{
	return lang_thai() ? 24 : 15;
}

static lxw_format *
new_format(lxw_workbook *wb, int wrap, uint32_t colour)
{
	lxw_format *f = workbook_add_format(wb);

	if (f == NULL)
		return NULL;
	format_set_font_name(f, lang_thai() ? "TH SarabunPSK" : "Tahoma");
	format_set_font_size(f, lang_thai() ? 16 : 10);
	format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
	if (wrap)
		format_set_text_wrap(f);
	if (colour != 0) {
		format_set_pattern(f, LXW_PATTERN_SOLID);
		format_set_bg_color(f, colour);
	}
	return f;
}

static int
book_init(struct book *b, const char *path, const char *tab, struct err *e)
{
	memset(b, 0, sizeof(*b));
	if ((b->wb = workbook_new(path)) == NULL ||
	    (b->ws = workbook_add_worksheet(b->wb, tab)) == NULL ||
	    (b->name = new_format(b->wb, 0, 0xd9e2f3)) == NULL ||
	    (b->label = new_format(b->wb, 1, 0xe2efda)) == NULL ||
	    (b->text = new_format(b->wb, 0, 0)) == NULL ||
	    (b->info = new_format(b->wb, 1, 0xf2f2f2)) == NULL ||
	    (b->wrap = new_format(b->wb, 1, 0)) == NULL)
		return err_nomem(e);
	format_set_bold(b->name);
	format_set_bold(b->label);
	/* what looks like a day stays as it was typed */
	format_set_num_format(b->text, "@");
	return 0;
}

static int
lxw_fault(lxw_error why, size_t row, size_t col, struct err *e)
{
	char letters[8];

	if (why == LXW_NO_ERROR)
		return 0;
	sheet_letters(col, letters);
	err_set(e, ERR_INVALID, 0, "cell %s%zu does not fit a spreadsheet: %s",
	    letters, row + 1, lxw_strerror(why));
	err_hint(e, "write it as CSV or JSON: --format csv");
	return ERR_INVALID;
}

/* 1 for a number that comes back as it was. */
static int
is_exact(const char *s)
{
	size_t digits = 0;
	const char *p;

	for (p = s + (*s == '-'); *p != '\0'; p++)
		digits += *p >= '0' && *p <= '9';
	return digits > 0 && digits <= DIGITS_MAX;
}

/* A text that looks like an escape ("_x000D_") is one itself. */
static char *
escaped(const char *s)
{
	struct buf b = BUF_INIT;

	for (; *s != '\0'; s++) {
		if (s[0] == '_' && s[1] == 'x' &&
		    strspn(s + 2, "0123456789abcdefABCDEF") >= 4)
			buf_puts(&b, "_x005F_");
		else
			buf_putc(&b, *s);
	}
	return buf_take(&b);
}

static int
put_cell(struct book *b, enum exchange_cell kind, size_t row, size_t col,
    const char *text, struct err *e)
{
	int number =
	    (kind == CELL_NUMBER || kind == CELL_INT) && is_exact(text);
	lxw_format *f = kind == CELL_INFO                         ? b->info
			: kind == CELL_TEXT                       ? b->wrap
			: kind == CELL_NUMBER || kind == CELL_INT ? NULL
								  : b->text;
	lxw_error why;
	char *safe;

	if (number)
		return lxw_fault(worksheet_write_number(b->ws, (lxw_row_t)row,
				     (lxw_col_t)col, strtod(text, NULL), f),
		    row, col, e);
	if (text[0] == '\0')
		return lxw_fault(worksheet_write_blank(b->ws, (lxw_row_t)row,
				     (lxw_col_t)col, f != NULL ? f : b->wrap),
		    row, col, e);
	if ((safe = escaped(text)) == NULL)
		return err_nomem(e);
	why = worksheet_write_string(
	    b->ws, (lxw_row_t)row, (lxw_col_t)col, safe, f);
	free(safe);
	return lxw_fault(why, row, col, e);
}

static int
put_head(struct book *b, const struct exchange_kind *k, size_t col,
    const char *label, struct err *e)
{
	lxw_error why;
	char marked[400];

	why = worksheet_write_string(
	    b->ws, 0, (lxw_col_t)col, k->columns[col].name, b->name);
	if (why == LXW_NO_ERROR) {
		/* the mark of the row stands in its first cell */
		if (col == 0)
			snprintf(marked, sizeof(marked), "%c %s",
			    EXCHANGE_LABEL_MARK, label);
		else
			snprintf(marked, sizeof(marked), "%s", label);
		why = worksheet_write_string(
		    b->ws, 1, (lxw_col_t)col, marked, b->label);
	}
	if (why == LXW_NO_ERROR)
		why = worksheet_set_column(b->ws, (lxw_col_t)col,
		    (lxw_col_t)col, width_of(k->columns[col].kind), NULL);
	return lxw_fault(why, 0, col, e);
}

/* Cells that are one of a few words offer them. */
static int
offer_words(
    struct book *b, const struct exchange_kind *k, size_t col, struct err *e)
{
	static const char *const flags[] = { "true", "false", NULL };
	static const struct {
		const char *column;
		const char *const words[4];
	} lists[] = {
		{ "direction", { "larger", "smaller", NULL } },
		{ "priority", { "quick", "system", "sustain", NULL } },
		{ "status", { "open", "done", "dropped", NULL } },
	};
	const char *const *words = NULL;
	lxw_data_validation v;
	size_t i;

	if (k->columns[col].kind == CELL_FLAG)
		words = flags;
	for (i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		if (strcmp(lists[i].column, k->columns[col].name) == 0)
			words = lists[i].words;
	if (words == NULL)
		return 0;
	memset(&v, 0, sizeof(v));
	v.validate = LXW_VALIDATION_TYPE_LIST;
	/* the library only reads them */
	memcpy(&v.value_list, &words, sizeof(words));
	return lxw_fault(
	    worksheet_data_validation_range(b->ws, FIRST_ROW, (lxw_col_t)col,
		SHEET_ROWS_MAX, (lxw_col_t)col, &v),
	    0, col, e);
}

/* Lines of a wrapped cell; an estimate, as fonts differ. */
static size_t
lines_of(const char *text, double width)
{
	size_t lines = 0, cols = (size_t)(width * 3 / 4);

	for (;;) {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);

		lines += line != NULL ? 1 + text_width(line) / cols : 1;
		free(line);
		text += len;
		if (*text == '\0')
			return lines;
		text++;
	}
}

/* Programs do not make room for wrapped texts that they did not see typed. */
static int
set_height(struct book *b, const struct exchange_kind *k, size_t row,
    char *const *cells, struct err *e)
{
	size_t col, most = 1, n;

	for (col = 0; col < k->n_columns; col++) {
		enum exchange_cell kind = k->columns[col].kind;

		if (kind != CELL_TEXT && kind != CELL_INFO)
			continue;
		n = lines_of(cells[col], width_of(kind));
		most = n > most ? n : most;
	}
	if (most > LINES_MAX)
		most = LINES_MAX;
	return lxw_fault(worksheet_set_row(b->ws, (lxw_row_t)row,
			     line_height() * (double)most, NULL),
	    row, 0, e);
}

static int
fill(struct book *b, const struct exchange_kind *k, const struct sheet *s,
    const char *const *labels, struct err *e)
{
	size_t row, col;
	int rc;

	for (col = 0; col < k->n_columns; col++)
		if ((rc = put_head(b, k, col, labels[col], e)) < 0 ||
		    (rc = offer_words(b, k, col, e)) < 0)
			return rc;
	for (row = 0; row < s->n_rows; row++) {
		rc = set_height(b, k, row + FIRST_ROW, s->rows[row].cells, e);
		if (rc < 0)
			return rc;
		for (col = 0; col < k->n_columns; col++)
			if ((rc = put_cell(b, k->columns[col].kind,
				 row + FIRST_ROW, col, s->rows[row].cells[col],
				 e)) < 0)
				return rc;
	}
	worksheet_set_default_row(b->ws, line_height(), LXW_FALSE);
	worksheet_freeze_panes(b->ws, FIRST_ROW, 1);
	worksheet_set_landscape(b->ws);
	worksheet_fit_to_pages(b->ws, 1, 0);
	worksheet_set_paper(b->ws, 9); /* A4 */
	return 0;
}

static int
write_file(const char *path, const struct exchange_kind *k,
    const struct sheet *s, const char *const *labels, struct err *e)
{
	struct book b;
	lxw_error why = LXW_NO_ERROR;
	int rc;

	if ((rc = book_init(&b, path, k->name, e)) == 0)
		rc = fill(&b, k, s, labels, e);
	/* closing writes the file, and frees the book in any case */
	if (b.wb != NULL)
		why = workbook_close(b.wb);
	if (rc == 0 && why != LXW_NO_ERROR)
		rc = err_set(e, ERR_FAILED, 0,
		    "cannot make the spreadsheet: %s", lxw_strerror(why));
	return rc;
}

int
xlsx_write(const struct exchange_kind *k, const struct sheet *s,
    const char *const *labels, struct buf *ret, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char dir[512], path[560];
	int rc;

	/* the library only writes files */
	rc = file_path(dir, sizeof(dir), e, "%s/pmqa-table-XXXXXX",
	    tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
	if (rc < 0)
		return rc;
	if (mkdtemp(dir) == NULL)
		return err_sys(e, "cannot create '%s'", dir);
	rc = file_path(path, sizeof(path), e, "%s/table.xlsx", dir);
	if (rc == 0 && (rc = write_file(path, k, s, labels, e)) == 0)
		rc = file_read(path, SHEET_FILE_MAX, ret, e);
	(void)unlink(path);
	if (rmdir(dir) != 0 && rc == 0)
		rc = err_sys(e, "cannot remove '%s'", dir);
	return rc;
}
