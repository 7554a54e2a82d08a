#include "tests/support/sample.h"

#include "tests/unit/test.h"

#define LINE "ข้อความยาวที่ดัชนีไม่เก็บไว้ ต้องอ่านจากคลัง "
#define LINES LINE LINE LINE LINE LINE LINE LINE LINE

struct test_office sample_office;

const char *
sample_text(char which)
{
	return which == 'a' ? LINES "a" : LINES "b";
}

static void
set(const char *item, const char *field, const char *text)
{
	cJSON_Delete(
	    test_office_set(&sample_office, SAMPLE_YEAR, item, field, text));
}

static void
tick(const char *points, int on)
{
	cJSON_Delete(test_office_tick(&sample_office, SAMPLE_YEAR, points, on));
}

int
sample_up(void **state)
{
	struct test_office *o = &sample_office;

	test_libraries_up(state);
	test_office_make(o);
	cJSON_Delete(test_office_open_year(o, SAMPLE_YEAR));
	tick("1.1.B1 1.1.B2", 1);
	set("1.1", "explanation.basic", sample_text('a'));
	set("1.1", "explanation.basic", sample_text('b'));
	tick("1.1.B3 1.2.B1", 1);
	snprintf(o->person.login, sizeof(o->person.login), "somchai");
	set("1.1", "owner", "สมชาย ใจดี");
	snprintf(o->person.login, sizeof(o->person.login), "somsri");
	tick("1.1.B1", 0);
	return 0;
}

int
sample_down(void **state)
{
	test_office_remove(&sample_office);
	return test_libraries_down(state);
}

const cJSON *
sample_at(const cJSON *list, int i)
{
	return cJSON_GetArrayItem(list, i);
}

void
sample_assert_text(const cJSON *obj, const char *key, const char *want)
{
	const char *got = json_str(obj, key);

	if (want == NULL) {
		assert_true(cJSON_IsNull(json_get(obj, key)));
		return;
	}
	if (got == NULL)
		fail_msg("'%s' is not text, expected '%s'", key, want);
	assert_string_equal(got, want);
}

void
sample_assert_fields(const cJSON *record, const char *want)
{
	struct buf names = BUF_INIT;
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(record, "changes")) {
		buf_printf(&names, "%s%s", names.len > 0 ? " " : "",
		    json_str(c, "field"));
	}
	assert_string_equal(buf_str(&names), want);
	buf_release(&names);
}
