#include "tests/unit/test.h"

#include <unistd.h>

#include "client/out.h"
#include "client/table.h"

static struct out
make(size_t width, int colour)
{
	struct out o;

	out_init(&o, STDOUT_FILENO);
	o.width = width;
	o.colour = colour;
	return o;
}

static void
test_out__exit_statuses_are_those_of_the_design(void **state)
{
	(void)state;
	assert_int_equal(out_exit_status(ERR_OK), 0);
	assert_int_equal(out_exit_status(ERR_FAILED), 1);
	assert_int_equal(out_exit_status(ERR_USAGE), 2);
	assert_int_equal(out_exit_status(ERR_NOT_FOUND), 3);
	assert_int_equal(out_exit_status(ERR_CONFLICT), 4);
	assert_int_equal(out_exit_status(ERR_UNREACHABLE), 5);
	assert_int_equal(out_exit_status(ERR_DENIED), 6);
	assert_int_equal(out_exit_status(ERR_INVALID), 7);
	assert_int_equal(out_exit_status(ERR_REFUSED), 8);
	assert_int_equal(out_exit_status(ERR_DAMAGED), 9);
	assert_int_equal(out_exit_status(ERR_NOMEM), 1);
	assert_int_equal(out_exit_status(ERR_SYS), 1);
	assert_int_equal(out_exit_status(ERR_BUSY), 1);
	assert_int_equal(out_exit_status(ERR_TIMEOUT), 1);
}

static void
test_out__a_value_cannot_forge_a_line(void **state)
{
	struct out o = make(80, 0);

	(void)state;
	out_printf(&o, "name: %s\n", "x\nok: \033[0m");

	assert_string_equal(o.b.data, "name: x\\nok: \\x1b[0m\n");
	out_release(&o);
}

static void
test_out__prints_values_longer_than_a_buffer(void **state)
{
	struct out o = make(80, 0);
	char long_value[2000];

	(void)state;
	memset(long_value, 'x', sizeof(long_value) - 1);
	long_value[sizeof(long_value) - 1] = '\0';
	out_printf(&o, "<%s>\n", long_value);

	assert_int_equal(o.b.len, sizeof(long_value) - 1 + 3);
	assert_int_equal(o.b.data[o.b.len - 2], '>');
	out_release(&o);
}

static void
test_out__colours_only_when_asked(void **state)
{
	struct out plain = make(80, 0), coloured = make(80, 1);

	(void)state;
	out_styled(&plain, STYLE_BAD, "x");
	out_styled(&coloured, STYLE_BAD, "x");

	assert_string_equal(plain.b.data, "x");
	assert_string_equal(coloured.b.data, "\033[31mx\033[0m");
	out_release(&plain);
	out_release(&coloured);
}

static void
test_out__marks_stand_at_lines_of_the_text_only(void **state)
{
	struct out o = make(40, 0);

	(void)state;
	out_wrapped(
	    &o, 2, "+ ", "one two three four five six seven eight nine\nten");

	assert_string_equal(o.b.data, "  + one two three four five six seven\n"
				      "    eight nine\n"
				      "  + ten\n");
	out_release(&o);
}

static void
test_out__hanging_marks_the_first_line(void **state)
{
	struct out o = make(40, 0);

	(void)state;
	out_hanging(&o, 0, "1.1  ", "one\ntwo");

	assert_string_equal(o.b.data, "1.1  one\n     two\n");
	out_release(&o);
}

static void
expect_json(const char *in, const char *want)
{
	struct out o = make(80, 0);
	struct err e;
	cJSON *v = NULL;

	assert_ok(json_parse(in, strlen(in), 65536, &v, &e), &e);
	out_json(&o, v);
	assert_string_equal(o.b.data, want);
	cJSON_Delete(v);
	out_release(&o);
}

static void
test_out__json_is_pretty_and_in_order(void **state)
{
	(void)state;
	expect_json("{\"b\":[1,-2],\"a\":{},\"c\":[],\"d\":null,\"e\":true}",
	    "{\n  \"b\": [\n    1,\n    -2\n  ],\n  \"a\": {},\n  \"c\": [],\n"
	    "  \"d\": null,\n  \"e\": true\n}\n");
	expect_json("\"ละงู\"", "\"ละงู\"\n");
}

static void
test_out__json_hides_what_steers_a_terminal(void **state)
{
	(void)state;
	expect_json("\"\\u009b\"", "\"\\u009b\"\n");
	expect_json("\"\xe2\x80\xae\"", "\"\\u202e\"\n");
	expect_json("\"\xf3\xa0\x81\x81\"", "\"\\udb40\\udc41\"\n");
	expect_json("\"\\u001b[0m\"", "\"\\u001b[0m\"\n");
}

static void
test_out__times_in_their_own_zone(void **state)
{
	char text[80];

	(void)state;
	out_time(text, sizeof(text), "2026-11-22T13:14:15+07:00");
	assert_string_equal(text, "2026-11-22 13:14");
	out_time(text, sizeof(text), "2026-11-22T13:14:15Z");
	assert_string_equal(text, "2026-11-22 13:14");
	out_time(text, sizeof(text), NULL);
	assert_string_equal(text, "-");
	out_time(text, sizeof(text), "soon");
	assert_string_equal(text, "soon");
}

static void
test_out__a_full_disk_is_an_error(void **state)
{
	struct out o = make(80, 0);
	FILE *full = fopen("/dev/full", "w");
	struct err e;

	(void)state;
	assert_non_null(full);
	out_puts(&o, "x");
	assert_err(out_finish(&o, fileno(full), &e), ERR_SYS, &e,
	    "cannot write the output");
	fclose(full);
	out_release(&o);
}

static void
fill(struct table *t, enum column kind)
{
	table_init(t);
	table_column(t, "No", COL_RIGHT);
	table_column(t, "ชื่อ", kind);
	table_column(t, "End", COL_LEFT);
	table_cell(t, STYLE_PLAIN, "1");
	table_cell(t, STYLE_PLAIN, "ที่นี่");
	table_cell(t, STYLE_PLAIN, "x");
	table_cell(t, STYLE_PLAIN, "10");
	table_cell(t, STYLE_PLAIN,
	    "one two three four five six seven eight nine ten eleven");
	table_cell(t, STYLE_PLAIN, "y");
}

static void
test_table__aligns_by_display_width(void **state)
{
	struct out o = make(100, 0);
	struct table t;
	struct err e;

	(void)state;
	fill(&t, COL_FLEX);
	assert_ok(table_print(&t, &o, 0, &e), &e);

	assert_string_equal(o.b.data,
	    "No  ชื่อ                                                       "
	    "End\n"
	    " 1  ที่นี่                                                       x\n"
	    "10  one two three four five six seven eight nine ten eleven  y\n");
	table_release(&t);
	out_release(&o);
}

static void
test_table__wraps_the_flexible_column(void **state)
{
	struct out o = make(40, 0);
	struct table t;
	struct err e;

	(void)state;
	fill(&t, COL_FLEX);
	assert_ok(table_print(&t, &o, 0, &e), &e);

	assert_string_equal(o.b.data,
	    "No  ชื่อ                               End\n"
	    " 1  ที่นี่                               x\n"
	    "10  one two three four five six      y\n"
	    "    seven eight nine ten eleven\n");
	table_release(&t);
	out_release(&o);
}

static void
test_table__cuts_the_clipped_column(void **state)
{
	struct out o = make(40, 0);
	struct table t;
	struct err e;

	(void)state;
	fill(&t, COL_CLIP);
	assert_ok(table_print(&t, &o, 0, &e), &e);

	assert_non_null(strstr(o.b.data, "10  one two three four five six s"));
	assert_non_null(strstr(o.b.data, "…  y\n"));
	assert_null(strstr(o.b.data, "eleven"));
	table_release(&t);
	out_release(&o);
}

static void
test_table__a_row_that_is_not_whole_is_an_error(void **state)
{
	struct out o = make(40, 0);
	struct table t;
	struct err e;

	(void)state;
	fill(&t, COL_FLEX);
	table_cell(&t, STYLE_PLAIN, "half");

	assert_err(table_print(&t, &o, 0, &e), ERR_FAILED, &e, "lacks cells");
	table_release(&t);
	out_release(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_out__exit_statuses_are_those_of_the_design),
		cmocka_unit_test(test_out__a_value_cannot_forge_a_line),
		cmocka_unit_test(test_out__prints_values_longer_than_a_buffer),
		cmocka_unit_test(test_out__colours_only_when_asked),
		cmocka_unit_test(
		    test_out__marks_stand_at_lines_of_the_text_only),
		cmocka_unit_test(test_out__hanging_marks_the_first_line),
		cmocka_unit_test(test_out__json_is_pretty_and_in_order),
		cmocka_unit_test(test_out__json_hides_what_steers_a_terminal),
		cmocka_unit_test(test_out__times_in_their_own_zone),
		cmocka_unit_test(test_out__a_full_disk_is_an_error),
		cmocka_unit_test(test_table__aligns_by_display_width),
		cmocka_unit_test(test_table__wraps_the_flexible_column),
		cmocka_unit_test(test_table__cuts_the_clipped_column),
		cmocka_unit_test(
		    test_table__a_row_that_is_not_whole_is_an_error),
	};

	return cmocka_run_group_tests_name("out", tests, NULL, NULL);
}
