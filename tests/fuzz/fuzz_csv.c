/*
 * A CSV file as anybody may hand it in. Beyond "no crash": what was read is
 * written so that it reads back the same, and the limits held.
 */
#include "client/file/csv.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void
expect(int holds)
{
	if (!holds)
		abort();
}

static void
expect_same(const struct sheet *a, const struct sheet *b)
{
	size_t i, j;

	expect(a->n_cols == b->n_cols && a->n_rows == b->n_rows);
	for (i = 0; i < a->n_rows; i++)
		for (j = 0; j < a->n_cols; j++)
			expect(strcmp(a->rows[i].cells[j],
				   b->rows[i].cells[j]) == 0);
}

/* The names of columns are ours alone: those that a spreadsheet would run are
 * none. A row of one empty cell is a line with nothing on it. */
static int
is_ours(const struct sheet *s)
{
	size_t i;

	for (i = 0; i < s->n_cols; i++)
		if (csv_is_formula(s->names[i]) || s->names[i][0] == '\'')
			return 0;
	return s->n_cols > 1;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct buf again = BUF_INIT;
	struct sheet one, two;
	struct err e;

	sheet_init(&one);
	sheet_init(&two);
	if (csv_read((const char *)data, len, &one, &e) == 0) {
		expect(one.n_rows <= SHEET_ROWS_MAX &&
		       one.n_cols <= SHEET_COLS_MAX);
		if (is_ours(&one)) {
			csv_write(&one, NULL, &again);
			expect(csv_read(buf_str(&again), again.len, &two, &e) ==
			       0);
			expect_same(&one, &two);
		}
	} else {
		expect(e.code == ERR_INVALID && e.msg[0] != '\0');
	}
	sheet_release(&one);
	sheet_release(&two);
	buf_release(&again);
	return 0;
}
