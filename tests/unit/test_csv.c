#include "tests/unit/test.h"

#include "client/file/csv.h"

struct fixture {
	struct sheet s;
	struct err e;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	sheet_init(&f->s);
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	sheet_release(&f->s);
	free(f);
	return 0;
}

static int
read_text(struct fixture *f, const char *text)
{
	sheet_release(&f->s);
	return csv_read(text, strlen(text), &f->s, &f->e);
}

/* Rows by LF, cells by |, names first. */
static void
expect(struct fixture *f, const char *want)
{
	struct buf got = BUF_INIT;
	size_t i, j;

	for (i = 0; i < f->s.n_cols; i++)
		buf_printf(&got, "%s%s", i > 0 ? "|" : "", f->s.names[i]);
	for (i = 0; i < f->s.n_rows; i++)
		for (j = 0; j < f->s.n_cols; j++)
			buf_printf(&got, "%s%s", j > 0 ? "|" : "\n",
			    f->s.rows[i].cells[j]);
	assert_string_equal(want, buf_str(&got));
	buf_release(&got);
}

static void
test_csv__reads_what_rfc_4180_allows(void **state)
{
	struct fixture *f = *state;

	assert_ok(read_text(f, "a,b\r\n1,2\r\n"), &f->e);
	expect(f, "a|b\n1|2");
	assert_ok(read_text(f, "a,b\n1,2"), &f->e);
	expect(f, "a|b\n1|2");
	assert_ok(read_text(f, "\xef\xbb\xbf"
			       "a,b\n,\n"),
	    &f->e);
	expect(f, "a|b\n|");
	assert_ok(read_text(f, "a,b\n\"x, y\",\"say \"\"so\"\"\"\n"), &f->e);
	expect(f, "a|b\nx, y|say \"so\"");
	assert_ok(read_text(f, "a,b\n\"one\ntwo\",\"\"\n"), &f->e);
	expect(f, "a|b\none\ntwo|");
	assert_ok(read_text(f, "\n\na,b\n\n1,2\n\n"), &f->e);
	expect(f, "a|b\n1|2");
	assert_ok(read_text(f, "ข้อ,ชื่อ\n๑,การนำองค์การ\n"), &f->e);
	expect(f, "ข้อ|ชื่อ\n๑|การนำองค์การ");
}

static void
test_csv__tells_where_rows_stand(void **state)
{
	struct fixture *f = *state;

	assert_ok(read_text(f, "a,b\n\"1\n1\",2\n\n3,4\n"), &f->e);

	assert_int_equal(f->s.rows[0].row, 2);
	assert_int_equal(f->s.rows[0].line, 2);
	/* the cell of two lines counts once as a row, the empty line too */
	assert_int_equal(f->s.rows[1].row, 4);
	assert_int_equal(f->s.rows[1].line, 5);
}

static void
test_csv__refuses_what_is_not_strict(void **state)
{
	struct fixture *f = *state;

	assert_err(read_text(f, "a,b\n1,2,3\n"), ERR_INVALID, &f->e,
	    "line 2: 3 cells");
	assert_err(read_text(f, "a,b\n1\n"), ERR_INVALID, &f->e, "1 cells");
	assert_err(read_text(f, "a,b\n1,x\"y\n"), ERR_INVALID, &f->e,
	    "line 2, cell 2");
	assert_err(read_text(f, "a,b\n1,\"x\"y\n"), ERR_INVALID, &f->e,
	    "closing quote");
	assert_err(read_text(f, "a,b\n1,\"x\n\ny"), ERR_INVALID, &f->e,
	    "line 2, cell 2: its quote is never closed");
	assert_err(
	    read_text(f, "a,b\n1,x\ry\n"), ERR_INVALID, &f->e, "CR without LF");
	assert_err(read_text(f, "a,b,a\n"), ERR_INVALID, &f->e, "'a'");
	assert_err(read_text(f, ""), ERR_INVALID, &f->e, "holds nothing");
	assert_err(read_text(f, "\n\n"), ERR_INVALID, &f->e, "holds nothing");
	assert_err(read_text(f, "a,b\n\xa1\xa2,c\n"), ERR_INVALID, &f->e,
	    "byte 4 is not UTF-8");
	assert_non_null(strstr(f->e.hint, "TIS-620"));
	assert_err(read_text(f, "\xff\xfe"
				"a"),
	    ERR_INVALID, &f->e, "UTF-16");
}

static void
test_csv__refuses_a_nul_byte(void **state)
{
	struct fixture *f = *state;
	static const char bare[] = "a\n1\0"
				   "2\n",
			  quoted[] = "a\n\"1\0\"\n";

	assert_err(csv_read(bare, sizeof(bare) - 1, &f->s, &f->e), ERR_INVALID,
	    &f->e, "NUL");
	sheet_release(&f->s);
	assert_err(csv_read(quoted, sizeof(quoted) - 1, &f->s, &f->e),
	    ERR_INVALID, &f->e, "NUL");
}

static void
test_csv__caps_rows_columns_and_cells(void **state)
{
	struct fixture *f = *state;
	struct buf b = BUF_INIT;
	size_t i;

	buf_puts(&b, "a\n");
	for (i = 0; i <= SHEET_ROWS_MAX; i++)
		buf_puts(&b, "1\n");
	assert_err(read_text(f, buf_str(&b)), ERR_INVALID, &f->e, "rows");
	buf_clear(&b);
	for (i = 0; i <= SHEET_COLS_MAX; i++)
		buf_printf(&b, "c%zu,", i);
	assert_err(read_text(f, buf_str(&b)), ERR_INVALID, &f->e, "cells");
	buf_clear(&b);
	buf_puts(&b, "a\n");
	for (i = 0; i <= SHEET_CELL_MAX; i++)
		buf_putc(&b, 'x');
	assert_err(read_text(f, buf_str(&b)), ERR_INVALID, &f->e, "too long");
	buf_release(&b);
}

/* Writes one cell and a second column, gives the file. */
static char *
written(const char *cell, int numeric)
{
	const char *names[] = { "a", "b" };
	const int numbers[] = { numeric, 0 };
	struct buf out = BUF_INIT;
	struct sheet s;
	struct err e;

	sheet_init(&s);
	assert_ok(sheet_columns(&s, names, 2, &e), &e);
	assert_ok(sheet_add(&s, 2, 0, &e), &e);
	assert_ok(sheet_put(&s, 0, cell, strlen(cell), &e), &e);
	csv_write(&s, numbers, &out);
	sheet_release(&s);
	return buf_take(&out);
}

static void
expect_cell(const char *cell, int numeric, const char *want)
{
	char *file = written(cell, numeric), full[200];

	snprintf(full, sizeof(full),
	    "\xef\xbb\xbf"
	    "a,b\r\n%s,\r\n",
	    want);
	assert_string_equal(full, file);
	free(file);
}

static void
test_csv__writes_nothing_that_a_spreadsheet_would_run(void **state)
{
	(void)state;
	expect_cell("=1+1", 0, "\"'=1+1\"");
	expect_cell("\n=1+1", 0, "\"'\n=1+1\"");
	expect_cell("+1", 0, "\"'+1\"");
	expect_cell("-1", 0, "\"'-1\"");
	expect_cell("@SUM(A1)", 0, "\"'@SUM(A1)\"");
	expect_cell("\t=1", 0, "\"'\t=1\"");
	expect_cell("＝1", 0, "\"'＝1\"");
	expect_cell("'=1", 0, "\"''=1\"");
	expect_cell("a=1", 0, "a=1");
	expect_cell("-12.5", 1, "-12.5");
	expect_cell("-1+cmd", 1, "\"'-1+cmd\"");
}

static void
expect_same(struct fixture *f, const char *cell)
{
	char *file = written(cell, 0);

	assert_ok(read_text(f, file), &f->e);
	assert_int_equal(f->s.n_rows, 1);
	assert_string_equal(cell, f->s.rows[0].cells[0]);
	free(file);
}

static void
test_csv__gives_back_what_it_wrote(void **state)
{
	static const char *const parts[] = { "a", "ก", "ำ", "\"", "'", "=", "+",
		"-", "@", ",", "\n", " ", "\t", "＝", "\\", "#", ";" };
	uint64_t seed = test_seed();
	struct fixture *f = *state;
	int i, n;

	expect_same(f, "ที่บรรทัด\n\"หนึ่ง\", สอง");
	expect_same(f, "'quoted");
	expect_same(f, "''");
	expect_same(f, " blank ");
	for (i = 0; i < 2000; i++) {
		char cell[64] = "";

		for (n = (int)(test_random(&seed) % 8); n > 0; n--) {
			size_t len = strlen(cell);

			snprintf(cell + len, sizeof(cell) - len, "%s",
			    parts[test_random(&seed) %
				  (sizeof(parts) / sizeof(*parts))]);
		}
		expect_same(f, cell);
	}
}

static void
test_csv__takes_the_apostrophe_of_a_person_as_it_is(void **state)
{
	struct fixture *f = *state;

	assert_ok(read_text(f, "a,b\n'word,'=1\n"), &f->e);
	expect(f, "a|b\n'word|=1");
}

static void
test_sheet__names_columns_by_letters(void **state)
{
	char letters[8];

	(void)state;
	sheet_letters(0, letters);
	assert_string_equal(letters, "A");
	sheet_letters(25, letters);
	assert_string_equal(letters, "Z");
	sheet_letters(26, letters);
	assert_string_equal(letters, "AA");
	sheet_letters(701, letters);
	assert_string_equal(letters, "ZZ");
	sheet_letters(702, letters);
	assert_string_equal(letters, "AAA");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_csv__reads_what_rfc_4180_allows),
		T(test_csv__tells_where_rows_stand),
		T(test_csv__refuses_what_is_not_strict),
		T(test_csv__refuses_a_nul_byte),
		T(test_csv__caps_rows_columns_and_cells),
		T(test_csv__writes_nothing_that_a_spreadsheet_would_run),
		T(test_csv__gives_back_what_it_wrote),
		T(test_csv__takes_the_apostrophe_of_a_person_as_it_is),
		T(test_sheet__names_columns_by_letters),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
