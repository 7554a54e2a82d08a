/*
 * The XML parts of a spreadsheet as anybody may hand them in: the first byte
 * says which part, the rest is it. Beyond "no crash": the limits held, a refusal
 * has its sentence.
 */
#include "client/file/xlsx_xml.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void
expect(int holds)
{
	if (!holds)
		abort();
}

static int
read_cells(const char *s, size_t len, struct err *e)
{
	static char text[] = "text";
	static char *strings[] = { text };
	static enum xlsx_style styles[] = { XLSX_PLAIN, XLSX_DAY,
		XLSX_PERCENT };
	const struct xlsx_strings ss = { strings, 1, 1, 0 };
	const struct xlsx_styles st = { styles, 3 };
	struct sheet sheet;
	int rc;

	sheet_init(&sheet);
	rc = xlsx_xml_cells(s, len, &ss, &st, 0, &sheet, e);
	expect(
	    sheet.n_rows <= SHEET_ROWS_MAX && sheet.n_cols <= SHEET_COLS_MAX);
	sheet_release(&sheet);
	return rc;
}

static int
read_strings(const char *s, size_t len, struct err *e)
{
	struct xlsx_strings strings;
	int rc;

	memset(&strings, 0, sizeof(strings));
	rc = xlsx_xml_strings(s, len, &strings, e);
	expect(strings.n <= XLSX_STRINGS_MAX);
	xlsx_strings_release(&strings);
	return rc;
}

static int
read_styles(const char *s, size_t len, struct err *e)
{
	struct xlsx_styles styles;
	int rc;

	memset(&styles, 0, sizeof(styles));
	rc = xlsx_xml_styles(s, len, &styles, e);
	expect(styles.n <= XLSX_STYLES_MAX);
	xlsx_styles_release(&styles);
	return rc;
}

static int
read_book(const char *s, size_t len, struct err *e)
{
	static struct xlsx_book book;
	char target[256];
	int rc;

	memset(&book, 0, sizeof(book));
	rc = xlsx_xml_book(s, len, &book, e);
	expect(book.n_tabs <= XLSX_SHEETS_MAX);
	return rc < 0 ? rc : xlsx_xml_target(s, len, "rId1", target, e);
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	const char *s = (const char *)data + 1;
	struct err e;
	int rc;

	if (len < 1)
		return 0;
	memset(&e, 0, sizeof(e));
	if (data[0] == 's')
		rc = read_strings(s, len - 1, &e);
	else if (data[0] == 'y')
		rc = read_styles(s, len - 1, &e);
	else if (data[0] == 'b')
		rc = read_book(s, len - 1, &e);
	else
		rc = read_cells(s, len - 1, &e);
	expect(rc == 0 || (e.code == ERR_INVALID && e.msg[0] != '\0'));
	return 0;
}
