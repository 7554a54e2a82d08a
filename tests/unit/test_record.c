#include "tests/unit/test.h"

#include <string.h>

#include "base/file.h"
#include "store/criteria/edition.h"
#include "store/record/canon.h"
#include "store/record/record.h"

static struct edition *edition;

static int
load_edition(void **state)
{
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	int rc;

	(void)state;
	rc = file_read("editions/pmqa4-2562.json", CANON_MAX, &b, &e);
	if (rc == 0)
		rc = edition_parse(b.data, b.len, &edition, &e);
	if (rc < 0)
		print_error("%s\n", e.msg);
	buf_release(&b);
	return rc;
}

static int
free_edition(void **state)
{
	(void)state;
	edition_free(edition);
	return 0;
}

static cJSON *
parse(const char *s)
{
	cJSON *v = NULL;
	struct err e = { 0 };

	assert_ok(json_parse(s, strlen(s), 1 << 20, &v, &e), &e);
	return v;
}

static struct record_path
path_of(const char *path, enum record_branch branch)
{
	struct record_path rp;
	struct err e = { 0 };

	assert_ok(record_path_parse(path, branch, &rp, &e), &e);
	return rp;
}

static const struct record_type *
type_of(const char *name)
{
	const struct record_type *types;
	size_t n, i;

	types = record_types(&n);
	for (i = 0; i < n; i++)
		if (strcmp(types[i].name, name) == 0)
			return &types[i];
	fail_msg("no type '%s'", name);
	return NULL;
}

/* --- paths --- */

static void
test_record__knows_the_paths_of_both_branches(void **state)
{
	struct record_path rp;

	(void)state;
	rp = path_of("office.json", RECORD_OFFICE);
	assert_string_equal(rp.type->name, "office");
	assert_string_equal(rp.name, "office");

	rp = path_of("2565/assessment.json", RECORD_OFFICE);
	assert_string_equal(rp.type->name, "assessment");
	assert_int_equal(rp.year, 2565);
	assert_string_equal(rp.item, "");

	rp = path_of("2565/items/1.1.json", RECORD_OFFICE);
	assert_string_equal(rp.type->name, "answer");
	assert_string_equal(rp.item, "1.1");
	assert_string_equal(rp.name, "2565/items/1.1");

	rp = path_of("registry.json", RECORD_HALL);
	assert_string_equal(rp.type->name, "registry");
	rp = path_of("receipts.json", RECORD_HALL);
	assert_string_equal(rp.type->name, "receipts");
	rp = path_of("editions/pmqa4-2562.json", RECORD_HALL);
	assert_string_equal(rp.type->name, "edition");
	assert_string_equal(rp.id, "pmqa4-2562");
}

static void
test_record__refuses_every_other_path(void **state)
{
	static const char *const bad[] = { "", "/", "office", "office.json/",
		"/office.json", "./office.json", "../office.json",
		"office.json.json", "OFFICE.json", "x.json", ".git",
		"2499/assessment.json", "2701/assessment.json",
		"256/assessment.json", "25650/assessment.json",
		"+2565/assessment.json", "2565/assessment.jso",
		"2565//assessment.json", "2565/items/1.json",
		"2565/items/1.0.json", "2565/items/1.01.json",
		"2565/items/0.1.json", "2565/items/1.100.json",
		"2565/items/1.1", "2565/items/.json", "2565/items/1.1.json/x",
		"2565/items/../items/1.1.json", "2565/Items/1.1.json",
		"2565/items/1.1\n.json", "2565/items/1.1 .json",
		"registry.json", "editions/pmqa4-2562.json",
		"2565/items/\xe0\xb9\x91.1.json" };
	struct record_path rp;
	struct err e = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (record_path_parse(bad[i], RECORD_OFFICE, &rp, &e) !=
		    ERR_INVALID)
			fail_msg("'%s' was taken for a record", bad[i]);
	assert_int_equal(record_path_parse("office.json", RECORD_HALL, &rp, &e),
	    ERR_INVALID);
	assert_int_equal(
	    record_path_parse("editions/A.json", RECORD_HALL, &rp, &e),
	    ERR_INVALID);
	assert_int_equal(
	    record_path_parse("allowed_signers", RECORD_HALL, &rp, &e),
	    ERR_INVALID);
}

static void
test_record__bounds_the_length_of_a_path(void **state)
{
	struct record_path rp;
	struct err e = { 0 };
	char path[400];

	(void)state;
	snprintf(path, sizeof(path), "editions/%0300d.json", 1);
	assert_err(record_path_parse(path, RECORD_HALL, &rp, &e), ERR_INVALID,
	    &e, "too long");
	snprintf(path, sizeof(path), "editions/%065d.json", 1);
	assert_err(record_path_parse(path, RECORD_HALL, &rp, &e), ERR_INVALID,
	    &e, "is not a record");
	snprintf(path, sizeof(path), "editions/%064d.json", 1);
	assert_ok(record_path_parse(path, RECORD_HALL, &rp, &e), &e);
}

static void
test_record__every_field_has_labels_in_both_languages(void **state)
{
	const struct record_type *types;
	size_t n, i, k;

	(void)state;
	types = record_types(&n);
	assert_int_equal(n, 17);
	for (i = 0; i < n; i++) {
		assert_true(types[i].en[0] != '\0' && types[i].th[0] != '\0');
		for (k = 0; k < types[i].n_fields; k++) {
			const struct field *f = &types[i].fields[k];

			assert_non_null(f->en);
			assert_true((unsigned char)f->th[0] >= 0xe0);
			assert_ptr_equal(record_field(&types[i], f->name), f);
		}
	}
}

static void
test_record__finds_fields_below_a_star_by_key(void **state)
{
	const struct record_type *t = type_of("registry");

	(void)state;
	assert_ptr_equal(
	    record_field(t, "devices.a.key"), record_field(t, "devices.*.key"));
	assert_non_null(record_field(t, "devices.a.key"));
	assert_null(record_field(t, "devices.A.key"));
	assert_null(record_field(t, "devices..key"));
	assert_null(record_field(t, "devices.a"));
	assert_null(record_field(t, "devices.a.key.x"));
	assert_null(record_field(t, "devices"));
	assert_null(record_field(t, ""));
}

/* --- checks --- */

static void
expect_valid(const char *path, enum record_branch branch, const char *json)
{
	struct record_path rp = path_of(path, branch);
	struct err e = { 0 };
	cJSON *rec = parse(json);

	assert_ok(record_check(&rp, rec, edition, &e), &e);
	assert_ok(record_check(&rp, rec, NULL, &e), &e);
	cJSON_Delete(rec);
}

static void
expect_invalid(const char *path, enum record_branch branch, const char *json,
    const char *why)
{
	struct record_path rp = path_of(path, branch);
	struct err e = { 0 };
	cJSON *rec = parse(json);

	assert_err(record_check(&rp, rec, edition, &e), ERR_INVALID, &e, why);
	assert_non_null(strstr(e.msg, rp.name));
	cJSON_Delete(rec);
}

#define ANSWER "2565/items/1.1.json", RECORD_OFFICE
#define ASSESSMENT "2565/assessment.json", RECORD_OFFICE
#define REGISTRY "registry.json", RECORD_HALL
#define RECEIPTS "receipts.json", RECORD_HALL
#define BLOB "\"0123456789abcdef0123456789abcdef01234567\""

static void
test_record__accepts_a_full_answer(void **state)
{
	(void)state;
	expect_valid(ANSWER,
	    "{\"ticks\":[\"1.1.B1\",\"1.1.B2\",\"1.1.S1\"],"
	    "\"explanation\":{\"basic\":\"ทำแล้ว\\nสองบรรทัด\",\"advance\":\"x\","
	    "\"significance\":\"y\"},\"strengths\":\"จุดแข็ง\",\"gap\":\"g\","
	    "\"good_practice\":{\"flag\":false,\"text\":\"t\"},"
	    "\"owner\":\"สมชาย ใจดี\"}");
	expect_valid(ANSWER, "{}");
}

static void
test_record__refuses_unknown_members(void **state)
{
	(void)state;
	expect_invalid(ANSWER, "{\"score\":1}", "unknown field 'score'");
	expect_invalid(ANSWER, "{\"explanation\":{\"none\":\"x\"}}",
	    "unknown field 'explanation.none'");
	expect_invalid(
	    ANSWER, "{\"explanation.basic\":\"x\"}", "a field's name");
	expect_invalid(ANSWER, "{\"\":\"x\"}", "a field's name");
	expect_invalid(ANSWER, "{\"a\\u001b[2J\":\"x\"}", "a field's name");
	expect_invalid(ANSWER, "[]", "must be an object");
}

static void
test_record__refuses_empty_values_and_wrong_types(void **state)
{
	(void)state;
	expect_invalid(ANSWER, "{\"gap\":\"\"}", "empty");
	expect_invalid(ANSWER, "{\"gap\":null}", "must be text");
	expect_invalid(ANSWER, "{\"gap\":1}", "must be text");
	expect_invalid(ANSWER, "{\"explanation\":{}}", "left out when empty");
	expect_invalid(ANSWER, "{\"explanation\":\"x\"}", "must be an object");
	expect_invalid(ANSWER, "{\"ticks\":[]}", "left out when empty");
	expect_invalid(ANSWER, "{\"ticks\":\"1.1.B1\"}", "list of points");
	expect_invalid(
	    ANSWER, "{\"good_practice\":{\"flag\":\"yes\"}}", "true or false");
}

static void
test_record__refuses_text_out_of_form(void **state)
{
	(void)state;
	expect_invalid(ANSWER, "{\"gap\":\"e\xcc\x81\"}", "normal form");
	expect_invalid(ANSWER, "{\"gap\":\"a\\r\\nb\"}", "control characters");
	expect_invalid(ANSWER, "{\"gap\":\"\\u001b[31m\"}", "control");
	expect_invalid(ANSWER, "{\"owner\":\"a\\nb\"}", "one line");
	expect_invalid(ANSWER, "{\"owner\":\"a\\tb\"}", "one line");
	expect_invalid(ANSWER, "{\"owner\":\" a\"}", "blanks at its ends");
	expect_invalid(ANSWER, "{\"owner\":\"a \"}", "blanks at its ends");
}

static void
test_record__counts_limits_in_bytes(void **state)
{
	struct record_path rp = path_of(ANSWER);
	struct err e = { 0 };
	cJSON *rec = cJSON_CreateObject();
	char text[303];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[300] = '\0';
	assert_ok(record_put(rec, "owner", cJSON_CreateString(text), &e), &e);
	assert_ok(record_check(&rp, rec, NULL, &e), &e);
	text[300] = 'x';
	text[301] = '\0';
	assert_ok(record_put(rec, "owner", cJSON_CreateString(text), &e), &e);
	assert_err(record_check(&rp, rec, NULL, &e), ERR_INVALID, &e,
	    "301 bytes, more than 300");
	cJSON_Delete(rec);
}

static void
test_record__refuses_ticks_that_are_no_set_of_the_items_points(void **state)
{
	(void)state;
	expect_invalid(ANSWER, "{\"ticks\":[\"1.1.B2\",\"1.1.B1\"]}", "sorted");
	expect_invalid(ANSWER, "{\"ticks\":[\"1.1.B1\",\"1.1.B1\"]}",
	    "hold nothing twice");
	expect_invalid(ANSWER, "{\"ticks\":[\"1.2.B1\"]}",
	    "point '1.2.B1' is not one of item 1.1");
	expect_invalid(ANSWER, "{\"ticks\":[\"1.1.B4\"]}",
	    "point '1.1.B4' is not in edition");
	expect_invalid(ANSWER, "{\"ticks\":[\"1.1.X1\"]}", "such as 1.1.B2");
	expect_invalid(ANSWER, "{\"ticks\":[1]}", "such as 1.1.B2");
	expect_invalid("2565/items/7.1.json", RECORD_OFFICE,
	    "{\"ticks\":[\"7.1.B1\"]}", "is not in edition");
	expect_invalid(
	    "2565/items/1.9.json", RECORD_OFFICE, "{}", "has no item 1.9");
}

static void
test_record__checks_an_assessment_against_its_path(void **state)
{
	(void)state;
	expect_valid(ASSESSMENT,
	    "{\"cycle\":2565,\"edition\":{\"id\":\"pmqa4-2562\",\"blob\":" BLOB
	    "},\"status\":\"open\"}");
	expect_invalid(ASSESSMENT,
	    "{\"cycle\":2566,\"edition\":{\"id\":\"pmqa4-2562\",\"blob\":" BLOB
	    "},\"status\":\"open\"}",
	    "must be the year of the path, 2565");
	expect_invalid(ASSESSMENT,
	    "{\"cycle\":2565,\"edition\":{\"id\":\"pmqa4-2562\"},"
	    "\"status\":\"open\"}",
	    "'edition.blob' is missing");
	expect_invalid(ASSESSMENT,
	    "{\"cycle\":2565,\"edition\":{\"id\":\"pmqa4-2562\",\"blob\":"
	    "\"0A\"}"
	    ",\"status\":\"open\"}",
	    "40 lower-case hex digits");
	expect_invalid(ASSESSMENT,
	    "{\"cycle\":2565,\"edition\":{\"id\":\"A\",\"blob\":" BLOB
	    "},\"status\":\"open\"}",
	    "a-z, 0-9");
	expect_invalid(ASSESSMENT,
	    "{\"cycle\":2565,\"edition\":{\"id\":\"pmqa4-2562\",\"blob\":" BLOB
	    "},\"status\":\"shut\"}",
	    "one of: open");
	expect_invalid(ASSESSMENT,
	    "{\"cycle\":99,\"edition\":{\"id\":\"pmqa4-2562\",\"blob\":" BLOB
	    "},\"status\":\"open\"}",
	    "from 2500 to 2700");
}

#define PARTIES                                                                      \
	"\"office\":{\"code\":\"9105\",\"name\":\"ละงู\"},"                  \
	"\"hall\":{\"code\":\"91\",\"name\":\"สตูล\",\"key\":\"ssh-ed25519 " \
	"A\"}"
#define SINCE "\"since\":\"2026-11-22T13:14:15+07:00\""

static void
test_record__checks_each_device_of_a_registry(void **state)
{
	(void)state;
	expect_valid(REGISTRY, "{" PARTIES "}");
	expect_valid(REGISTRY,
	    "{" PARTIES ",\"devices\":{\"a\":{\"key\":\"ssh-ed25519 B\","
	    "\"state\":\"active\"," SINCE "},\"b\":{\"key\":\"ssh-ed25519 C\","
	    "\"state\":\"revoked\"," SINCE
	    ",\"until\":\"2026-12-01T00:00:00+07:00\"}}}");
	expect_invalid(REGISTRY,
	    "{" PARTIES ",\"devices\":{\"a\":{\"key\":\"ssh-ed25519 B\"," SINCE
	    "}}}",
	    "'state' of 'a' is missing");
	expect_invalid(REGISTRY,
	    "{" PARTIES ",\"devices\":{\"a\":{\"key\":\"ssh-ed25519 B\","
	    "\"state\":\"lost\"," SINCE "}}}",
	    "'devices.a.state' must be one of: active revoked");
	expect_invalid(REGISTRY,
	    "{" PARTIES ",\"devices\":{\"A\":{\"key\":\"k\"}}}",
	    "unknown field 'devices.A'");
	expect_invalid(
	    REGISTRY, "{" PARTIES ",\"devices\":{\"a\":{}}}", "left out");
}

static void
test_record__checks_the_body_of_an_edition(void **state)
{
	struct record_path rp =
	    path_of("editions/pmqa4-2562.json", RECORD_HALL);
	struct err e = { 0 };
	cJSON *rec = cJSON_Duplicate(edition_json(edition), 1);

	(void)state;
	assert_ok(record_check(&rp, rec, NULL, &e), &e);
	cJSON_DeleteItemFromArray(json_get(rec, "categories"), 6);
	assert_err(record_check(&rp, rec, NULL, &e), ERR_INVALID, &e,
	    "not an item of a category");
	cJSON_Delete(rec);

	rp = path_of("editions/other.json", RECORD_HALL);
	assert_err(record_check(&rp, edition_json(edition), NULL, &e),
	    ERR_INVALID, &e, "must be the name in the path, 'other'");
}

static void
test_record__checks_the_sentences_of_a_wording(void **state)
{
	(void)state;
	expect_valid(
	    "wordings/x-1.json", RECORD_HALL, "{\"id\":\"x-1\",\"texts\":{}}");
	expect_valid("wordings/x-1.json", RECORD_HALL,
	    "{\"id\":\"x-1\",\"texts\":{\"1.1.B1\":{\"th\":\"ก\"},"
	    "\"7.1.20\":{\"en\":\"a\",\"th\":\"ข\"}}}");
	expect_invalid("wordings/x-1.json", RECORD_HALL,
	    "{\"id\":\"x-2\",\"texts\":{}}", "name in the path");
	expect_invalid("wordings/x-1.json", RECORD_HALL, "{\"id\":\"x-1\"}",
	    "'texts' is missing");
	expect_invalid("wordings/x-1.json", RECORD_HALL,
	    "{\"id\":\"x-1\",\"texts\":[]}", "must be an object");
	expect_invalid("wordings/x-1.json", RECORD_HALL,
	    "{\"id\":\"x-1\",\"texts\":{\"1.1.B1\":{}}}", "'th', 'en' or both");
	expect_invalid("wordings/x-1.json", RECORD_HALL,
	    "{\"id\":\"x-1\",\"texts\":{\"1.1\":{\"th\":\"ก\"}}}",
	    "neither a point");
	expect_invalid("wordings/x-1.json", RECORD_HALL,
	    "{\"id\":\"x-1\",\"texts\":{\"1.1.B1\":{\"th\":\"a\\tb\"}}}",
	    "one line");
}

static void
test_record__checks_days_and_items_of_a_calendar(void **state)
{
	(void)state;
	expect_valid("cycles/2565.json", RECORD_HALL,
	    "{\"cycle\":2565,\"due\":{\"submit\":\"2022-08-31\"},"
	    "\"target\":\"advance\",\"targets\":{\"basic\":[\"1\",\"6.4\"]}}");
	expect_invalid("cycles/2565.json", RECORD_HALL,
	    "{\"cycle\":2565,\"due\":{\"submit\":\"2022-08-32\"}}",
	    "'due.submit' must be a day");
	expect_invalid("cycles/2565.json", RECORD_HALL,
	    "{\"cycle\":2565,\"due\":{\"submit\":\"2565-08-31\"}}",
	    "'due.submit' must be a day");
	expect_invalid("cycles/2565.json", RECORD_HALL,
	    "{\"cycle\":2565,\"targets\":{\"basic\":[\"6.4\",\"1\"]}}",
	    "'targets.basic' must be sorted");
	expect_invalid("cycles/2565.json", RECORD_HALL,
	    "{\"cycle\":2565,\"targets\":{\"basic\":[]}}", "left out");
	expect_invalid("cycles/2565.json", RECORD_HALL, "{\"cycle\":2566}",
	    "must be the year of the path");
}

/* --- field access --- */

static void
test_record__put_makes_and_drops_the_objects_between(void **state)
{
	struct err e = { 0 };
	cJSON *rec = cJSON_CreateObject();

	(void)state;
	assert_ok(
	    record_put(rec, "explanation.basic", cJSON_CreateString("x"), &e),
	    &e);
	assert_string_equal(
	    record_get(rec, "explanation.basic")->valuestring, "x");
	assert_ok(
	    record_put(rec, "explanation.basic", cJSON_CreateString("y"), &e),
	    &e);
	assert_int_equal(cJSON_GetArraySize(json_get(rec, "explanation")), 1);
	assert_ok(record_put(rec, "explanation.advance", NULL, &e), &e);
	assert_ok(
	    record_put(rec, "explanation.basic", cJSON_CreateString(""), &e),
	    &e);
	assert_null(rec->child);
	assert_null(record_get(rec, "explanation.basic"));
	cJSON_Delete(rec);
}

static void
test_record__put_refuses_names_that_lead_through_a_value(void **state)
{
	struct err e = { 0 };
	cJSON *rec = parse("{\"gap\":\"x\"}");

	(void)state;
	assert_err(record_put(rec, "gap.x", cJSON_CreateString("y"), &e),
	    ERR_INVALID, &e, "no fields below it");
	assert_err(record_put(rec, "a..b", cJSON_CreateString("y"), &e),
	    ERR_INVALID, &e, "not the name of a field");
	assert_err(record_put(rec, "", cJSON_CreateString("y"), &e),
	    ERR_INVALID, &e, "not the name of a field");
	assert_string_equal(json_str(rec, "gap"), "x");
	assert_int_equal(cJSON_GetArraySize(rec), 1);
	assert_null(record_get(rec, "gap.x"));
	cJSON_Delete(rec);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_record__knows_the_paths_of_both_branches),
		cmocka_unit_test(test_record__refuses_every_other_path),
		cmocka_unit_test(test_record__bounds_the_length_of_a_path),
		cmocka_unit_test(
		    test_record__every_field_has_labels_in_both_languages),
		cmocka_unit_test(test_record__finds_fields_below_a_star_by_key),
		cmocka_unit_test(test_record__accepts_a_full_answer),
		cmocka_unit_test(test_record__refuses_unknown_members),
		cmocka_unit_test(
		    test_record__refuses_empty_values_and_wrong_types),
		cmocka_unit_test(test_record__refuses_text_out_of_form),
		cmocka_unit_test(test_record__counts_limits_in_bytes),
		cmocka_unit_test(
		    test_record__refuses_ticks_that_are_no_set_of_the_items_points),
		cmocka_unit_test(
		    test_record__checks_an_assessment_against_its_path),
		cmocka_unit_test(test_record__checks_each_device_of_a_registry),
		cmocka_unit_test(test_record__checks_the_body_of_an_edition),
		cmocka_unit_test(
		    test_record__checks_the_sentences_of_a_wording),
		cmocka_unit_test(
		    test_record__checks_days_and_items_of_a_calendar),
		cmocka_unit_test(
		    test_record__put_makes_and_drops_the_objects_between),
		cmocka_unit_test(
		    test_record__put_refuses_names_that_lead_through_a_value),
	};

	return cmocka_run_group_tests_name(
	    "record", tests, load_edition, free_edition);
}
