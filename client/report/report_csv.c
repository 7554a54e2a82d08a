#include "client/report/report_csv.h"

#include "client/report/report_text.h"

/* 1 when a spreadsheet could run what the cell begins with: also the wide
 * forms, which some take for the same. */
static int
is_formula(const char *s)
{
	static const char *const wide[] = { "\xef\xbc\x9d", "\xef\xbc\x8b",
		"\xef\xbc\x8d", "\xef\xbc\xa0" };
	double number;

	if (s[0] == '\0' || report_number(s, &number))
		return 0;
	if (strchr("=+-@\t\r\n|%", s[0]) != NULL)
		return 1;
	for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (strncmp(s, wide[i], strlen(wide[i])) == 0)
			return 1;
	return 0;
}

void
report_csv_cell(struct buf *b, const char *text, int last)
{
	int formula = is_formula(text);
	/* blanks at the ends would be lost, a comma or quote misread */
	int quoted = formula || strpbrk(text, ",;\"\r\n\t") != NULL ||
		     text[0] == ' ' ||
		     (text[0] != '\0' && text[strlen(text) - 1] == ' ');

	if (quoted)
		buf_putc(b, '"');
	if (formula)
		buf_putc(b, '\'');
	for (const char *p = text; *p != '\0'; p++) {
		if (quoted && *p == '"')
			buf_putc(b, '"');
		buf_putc(b, *p);
	}
	if (quoted)
		buf_putc(b, '"');
	buf_puts(b, last ? "\r\n" : ",");
}

void
report_csv(struct buf *b, const struct report_table *t)
{
	size_t rows = report_table_rows(t);

	buf_puts(b, REPORT_CSV_BOM);
	for (size_t k = 0; k < t->n_cols; k++)
		report_csv_cell(b, t->cols[k].title, k + 1 == t->n_cols);
	for (size_t i = 0; i < rows; i++)
		for (size_t k = 0; k < t->n_cols; k++)
			report_csv_cell(
			    b, report_table_at(t, i, k), k + 1 == t->n_cols);
}
