#include "tests/unit/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/report/report_csv.h"
#include "client/report/report_qr.h"
#include "client/report/report_svg.h"
#include "client/report/report_text.h"
#include "client/report/report_xlsx.h"

/* --- texts --- */

static void
expect_escaped(const char *in, const char *want)
{
	struct buf b = BUF_INIT;

	report_esc(&b, in);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

static void
test_report_text__escapes_all_that_html_reads(void **state)
{
	(void)state;
	expect_escaped("<script>alert('x')</script>",
	    "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;");
	expect_escaped("\" onmouseover=\"x", "&quot; onmouseover=&quot;x");
	expect_escaped("&lt;", "&amp;lt;");
	expect_escaped(NULL, "");
}

static void
test_report_text__makes_what_misleads_a_reader_visible(void **state)
{
	(void)state;
	/* direction override: "gpj.exe" would read as "exe.jpg" */
	expect_escaped("a\xe2\x80\xae"
		       "b",
	    "a\\u202eb");
	expect_escaped("a\x1b[31m", "a\\x1b[31m");
	expect_escaped("\xff", "\\xff");
	expect_escaped("สอง\nบรรทัด", "สอง\nบรรทัด");
}

static void
test_report_text__escapes_a_long_formatted_text_whole(void **state)
{
	struct buf b = BUF_INIT;
	char text[600];

	(void)state;
	memset(text, '<', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	report_escf(&b, "%s", text);
	assert_int_equal(b.len, 4 * (sizeof(text) - 1));
	assert_null(strchr(buf_str(&b), '<'));
	buf_release(&b);
}

static void
test_report_text__knows_numbers(void **state)
{
	static const char *const none[] = { "", "-", ".5", "5.", "1e5", "0x10",
		"1,000", " 1", "1 ", "nan", "inf", "--1", "1.2.3" };
	double v = 0;

	(void)state;
	assert_true(report_number("412.50", &v));
	assert_true(fabs(v - 412.5) < 1e-9);
	assert_true(report_number("-3", &v));
	assert_true(fabs(v + 3) < 1e-9);
	assert_false(report_number(NULL, &v));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (report_number(none[i], &v))
			fail_msg("'%s' taken for a number", none[i]);
}

static void
test_report_text__writes_days_as_people_do(void **state)
{
	char text[80];

	(void)state;
	lang_init("en");
	report_day(text, sizeof(text), "2022-03-09");
	assert_string_equal(text, "2022-03-09");
	lang_init("th");
	report_day(text, sizeof(text), "2022-03-09");
	assert_string_equal(text, "9 มี.ค. 2565");
	report_day(text, sizeof(text), "soon");
	assert_string_equal(text, "soon");
	report_day(text, sizeof(text), NULL);
	assert_string_equal(text, "");
	lang_init("en");
}

/* --- CSV --- */

static void
expect_cell(const char *in, const char *want)
{
	struct buf b = BUF_INIT;

	report_csv_cell(&b, in, 1);
	assert_true(b.len >= 2);
	assert_string_equal(buf_str(&b) + b.len - 2, "\r\n");
	b.data[b.len - 2] = '\0';
	assert_string_equal(b.data, want);
	buf_release(&b);
}

static void
test_report_csv__quotes_as_rfc_4180(void **state)
{
	(void)state;
	expect_cell("plain", "plain");
	expect_cell("", "");
	expect_cell("a,b", "\"a,b\"");
	expect_cell("say \"ok\"", "\"say \"\"ok\"\"\"");
	expect_cell("one\ntwo", "\"one\ntwo\"");
	expect_cell(" blank", "\" blank\"");
	expect_cell("ก้าวหน้า", "ก้าวหน้า");
}

static void
test_report_csv__never_gives_a_formula(void **state)
{
	(void)state;
	expect_cell("=cmd|'/c calc'!A1", "\"'=cmd|'/c calc'!A1\"");
	expect_cell("+1+1", "\"'+1+1\"");
	expect_cell("-2+3", "\"'-2+3\"");
	expect_cell("@SUM(A1)", "\"'@SUM(A1)\"");
	expect_cell("\t=1", "\"'\t=1\"");
	expect_cell("\r=1", "\"'\r=1\"");
	/* the full-width sign */
	expect_cell("\xef\xbc\x9d"
		    "1",
	    "\"'\xef\xbc\x9d"
	    "1\"");
}

static void
test_report_csv__keeps_numbers_numbers(void **state)
{
	(void)state;
	expect_cell("-2.50", "-2.50");
	expect_cell("412.50", "412.50");
}

static void
test_report_csv__begins_with_a_byte_order_mark_and_the_heads(void **state)
{
	struct report_table t;
	struct buf b = BUF_INIT;

	(void)state;
	report_table_init(&t, "t");
	report_table_col(&t, "Item", REPORT_WORD, 0);
	report_table_more(&t, "Note", REPORT_TEXT);
	report_table_add(&t, "1.1");
	report_table_add(&t, NULL);
	report_csv(&b, &t);
	assert_string_equal(buf_str(&b), "\xef\xbb\xbfItem,Note\r\n1.1,\r\n");
	report_table_release(&t);
	buf_release(&b);
}

/* --- pictures --- */

static void
expect_point(size_t i, double value, double x, double y)
{
	double p[2];

	report_radar_point(i, 4, value, 500, 100, p);
	assert_true(fabs(p[0] - x) < 1e-6);
	assert_true(fabs(p[1] - y) < 1e-6);
}

static void
test_report_radar__begins_at_the_top_and_goes_clockwise(void **state)
{
	(void)state;
	expect_point(0, 500, 0, -100);
	expect_point(1, 500, 100, 0);
	expect_point(2, 500, 0, 100);
	expect_point(3, 500, -100, 0);
	expect_point(1, 250, 50, 0);
}

static void
test_report_radar__keeps_values_within_the_scale(void **state)
{
	double p[2] = { 1, 1 };

	(void)state;
	expect_point(1, 900, 100, 0);
	expect_point(1, -5, 0, 0);
	report_radar_point(0, 3, 100, 0, 100, p);
	assert_true(fabs(p[0]) < 1e-6 && fabs(p[1]) < 1e-6);
	report_radar_point(0, 0, 100, 500, 100, p);
	assert_true(isfinite(p[0]) && isfinite(p[1]));
}

static size_t
count_of(const char *s, const char *part)
{
	size_t n = 0;

	while ((s = strstr(s, part)) != NULL) {
		n++;
		s += strlen(part);
	}
	return n;
}

static void
draw_radar(struct buf *b, const struct report_axis *axes, size_t n)
{
	static const double rings[] = { 300, 400, 500 };
	struct report_chart c = { .title = "t<",
		.office = "Office",
		.committee = "Committee",
		.target = "Target",
		.axes = axes,
		.n = n,
		.max = 500,
		.rings = rings,
		.n_rings = 3 };

	report_svg_radar(b, &c);
}

static void
test_report_svg__draws_both_sides_apart_by_shape(void **state)
{
	const struct report_axis axes[] = { { "1", 100, 200, -1 },
		{ "2", 300, 250, -1 }, { "3", 500, 300, -1 } };
	struct buf b = BUF_INIT;

	(void)state;
	draw_radar(&b, axes, 3);
	assert_int_equal(count_of(buf_str(&b), "class=\"ring\" points"), 3);
	assert_int_equal(count_of(buf_str(&b), "<polygon class=\"so\""), 1);
	assert_int_equal(count_of(buf_str(&b), "<polygon class=\"sc\""), 1);
	/* three marks and one in the legend */
	assert_int_equal(count_of(buf_str(&b), "<circle class=\"mo\""), 4);
	assert_int_equal(count_of(buf_str(&b), "<rect class=\"mc\""), 4);
	assert_non_null(strstr(buf_str(&b), "<title>t&lt;</title>"));
	buf_release(&b);
}

static void
test_report_svg__a_side_with_a_gap_has_no_outline(void **state)
{
	const struct report_axis axes[] = { { "1", 100, -1, -1 },
		{ "2", 300, 250, -1 }, { "3", 500, 300, -1 } };
	struct buf b = BUF_INIT;

	(void)state;
	draw_radar(&b, axes, 3);
	assert_int_equal(count_of(buf_str(&b), "<polygon class=\"sc\""), 0);
	assert_int_equal(count_of(buf_str(&b), "<rect class=\"mc\""), 3);
	buf_clear(&b);
	draw_radar(&b, axes, 2);
	assert_int_equal(b.len, 0);
	buf_release(&b);
}

static void
test_report_qr__covers_the_code_with_a_quiet_zone(void **state)
{
	struct err e = { 0 };
	struct buf b = BUF_INIT;
	char *big = calloc(1, 5000);

	(void)state;
	assert_ok(
	    report_qr(&b, "3b18e512dba79e4c8300dd08aeb37f8e728b8dad", &e), &e);
	/* version 3 has 29 modules, and four of white on each side */
	assert_non_null(strstr(buf_str(&b), "viewBox=\"0 0 37 37\""));
	/* the upper edge of the finder in the corner: seven dark modules */
	assert_non_null(strstr(buf_str(&b), "d=\"M4 4h7v1h-7z"));
	assert_non_null(big);
	memset(big, 'a', 4999);
	assert_err(report_qr(&b, big, &e), ERR_INVALID, &e, "QR code");
	free(big);
	buf_release(&b);
}

/* --- XLSX --- */

static void
test_report_xlsx__counts_days_as_spreadsheets_do(void **state)
{
	double v = 0;

	(void)state;
	assert_true(report_xlsx_serial("1970-01-01", &v));
	assert_true(fabs(v - 25569) < 1e-9);
	assert_true(report_xlsx_serial("2022-03-09", &v));
	assert_true(fabs(v - 44629) < 1e-9);
	/* shown as the clock stood where it was written */
	assert_true(report_xlsx_serial("2022-03-09T18:00:00+07:00", &v));
	assert_true(fabs(v - 44629.75) < 1e-9);
	assert_false(report_xlsx_serial("soon", &v));
}

static void
test_report_xlsx__makes_a_zip_of_texts_of_any_length(void **state)
{
	struct report_table t;
	struct err e = { 0 };
	struct buf b = BUF_INIT;
	size_t len = 3 * 40000;
	char *text = malloc(len + 1);

	(void)state;
	assert_non_null(text);
	/* more characters than a cell holds */
	for (size_t i = 0; i < len; i += 3)
		memcpy(text + i, "ก", 3);
	text[len] = '\0';
	report_table_init(&t, "Sheet");
	report_table_col(&t, "Text", REPORT_TEXT, 0);
	report_table_add(&t, text);
	report_table_add(&t, "=1+1");
	assert_ok(report_table_ok(&t, &e), &e);
	assert_ok(report_xlsx(&b, &t, 1, "t", &e), &e);
	assert_true(b.len > 1000);
	assert_memory_equal(b.data, "PK\x03\x04", 4);
	report_table_release(&t);
	buf_release(&b);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report_text__escapes_all_that_html_reads),
		cmocka_unit_test(
		    test_report_text__makes_what_misleads_a_reader_visible),
		cmocka_unit_test(
		    test_report_text__escapes_a_long_formatted_text_whole),
		cmocka_unit_test(test_report_text__knows_numbers),
		cmocka_unit_test(test_report_text__writes_days_as_people_do),
		cmocka_unit_test(test_report_csv__quotes_as_rfc_4180),
		cmocka_unit_test(test_report_csv__never_gives_a_formula),
		cmocka_unit_test(test_report_csv__keeps_numbers_numbers),
		cmocka_unit_test(
		    test_report_csv__begins_with_a_byte_order_mark_and_the_heads),
		cmocka_unit_test(
		    test_report_radar__begins_at_the_top_and_goes_clockwise),
		cmocka_unit_test(
		    test_report_radar__keeps_values_within_the_scale),
		cmocka_unit_test(
		    test_report_svg__draws_both_sides_apart_by_shape),
		cmocka_unit_test(
		    test_report_svg__a_side_with_a_gap_has_no_outline),
		cmocka_unit_test(
		    test_report_qr__covers_the_code_with_a_quiet_zone),
		cmocka_unit_test(
		    test_report_xlsx__counts_days_as_spreadsheets_do),
		cmocka_unit_test(
		    test_report_xlsx__makes_a_zip_of_texts_of_any_length),
	};

	return cmocka_run_group_tests_name("report_draw", tests, NULL, NULL);
}
