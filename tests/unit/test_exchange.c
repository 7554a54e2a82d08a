#include "tests/unit/test.h"

#include "client/file/csv.h"
#include "client/file/exchange_file.h"
#include "client/file/import_plan.h"
#include "client/file/import_show.h"

/* --- cells --- */

static void
cleans(enum exchange_cell kind, const char *text, const char *want)
{
	char *got = NULL;
	struct err e;

	assert_ok(exchange_clean(kind, text, &got, &e), &e);
	assert_string_equal(want, got);
	free(got);
}

static void
test_exchange__cleans_numbers_as_people_write_them(void **state)
{
	(void)state;
	cleans(CELL_NUMBER, "1,234.50", "1234.5");
	cleans(CELL_NUMBER, "๘๕.๕", "85.5");
	cleans(CELL_NUMBER, "85.00", "85");
	cleans(CELL_NUMBER, " -5 ", "-5");
	cleans(CELL_NUMBER, "1,23", "1,23");
	cleans(CELL_NUMBER, "abc", "abc");
	cleans(CELL_NUMBER, "", "");
	cleans(CELL_INT, "๑๐๐", "100");
	cleans(CELL_INT, "100", "100");
}

static void
test_exchange__cleans_days_of_both_eras(void **state)
{
	(void)state;
	cleans(CELL_DATE, "2026-11-22", "2026-11-22");
	cleans(CELL_DATE, "2569-11-22", "2026-11-22");
	cleans(CELL_DATE, "22/11/2569", "2026-11-22");
	cleans(CELL_DATE, "1.2.2026", "2026-02-01");
	cleans(CELL_DATE, "๓๐ ก.ย. ๒๕๖๖", "2023-09-30");
	cleans(CELL_DATE, "30 กันยายน 2566", "2023-09-30");
	cleans(CELL_DATE, "1 มี.ค. 2566", "2023-03-01");
	/* the daemon names what is none */
	cleans(CELL_DATE, "31/2/2569", "2026-02-31");
	cleans(CELL_DATE, "22/11/69", "22/11/69");
	cleans(CELL_DATE, "soon", "soon");
	cleans(CELL_DATE, "2026-11", "2026-11");
	cleans(CELL_DATE, "22/11/2569 x", "22/11/2569 x");
}

static void
test_exchange__cleans_sets_flags_and_texts(void **state)
{
	(void)state;
	cleans(CELL_SET, "1.1.B2, 1.1.B1\n1.1.B2", "1.1.B1 1.1.B2");
	cleans(CELL_SET, "", "");
	cleans(CELL_FLAG, "TRUE", "true");
	cleans(CELL_FLAG, "ใช่", "true");
	cleans(CELL_FLAG, "ไม่", "false");
	cleans(CELL_FLAG, "maybe", "maybe");
	cleans(CELL_TEXT, " a\r\nb \n", " a\nb \n");
	cleans(CELL_TEXT, "๑๒", "๑๒");
	cleans(CELL_LINE, " a ", "a");
}

/* --- a file beside what stands --- */

struct fixture {
	struct import_plan p;
	struct err e;
};

#define NOW_ACTIONS                                                            \
	"id,what,gap,items,who,due,priority,budget,status,progress,"           \
	"followup.m6,followup.m12\n"                                           \
	"pa1,old,,1.1,,,quick,,open,10,,\n"                                    \
	"pa2,other,,,,,,,open,,,\n"

#define NOW_INDICATORS                                                         \
	"item,id,measure,measure_title,name,unit,direction,target,actual,"     \
	"previous,before,not_applicable,note\n"                                \
	"7.1,ia1,7.1.1,m,n,u,larger,80,85,,,,\n"                               \
	"7.1,,7.1.2,m,,,,,,,,,\n"

static void
plan(struct fixture *f, const char *kind, const char *now, const char *file)
{
	const struct exchange_kind *k = NULL;

	if (f->p.k != NULL)
		import_plan_release(&f->p);
	assert_ok(exchange_find(kind, &k, &f->e), &f->e);
	assert_ok(import_plan_init(&f->p, k, &f->e), &f->e);
	assert_ok(csv_read(now, strlen(now), &f->p.now, &f->e), &f->e);
	assert_ok(csv_read(file, strlen(file), &f->p.file, &f->e), &f->e);
	assert_ok(import_plan_make(&f->p, &f->e), &f->e);
}

static int
setup(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	assert_non_null(*state);
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	import_plan_release(&f->p);
	free(f);
	return 0;
}

/* "record field=value" of each change, by blanks and ";". */
static void
changes_are(struct fixture *f, const char *want)
{
	struct buf got = BUF_INIT;
	const cJSON *c;

	assert_int_equal(f->p.n_faults, 0);
	cJSON_ArrayForEach (c, f->p.changes) {
		const char *v = json_str(c, "value");

		buf_printf(&got, "%s%s %s=%s", got.len > 0 ? "; " : "",
		    json_str(c, "record"), json_str(c, "field"),
		    v != NULL ? v : "null");
	}
	assert_string_equal(want, buf_str(&got));
	buf_release(&got);
}

static void
fault_is(struct fixture *f, size_t row, int col, const char *text)
{
	assert_true(f->p.n_faults > 0);
	assert_int_equal(f->p.faults[0].at.row, row);
	assert_int_equal(f->p.faults[0].at.col, col);
	if (strstr(f->p.faults[0].err.msg, text) == NULL)
		fail_msg("'%s' lacks '%s'", f->p.faults[0].err.msg, text);
}

static void
test_import_plan__of_what_stands_is_empty(void **state)
{
	struct fixture *f = *state;

	plan(f, "actions", NOW_ACTIONS, NOW_ACTIONS);
	changes_are(f, "");
	plan(f, "indicators", NOW_INDICATORS, NOW_INDICATORS);
	changes_are(f, "");
}

static void
test_import_plan__changes_named_rows_cell_by_cell(void **state)
{
	struct fixture *f = *state;

	plan(f, "actions", NOW_ACTIONS,
	    "progress,id,items\n๕๐,pa1,\n,pa2,\"2.1,1.1\"\n");
	changes_are(f, "actions/pa1 progress=50; actions/pa1 items=null; "
		       "actions/pa2 items=1.1 2.1");
	assert_int_equal(f->p.origins[2].row, 1);
	assert_int_equal(f->p.origins[2].col, 2);
}

static void
test_import_plan__adds_rows_without_a_name_once(void **state)
{
	struct fixture *f = *state;

	plan(f, "actions", NOW_ACTIONS, "id,what,who\n,new,me\n,old,\n,,\n");
	changes_are(f, "actions/new-2 what=new; actions/new-2 who=me");
	plan(f, "indicators", NOW_INDICATORS,
	    "item,id,measure,name,unit,note\n7.1,,7.1.2,x,,\n"
	    "7.1,,7.1.1,n,,new\n7.1,,7.1.2,,,\n");
	changes_are(f, "items/7.1 indicators.new-2.measure=7.1.2; "
		       "items/7.1 indicators.new-2.name=x; "
		       "items/7.1 indicators.ia1.note=new");
}

static void
test_import_plan__passes_the_row_of_labels_over(void **state)
{
	struct fixture *f = *state;

	plan(f, "actions", NOW_ACTIONS,
	    "id,what\n# name,what is to be done\npa1,new\n");
	changes_are(f, "actions/pa1 what=new");
}

static void
test_import_plan__tells_faults_of_the_columns(void **state)
{
	struct fixture *f = *state;

	plan(f, "actions", NOW_ACTIONS, "id,nosuch\npa1,x\n");
	fault_is(f, SIZE_MAX, 1, "'nosuch' is no column");
	plan(f, "actions", NOW_ACTIONS, "what\nx\n");
	fault_is(f, SIZE_MAX, -1, "column 'id' is missing");
	plan(f, "actions", NOW_ACTIONS, "id;what;gap\nx\n");
	fault_is(f, SIZE_MAX, 0, "no column");
	assert_non_null(strstr(f->p.faults[0].err.hint, "comma delimited"));
	plan(f, "actions", NOW_ACTIONS, "id,what,\npa1,x,y\n");
	fault_is(f, SIZE_MAX, 2, "no name");
	plan(f, "actions", NOW_ACTIONS, "id,what,\npa1,x,\n");
	changes_are(f, "actions/pa1 what=x");
}

static void
test_import_plan__tells_faults_of_rows(void **state)
{
	struct fixture *f = *state;

	plan(f, "actions", NOW_ACTIONS, "id,what\npa1,x\npa2,y\npa1,z\n");
	fault_is(f, 2, -1, "row 2 is about the same");
	plan(f, "indicators", NOW_INDICATORS, "item,id,name\n,ia1,x\n");
	fault_is(f, 0, -1, "names no item");
}

/* --- JSON --- */

static int
json_sheet(struct sheet *s, const char *text, struct err *e)
{
	struct buf b = BUF_INIT;
	int rc;

	buf_puts(&b, text);
	sheet_init(s);
	rc = exchange_from_json(&b, s, e);
	buf_release(&b);
	return rc;
}

static void
test_exchange__json_keeps_absent_and_empty_apart(void **state)
{
	struct sheet s;
	struct err e;

	(void)state;
	assert_ok(json_sheet(&s,
		      "{\"rows\":[{\"id\":\"pa1\",\"who\":null},"
		      "{\"id\":\"pa2\",\"items\":[\"1.1\",\"2.1\"],"
		      "\"progress\":5}]}",
		      &e),
	    &e);
	assert_int_equal(s.n_cols, 4);
	assert_int_equal(s.rows[0].given, 3); /* id, who */
	assert_int_equal(s.rows[1].given, 1 | 4 | 8);
	assert_string_equal(s.rows[1].cells[2], "1.1 2.1");
	assert_string_equal(s.rows[1].cells[3], "5");
	sheet_release(&s);
}

static void
test_exchange__json_refuses_what_is_no_table(void **state)
{
	struct sheet s;
	struct err e;

	(void)state;
	assert_err(json_sheet(&s, "{}", &e), ERR_INVALID, &e, "'rows'");
	sheet_release(&s);
	assert_err(json_sheet(&s, "[1]", &e), ERR_INVALID, &e, "object");
	sheet_release(&s);
	assert_err(json_sheet(&s, "[{\"id\":{}}]", &e), ERR_INVALID, &e,
	    "row 1: 'id'");
	sheet_release(&s);
	assert_err(
	    json_sheet(&s, "[{\"a\":1,\"a\":2}]", &e), ERR_INVALID, &e, "");
	sheet_release(&s);
}

static void
test_exchange__json_and_back_is_the_same(void **state)
{
	struct fixture *f = *state;
	struct buf text = BUF_INIT;
	struct sheet again;
	cJSON *doc = NULL;
	size_t i, j;

	plan(f, "actions", NOW_ACTIONS, NOW_ACTIONS);
	assert_ok(
	    exchange_to_json(f->p.k, &f->p.now, 2565, &doc, &f->e), &f->e);
	assert_int_equal(json_int(doc, "year", 0), 2565);
	assert_ok(json_write(doc, &text, &f->e), &f->e);
	assert_ok(json_sheet(&again, buf_str(&text), &f->e), &f->e);
	for (i = 0; i < again.n_rows; i++)
		for (j = 0; j < again.n_cols; j++)
			assert_string_equal(
			    again.rows[i].cells[j], f->p.now.rows[i].cells[j]);
	assert_int_equal(again.n_rows, 2);
	sheet_release(&again);
	cJSON_Delete(doc);
	buf_release(&text);
}

static void
test_import_show__shows_where_long_texts_differ(void **state)
{
	cJSON *list =
	    cJSON_Parse("[{\"old\":\"ที่ยาวมากที่ยาวมากที่ยาวมากที่ยาวมากที่ยาวมาก ก\","
			"\"new\":\"ที่ยาวมากที่ยาวมากที่ยาวมากที่ยาวมากที่ยาวมาก ข\"},"
			"{\"old\":\"สั้น ก\",\"new\":\"สั้น ข\"}]");
	const cJSON *one = cJSON_GetArrayItem(list, 0);
	struct err e;

	(void)state;
	assert_ok(import_show_focus(list, &e), &e);
	assert_memory_equal(json_str(one, "old"), "…", 3);
	assert_true(strlen(json_str(one, "old")) < 120);
	assert_non_null(strstr(json_str(one, "new"), " ข"));
	assert_string_equal(
	    json_str(cJSON_GetArrayItem(list, 1), "old"), "สั้น ก");
	cJSON_Delete(list);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_exchange__cleans_numbers_as_people_write_them),
		cmocka_unit_test(test_exchange__cleans_days_of_both_eras),
		cmocka_unit_test(test_exchange__cleans_sets_flags_and_texts),
		T(test_import_plan__of_what_stands_is_empty),
		T(test_import_plan__changes_named_rows_cell_by_cell),
		T(test_import_plan__adds_rows_without_a_name_once),
		T(test_import_plan__passes_the_row_of_labels_over),
		T(test_import_plan__tells_faults_of_the_columns),
		T(test_import_plan__tells_faults_of_rows),
		cmocka_unit_test(
		    test_exchange__json_keeps_absent_and_empty_apart),
		cmocka_unit_test(test_exchange__json_refuses_what_is_no_table),
		T(test_exchange__json_and_back_is_the_same),
		cmocka_unit_test(
		    test_import_show__shows_where_long_texts_differ),
	};

	return cmocka_run_group_tests_name("exchange", tests, NULL, NULL);
}
