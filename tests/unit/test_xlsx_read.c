#include "tests/unit/test.h"

#include <unistd.h>
#include <zip.h>

#include "base/file.h"
#include "client/file/xlsx_read.h"
#include "client/file/xlsx_write.h"
#include "client/file/xlsx_xml.h"

#define BOOK                                                                   \
	"<workbook xmlns:r='x'><sheets><sheet name='S' r:id='rId1'/>"          \
	"</sheets></workbook>"
#define RELS                                                                   \
	"<Relationships><Relationship Id='rId1' "                              \
	"Target='worksheets/sheet1.xml'/></Relationships>"

struct fixture {
	struct sheet s;
	struct buf file;
	struct err e;
	char *dir;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->dir = test_dir();
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sheet_release(&f->s);
	buf_release(&f->file);
	test_dir_remove(f->dir);
	free(f);
	return 0;
}

/* --- cells alone --- */

static int
cells(struct fixture *f, const char *xml)
{
	static char first[] = "shared", second[] = "ก";
	static char *strings[] = { first, second };
	static enum xlsx_style styles[] = { XLSX_PLAIN, XLSX_DAY,
		XLSX_PERCENT };
	const struct xlsx_strings ss = { strings, 2, 2, 0 };
	const struct xlsx_styles st = { styles, 3 };

	sheet_release(&f->s);
	return xlsx_xml_cells(xml, strlen(xml), &ss, &st, 0, &f->s, &f->e);
}

#define ROWS(x) "<worksheet><sheetData>" x "</sheetData></worksheet>"
#define NAMES                                                                  \
	"<row r='1'><c r='A1' t='inlineStr'><is><t>a</t></is></c>"             \
	"<c r='B1' t='str'><v>b</v></c></row>"

static void
test_xlsx__reads_every_kind_of_cell(void **state)
{
	struct fixture *f = *state;

	assert_ok(
	    cells(f, ROWS(NAMES "<row r='3'><c r='A3' t='s'><v>1</v></c>"
				"<c r='B3'><v>0.1</v></c></row>"
				"<row r='4'><c r='A4' s='1'><v>45000</v></c>"
				"<c r='B4' s='2'><v>0.855</v></c></row>"
				"<row r='5'><c r='A5' t='b'><v>1</v></c>"
				"<c r='B5'><f>1+1</f><v>2</v></c></row>"
				"<row r='6'><c t='inlineStr'><is><r><t>x</t>"
				"</r><r><t>y</t></r><rPh><t>z</t></rPh></is>"
				"</c></row><row r='7'><c r='A7'/></row>")),
	    &f->e);
	assert_int_equal(f->s.n_rows, 4);
	assert_int_equal(f->s.rows[0].row, 3);
	assert_string_equal(f->s.rows[0].cells[0], "ก");
	assert_string_equal(f->s.rows[0].cells[1], "0.1");
	assert_string_equal(f->s.rows[1].cells[0], "2023-03-15");
	assert_string_equal(f->s.rows[1].cells[1], "85.5");
	assert_string_equal(f->s.rows[2].cells[0], "true");
	assert_string_equal(f->s.rows[2].cells[1], "2");
	assert_string_equal(f->s.rows[3].cells[0], "xy");
	assert_string_equal(f->s.rows[3].cells[1], "");
}

static void
test_xlsx__names_the_cell_at_fault(void **state)
{
	struct fixture *f = *state;

	assert_err(
	    cells(f, ROWS(NAMES "<row r='2'><c r='B2' t='e'><v>#N/A</v></c>"
				"</row>")),
	    ERR_INVALID, &f->e, "cell B2: it shows an error");
	assert_err(cells(f, ROWS(NAMES "<row r='2'><c r='B2' t='s'><v>7</v></c>"
				       "</row>")),
	    ERR_INVALID, &f->e, "cell B2");
	assert_err(
	    cells(f, ROWS(NAMES "<row r='2'><c r='A2'><v>1e999</v></c></row>")),
	    ERR_INVALID, &f->e, "cell A2: it holds no number");
	assert_err(
	    cells(f, ROWS(NAMES "<row r='2'><c r='C2'><v>1</v></c></row>")),
	    ERR_INVALID, &f->e, "cell C2");
	assert_err(
	    cells(f, ROWS(NAMES "<row r='2'><c r='XFD2'><v>1</v></c></row>")),
	    ERR_INVALID, &f->e, "cell XFD2");
	assert_err(cells(f, ROWS(NAMES "<row r='1'/>")), ERR_INVALID, &f->e,
	    "not in order");
	assert_err(cells(f, ROWS("")), ERR_INVALID, &f->e, "holds nothing");
}

/* A small file whose cells all name one long text. */
static void
test_xlsx__refuses_a_text_that_is_named_without_end(void **state)
{
	struct fixture *f = *state;
	const size_t len = SHEET_CELL_MAX - 1;
	char *text = malloc(len + 1), *strings[1] = { text };
	const struct xlsx_strings ss = { strings, 1, 1, len };
	const struct xlsx_styles st = { NULL, 0 };
	struct buf xml = BUF_INIT;
	int i;

	assert_non_null(text);
	memset(text, 'x', len);
	text[len] = '\0';
	buf_puts(&xml, "<worksheet><sheetData>" NAMES);
	for (i = 2; i < 400; i++)
		buf_printf(&xml,
		    "<row r='%d'><c r='A%d' t='s'><v>0</v></c></row>", i, i);
	buf_puts(&xml, "</sheetData></worksheet>");
	assert_err(
	    xlsx_xml_cells(buf_str(&xml), xml.len, &ss, &st, 0, &f->s, &f->e),
	    ERR_INVALID, &f->e, "too much text");
	buf_release(&xml);
	free(text);
}

static void
test_xlsx__refuses_hostile_xml(void **state)
{
	struct fixture *f = *state;
	struct buf deep = BUF_INIT;
	int i;

	assert_err(
	    cells(f, "<!DOCTYPE x [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"
		     "<x>&e;</x>"),
	    ERR_INVALID, &f->e, "document type");
	assert_err(
	    cells(f, "<x>&undefined;</x>"), ERR_INVALID, &f->e, "damaged");
	assert_err(cells(f, "<x><y></x>"), ERR_INVALID, &f->e, "damaged");
	assert_err(cells(f, ""), ERR_INVALID, &f->e, "damaged");
	for (i = 0; i < 100; i++)
		buf_puts(&deep, "<a>");
	assert_err(cells(f, buf_str(&deep)), ERR_INVALID, &f->e, "nested");
	buf_release(&deep);
}

static void
number_is(const char *text, enum xlsx_style style, const char *want)
{
	char got[64] = "none";

	assert_int_equal(xlsx_number(text, style, 0, got), want != NULL);
	if (want != NULL)
		assert_string_equal(want, got);
}

static void
test_xlsx__numbers_are_as_a_person_sees_them(void **state)
{
	(void)state;
	number_is("0.1", XLSX_PLAIN, "0.1");
	number_is("0.10000000000000001", XLSX_PLAIN, "0.1");
	number_is("12.300000000000001", XLSX_PLAIN, "12.3");
	number_is("1E-3", XLSX_PLAIN, "0.001");
	number_is("1E-7", XLSX_PLAIN, "0.0000001");
	number_is("-0", XLSX_PLAIN, "0");
	number_is("123456789012345", XLSX_PLAIN, "123456789012345");
	number_is("1e15", XLSX_PLAIN, NULL);
	number_is("nan", XLSX_PLAIN, NULL);
	number_is("1x", XLSX_PLAIN, NULL);
	number_is("0.07", XLSX_PERCENT, "7");
	number_is("1", XLSX_DAY, "1900-01-01");
	number_is("59", XLSX_DAY, "1900-02-28");
	number_is("61", XLSX_DAY, "1900-03-01");
	number_is("45000.75", XLSX_DAY, "2023-03-15");
	number_is("243254", XLSX_DAY, "2566-01-01");
	number_is("-1", XLSX_DAY, NULL);
	number_is("9999999", XLSX_DAY, NULL);
}

static void
test_xlsx__formats_tell_days_and_per_cents(void **state)
{
	(void)state;
	assert_int_equal(xlsx_format_style("0.00"), XLSX_PLAIN);
	assert_int_equal(xlsx_format_style("#,##0 \"days\""), XLSX_PLAIN);
	assert_int_equal(xlsx_format_style("[Red]0"), XLSX_PLAIN);
	assert_int_equal(xlsx_format_style("0.0%"), XLSX_PERCENT);
	assert_int_equal(
	    xlsx_format_style("[$-107041E]d mmm yyyy;@"), XLSX_DAY);
	assert_int_equal(xlsx_format_style("dd/mm/bbbb"), XLSX_DAY);
	assert_int_equal(xlsx_format_style("\\d0"), XLSX_PLAIN);
	assert_int_equal(xlsx_format_style("\""), XLSX_PLAIN);
	assert_int_equal(xlsx_format_style("["), XLSX_PLAIN);
	assert_int_equal(xlsx_format_style("\\"), XLSX_PLAIN);
}

/* --- whole files --- */

static void
add_part(zip_t *z, const char *name, const char *text, size_t len)
{
	zip_source_t *src = zip_source_buffer(z, text, len, 0);

	assert_non_null(src);
	assert_true(zip_file_add(z, name, src, 0) >= 0);
}

/* A file of the parts given; NULL leaves one out. */
static void
make_file(struct fixture *f, const char *book, const char *rels,
    const char *sheet, size_t sheet_len)
{
	char path[600];
	zip_t *z;
	int why;

	snprintf(path, sizeof(path), "%s/x.xlsx", f->dir);
	z = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &why);
	assert_non_null(z);
	if (book != NULL)
		add_part(z, "xl/workbook.xml", book, strlen(book));
	if (rels != NULL)
		add_part(z, "xl/_rels/workbook.xml.rels", rels, strlen(rels));
	if (sheet != NULL)
		add_part(z, "xl/worksheets/sheet1.xml", sheet, sheet_len);
	add_part(z, "[Content_Types].xml", "<x/>", 4);
	assert_int_equal(zip_close(z), 0);
	buf_clear(&f->file);
	assert_ok(file_read(path, SHEET_FILE_MAX, &f->file, &f->e), &f->e);
}

static int
read_made(struct fixture *f)
{
	sheet_release(&f->s);
	return xlsx_read(
	    buf_str(&f->file), f->file.len, "answers", &f->s, &f->e);
}

static void
test_xlsx__reads_a_file(void **state)
{
	static const char xml[] =
	    ROWS(NAMES "<row r='2'><c r='A2'><v>1</v></c></row>");
	struct fixture *f = *state;

	make_file(f, BOOK, RELS, xml, sizeof(xml) - 1);
	assert_ok(read_made(f), &f->e);
	assert_string_equal(f->s.rows[0].cells[0], "1");
}

static void
test_xlsx__refuses_files_that_are_none(void **state)
{
	static const char xml[] = ROWS(NAMES);
	struct fixture *f = *state;

	assert_err(xlsx_read("PK\x03\x04", 4, "x", &f->s, &f->e), ERR_INVALID,
	    &f->e, "no spreadsheet");
	assert_err(xlsx_read("", 0, "x", &f->s, &f->e), ERR_INVALID, &f->e, "");
	make_file(f, NULL, RELS, xml, sizeof(xml) - 1);
	assert_err(read_made(f), ERR_INVALID, &f->e, "list of sheets");
	make_file(f, BOOK, NULL, xml, sizeof(xml) - 1);
	assert_err(read_made(f), ERR_INVALID, &f->e, "list of sheets");
	make_file(f, BOOK, RELS, NULL, 0);
	assert_err(read_made(f), ERR_INVALID, &f->e, "not in it");
	make_file(f, BOOK,
	    "<R><Relationship Id='rId1' Target='../../etc/passwd'/></R>", xml,
	    sizeof(xml) - 1);
	assert_err(read_made(f), ERR_INVALID, &f->e, "not in it");
	make_file(f, BOOK,
	    "<R><Relationship Id='rId1' TargetMode='External' "
	    "Target='http://x/'/></R>",
	    xml, sizeof(xml) - 1);
	assert_err(read_made(f), ERR_INVALID, &f->e, "not in it");
	/* cut in the middle */
	make_file(f, BOOK, RELS, xml, sizeof(xml) - 1);
	f->file.len /= 2;
	assert_err(read_made(f), ERR_INVALID, &f->e, "no spreadsheet");
}

/* Blanks pack a thousandfold. */
static void
test_xlsx__refuses_a_part_that_unpacks_without_end(void **state)
{
	size_t len = (size_t)40 * 1024 * 1024;
	struct fixture *f = *state;
	char *blanks = malloc(len);

	assert_non_null(blanks);
	memset(blanks, ' ', len);
	make_file(f, BOOK, RELS, blanks, len);
	assert_true(f->file.len < 100 * 1024);
	assert_err(read_made(f), ERR_INVALID, &f->e, "unpacks to more");
	free(blanks);
}

static void
test_xlsx__survives_any_byte_flipped(void **state)
{
	static const char xml[] =
	    ROWS(NAMES "<row r='2'><c r='A2'><v>1</v></c></row>");
	uint64_t seed = test_seed();
	struct fixture *f = *state;
	size_t at;
	int i, n_bad = 0;

	make_file(f, BOOK, RELS, xml, sizeof(xml) - 1);
	for (i = 0; i < 500; i++) {
		char was;

		at = (size_t)(test_random(&seed) % f->file.len);
		was = f->file.data[at];
		f->file.data[at] = (char)test_random(&seed);
		if (read_made(f) < 0) {
			assert_int_equal(f->e.code, ERR_INVALID);
			n_bad++;
		}
		f->file.data[at] = was;
	}
	assert_true(n_bad > 0);
}

/* --- what we write --- */

static void
put(struct sheet *s, size_t col, const char *text)
{
	struct err e;

	assert_ok(sheet_put(s, col, text, strlen(text), &e), &e);
}

static void
test_xlsx__gives_back_what_it_wrote(void **state)
{
	static const char *const parts[] = { "a", "ก้", "=1+1", "'", "_x000D_",
		"_x41", "\n", " ", "\t", "<&>\"", "0", "1.50" };
	struct fixture *f = *state;
	const struct exchange_kind *k = NULL;
	const char *labels[SHEET_COLS_MAX], *names[SHEET_COLS_MAX];
	uint64_t seed = test_seed();
	struct sheet s;
	size_t i, row;
	int n;

	sheet_init(&s);
	assert_ok(exchange_find("actions", &k, &f->e), &f->e);
	for (i = 0; i < k->n_columns; i++) {
		names[i] = k->columns[i].name;
		labels[i] = "ป้าย";
	}
	assert_ok(sheet_columns(&s, names, k->n_columns, &f->e), &f->e);
	for (row = 0; row < 50; row++) {
		char text[128] = "x";

		assert_ok(sheet_add(&s, row + 3, 0, &f->e), &f->e);
		for (n = (int)(test_random(&seed) % 8); n > 0; n--) {
			size_t len = strlen(text);

			snprintf(text + len, sizeof(text) - len, "%s",
			    parts[test_random(&seed) %
				  (sizeof(parts) / sizeof(*parts))]);
		}
		put(&s, 0, "pa1");
		put(&s, 1, text);
		put(&s, 5, "2026-11-22");
		put(&s, 9, "50");
	}
	assert_ok(xlsx_write(k, &s, labels, &f->file, &f->e), &f->e);
	assert_ok(
	    xlsx_read(buf_str(&f->file), f->file.len, "actions", &f->s, &f->e),
	    &f->e);
	/* the row of labels comes first */
	assert_string_equal(f->s.rows[0].cells[0], "# ป้าย");
	assert_int_equal(f->s.n_rows, s.n_rows + 1);
	for (row = 0; row < s.n_rows; row++)
		for (i = 0; i < s.n_cols; i++)
			assert_string_equal(
			    f->s.rows[row + 1].cells[i], s.rows[row].cells[i]);
	sheet_release(&s);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_xlsx__reads_every_kind_of_cell),
		T(test_xlsx__names_the_cell_at_fault),
		T(test_xlsx__refuses_a_text_that_is_named_without_end),
		T(test_xlsx__refuses_hostile_xml),
		cmocka_unit_test(test_xlsx__numbers_are_as_a_person_sees_them),
		cmocka_unit_test(test_xlsx__formats_tell_days_and_per_cents),
		T(test_xlsx__reads_a_file),
		T(test_xlsx__refuses_files_that_are_none),
		T(test_xlsx__refuses_a_part_that_unpacks_without_end),
		T(test_xlsx__survives_any_byte_flipped),
		T(test_xlsx__gives_back_what_it_wrote),
	};

	return cmocka_run_group_tests_name("xlsx", tests, NULL, NULL);
}
