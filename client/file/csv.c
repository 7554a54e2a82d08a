#include "client/file/csv.h"

#include "base/text.h"

#define BOM "\xef\xbb\xbf"
#define GUARD '\''

/* --- what spreadsheets take for a formula --- */

/* "=", "+", "-", "@" and their wide forms, which East Asian settings take for
 * the same; TAB, CR and LF, which are dropped before a formula. */
static int
begins_formula(const char *s)
{
	static const char *const wide[] = { "＝", "＋", "－", "＠" };
	size_t i;

	if (s[0] != '\0' && strchr("=+-@\t\r\n", s[0]) != NULL)
		return 1;
	for (i = 0; i < sizeof(wide) / sizeof(*wide); i++)
		if (strncmp(s, wide[i], strlen(wide[i])) == 0)
			return 1;
	return 0;
}

int
csv_is_formula(const char *s)
{
	return begins_formula(s);
}

/* What csv_write() put before the text; one that a person typed stays. */
static size_t
guard_len(const char *s)
{
	return s[0] == GUARD && (s[1] == GUARD || begins_formula(s + 1));
}

/* --- writing --- */

static int
is_number(const char *s)
{
	return s[strspn(s, "-.0123456789")] == '\0';
}

static void
write_cell(struct buf *out, const char *s, int numeric)
{
	int guarded =
	    s[0] == GUARD || (begins_formula(s) && !(numeric && is_number(s)));

	if (!guarded && strpbrk(s, "\",\r\n") == NULL && s[0] != ' ') {
		buf_puts(out, s);
		return;
	}
	buf_putc(out, '"');
	if (guarded)
		buf_putc(out, GUARD);
	for (; *s != '\0'; s++) {
		if (*s == '"')
			buf_putc(out, '"');
		buf_putc(out, *s);
	}
	buf_putc(out, '"');
}

void
csv_cell(const char *s, struct buf *out)
{
	write_cell(out, s, 0);
}

static void
write_row(struct buf *out, char *const *cells, size_t n, const int *numeric)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			buf_putc(out, ',');
		write_cell(out, cells[i], numeric != NULL && numeric[i]);
	}
	buf_puts(out, "\r\n");
}

void
csv_write(const struct sheet *s, const int *numeric, struct buf *out)
{
	size_t i;

	buf_puts(out, BOM);
	write_row(out, s->names, s->n_cols, NULL);
	for (i = 0; i < s->n_rows; i++)
		write_row(out, s->rows[i].cells, s->n_cols, numeric);
}

/* --- reading --- */

struct reader {
	const char *p, *end;
	size_t line; /* of p, from 1 */
	size_t row;  /* records begun, from 1 */
	struct buf cells[SHEET_COLS_MAX];
	size_t n; /* cells of the record at hand */
};

static int
fault(const struct reader *r, const char *what, struct err *e)
{
	return err_set(e, ERR_INVALID, 0, "line %zu, cell %zu: %s", r->line,
	    r->n + 1, what);
}

static int
add_byte(struct reader *r, struct buf *cell, char c, struct err *e)
{
	if (c == '\0')
		return fault(r, err_tr("a NUL byte is no text"), e);
	if (cell->len >= SHEET_CELL_MAX)
		return fault(r, err_tr("the cell is too long"), e);
	buf_putc(cell, c);
	return 0;
}

/* At a LF or CRLF: 1 and its length. */
static int
at_line_end(const struct reader *r, size_t *ret_len)
{
	if (*r->p == '\n') {
		*ret_len = 1;
		return 1;
	}
	*ret_len = 2;
	return *r->p == '\r' && r->end - r->p > 1 && r->p[1] == '\n';
}

static int
read_quoted(struct reader *r, struct buf *cell, struct err *e)
{
	size_t began = r->line, len;
	int closed = 0, rc;

	for (r->p++; r->p < r->end && !closed;) {
		char c = *r->p++;

		if (c == '"' && (r->p == r->end || *r->p != '"')) {
			closed = 1;
			continue;
		}
		r->p += c == '"';
		r->line += c == '\n';
		if ((rc = add_byte(r, cell, c, e)) < 0)
			return rc;
	}
	if (!closed) {
		r->line = began;
		return fault(r, err_tr("its quote is never closed"), e);
	}
	if (r->p == r->end || *r->p == ',' || at_line_end(r, &len))
		return 0;
	return fault(r,
	    err_tr("text stands behind the closing quote; a quote inside a "
		   "cell is doubled"),
	    e);
}

static int
read_bare(struct reader *r, struct buf *cell, struct err *e)
{
	size_t len;
	int rc;

	for (; r->p < r->end && *r->p != ','; r->p++) {
		if (at_line_end(r, &len))
			break;
		if (*r->p == '\r')
			return fault(r,
			    err_tr("a CR without LF: line ends are LF or "
				   "CRLF"),
			    e);
		if (*r->p == '"')
			return fault(r,
			    err_tr("a quote stands in a cell that does not "
				   "begin with one"),
			    e);
		if ((rc = add_byte(r, cell, *r->p, e)) < 0)
			return rc;
	}
	return 0;
}

/* One record into r->cells; r->p behind its line end. */
static int
read_record(struct reader *r, struct err *e)
{
	struct buf *cell;
	size_t len;
	int rc;

	r->row++;
	for (r->n = 0;; r->n++) {
		if (r->n == SHEET_COLS_MAX)
			return err_set(e, ERR_INVALID, 0,
			    "line %zu: more than %d cells", r->line,
			    SHEET_COLS_MAX);
		cell = &r->cells[r->n];
		buf_clear(cell);
		rc = r->p < r->end && *r->p == '"' ? read_quoted(r, cell, e)
						   : read_bare(r, cell, e);
		if (rc < 0 || (rc = buf_ok(cell, e)) < 0)
			return rc;
		if (r->p == r->end || *r->p != ',')
			break;
		r->p++;
	}
	r->n++;
	if (r->p < r->end && at_line_end(r, &len)) {
		r->p += len;
		r->line++;
	}
	return 0;
}

static int
take_names(struct reader *r, struct sheet *ret, struct err *e)
{
	const char *names[SHEET_COLS_MAX];
	size_t i;

	for (i = 0; i < r->n; i++)
		names[i] = buf_str(&r->cells[i]);
	return sheet_columns(ret, names, r->n, e);
}

static int
take_row(struct reader *r, size_t line, struct sheet *ret, struct err *e)
{
	const char *text;
	size_t i, off;
	int rc;

	if (r->n != ret->n_cols)
		return err_set(e, ERR_INVALID, 0,
		    "line %zu: %zu cells, but the first line names %zu columns",
		    line, r->n, ret->n_cols);
	if ((rc = sheet_add(ret, r->row, line, e)) < 0)
		return rc;
	for (i = 0; i < r->n; i++) {
		text = buf_str(&r->cells[i]);
		off = guard_len(text);
		rc = sheet_put(ret, i, text + off, r->cells[i].len - off, e);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static int
read_all(struct reader *r, struct sheet *ret, struct err *e)
{
	int has_names = 0, rc;
	size_t line, len;

	while (r->p < r->end) {
		if (at_line_end(r, &len)) {
			r->p += len;
			r->line++;
			r->row++;
			continue;
		}
		line = r->line;
		if ((rc = read_record(r, e)) < 0)
			return rc;
		rc = has_names ? take_row(r, line, ret, e)
			       : take_names(r, ret, e);
		if (rc < 0)
			return rc;
		has_names = 1;
	}
	return has_names ? 0
			 : err_set(e, ERR_INVALID, 0,
			       "the file holds nothing: its first line names "
			       "the columns");
}

/* Files of other programs: what they are is told, not guessed at. */
static int
check_text(const char *s, size_t len, struct err *e)
{
	size_t bad = 0;

	if (len >= 2 &&
	    (memcmp(s, "\xff\xfe", 2) == 0 || memcmp(s, "\xfe\xff", 2) == 0)) {
		err_set(e, ERR_INVALID, 0, "the file is UTF-16, not UTF-8");
		err_hint(e, "save it again as 'CSV UTF-8 (comma delimited)'");
		return ERR_INVALID;
	}
	if (text_is_utf8(s, len, &bad))
		return 0;
	err_set(e, ERR_INVALID, 0, "byte %zu is not UTF-8 text", bad);
	err_hint(e,
	    "save it again as 'CSV UTF-8 (comma delimited)', or: iconv -f "
	    "TIS-620 -t UTF-8");
	return ERR_INVALID;
}

int
csv_read(const char *s, size_t len, struct sheet *ret, struct err *e)
{
	struct reader r;
	size_t i;
	int rc;

	if (len > SHEET_FILE_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "the file is larger than %zu bytes", SHEET_FILE_MAX);
	if ((rc = check_text(s, len, e)) < 0)
		return rc;
	memset(&r, 0, sizeof(r));
	r.line = 1;
	r.p = s;
	r.end = s + len;
	if (len >= 3 && memcmp(s, BOM, 3) == 0)
		r.p += 3;
	rc = read_all(&r, ret, e);
	for (i = 0; i < SHEET_COLS_MAX; i++)
		buf_release(&r.cells[i]);
	return rc;
}
