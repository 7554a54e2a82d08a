#include "tests/unit/test.h"

#include <string.h>

#include "store/canon.h"
#include "store/record.h"

#define N_MERGES 3000

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
test_record_merge__never_changes_a_fixed_field(void **state)
{
	(void)state;
	expect_merge("office", "{\"code\":\"9105\",\"name\":\"a\"}",
	    "{\"code\":\"9106\",\"name\":\"a\"}",
	    "{\"code\":\"9105\",\"name\":\"b\"}",
	    "{\"code\":\"9105\",\"name\":\"b\"}",
	    "[{\"field\":\"code\",\"base\":\"9105\",\"hall\":\"9106\","
	    "\"mine\":\"9105\"}]");
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

/* --- merge: properties over random records --- */

static uint64_t rnd;

static int
chance(int percent)
{
	return test_random(&rnd) % 100 < (uint64_t)percent;
}

/* One of a few values, so that equal ones meet often. */
static cJSON *
random_value(const struct field *f)
{
	static const char *const points[] = { "1.1.A1", "1.1.B1", "1.1.B2",
		"1.1.B3", "1.1.S1" };
	char text[64];
	cJSON *v;
	size_t i;

	if (f->type == FIELD_POINTS) {
		v = cJSON_CreateArray();
		for (i = 0; i < 5; i++)
			if (chance(50))
				cJSON_AddItemToArray(
				    v, cJSON_CreateString(points[i]));
		return v;
	}
	if (f->type == FIELD_BOOL)
		return cJSON_CreateBool(chance(50));
	if (f->type == FIELD_ENUM) {
		snprintf(text, sizeof(text), "%.*s",
		    (int)strcspn(f->words, " "), f->words);
		return cJSON_CreateString(
		    chance(50) && strcmp(f->words, "active revoked") == 0
			? "revoked"
			: text);
	}
	if (f->type == FIELD_TIME) {
		snprintf(text, sizeof(text), "2026-11-2%dT10:00:00+07:00",
		    (int)(test_random(&rnd) % 3));
		return cJSON_CreateString(text);
	}
	snprintf(text, sizeof(text), "v%d", (int)(test_random(&rnd) % 3));
	return cJSON_CreateString(text);
}

/* Changes some fields of rec at the dotted prefix; fixed ones only when they
 * are not set yet. */
static void
mutate(cJSON *rec, const struct record_type *t, int percent)
{
	static const char *const keys[] = { "a", "b", "c" };
	struct err e = { 0 };
	char name[80];
	size_t i, k;

	for (i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];
		const char *star = strchr(f->name, '*');
		size_t n = star != NULL ? 3 : 1;

		for (k = 0; k < n; k++) {
			if (star == NULL)
				snprintf(name, sizeof(name), "%s", f->name);
			else
				snprintf(name, sizeof(name), "%.*s%s%s",
				    (int)(star - f->name), f->name, keys[k],
				    star + 1);
			if (f->merge == MERGE_FIXED &&
			    record_get(rec, name) != NULL)
				continue;
			if (!chance(percent))
				continue;
			/* removal of a fixed field happens with its whole */
			assert_ok(record_put(rec, name,
				      f->merge != MERGE_FIXED && chance(30)
					  ? NULL
					  : random_value(f),
				      &e),
			    &e);
		}
	}
}

static cJSON *
random_record(const struct record_type *t)
{
	cJSON *rec;

	if (chance(10))
		return NULL;
	rec = cJSON_CreateObject();
	mutate(rec, t, 60);
	return rec;
}

/* Another version of base: changed, without a device, removed, or new. */
static cJSON *
random_descendant(const struct record_type *t, const cJSON *base)
{
	cJSON *rec, *devices;

	if (base == NULL)
		return random_record(t);
	if (chance(10))
		return NULL;
	rec = cJSON_Duplicate(base, 1);
	mutate(rec, t, 30);
	devices = json_get(rec, "devices");
	if (devices != NULL && chance(30)) {
		cJSON_DeleteItemFromObjectCaseSensitive(devices, "b");
		if (devices->child == NULL)
			cJSON_DeleteItemFromObjectCaseSensitive(rec, "devices");
	}
	return rec;
}

static void
merge(const struct record_type *t, const cJSON *b, const cJSON *h,
    const cJSON *m, cJSON **ret, cJSON **ret_conflicts)
{
	struct err e = { 0 };

	*ret = NULL;
	*ret_conflicts = NULL;
	assert_ok(record_merge(t, b, h, m, ret, ret_conflicts, &e), &e);
}

static void
expect_same(const struct record_type *t, const cJSON *b, const cJSON *h,
    const cJSON *m, const cJSON *want)
{
	cJSON *got, *conflicts;

	merge(t, b, h, m, &got, &conflicts);
	if (!canon_equal(got, want) || conflicts->child != NULL)
		fail_msg("base %s\nhall %s\nmine %s\ngot %s\nconflicts %s",
		    cJSON_PrintUnformatted(b), cJSON_PrintUnformatted(h),
		    cJSON_PrintUnformatted(m), cJSON_PrintUnformatted(got),
		    cJSON_PrintUnformatted(conflicts));
	cJSON_Delete(got);
	cJSON_Delete(conflicts);
}

static int
in_set(const cJSON *set, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, set) {
		if (strcmp(c->valuestring, id) == 0)
			return 1;
	}
	return 0;
}

static int
is_listed(const cJSON *conflicts, const char *field, const char *side,
    const cJSON *value)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, conflicts) {
		if (strcmp(json_str(c, "field"), field) == 0 &&
		    canon_equal(json_get(c, side), value))
			return 1;
	}
	return 0;
}

/* What a side changed against the base is in the result or in a conflict. */
static void
expect_nothing_vanished(const struct record_type *t, const cJSON *b,
    const cJSON *x, const char *side, const cJSON *got, const cJSON *conflicts)
{
	struct err e = { 0 };
	cJSON *changes = NULL;
	const cJSON *c, *id, *now;

	assert_ok(record_diff(t, b, x, &changes, &e), &e);
	cJSON_ArrayForEach (c, changes) {
		const char *field = json_str(c, "field");
		const cJSON *value = json_get(c, "new");

		now = record_get(got, field);
		if (cJSON_IsNull(value) || canon_equal(now, value) ||
		    is_listed(conflicts, field, side, value))
			continue;
		if (record_field(t, field)->merge != MERGE_SET)
			fail_msg("%s of %s vanished", field, side);
		cJSON_ArrayForEach (id, value) {
			if (!in_set(record_get(b, field), id->valuestring))
				assert_true(in_set(now, id->valuestring));
		}
	}
	cJSON_Delete(changes);
}

static void
expect_merge_properties(const struct record_type *t)
{
	cJSON *b, *x, *y, *got, *conflicts, *again, *again_conflicts;
	int i;

	for (i = 0; i < N_MERGES; i++) {
		b = random_record(t);
		x = random_descendant(t, b);
		y = random_descendant(t, b);

		expect_same(t, b, x, b, x);
		expect_same(t, b, b, y, y);
		expect_same(t, b, x, x, x);
		merge(t, b, x, y, &got, &conflicts);
		expect_nothing_vanished(t, b, x, "hall", got, conflicts);
		expect_nothing_vanished(t, b, y, "mine", got, conflicts);
		merge(t, b, x, y, &again, &again_conflicts);
		assert_true(canon_equal(got, again));
		assert_true(canon_equal(conflicts, again_conflicts));

		cJSON_Delete(b);
		cJSON_Delete(x);
		cJSON_Delete(y);
		cJSON_Delete(got);
		cJSON_Delete(conflicts);
		cJSON_Delete(again);
		cJSON_Delete(again_conflicts);
	}
}

static void
test_record_merge__holds_its_properties_for_random_answers(void **state)
{
	(void)state;
	rnd = test_seed();
	expect_merge_properties(type_of("answer"));
}

static void
test_record_merge__holds_its_properties_for_random_registries(void **state)
{
	(void)state;
	rnd = test_seed();
	expect_merge_properties(type_of("registry"));
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
		    test_record_merge__never_changes_a_fixed_field),
		cmocka_unit_test(
		    test_record_merge__settles_a_removed_record_for_the_hall),
		cmocka_unit_test(
		    test_record_merge__takes_an_entry_below_a_star_as_a_whole),
		cmocka_unit_test(
		    test_record_merge__holds_its_properties_for_random_answers),
		cmocka_unit_test(
		    test_record_merge__holds_its_properties_for_random_registries),
	};

	return cmocka_run_group_tests_name("record_merge", tests, NULL, NULL);
}
