#include "client/report/report_xlsx.h"

#include <errno.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "client/lang.h"
#include "client/report/report_text.h"
#include "client/wrap.h"

#define EPOCH_DAYS 25569 /* from 1899-12-30 to 1970-01-01 */
#define DAY_S 86400.0
#define WIDTH_MIN 7.0
#define WIDTH_MAX 52.0
/* a Thai letter beside the digit in which columns are measured */
#define THAI_WIDER 1.2
#define HEIGHT_MAX 409.0 /* points: the format's own limit */
#define PAGE_COLUMNS 220 /* what can still be read on a landscape page */
#define FILE_MAX ((size_t)256 * 1024 * 1024)
#define CUT_MARK " […]"

/* --- values --- */

/* A time is shown as in its own zone: the offset is added, the zone dropped. */
int
report_xlsx_serial(const char *time, double *ret)
{
	size_t len = strlen(time);
	int offset = 0;
	int64_t t;

	if (clock_parse(time, 0, 0, &t, NULL) < 0)
		return 0;
	if (len > 19 && clock_parse_offset(time + 19, &offset, NULL) < 0)
		offset = 0;
	*ret = EPOCH_DAYS + ((double)t + 60.0 * offset) / DAY_S;
	return 1;
}

/* The bytes of s that a cell can hold, and room for the mark. */
static size_t
fits(const char *s)
{
	size_t chars = 0, len, cut = 0;
	const char *p;

	for (p = s; *p != '\0'; p += len) {
		wrap_char(p, &len);
		/* beyond the first plane a character counts twice */
		chars += len > 3 ? 2 : 1;
		if (chars <= REPORT_XLSX_CELL - sizeof(CUT_MARK))
			cut = (size_t)(p - s) + len;
		if (chars > REPORT_XLSX_CELL)
			return cut;
	}
	return (size_t)(p - s);
}

/* --- formats --- */

struct book {
	lxw_workbook *wb;
	double line; /* height of one in points */
	lxw_format *head, *head_right, *word, *text, *score, *decimal, *count,
	    *day, *time;
};

static lxw_format *
format(const struct book *k, const char *number, int wraps)
{
	lxw_format *f = workbook_add_format(k->wb);

	if (f == NULL)
		return NULL;
	/* every office computer has them, and they have Thai */
	format_set_font_name(f, lang_thai() ? "TH SarabunPSK" : "Tahoma");
	format_set_font_size(f, lang_thai() ? 16 : 10);
	format_set_align(f, LXW_ALIGN_VERTICAL_TOP);
	if (number != NULL)
		format_set_num_format(f, number);
	if (wraps)
		format_set_text_wrap(f);
	if (number == NULL) /* not against the number in the column before */
		format_set_indent(f, 1);
	return f;
}

static void
head_style(lxw_format *f)
{
	format_set_bold(f);
	format_set_bg_color(f, 0xdde5ee);
	format_set_bottom(f, LXW_BORDER_THIN);
}

static int
make_formats(struct book *k, struct err *e)
{
	int thai = lang_thai();

	k->line = thai ? 24 : 14;
	k->head = format(k, NULL, 1);
	k->head_right = format(k, "@", 1);
	k->word = format(k, NULL, 0);
	k->text = format(k, NULL, 1);
	k->score = format(k, "0.00", 0);
	k->decimal = format(k, "#,##0.########", 0);
	k->count = format(k, "0", 0);
	/* calendar 07 is the Buddhist one */
	k->day =
	    format(k, thai ? "[$-107041E]d mmm yyyy;@" : "yyyy\\-mm\\-dd", 0);
	k->time = format(k,
	    thai ? "[$-107041E]d mmm yyyy hh:mm;@" : "yyyy\\-mm\\-dd hh:mm", 0);
	if (k->head == NULL || k->head_right == NULL || k->word == NULL ||
	    k->text == NULL || k->score == NULL || k->decimal == NULL ||
	    k->count == NULL || k->day == NULL || k->time == NULL)
		return err_nomem(e);
	head_style(k->head);
	head_style(k->head_right);
	format_set_align(k->head_right, LXW_ALIGN_RIGHT);
	return 0;
}

/* --- cells --- */

static lxw_error
put_text(lxw_worksheet *ws, lxw_row_t row, lxw_col_t col, const char *s,
    lxw_format *f)
{
	size_t len = fits(s);
	struct buf safe = BUF_INIT, cut = BUF_INIT;
	lxw_error rc = LXW_ERROR_MEMORY_MALLOC_FAILED;

	buf_append(&cut, s, len);
	if (s[len] != '\0')
		buf_puts(&cut, CUT_MARK);
	wrap_safe(&safe, buf_str(&cut), 1);
	if (!safe.failed && !cut.failed)
		rc = worksheet_write_string(ws, row, col, buf_str(&safe), f);
	buf_release(&cut);
	buf_release(&safe);
	return rc;
}

static lxw_format *
number_format(const struct book *k, enum report_kind kind)
{
	return kind == REPORT_SCORE  ? k->score
	       : kind == REPORT_INT  ? k->count
	       : kind == REPORT_DAY  ? k->day
	       : kind == REPORT_TIME ? k->time
				     : k->decimal;
}

static int
is_number(enum report_kind kind)
{
	return kind == REPORT_SCORE || kind == REPORT_DECIMAL ||
	       kind == REPORT_INT;
}

/* A value as its kind, or, when it is none of that kind, as it stands. */
static lxw_error
put_cell(const struct book *k, lxw_worksheet *ws, lxw_row_t row, lxw_col_t col,
    enum report_kind kind, const char *s)
{
	int ok = 0;
	double v = 0;

	if (s[0] == '\0')
		return LXW_NO_ERROR;
	if (is_number(kind))
		ok = report_number(s, &v);
	else if (kind == REPORT_DAY || kind == REPORT_TIME)
		ok = report_xlsx_serial(s, &v);
	if (ok)
		return worksheet_write_number(
		    ws, row, col, v, number_format(k, kind));
	return put_text(
	    ws, row, col, s, kind == REPORT_TEXT ? k->text : k->word);
}

/* --- sheets --- */

/* Columns that the widest line of a text takes. */
static double
width_of(const char *s)
{
	size_t widest = 0, next;

	while (*s != '\0') {
		size_t len = wrap_line(s, SIZE_MAX, &next);
		char *line = strndup(s, len);
		size_t w = line != NULL ? text_width(line) : len;

		free(line);
		widest = w > widest ? w : widest;
		s += next;
	}
	return (double)widest;
}

static double
column_width(const struct report_table *t, size_t col)
{
	enum report_kind kind = t->cols[col].kind;
	size_t rows = report_table_rows(t);
	/* a head may wrap, but its words may not */
	double w = width_of(t->cols[col].title), x;

	w = kind == REPORT_TEXT || w < 14 ? w : 14;
	if (kind == REPORT_DAY || kind == REPORT_TIME)
		w = w > 20 ? w : kind == REPORT_DAY ? 13 : 20;
	for (size_t i = 0; i < rows && w < WIDTH_MAX; i++) {
		if (kind == REPORT_DAY || kind == REPORT_TIME)
			break;
		x = width_of(report_table_at(t, i, col));
		w = x > w ? x : w;
	}
	/* room for the filter's button */
	w = w * THAI_WIDER + 3;
	return w < WIDTH_MIN ? WIDTH_MIN : w > WIDTH_MAX ? WIDTH_MAX : w;
}

/* Lines that a text takes in a column. Spreadsheets break Thai by words, thus
 * earlier than we do: a line that is too long is counted for a narrower one. */
static size_t
lines_of(const char *s, double width)
{
	size_t narrow = width > 8 ? (size_t)(width / THAI_WIDER) - 4 : 3;
	size_t fits_whole = (size_t)((width - 2) / THAI_WIDER);
	size_t n = 0, next, whole;

	for (; *s != '\0'; s += next, n++) {
		wrap_line(s, fits_whole, &whole);
		if (s[whole] == '\0' || s[whole - 1] == '\n')
			next = whole;
		else
			wrap_line(s, narrow, &next);
	}
	return n > 0 ? n : 1;
}

/* Spreadsheets do not all work heights out when they open a file. */
static double
row_height(const struct book *k, const struct report_table *t, size_t row,
    const double *widths)
{
	size_t most = 1, n;
	double height;

	for (size_t i = 0; i < t->n_cols; i++) {
		if (t->cols[i].kind != REPORT_TEXT)
			continue;
		n = lines_of(report_table_at(t, row, i), widths[i]);
		most = n > most ? n : most;
	}
	height = k->line * (double)most + 3;
	return height > HEIGHT_MAX ? HEIGHT_MAX : height;
}

static lxw_error
put_head(const struct book *k, lxw_worksheet *ws, const struct report_table *t,
    const double *widths)
{
	lxw_error rc;
	size_t most = 1, n;

	for (size_t i = 0; i < t->n_cols; i++) {
		n = lines_of(t->cols[i].title, widths[i]);
		most = n > most ? n : most;
	}
	rc = worksheet_set_row(ws, 0, k->line * (double)most + 3, NULL);
	for (size_t i = 0; i < t->n_cols && rc == LXW_NO_ERROR; i++) {
		rc = put_text(ws, 0, (lxw_col_t)i, t->cols[i].title,
		    is_number(t->cols[i].kind) ? k->head_right : k->head);
		if (rc == LXW_NO_ERROR)
			rc = worksheet_set_column(
			    ws, (lxw_col_t)i, (lxw_col_t)i, widths[i], NULL);
	}
	return rc;
}

static lxw_error
put_rows(const struct book *k, lxw_worksheet *ws, const struct report_table *t,
    const double *widths)
{
	size_t rows = report_table_rows(t);
	lxw_error rc = LXW_NO_ERROR;

	for (size_t i = 0; i < rows && rc == LXW_NO_ERROR; i++) {
		rc = worksheet_set_row(
		    ws, (lxw_row_t)i + 1, row_height(k, t, i, widths), NULL);
		for (size_t c = 0; c < t->n_cols && rc == LXW_NO_ERROR; c++)
			rc = put_cell(k, ws, (lxw_row_t)i + 1, (lxw_col_t)c,
			    t->cols[c].kind, report_table_at(t, i, c));
	}
	return rc;
}

static int
library_fault(lxw_error rc, struct err *e)
{
	if (rc == LXW_ERROR_MEMORY_MALLOC_FAILED)
		return err_nomem(e);
	return err_set(e, ERR_FAILED, (int)rc,
	    "cannot make the spreadsheet: %s", lxw_strerror(rc));
}

/* The heat map: darker is more, as on paper. */
static lxw_error
shade(lxw_worksheet *ws, const struct report_table *t)
{
	lxw_conditional_format scale = { .type = LXW_CONDITIONAL_2_COLOR_SCALE,
		.min_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
		.max_rule_type = LXW_CONDITIONAL_RULE_TYPE_NUMBER,
		.min_value = 0,
		.max_value = 500,
		.min_color = 0xffffff,
		.max_color = 0x6f9fca };
	size_t rows = report_table_rows(t);

	if (t->heat == 0 || rows == 0 || t->heat >= t->n_cols)
		return LXW_NO_ERROR;
	return worksheet_conditional_format_range(ws, 1, (lxw_col_t)t->heat,
	    (lxw_row_t)rows, (lxw_col_t)(t->n_cols - 1), &scale);
}

static int
put_sheet(const struct book *k, const struct report_table *t, struct err *e)
{
	lxw_worksheet *ws = workbook_add_worksheet(k->wb, t->title);
	size_t rows = report_table_rows(t);
	double widths[REPORT_COLS], sum = 0;
	lxw_error rc;

	if (ws == NULL)
		return err_set(
		    e, ERR_FAILED, 0, "cannot make the sheet '%s'", t->title);
	for (size_t i = 0; i < t->n_cols; i++)
		sum += widths[i] = column_width(t, i);
	if ((rc = put_head(k, ws, t, widths)) != LXW_NO_ERROR ||
	    (rc = put_rows(k, ws, t, widths)) != LXW_NO_ERROR ||
	    (rc = shade(ws, t)) != LXW_NO_ERROR)
		return library_fault(rc, e);
	worksheet_freeze_panes(ws, 1, 1);
	if (rows > 0)
		worksheet_autofilter(
		    ws, 0, 0, (lxw_row_t)rows, (lxw_col_t)(t->n_cols - 1));
	worksheet_set_landscape(ws);
	worksheet_set_paper(ws, 9); /* A4 */
	worksheet_fit_to_pages(ws, (uint16_t)(1 + sum / PAGE_COLUMNS), 0);
	worksheet_repeat_rows(ws, 0, 0);
	worksheet_repeat_columns(ws, 0, 0);
	worksheet_set_footer(ws, "&C&P / &N");
	return 0;
}

/* --- the workbook --- */

static int
write_book(const char *path, const struct report_table *tables, size_t n,
    const char *title, struct err *e)
{
	char name[128];
	lxw_doc_properties about = { .title = name };
	struct book k = { .wb = workbook_new(path) };
	lxw_error closed;
	int rc;

	if (k.wb == NULL)
		return err_nomem(e);
	snprintf(name, sizeof(name), "%s", title);
	workbook_set_properties(k.wb, &about);
	rc = make_formats(&k, e);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put_sheet(&k, &tables[i], e);
	closed = workbook_close(k.wb); /* frees it in any case */
	if (rc == 0 && closed != LXW_NO_ERROR)
		rc = library_fault(closed, e);
	return rc;
}

/* The library writes files only: one in a directory of our own. */
int
report_xlsx(struct buf *b, const struct report_table *tables, size_t n,
    const char *title, struct err *e)
{
	const char *tmp = getenv("TMPDIR");
	char dir[512], path[540];
	int rc;

	rc = file_path(dir, sizeof(dir), e, "%s/pmqa-report-XXXXXX",
	    tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
	if (rc < 0)
		return rc;
	if (mkdtemp(dir) == NULL)
		return err_sys(e, "cannot make directory '%s'", dir);
	if ((rc = file_path(path, sizeof(path), e, "%s/report.xlsx", dir)) ==
		0 &&
	    (rc = write_book(path, tables, n, title, e)) == 0)
		rc = file_read(path, FILE_MAX, b, e);
	(void)unlink(path);
	(void)rmdir(dir);
	return rc;
}
