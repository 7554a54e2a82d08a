/* canon_find(): one value out of a record's bytes, without the others. */
#include "tests/unit/test.h"

#include <string.h>

#include "store/record/canon.h"

#define N_RANDOM 1000

static uint64_t rnd;

/* What a member may hold: among it what looks like other members. */
static cJSON *
random_value(void)
{
	static const char *const values[] = { "null", "true", "-12", "\"\"",
		"\"ก\\n  \\\"b\\\": 1,\"", "\"},\"", "[]", "{}",
		"[\"a\",{\"a\":[1,{\"b\":\"]\"}]}]",
		"{\"a\":\"of\",\"b\":{\"a\":[2],\"ab\":{}}}",
		"[[[\"a\"]],{}]" };
	const char *text =
	    values[test_random(&rnd) % (sizeof(values) / sizeof(*values))];
	cJSON *v = NULL;
	struct err e = { 0 };

	assert_ok(json_parse(text, strlen(text), CANON_MAX, &v, &e), &e);
	return v;
}

/* As much of a value as its own text, taken out of the record's. */
static void
expect_found(const struct buf *b, const char *field, const cJSON *want)
{
	struct err e = { 0 };
	const char *at = NULL;
	cJSON *got = NULL;
	size_t len = 0;

	assert_int_equal(canon_find(b->data, b->len, field, &at, &len), 1);
	assert_true(at >= b->data && at + len < b->data + b->len);
	assert_ok(json_parse(at, len, CANON_MAX, &got, &e), &e);
	assert_true(canon_equal(got, want) || cJSON_Compare(got, want, 1));
	cJSON_Delete(got);
}

static void
expect_not_found(const char *text, size_t len, const char *field)
{
	const char *at = NULL;
	size_t n = 0;

	assert_int_equal(canon_find(text, len, field, &at, &n), 0);
	assert_null(at);
}

static void
test_canon_find__finds_every_member_of_random_records(void **state)
{
	static const char *const keys[] = { "a", "ab", "b", "explanation",
		"1" };
	char field[64];
	struct buf b = BUF_INIT;
	struct err e = { 0 };
	cJSON *x, *inner;
	size_t i, k;
	int n;

	(void)state;
	rnd = test_seed();
	for (n = 0; n < N_RANDOM; n++) {
		x = cJSON_CreateObject();
		inner = cJSON_CreateObject();
		for (i = 0; i < 5; i++)
			cJSON_AddItemToObject(inner, keys[i], random_value());
		for (i = 0; i < 4; i++)
			cJSON_AddItemToObject(x, keys[i], random_value());
		cJSON_AddItemToObject(x, "of", inner);
		buf_clear(&b);
		assert_ok(canon_write(x, &b, &e), &e);

		for (i = 0; i < 4; i++)
			expect_found(&b, keys[i], json_get(x, keys[i]));
		for (k = 0; k < 5; k++) {
			snprintf(field, sizeof(field), "of.%s", keys[k]);
			expect_found(&b, field, json_get(inner, keys[k]));
		}
		expect_not_found(b.data, b.len, "1"); /* one level below */
		expect_not_found(b.data, b.len, "of.of");
		expect_not_found(b.data, b.len, "of.a.b.none");
		cJSON_Delete(x);
	}
	buf_release(&b);
}

static void
test_canon_find__finds_nothing_in_what_only_looks_like_a_member(void **state)
{
	static const char text[] = "{\n  \"a\": \"\\n  \\\"b\\\": 1\",\n"
				   "  \"c\": [\n    {\n      \"d\": 1\n"
				   "    }\n  ],\n  \"e\": {}\n}\n";
	char name[300] = "";
	size_t len;

	(void)state;
	memset(name, 'n', sizeof(name) - 1);
	expect_not_found(text, sizeof(text) - 1, "b");
	expect_not_found(text, sizeof(text) - 1, "d");
	expect_not_found(text, sizeof(text) - 1, "c.d");
	expect_not_found(text, sizeof(text) - 1, "e.e");
	expect_not_found(text, sizeof(text) - 1, "");
	expect_not_found(text, sizeof(text) - 1, name);
	expect_not_found("", 0, "a");
	/* cut anywhere it stays within what there is */
	for (len = 0; len < sizeof(text); len++) {
		const char *at = text;
		size_t n = 0;

		if (canon_find(text, len, "c", &at, &n))
			assert_true(at + n <= text + len);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_canon_find__finds_every_member_of_random_records),
		cmocka_unit_test(
		    test_canon_find__finds_nothing_in_what_only_looks_like_a_member),
	};

	return cmocka_run_group_tests_name("canon_find", tests, NULL, NULL);
}
