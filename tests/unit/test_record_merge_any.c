/* Merges of random records of every type: what must hold whatever they are. */
#include "tests/unit/test.h"

#include <string.h>

#include "store/record/canon.h"
#include "store/record/record.h"

#define N_MERGES 3000
#define N_MERGES_EACH 300 /* of each type, beside the two above */

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

static uint64_t rnd;

static int
chance(int percent)
{
	return test_random(&rnd) % 100 < (uint64_t)percent;
}

/* Some of the names, which are sorted. */
static cJSON *
random_set(const char *const *names)
{
	cJSON *v = cJSON_CreateArray();

	for (size_t i = 0; i < 5; i++)
		if (chance(50))
			cJSON_AddItemToArray(v, cJSON_CreateString(names[i]));
	return v;
}

static cJSON *
random_word(const char *words)
{
	size_t n = strcspn(words, " ");
	char text[64];

	/* the first or the second */
	if (chance(50) && words[n] == ' ') {
		words += n + 1;
		n = strcspn(words, " ");
	}
	snprintf(text, sizeof(text), "%.*s", (int)n, words);
	return cJSON_CreateString(text);
}

/* One of a few values, so that equal ones meet often. */
static cJSON *
random_value(const struct field *f)
{
	static const char *const points[] = { "1.1.A1", "1.1.B1", "1.1.B2",
		"1.1.B3", "1.1.S1" };
	static const char *const items[] = { "1", "1.1", "2.3", "7", "7.1" };
	int n = (int)(test_random(&rnd) % 3);
	char text[64];

	switch (f->type) {
	case FIELD_POINTS:
		return random_set(points);
	case FIELD_ITEMS:
		return random_set(items);
	case FIELD_BOOL:
		return cJSON_CreateBool(chance(50));
	case FIELD_INT:
		return cJSON_CreateNumber((double)f->min + n);
	case FIELD_ENUM:
		return random_word(f->words);
	case FIELD_TIME:
		snprintf(text, sizeof(text), "2026-11-2%dT10:00:00+07:00", n);
		return cJSON_CreateString(text);
	case FIELD_DATE:
		snprintf(text, sizeof(text), "2026-11-2%d", n);
		return cJSON_CreateString(text);
	case FIELD_DECIMAL:
		snprintf(text, sizeof(text), "%d.5", n);
		return cJSON_CreateString(text);
	case FIELD_LINE:
	case FIELD_TEXT:
	case FIELD_HEX:
	case FIELD_ID:
	case FIELD_OPAQUE:
		break;
	}
	snprintf(text, sizeof(text), "v%d", n);
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

/* Takes a whole entry away below one of the type's stars. */
static void
drop_entries(cJSON *rec, const struct record_type *t)
{
	char group[64];
	size_t i;

	for (i = 0; i < t->n_fields; i++) {
		const char *star = strstr(t->fields[i].name, ".*.");
		cJSON *entries;

		if (star == NULL || !chance(10))
			continue;
		snprintf(group, sizeof(group), "%.*s",
		    (int)(star - t->fields[i].name), t->fields[i].name);
		if ((entries = json_get(rec, group)) == NULL)
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(entries, "b");
		if (entries->child == NULL)
			cJSON_DeleteItemFromObjectCaseSensitive(rec, group);
	}
}

/* Another version of base: changed, without an entry, removed, or new. */
static cJSON *
random_descendant(const struct record_type *t, const cJSON *base)
{
	cJSON *rec;

	if (base == NULL)
		return random_record(t);
	if (chance(10))
		return NULL;
	rec = cJSON_Duplicate(base, 1);
	mutate(rec, t, 30);
	drop_entries(rec, t);
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
expect_merge_properties(const struct record_type *t, int n)
{
	cJSON *b, *x, *y, *got, *conflicts, *again, *again_conflicts;
	int i;

	for (i = 0; i < n; i++) {
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
test_record_merge_any__holds_its_properties_for_random_answers(void **state)
{
	(void)state;
	rnd = test_seed();
	expect_merge_properties(type_of("answer"), N_MERGES);
}

static void
test_record_merge_any__holds_its_properties_for_random_registries(void **state)
{
	(void)state;
	rnd = test_seed();
	expect_merge_properties(type_of("registry"), N_MERGES);
}

static void
test_record_merge_any__holds_its_properties_for_every_type(void **state)
{
	const struct record_type *types;
	size_t n, i;

	(void)state;
	rnd = test_seed();
	types = record_types(&n);
	assert_true(n >= 15);
	for (i = 0; i < n; i++)
		expect_merge_properties(&types[i], N_MERGES_EACH);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_record_merge_any__holds_its_properties_for_random_answers),
		cmocka_unit_test(
		    test_record_merge_any__holds_its_properties_for_random_registries),
		cmocka_unit_test(
		    test_record_merge_any__holds_its_properties_for_every_type),
	};

	return cmocka_run_group_tests_name(
	    "record_merge_any", tests, NULL, NULL);
}
