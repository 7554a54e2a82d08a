#include "tests/unit/test.h"

#include <string.h>

#include "client/changes.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/out.h"
#include "store/record/record.h"

static const char describe_text[] =
    "{\"types\":["
    "{\"type\":\"action\",\"en\":\"action\",\"th\":\"แผน\",\"fields\":["
    "{\"name\":\"due\",\"kind\":\"date\",\"en\":\"due\",\"th\":\"กำหนดเสร็จ\"},"
    "{\"name\":\"status\",\"kind\":\"enum\",\"en\":\"status\",\"th\":\"สถานะ\"}"
    ","
    "{\"name\":\"who\",\"kind\":\"line\",\"en\":\"person\",\"th\":\"ผู้รับผิดชอบ\"}"
    "]},"
    "{\"type\":\"profile\",\"en\":\"profile\",\"th\":\"ลักษณะ\",\"fields\":["
    "{\"name\":\"answers.*\",\"kind\":\"text\",\"en\":\"answer\",\"th\":"
    "\"คำตอบ\"}]},"
    "{\"type\":\"answer\",\"en\":\"answer\",\"th\":\"ผล\",\"fields\":["
    "{\"name\":\"indicators.*.target\",\"kind\":\"decimal\",\"en\":\"target\","
    "\"th\":\"เป้าหมาย\"},"
    "{\"name\":\"evidence.*.caption\",\"kind\":\"line\",\"en\":\"caption\","
    "\"th\":\"คำบรรยาย\"}]}]}";

static cJSON *describe;

static int
up(void **state)
{
	(void)state;
	describe = cJSON_Parse(describe_text);
	return describe == NULL;
}

static int
down(void **state)
{
	(void)state;
	cJSON_Delete(describe);
	return 0;
}

static void
expect_full(const char *record, const char *field, const char *want)
{
	char text[100];

	labels_full(text, sizeof(text), describe, record, field);
	assert_string_equal(text, want);
}

static void
test_labels__name_the_key_below_a_star(void **state)
{
	(void)state;
	expect_full("2565/actions/pa1", "due", "due");
	expect_full("2565/profile", "answers.1a1", "answer (1a1)");
	expect_full(
	    "2565/items/7.1", "indicators.ia12.target", "target (ia12)");
	expect_full("2565/items/1.1",
	    "evidence.0123456789abcdef0123456789abcdef.caption",
	    "caption (01234567)");
	/* nothing is known of it */
	expect_full("2565/items/1.1", "colour", "colour");
	expect_full("elsewhere", "due", "due");
}

static void
test_labels__say_the_kind_of_a_field(void **state)
{
	(void)state;
	assert_string_equal(
	    labels_kind(describe, "2565/actions/pa1", "due"), "date");
	assert_string_equal(
	    labels_kind(describe, "2565/profile", "answers.1a1"), "text");
	assert_string_equal(labels_kind(describe, "2565/profile", "due"), "");
	assert_string_equal(labels_kind(NULL, "2565/profile", "due"), "");
	assert_string_equal(labels_kind(describe, NULL, NULL), "");
}

static void
expect_type(const char *path, enum record_branch branch)
{
	struct record_path rp;
	struct err e;

	assert_ok(record_path_parse(path, branch, &rp, &e), &e);
	assert_string_equal(labels_type(rp.name), rp.type->name);
}

static void
test_labels__know_every_type_by_its_path(void **state)
{
	(void)state;
	expect_type("office.json", RECORD_OFFICE);
	expect_type("2565/assessment.json", RECORD_OFFICE);
	expect_type("2565/items/1.1.json", RECORD_OFFICE);
	expect_type("2565/profile.json", RECORD_OFFICE);
	expect_type("2565/actions/pa1.json", RECORD_OFFICE);
	expect_type("2565/comments/1.1.json", RECORD_OFFICE);
	expect_type("evidence/ab.json", RECORD_OFFICE);
	expect_type("reviews/2565/1.1.json", RECORD_HALL);
	expect_type("decisions/2565.json", RECORD_HALL);
	expect_type("cycles/2565.json", RECORD_HALL);
	expect_type("practices/gh1.json", RECORD_HALL);
	expect_type("wordings/ed.json", RECORD_HALL);
	expect_type("registry.json", RECORD_HALL);
	expect_type("receipts.json", RECORD_HALL);
	expect_type("editions/ed.json", RECORD_HALL);
	assert_string_equal(labels_type(NULL), "");
}

static void
expect_change(const char *lang, const char *change, const char *want)
{
	cJSON *list = cJSON_CreateArray();
	struct out o = { .width = 100 };

	lang_init(lang);
	cJSON_AddItemToArray(list, cJSON_Parse(change));
	changes_brief(&o, 0, describe, "2565/actions/pa1", list);
	assert_string_equal(buf_str(&o.b), want);
	out_release(&o);
	cJSON_Delete(list);
	lang_init("en");
}

static void
test_labels__changes_show_days_as_people_write_them(void **state)
{
	(void)state;
	expect_change("en",
	    "{\"field\":\"due\",\"old\":null,\"new\":\"2026-03-31\"}",
	    "due: (empty) → 2026-03-31\n");
	expect_change("en",
	    "{\"field\":\"who\",\"old\":\"a\",\"new\":\"2026-03-31\"}",
	    "person: a → 2026-03-31\n");
	expect_change("en",
	    "{\"field\":\"status\",\"old\":\"open\",\"new\":\"dropped\"}",
	    "status: open → dropped\n");
}

static void
expect_day(const char *lang, const char *day, const char *want)
{
	char text[64];

	lang_init(lang);
	out_day(text, sizeof(text), day);
	lang_init("en");
	assert_string_equal(text, want);
}

static void
test_labels__days_have_their_era(void **state)
{
	(void)state;
	expect_day("th", "2026-03-31", "31 มี.ค. 2569");
	expect_day("th", "2024-02-29", "29 ก.พ. 2567");
	expect_day("en", "2026-03-31", "2026-03-31");
	expect_day("th", "no day", "no day");
	expect_day("th", "2026-02-30", "2026-02-30");
	expect_day("th", NULL, "-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_labels__name_the_key_below_a_star),
		cmocka_unit_test(test_labels__say_the_kind_of_a_field),
		cmocka_unit_test(test_labels__know_every_type_by_its_path),
		cmocka_unit_test(
		    test_labels__changes_show_days_as_people_write_them),
		cmocka_unit_test(test_labels__days_have_their_era),
	};

	return cmocka_run_group_tests_name("labels", tests, up, down);
}
