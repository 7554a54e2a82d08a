#include "tests/unit/test.h"

#include "client/file/form.h"

struct fixture {
	struct form_about a;
	struct form f;
	struct form_faults faults;
	cJSON *points;
	struct err e;
};

#define POINTS                                                                 \
	"[{\"id\":\"1.1.B1\",\"level\":\"basic\",\"label_en\":\"first\"},"     \
	"{\"id\":\"1.1.B2\",\"level\":\"basic\",\"label_en\":\"second\"},"     \
	"{\"id\":\"1.1.A1\",\"level\":\"advance\",\"label_en\":\"third\"}]"

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->points = cJSON_Parse(POINTS);
	assert_non_null(f->points);
	f->a.year = 2565;
	f->a.item = "1.1";
	f->a.title = "ระบบการนำองค์การ";
	snprintf(f->a.revision, sizeof(f->a.revision), "a12");
	f->a.points = f->points;
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	form_release(&f->f);
	cJSON_Delete(f->points);
	free(f);
	return 0;
}

static void
set(struct form *f, size_t i, const char *value)
{
	free(f->values[i]);
	f->values[i] = strdup(value);
	assert_non_null(f->values[i]);
}

static char *
printed(struct fixture *f)
{
	struct buf b = BUF_INIT;

	form_print(&f->a, &f->f, &b);
	assert_int_equal(b.failed, 0);
	return buf_take(&b);
}

static void
parse(struct fixture *f, const char *text)
{
	f->faults.n = 0;
	assert_ok(form_parse(&f->a, text, &f->f, &f->faults, &f->e), &f->e);
}

/* The form as printed, with one part of its text replaced. */
static void
parse_with(struct fixture *f, const char *old, const char *new_)
{
	char *text = printed(f), *at = strstr(text, old);
	struct buf b = BUF_INIT;

	assert_non_null(at);
	buf_append(&b, text, (size_t)(at - text));
	buf_puts(&b, new_);
	buf_puts(&b, at + strlen(old));
	parse(f, buf_str(&b));
	buf_release(&b);
	free(text);
}

static void
expect_fault(struct fixture *f, const char *text)
{
	if (f->faults.n == 0)
		fail_msg("no fault, expected '%s'", text);
	if (strstr(f->faults.list[0].text, text) == NULL)
		fail_msg("'%s' lacks '%s'", f->faults.list[0].text, text);
}

static void
test_form__prints_and_reads_all_of_an_item(void **state)
{
	struct fixture *f = *state;
	char *text;

	set(&f->f, 0, "1.1.B2");
	set(&f->f, 5, "บรรทัดหนึ่ง\n\n# สอง");
	set(&f->f, 6, "true");
	set(&f->f, 8, "สมชาย");
	text = printed(f);
	assert_non_null(strstr(text, "#: pmqa 2565 1.1 a12\n"));
	assert_non_null(strstr(text, "[ ] 1.1.B1 first\n[x] 1.1.B2 second\n"));
	assert_non_null(strstr(text, "\n\\# สอง\n"));
	parse(f, text);
	assert_int_equal(f->faults.n, 0);
	assert_string_equal(f->f.values[0], "1.1.B2");
	assert_string_equal(f->f.values[5], "บรรทัดหนึ่ง\n\n# สอง");
	assert_string_equal(f->f.values[6], "true");
	assert_string_equal(f->f.values[8], "สมชาย");
	assert_string_equal(f->f.values[1], "");
	free(text);
}

static void
test_form__reads_back_what_it_printed(void **state)
{
	static const char *const parts[] = { "a", "ก็", "#", "## gap: x", "\\",
		"\n", "\n\n", " ", "\t", "[x] 1.1.B1", "#!", "\\#", "=", "!" };
	static const size_t texts[] = { 1, 2, 3, 4, 5, 7 };
	uint64_t seed = test_seed();
	struct fixture *f = *state;
	char *one, *two, *three;
	size_t i, t;
	int n;

	for (i = 0; i < 500; i++) {
		for (t = 0; t < sizeof(texts) / sizeof(*texts); t++) {
			char text[256] = "";

			for (n = (int)(test_random(&seed) % 12); n > 0; n--) {
				size_t len = strlen(text);

				snprintf(text + len, sizeof(text) - len, "%s",
				    parts[test_random(&seed) %
					  (sizeof(parts) / sizeof(*parts))]);
			}
			set(&f->f, texts[t], text);
		}
		one = printed(f);
		parse(f, one);
		assert_int_equal(f->faults.n, 0);
		two = printed(f);
		parse(f, two);
		assert_int_equal(f->faults.n, 0);
		three = printed(f);
		/* only blank lines around a text go, and only once */
		assert_string_equal(two, three);
		free(one);
		free(two);
		free(three);
	}
}

static void
test_form__keeps_a_text_but_for_blank_lines_around_it(void **state)
{
	struct fixture *f = *state;

	set(&f->f, 5, "\n  \n  ย่อหน้า\n\nสุดท้าย  \n \n");
	parse_with(f, "#\n", "#\n");
	assert_string_equal(f->f.values[5], "  ย่อหน้า\n\nสุดท้าย  ");
}

static void
test_form__takes_line_ends_of_windows(void **state)
{
	struct fixture *f = *state;

	parse_with(f, "## gap: gap\n", "## gap: gap\r\nหนึ่ง\r\nสอง\r\n");
	assert_int_equal(f->faults.n, 0);
	assert_string_equal(f->f.values[5], "หนึ่ง\nสอง");
}

static void
test_form__refuses_what_would_be_lost(void **state)
{
	struct fixture *f = *state;

	parse_with(f, "## gap: gap\n", "## gap: gap\n# หาย\n");
	expect_fault(f, "would be lost");
	parse_with(f, "## gap: gap\n", "## gap: gap\n## หัวข้อ\nต่อ\n");
	expect_fault(f, "no field is called");
	parse_with(f, "## gap: gap\n", "ข้อความ\n");
	expect_fault(f, "'## gap' is missing");
	parse_with(f, "## gap: gap\n", "## gap: gap\n## gap: gap\n");
	expect_fault(f, "there twice");
	parse_with(f, "#\n", "#\nข้อความลอย\n");
	expect_fault(f, "above the first heading");
}

static void
test_form__refuses_points_that_are_not_clear(void **state)
{
	struct fixture *f = *state;

	parse_with(f, "[ ] 1.1.B1 first\n", "");
	expect_fault(f, "point 1.1.B1 is missing");
	parse_with(f, "[ ] 1.1.B1 first\n", "[x] 1.1.B9\n");
	expect_fault(f, "no point '1.1.B9'");
	parse_with(f, "[ ] 1.1.B1", "[?] 1.1.B1");
	expect_fault(f, "no line of a point");
	parse_with(f, "[ ] 1.1.B1", "[x] 1.1.B2");
	expect_fault(f, "1.1.B2 is there twice");
	parse_with(f, "[ ] 1.1.B1", "x 1.1.B1");
	expect_fault(f, "no line of a point");
}

static void
test_form__tells_the_line_of_a_fault(void **state)
{
	struct fixture *f = *state;
	struct buf marked = BUF_INIT, plain = BUF_INIT;
	char *text = printed(f);

	f->faults.n = 0;
	form_fault(&f->faults, 2, "%s", "ผิด\nสองบรรทัด");
	form_fault(&f->faults, 9999, "end");
	form_mark(text, &f->faults, &marked);
	assert_non_null(strstr(buf_str(&marked),
	    "#: pmqa 2565 1.1 a12\n#! ผิด\n#! สองบรรทัด\n# 1.1"));
	assert_non_null(strstr(buf_str(&marked), "\n#! end\n"));
	form_unmark(buf_str(&marked), &plain);
	assert_string_equal(text, buf_str(&plain));
	buf_release(&marked);
	buf_release(&plain);
	free(text);
}

static void
test_form__refuses_a_second_line_where_there_is_one(void **state)
{
	struct fixture *f = *state;

	set(&f->f, 8, "สมชาย\nสมหญิง");
	parse_with(f, "#\n", "#\n");
	expect_fault(f, "one line only");
	set(&f->f, 8, "");
	parse_with(f, "[ ] good_practice.flag\n", "[ ] one\n[x] two\n");
	expect_fault(f, "one line");
}

static void
test_form__knows_its_revision(void **state)
{
	char revision[24];

	(void)state;
	form_revision("#: pmqa 2565 1.1 a12\n…", 2565, "1.1", revision);
	assert_string_equal(revision, "a12");
	form_revision("#: pmqa 2565 1.2 a12\n", 2565, "1.1", revision);
	assert_string_equal(revision, "");
	form_revision("", 2565, "1.1", revision);
	assert_string_equal(revision, "");
}

static void
fill(struct form *f, const char *ticks, const char *gap, const char *owner)
{
	size_t i;

	for (i = 0; i < FORM_FIELDS; i++)
		set(f, i, "");
	set(f, 0, ticks);
	set(f, 5, gap);
	set(f, 8, owner);
}

static void
test_form__merges_what_two_people_wrote(void **state)
{
	struct fixture *f = *state;
	struct form base = { { NULL }, { 0 } }, theirs = { { NULL }, { 0 } };
	int both[FORM_FIELDS];

	fill(&base, "1.1.B1", "เดิม", "");
	fill(&theirs, "1.1.B1 1.1.B2", "ของเขา", "เขา");
	fill(&f->f, "1.1.A1", "ของเรา", "");
	assert_ok(form_merge(&f->a, &base, &theirs, &f->f, both, &f->e), &f->e);
	/* B1 taken back by us, B2 by them, A1 by us */
	assert_string_equal(f->f.values[0], "1.1.B2 1.1.A1");
	assert_string_equal(f->f.values[5], "ของเรา");
	assert_int_equal(both[5], 1);
	assert_string_equal(f->f.values[8], "เขา");
	assert_int_equal(both[8], 0);
	form_release(&base);
	form_release(&theirs);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_form__prints_and_reads_all_of_an_item),
		T(test_form__reads_back_what_it_printed),
		T(test_form__keeps_a_text_but_for_blank_lines_around_it),
		T(test_form__takes_line_ends_of_windows),
		T(test_form__refuses_what_would_be_lost),
		T(test_form__refuses_points_that_are_not_clear),
		T(test_form__tells_the_line_of_a_fault),
		T(test_form__refuses_a_second_line_where_there_is_one),
		T(test_form__knows_its_revision),
		T(test_form__merges_what_two_people_wrote),
	};

	return cmocka_run_group_tests_name("form", tests, NULL, NULL);
}
