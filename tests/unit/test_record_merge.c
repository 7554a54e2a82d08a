#include "tests/unit/test.h"

#include <string.h>

#include "store/record/canon.h"
#include "store/record/record.h"

static cJSON *
parse(const char *s)
{
	cJSON *v = NULL;
	struct err e = { 0 };

	assert_ok(json_parse(s, strlen(s), 1 << 20, &v, &e), &e);
	return v;
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

/* --- differences --- */

static void
expect_diff(
    const char *type, const char *old, const char *new_, const char *changes)
{
	cJSON *a = old != NULL ? parse(old) : NULL;
	cJSON *b = new_ != NULL ? parse(new_) : NULL;
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	cJSON *list = NULL;

	assert_ok(record_diff(type_of(type), a, b, &list, &e), &e);
	assert_ok(json_write(list, &out, &e), &e);
	assert_string_equal(buf_str(&out), changes);
	buf_release(&out);
	cJSON_Delete(list);
	cJSON_Delete(a);
	cJSON_Delete(b);
}

static void
test_record_merge__diff_lists_changed_fields_in_the_tables_order(void **state)
{
	(void)state;
	expect_diff("answer",
	    "{\"gap\":\"g\",\"owner\":\"o\",\"ticks\":[\"1.1.B1\"]}",
	    "{\"explanation\":{\"basic\":\"x\"},\"owner\":\"o\","
	    "\"ticks\":[\"1.1.B1\",\"1.1.B2\"]}",
	    "[{\"field\":\"ticks\",\"old\":[\"1.1.B1\"],"
	    "\"new\":[\"1.1.B1\",\"1.1.B2\"]},"
	    "{\"field\":\"explanation.basic\",\"old\":null,\"new\":\"x\"},"
	    "{\"field\":\"gap\",\"old\":\"g\",\"new\":null}]");
	expect_diff("answer", NULL, "{\"gap\":\"g\"}",
	    "[{\"field\":\"gap\",\"old\":null,\"new\":\"g\"}]");
	expect_diff("answer", "{\"gap\":\"g\"}", NULL,
	    "[{\"field\":\"gap\",\"old\":\"g\",\"new\":null}]");
	expect_diff("answer", NULL, NULL, "[]");
	expect_diff("answer", "{}", NULL, "[]");
}

static void
test_record_merge__diff_walks_the_keys_below_a_star(void **state)
{
	(void)state;
	expect_diff("registry",
	    "{\"devices\":{\"b\":{\"key\":\"k\",\"state\":\"active\"}}}",
	    "{\"devices\":{\"b\":{\"key\":\"k\",\"state\":\"revoked\"},"
	    "\"a\":{\"key\":\"l\"}}}",
	    "[{\"field\":\"devices.a.key\",\"old\":null,\"new\":\"l\"},"
	    "{\"field\":\"devices.b.state\",\"old\":\"active\","
	    "\"new\":\"revoked\"}]");
}

static void
test_record_merge__field_order_is_the_order_of_diff(void **state)
{
	const struct record_type *t = type_of("registry");

	(void)state;
	assert_true(record_field_order(t, "office.code", "hall.code") < 0);
	assert_true(
	    record_field_order(t, "devices.a.until", "devices.b.key") < 0);
	assert_true(
	    record_field_order(t, "devices.b.key", "devices.b.state") < 0);
	assert_true(
	    record_field_order(t, "devices.a.key", "devices.a-x.key") < 0);
	assert_int_equal(
	    record_field_order(t, "devices.a.key", "devices.a.key"), 0);
}

static void
test_record_merge__walks_values_right_below_a_star(void **state)
{
	const struct record_type *t = type_of("profile");

	(void)state;
	expect_diff("profile", "{\"answers\":{\"1a1\":\"x\",\"1a2\":\"y\"}}",
	    "{\"answers\":{\"1a2\":\"z\",\"1a3\":\"w\"},"
	    "\"evidence\":{\"ab\":{\"class\":\"public\"}}}",
	    "[{\"field\":\"answers.1a1\",\"old\":\"x\",\"new\":null},"
	    "{\"field\":\"answers.1a2\",\"old\":\"y\",\"new\":\"z\"},"
	    "{\"field\":\"answers.1a3\",\"old\":null,\"new\":\"w\"},"
	    "{\"field\":\"evidence.ab.class\",\"old\":null,"
	    "\"new\":\"public\"}]");
	assert_true(record_field_order(t, "answers.1a1", "answers.1a2") < 0);
	assert_true(record_field_order(t, "answers.2", "answers.10") > 0);
	assert_int_equal(record_field_order(t, "answers.1", "answers.1"), 0);
	assert_true(
	    record_field_order(t, "answers.9", "evidence.ab.class") < 0);
}

static void
test_record_merge__knows_a_star_from_a_letter(void **state)
{
	(void)state;
	assert_string_equal(record_star("answers.*"), ".*");
	assert_string_equal(record_star("devices.*.key"), ".*.key");
	assert_null(record_star("explanation.basic"));
	assert_null(record_star("a.*b"));
	assert_null(record_star("code"));
}

/* --- merge --- */

static void
expect_merge(const char *type, const char *base, const char *hall,
    const char *mine, const char *merged, const char *conflicts)
{
	cJSON *b = base != NULL ? parse(base) : NULL;
	cJSON *h = hall != NULL ? parse(hall) : NULL;
	cJSON *m = mine != NULL ? parse(mine) : NULL;
	cJSON *want = merged != NULL ? parse(merged) : NULL;
	cJSON *want_conflicts = parse(conflicts);
	cJSON *got = NULL, *got_conflicts = NULL;
	struct err e = { 0 };

	assert_ok(
	    record_merge(type_of(type), b, h, m, &got, &got_conflicts, &e), &e);
	if (!canon_equal(got, want))
		fail_msg("merged: %s", cJSON_PrintUnformatted(got));
	if (!canon_equal(got_conflicts, want_conflicts))
		fail_msg(
		    "conflicts: %s", cJSON_PrintUnformatted(got_conflicts));
	cJSON_Delete(b);
	cJSON_Delete(h);
	cJSON_Delete(m);
	cJSON_Delete(want);
	cJSON_Delete(want_conflicts);
	cJSON_Delete(got);
	cJSON_Delete(got_conflicts);
}

static void
test_record_merge__joins_changes_of_different_fields(void **state)
{
	(void)state;
	expect_merge("answer", "{\"gap\":\"g\",\"owner\":\"o\"}",
	    "{\"gap\":\"h\",\"owner\":\"o\"}",
	    "{\"gap\":\"g\",\"strengths\":\"s\"}",
	    "{\"gap\":\"h\",\"strengths\":\"s\"}", "[]");
}

static void
test_record_merge__keeps_the_halls_value_and_lists_the_other(void **state)
{
	(void)state;
	expect_merge("answer", "{\"gap\":\"g\"}", "{\"gap\":\"h\"}",
	    "{\"gap\":\"m\"}", "{\"gap\":\"h\"}",
	    "[{\"field\":\"gap\",\"base\":\"g\",\"hall\":\"h\","
	    "\"mine\":\"m\"}]");
	expect_merge("answer", "{\"gap\":\"g\"}", "{}", "{\"gap\":\"m\"}", "{}",
	    "[{\"field\":\"gap\",\"base\":\"g\",\"hall\":null,"
	    "\"mine\":\"m\"}]");
	expect_merge("answer", NULL, "{\"gap\":\"h\"}", "{\"gap\":\"m\"}",
	    "{\"gap\":\"h\"}",
	    "[{\"field\":\"gap\",\"base\":null,\"hall\":\"h\","
	    "\"mine\":\"m\"}]");
}

static void
test_record_merge__joins_additions_and_removals_of_a_set(void **state)
{
	(void)state;
	expect_merge("answer", "{\"ticks\":[\"1.1.B1\",\"1.1.B2\"]}",
	    "{\"ticks\":[\"1.1.B1\",\"1.1.S1\"]}",
	    "{\"ticks\":[\"1.1.A1\",\"1.1.B2\"]}",
	    "{\"ticks\":[\"1.1.A1\",\"1.1.S1\"]}", "[]");
	expect_merge("answer", "{\"ticks\":[\"1.1.B1\"]}", "{}",
	    "{\"ticks\":[\"1.1.B1\"]}", "{}", "[]");
}

static void
test_record_merge__chooses_once_between_fixed_values_set_apart(void **state)
{
	(void)state;
	expect_merge("evidence", NULL, "{\"name\":\"h\",\"size\":1}",
	    "{\"name\":\"m\",\"size\":1}", "{\"name\":\"h\",\"size\":1}",
	    "[{\"field\":\"name\",\"base\":null,\"hall\":\"h\","
	    "\"mine\":\"m\"}]");
	/* a merge chose already */
	expect_merge("evidence", "{\"name\":\"m\"}", "{\"name\":\"h\"}",
	    "{\"name\":\"m\"}", "{\"name\":\"h\"}", "[]");
}

static void
test_record_merge__settles_a_removed_record_for_the_hall(void **state)
{
	(void)state;
	/* untouched on the other side: gone */
	expect_merge(
	    "answer", "{\"gap\":\"g\"}", NULL, "{\"gap\":\"g\"}", NULL, "[]");
	expect_merge(
	    "answer", "{\"gap\":\"g\"}", "{\"gap\":\"g\"}", NULL, NULL, "[]");
	/* the hall removed it, mine changed it: gone, mine's change is kept */
	expect_merge("answer", "{\"gap\":\"g\",\"owner\":\"o\"}", NULL,
	    "{\"gap\":\"m\",\"owner\":\"o\"}", NULL,
	    "[{\"field\":\"gap\",\"base\":\"g\",\"hall\":null,"
	    "\"mine\":\"m\"}]");
	/* mine removed it, the hall changed it: the hall's stays whole */
	expect_merge("answer", "{\"gap\":\"g\",\"owner\":\"o\"}",
	    "{\"gap\":\"h\",\"owner\":\"o\"}", NULL,
	    "{\"gap\":\"h\",\"owner\":\"o\"}",
	    "[{\"field\":\"gap\",\"base\":\"g\",\"hall\":\"h\","
	    "\"mine\":null}]");
}

static void
test_record_merge__takes_an_entry_below_a_star_as_a_whole(void **state)
{
	(void)state;
	/* mine removed device a, the hall revoked it: no half of it stays */
	expect_merge("registry",
	    "{\"devices\":{\"a\":{\"key\":\"k\",\"state\":\"active\"},"
	    "\"b\":{\"key\":\"l\",\"state\":\"active\"}}}",
	    "{\"devices\":{\"a\":{\"key\":\"k\",\"state\":\"revoked\"},"
	    "\"b\":{\"key\":\"l\",\"state\":\"active\"}}}",
	    "{\"devices\":{\"b\":{\"key\":\"l\",\"state\":\"active\"}}}",
	    "{\"devices\":{\"a\":{\"key\":\"k\",\"state\":\"revoked\"},"
	    "\"b\":{\"key\":\"l\",\"state\":\"active\"}}}",
	    "[{\"field\":\"devices.a.state\",\"base\":\"active\","
	    "\"hall\":\"revoked\",\"mine\":null}]");
}

static void
test_record_merge__merges_values_right_below_a_star_one_by_one(void **state)
{
	(void)state;
	expect_merge("profile",
	    "{\"answers\":{\"1a1\":\"a\",\"1a2\":\"b\",\"1a3\":\"c\"}}",
	    "{\"answers\":{\"1a1\":\"h\",\"1a2\":\"b\",\"1b1\":\"n\"}}",
	    "{\"answers\":{\"1a1\":\"m\",\"1a2\":\"x\",\"1a3\":\"c\"}}",
	    "{\"answers\":{\"1a1\":\"h\",\"1a2\":\"x\",\"1b1\":\"n\"}}",
	    "[{\"field\":\"answers.1a1\",\"base\":\"a\",\"hall\":\"h\","
	    "\"mine\":\"m\"}]");
	/* removed there, changed here: gone, and told */
	expect_merge("profile", "{\"answers\":{\"1a1\":\"a\"}}", "{}",
	    "{\"answers\":{\"1a1\":\"m\"}}", "{}",
	    "[{\"field\":\"answers.1a1\",\"base\":\"a\",\"hall\":null,"
	    "\"mine\":\"m\"}]");
}

static void
test_record_merge__takes_an_indicator_as_a_whole(void **state)
{
	(void)state;
	expect_merge("answer",
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\","
	    "\"name\":\"n\",\"target\":\"80\"}}}",
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\","
	    "\"name\":\"n\",\"target\":\"90\"}}}",
	    "{}",
	    "{\"indicators\":{\"ia1\":{\"measure\":\"7.1.1\","
	    "\"name\":\"n\",\"target\":\"90\"}}}",
	    "[{\"field\":\"indicators.ia1.target\",\"base\":\"80\","
	    "\"hall\":\"90\",\"mine\":null}]");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_record_merge__diff_lists_changed_fields_in_the_tables_order),
		cmocka_unit_test(
		    test_record_merge__diff_walks_the_keys_below_a_star),
		cmocka_unit_test(
		    test_record_merge__field_order_is_the_order_of_diff),
		cmocka_unit_test(
		    test_record_merge__joins_changes_of_different_fields),
		cmocka_unit_test(
		    test_record_merge__keeps_the_halls_value_and_lists_the_other),
		cmocka_unit_test(
		    test_record_merge__joins_additions_and_removals_of_a_set),
		cmocka_unit_test(
		    test_record_merge__chooses_once_between_fixed_values_set_apart),
		cmocka_unit_test(
		    test_record_merge__settles_a_removed_record_for_the_hall),
		cmocka_unit_test(
		    test_record_merge__takes_an_entry_below_a_star_as_a_whole),
		cmocka_unit_test(
		    test_record_merge__walks_values_right_below_a_star),
		cmocka_unit_test(test_record_merge__knows_a_star_from_a_letter),
		cmocka_unit_test(
		    test_record_merge__merges_values_right_below_a_star_one_by_one),
		cmocka_unit_test(
		    test_record_merge__takes_an_indicator_as_a_whole),
	};

	return cmocka_run_group_tests_name("record_merge", tests, NULL, NULL);
}
