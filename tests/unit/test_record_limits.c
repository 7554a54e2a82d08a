/*
 * Every limit of every field of the record table: at the limit a value is
 * taken, one beyond it is refused, by the field alone and in its record.
 */
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/record/record.h"

#define KEY "k1"
#define POINTS_MAX 1000

/* A path of each type, so that a whole record can be checked. */
static const struct {
	const char *type, *path;
} paths[] = {
	{ "office", "office.json" },
	{ "assessment", "2565/assessment.json" },
	{ "answer", "2565/items/1.1.json" },
	{ "profile", "2565/profile.json" },
	{ "action", "2565/actions/pa1.json" },
	{ "comments", "2565/comments/1.1.json" },
	{ "evidence", "evidence/ab.json" },
	{ "conflict", "conflicts/ab.json" },
	{ "review", "reviews/2565/1.1.json" },
	{ "decision", "decisions/2565.json" },
	{ "cycle", "cycles/2565.json" },
	{ "practice", "practices/gh1.json" },
	{ "announcement", "announcements/gh1.json" },
	{ "wording", "wordings/ed.json" },
	{ "registry", "registry.json" },
	{ "receipts", "receipts.json" },
	{ "edition", "editions/ed.json" },
};

static const char *
path_of(const struct record_type *t)
{
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (strcmp(paths[i].type, t->name) == 0)
			return paths[i].path;
	fail_msg("no path for records of type '%s': add one", t->name);
	return NULL;
}

/* "devices.*.key" to "devices.k1.key" */
static void
name_of(const struct field *f, char ret[160])
{
	const char *star = record_star(f->name);

	if (star == NULL)
		snprintf(ret, 160, "%s", f->name);
	else
		snprintf(ret, 160, "%.*s.%s%s", (int)(star - f->name), f->name,
		    KEY, star + 2);
}

/* n bytes: Thai letters of three, filled up with Latin ones. */
static cJSON *
text_of(long n)
{
	char *s = malloc((size_t)n + 1);
	long i = 0;
	cJSON *v;

	assert_non_null(s);
	for (; n - i >= 3 && i < 3000; i += 3)
		memcpy(s + i, "ก", 3);
	for (; i < n; i++)
		s[i] = 'x';
	s[n] = '\0';
	v = cJSON_CreateString(s);
	free(s);
	return v;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp((const char *)a, (const char *)b);
}

/* n points of item 1.1, or n items; sorted. */
static cJSON *
set_of(enum field_type type, long n)
{
	static char names[POINTS_MAX][32];
	cJSON *v = cJSON_CreateArray();
	long i;

	assert_true(n <= POINTS_MAX);
	for (i = 0; i < n; i++)
		if (type == FIELD_POINTS)
			snprintf(names[i], sizeof(names[i]), "1.1.%c%ld",
			    "ABS"[i / 50 % 3], i % 50 + 1);
		else
			snprintf(names[i], sizeof(names[i]), "%ld.%ld",
			    i / 50 + 1, i % 50 + 1);
	qsort(names, (size_t)n, sizeof(*names), by_text);
	for (i = 0; i < n; i++)
		cJSON_AddItemToArray(v, cJSON_CreateString(names[i]));
	return v;
}

static cJSON *
filled(char c, long n)
{
	char *s = calloc((size_t)n + 1, 1);
	cJSON *v;

	assert_non_null(s);
	memset(s, c, (size_t)n);
	v = cJSON_CreateString(s);
	free(s);
	return v;
}

static cJSON *
first_word(const char *words)
{
	char text[64];

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(words, " "), words);
	return cJSON_CreateString(text);
}

/* The greatest value that a field takes. */
static cJSON *
at_limit(const struct field *f)
{
	switch (f->type) {
	case FIELD_LINE:
	case FIELD_TEXT:
		return text_of(f->max);
	case FIELD_INT:
		return cJSON_CreateNumber((double)f->max);
	case FIELD_BOOL:
		return cJSON_CreateTrue();
	case FIELD_DECIMAL:
		return filled('9', f->max);
	case FIELD_ENUM:
		return first_word(f->words);
	case FIELD_POINTS:
	case FIELD_ITEMS:
		return set_of(f->type, f->max);
	case FIELD_HEX:
		return filled('f', f->max);
	case FIELD_TIME:
		return cJSON_CreateString("2399-12-31T23:59:59+07:00");
	case FIELD_ID:
		return filled('z', f->max);
	case FIELD_DATE:
		return cJSON_CreateString("2399-12-31");
	case FIELD_OPAQUE:
		break;
	}
	return cJSON_CreateObject();
}

/* One beyond; NULL where a field has no limit of its own. */
static cJSON *
over_limit(const struct field *f)
{
	switch (f->type) {
	case FIELD_LINE:
	case FIELD_TEXT:
		return text_of(f->max + 1);
	case FIELD_INT:
		return cJSON_CreateNumber((double)f->max + 1);
	case FIELD_BOOL:
		return cJSON_CreateString("true");
	case FIELD_DECIMAL:
		return filled('9', f->max + 1);
	case FIELD_ENUM:
		return cJSON_CreateString("no-such-word");
	case FIELD_POINTS:
	case FIELD_ITEMS:
		return set_of(f->type, f->max + 1);
	case FIELD_HEX:
		return filled('f', f->max + 1);
	case FIELD_TIME:
		return cJSON_CreateString("2400-01-01T00:00:00+07:00");
	case FIELD_ID:
		return filled('z', f->max + 1);
	case FIELD_DATE:
		return cJSON_CreateString("2400-01-01");
	case FIELD_OPAQUE:
		break;
	}
	return NULL;
}

/* Below the limit, of the wrong form, or of another type. */
static cJSON *
wrong(const struct field *f)
{
	switch (f->type) {
	case FIELD_LINE:
		return cJSON_CreateString("x\ny");
	case FIELD_TEXT:
		return cJSON_CreateString("x\x01y");
	case FIELD_INT:
		return cJSON_CreateNumber((double)f->min - 1);
	case FIELD_BOOL:
		return cJSON_CreateNumber(1);
	case FIELD_DECIMAL:
		return cJSON_CreateString("07");
	case FIELD_ENUM:
		return cJSON_CreateString(f->words);
	case FIELD_POINTS:
	case FIELD_ITEMS:
		return cJSON_CreateArray();
	case FIELD_HEX:
		return filled('f', f->max - 1);
	case FIELD_TIME:
		return cJSON_CreateString("2026-02-30T00:00:00+07:00");
	case FIELD_ID:
		return cJSON_CreateString("A");
	case FIELD_DATE:
		return cJSON_CreateString("2026-02-30");
	case FIELD_OPAQUE:
		break;
	}
	return NULL;
}

/* --- a value against its field --- */

static void
expect_alone(
    const struct record_type *t, const struct field *f, cJSON *v, int taken)
{
	struct err e = { 0 };
	char name[160];
	int rc;

	name_of(f, name);
	if (v == NULL)
		return;
	rc = record_value_check(f, name, v, &e);
	if (taken && rc < 0)
		fail_msg("%s %s at its limit: %s", t->name, name, e.msg);
	if (!taken && rc == 0)
		fail_msg("%s %s: taken, but out of bounds", t->name, name);
	if (!taken) {
		assert_int_equal(rc, ERR_INVALID);
		/* the sentence names the field */
		assert_non_null(strstr(e.msg, name));
	}
	cJSON_Delete(v);
}

static void
test_record_limits__hold_for_the_values_of_every_field(void **state)
{
	const struct record_type *types;
	size_t n, i, k;

	(void)state;
	types = record_types(&n);
	for (i = 0; i < n; i++) {
		for (k = 0; k < types[i].n_fields; k++) {
			const struct field *f = &types[i].fields[k];

			expect_alone(&types[i], f, at_limit(f), 1);
			expect_alone(&types[i], f, over_limit(f), 0);
			expect_alone(&types[i], f, wrong(f), 0);
			if (f->type == FIELD_INT)
				expect_alone(&types[i], f,
				    cJSON_CreateNumber((double)f->min), 1);
		}
	}
}

static void
test_record_limits__every_field_has_one(void **state)
{
	const struct record_type *types;
	size_t n, i, k;

	(void)state;
	types = record_types(&n);
	for (i = 0; i < n; i++)
		for (k = 0; k < types[i].n_fields; k++) {
			const struct field *f = &types[i].fields[k];

			if (f->type == FIELD_OPAQUE || f->type == FIELD_BOOL ||
			    f->type == FIELD_ENUM)
				continue;
			if (f->max <= 0 || f->max < f->min)
				fail_msg("%s %s has no limit", types[i].name,
				    f->name);
		}
}

/* --- a record --- */

/* A value that fits, small. */
static cJSON *
small(const struct field *f)
{
	switch (f->type) {
	case FIELD_LINE:
	case FIELD_TEXT:
	case FIELD_ID:
		return cJSON_CreateString("x");
	case FIELD_INT:
		return cJSON_CreateNumber((double)f->min);
	case FIELD_DECIMAL:
		return cJSON_CreateString("1");
	case FIELD_POINTS:
	case FIELD_ITEMS:
		return set_of(f->type, 1);
	case FIELD_TIME:
		return cJSON_CreateString("2026-11-22T10:00:00+07:00");
	case FIELD_DATE:
		return cJSON_CreateString("2026-11-22");
	case FIELD_OPAQUE:
		return cJSON_Parse("{\"x\":1}");
	case FIELD_BOOL:
	case FIELD_ENUM:
	case FIELD_HEX:
		break;
	}
	return at_limit(f);
}

/* All required fields, below a star for one key where f is there too. */
static cJSON *
least_record(
    const struct record_type *t, const struct record_path *p, const char *with)
{
	cJSON *rec = cJSON_CreateObject();
	struct err e = { 0 };
	char name[160];
	size_t i;

	for (i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];
		const char *star = record_star(f->name);

		if (!f->required ||
		    (star != NULL && strncmp(f->name, with,
					 (size_t)(star - f->name) + 2) != 0))
			continue;
		name_of(f, name);
		assert_ok(
		    record_put(rec, name,
			strcmp(name, "cycle") == 0 ? cJSON_CreateNumber(p->year)
						   : small(f),
			&e),
		    &e);
	}
	return rec;
}

/* What the path says is checked against the path, not against a limit; editions
 * and wordings have bodies with rules of their own. */
static int
is_bound(const struct record_type *t, const struct field *f)
{
	return strcmp(t->name, "edition") == 0 ||
	       strcmp(t->name, "wording") == 0 || strcmp(f->name, "cycle") == 0;
}

static void
expect_record(const struct record_type *t, const struct record_path *p,
    const struct field *f, cJSON *v, int taken)
{
	cJSON *rec = least_record(t, p, f->name);
	struct err e = { 0 };
	char name[160];
	int rc;

	name_of(f, name);
	assert_ok(record_put(rec, name, v, &e), &e);
	rc = record_check(p, rec, NULL, &e);
	if (taken && rc < 0)
		fail_msg("%s with %s at its limit: %s", p->name, name, e.msg);
	if (!taken) {
		assert_int_equal(rc, ERR_INVALID);
		assert_non_null(strstr(e.msg, name));
	}
	cJSON_Delete(rec);
}

static void
test_record_limits__hold_within_every_record(void **state)
{
	const struct record_type *types;
	struct record_path p;
	struct err e = { 0 };
	size_t n, i, k;

	(void)state;
	types = record_types(&n);
	for (i = 0; i < n; i++) {
		const struct record_type *t = &types[i];

		assert_ok(record_path_parse(path_of(t), t->branch, &p, &e), &e);
		assert_ptr_equal(p.type, t);
		for (k = 0; k < t->n_fields; k++) {
			const struct field *f = &t->fields[k];

			if (is_bound(t, f) || f->type == FIELD_OPAQUE)
				continue;
			expect_record(t, &p, f, at_limit(f), 1);
			expect_record(t, &p, f, over_limit(f), 0);
		}
	}
}

/* Takes the one required field away again. */
static void
expect_missing(const struct record_type *t, const struct record_path *p,
    const struct field *f)
{
	const char *star = record_star(f->name);
	cJSON *rec = least_record(t, p, f->name);
	struct err e = { 0 };
	char name[160], other[160] = "";

	name_of(f, name);
	assert_ok(record_put(rec, name, NULL, &e), &e);
	/* the key stays, so that it lacks the field */
	for (size_t i = 0; star != NULL && i < t->n_fields; i++) {
		const struct field *o = &t->fields[i];

		if (o != f && strncmp(o->name, f->name,
				  (size_t)(star - f->name) + 3) == 0) {
			name_of(o, other);
			assert_ok(record_put(rec, other, small(o), &e), &e);
			break;
		}
	}
	/* the only field of its key: without it there is no key */
	if (star == NULL || other[0] != '\0')
		assert_err(record_check(p, rec, NULL, &e), ERR_INVALID, &e,
		    star != NULL ? star + 3 : f->name);
	cJSON_Delete(rec);
}

static void
test_record_limits__required_fields_are_missed_in_every_record(void **state)
{
	const struct record_type *types;
	struct record_path p;
	struct err e = { 0 };
	size_t n, i, k;

	(void)state;
	types = record_types(&n);
	for (i = 0; i < n; i++) {
		assert_ok(record_path_parse(
			      path_of(&types[i]), types[i].branch, &p, &e),
		    &e);
		for (k = 0; k < types[i].n_fields; k++)
			if (types[i].fields[k].required)
				expect_missing(
				    &types[i], &p, &types[i].fields[k]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_record_limits__hold_for_the_values_of_every_field),
		cmocka_unit_test(test_record_limits__every_field_has_one),
		cmocka_unit_test(test_record_limits__hold_within_every_record),
		cmocka_unit_test(
		    test_record_limits__required_fields_are_missed_in_every_record),
	};

	return cmocka_run_group_tests_name("record_limits", tests, NULL, NULL);
}
