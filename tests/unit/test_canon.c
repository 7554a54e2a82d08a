#include "tests/unit/test.h"

#include <float.h>
#include <string.h>

#include "base/text.h"
#include "store/record/canon.h"

#define N_RANDOM 10000

static cJSON *
parse(const char *s)
{
	cJSON *v = NULL;
	struct err e = { 0 };

	assert_ok(json_parse(s, strlen(s), 1 << 20, &v, &e), &e);
	return v;
}

static void
expect_form(const char *json, const char *form)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	cJSON *v = parse(json);

	assert_ok(canon_write(v, &out, &e), &e);
	assert_string_equal(buf_str(&out), form);
	cJSON_Delete(v);
	buf_release(&out);
}

static void
expect_refused(const char *bytes, const char *why)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_err(
	    canon_parse(bytes, strlen(bytes), &v, &e), ERR_INVALID, &e, why);
	assert_null(v);
}

static void
test_canon__writes_keys_in_byte_order_one_scalar_a_line(void **state)
{
	(void)state;
	expect_form("{\"b\":[1,{\"z\":true,\"a\":null}],\"B\":\"x\",\"a\":{}}",
	    "{\n"
	    "  \"B\": \"x\",\n"
	    "  \"a\": {},\n"
	    "  \"b\": [\n"
	    "    1,\n"
	    "    {\n"
	    "      \"a\": null,\n"
	    "      \"z\": true\n"
	    "    }\n"
	    "  ]\n"
	    "}\n");
}

static void
test_canon__sorts_keys_by_their_utf8_bytes(void **state)
{
	(void)state;
	/* "zz" before Thai: 0x7a < 0xe0; a prefix before what it begins */
	expect_form("{\"\xe0\xb8\x81\":1,\"zz\":2,\"z\":3}",
	    "{\n  \"z\": 3,\n  \"zz\": 2,\n  \"\xe0\xb8\x81\": 1\n}\n");
}

static void
test_canon__writes_empty_containers_on_one_line(void **state)
{
	(void)state;
	expect_form("{}", "{}\n");
	expect_form("[]", "[]\n");
	expect_form("[[],{}]", "[\n  [],\n  {}\n]\n");
}

static void
test_canon__escapes_only_what_json_demands(void **state)
{
	(void)state;
	expect_form("[\"\\u0e01\\\"\\\\\\/\\n\\t\\r\\b\\f\\u001F\"]",
	    "[\n  \"\xe0\xb8\x81\\\"\\\\/"
	    "\\n\\t\\u000d\\u0008\\u000c\\u001f\"\n]\n");
}

static void
test_canon__writes_integers_up_to_their_limits(void **state)
{
	(void)state;
	expect_form("[9007199254740991,-9007199254740991,0]",
	    "[\n  9007199254740991,\n  -9007199254740991,\n  0\n]\n");
}

static void
test_canon__refuses_other_numbers(void **state)
{
	const double bad[] = { 0.5, 9007199254740992.0, -9007199254740992.0,
		1e300, DBL_MAX * 10, -DBL_MAX * 10 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct buf out = BUF_INIT;
		struct err e = { 0 };
		cJSON *v = cJSON_CreateArray();

		cJSON_AddItemToArray(v, cJSON_CreateNumber(bad[i]));
		assert_err(
		    canon_write(v, &out, &e), ERR_INVALID, &e, "integer");
		cJSON_Delete(v);
		buf_release(&out);
	}
}

static void
test_canon__refuses_a_key_that_stands_twice(void **state)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	cJSON *v = cJSON_CreateObject();

	(void)state;
	cJSON_AddNumberToObject(v, "k", 1);
	cJSON_AddNumberToObject(v, "k", 2);
	assert_err(
	    canon_write(v, &out, &e), ERR_INVALID, &e, "'k' stands twice");
	cJSON_Delete(v);
	buf_release(&out);
}

static void
test_canon__refuses_text_that_is_not_nfc_and_names_its_place(void **state)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	cJSON *v = parse("{\"a\":{\"b\":\"e\xcc\x81\"}}");

	(void)state;
	assert_err(
	    canon_write(v, &out, &e), ERR_INVALID, &e, "a: b: text is not");
	cJSON_Delete(v);
	buf_release(&out);
}

static void
test_canon__refuses_a_scalar_at_the_top(void **state)
{
	(void)state;
	expect_refused("1\n", "not an object");
}

static cJSON *
nested(int depth)
{
	cJSON *v = cJSON_CreateArray();

	while (--depth > 0) {
		cJSON *outer = cJSON_CreateArray();

		cJSON_AddItemToArray(outer, v);
		v = outer;
	}
	return v;
}

static void
test_canon__agrees_with_the_parser_on_depth(void **state)
{
	struct buf out = BUF_INIT;
	struct err e = { 0 };
	cJSON *v = nested(JSON_DEPTH), *again = NULL;

	(void)state;
	assert_ok(canon_write(v, &out, &e), &e);
	assert_ok(canon_parse(out.data, out.len, &again, &e), &e);
	cJSON_Delete(v);
	cJSON_Delete(again);
	buf_clear(&out);

	v = nested(JSON_DEPTH + 1);
	assert_err(canon_write(v, &out, &e), ERR_INVALID, &e, "deeper");
	cJSON_Delete(v);
	buf_release(&out);
}

static void
test_canon__refuses_more_than_its_limit(void **state)
{
	struct buf out = BUF_INIT, text = BUF_INIT;
	struct err e = { 0 };
	cJSON *v = cJSON_CreateArray();
	size_t i;

	(void)state;
	for (i = 0; i < CANON_MAX - 8; i++)
		buf_putc(&text, 'x');
	/* "[\n  \"…\"\n]\n": nine bytes around the text: one too many */
	cJSON_AddItemToArray(v, cJSON_CreateString(buf_str(&text)));
	assert_err(canon_write(v, &out, &e), ERR_INVALID, &e, "larger than");
	cJSON_Delete(v);
	buf_clear(&out);

	text.data[CANON_MAX - 9] = '\0';
	v = cJSON_CreateArray();
	cJSON_AddItemToArray(v, cJSON_CreateString(text.data));
	assert_ok(canon_write(v, &out, &e), &e);
	assert_int_equal(out.len, CANON_MAX);
	cJSON_Delete(v);
	buf_release(&out);
	buf_release(&text);
}

static void
test_canon__parse_refuses_every_other_form_of_the_same_value(void **state)
{
	(void)state;
	expect_refused("{\"a\": 1}\n", "line 1");
	expect_refused("{\n  \"a\": 1\n}", "line 3");
	expect_refused("{\n  \"a\": 1\n}\n\n", "line 4");
	expect_refused("{\n  \"b\": 1,\n  \"a\": 2\n}\n", "line 2");
	expect_refused("{\n  \"a\":1\n}\n", "line 2");
	expect_refused("{\n\t\"a\": 1\n}\n", "line 2");
	expect_refused("{\r\n  \"a\": 1\r\n}\r\n", "line 1");
	expect_refused("[\n  \"\\u0e01\"\n]\n", "line 2");
	expect_refused("[\n  \"\\r\"\n]\n", "line 2");
	expect_refused("[\n  \"\\u001F\"\n]\n", "line 2");
	expect_refused("[\n  \"\\/\"\n]\n", "line 2");
	expect_refused("[\n]\n", "line 1");
	expect_refused("[\n  1.0\n]\n", "integer");
	expect_refused("", "JSON");
}

static void
test_canon__equal_tells_neighbours_near_the_limit_apart(void **state)
{
	cJSON *a = parse("[9007199254740991]"),
	      *b = parse("[9007199254740990]");

	(void)state;
	assert_true(cJSON_Compare(a, b, 1)); /* why canon_equal() exists */
	assert_false(canon_equal(a, b));
	assert_true(canon_equal(a, a));
	cJSON_Delete(a);
	cJSON_Delete(b);
}

static void
test_canon__equal_ignores_the_order_of_keys_but_not_of_members(void **state)
{
	cJSON *a = parse("{\"x\":1,\"y\":[1,2]}");
	cJSON *b = parse("{\"y\":[1,2],\"x\":1}");
	cJSON *c = parse("{\"y\":[2,1],\"x\":1}");
	cJSON *d = parse("{\"y\":[1,2],\"x\":1,\"z\":null}");

	(void)state;
	assert_true(canon_equal(a, b));
	assert_false(canon_equal(a, c));
	assert_false(canon_equal(a, d));
	assert_false(canon_equal(a, NULL));
	assert_true(canon_equal(NULL, NULL));
	cJSON_Delete(a);
	cJSON_Delete(b);
	cJSON_Delete(c);
	cJSON_Delete(d);
}

/* --- random records --- */

static uint64_t rnd;

static uint64_t
below(uint64_t n)
{
	return test_random(&rnd) % n;
}

static void
put_code_point(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_putc(b, (char)c);
	} else if (c < 0x800) {
		buf_putc(b, (char)(0xc0 | (c >> 6)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else if (c < 0x10000) {
		buf_putc(b, (char)(0xe0 | (c >> 12)));
		buf_putc(b, (char)(0x80 | ((c >> 6) & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	} else {
		buf_putc(b, (char)(0xf0 | (c >> 18)));
		buf_putc(b, (char)(0x80 | ((c >> 12) & 0x3f)));
		buf_putc(b, (char)(0x80 | ((c >> 6) & 0x3f)));
		buf_putc(b, (char)(0x80 | (c & 0x3f)));
	}
}

/* Thai (with its combining signs), ASCII with what needs escapes, accents that
 * compose, characters beyond the first plane. */
static uint32_t
random_code_point(void)
{
	static const char special[] = "\"\\/{}[],: ";

	switch (below(5)) {
	case 0:
		return (uint32_t)(0x0e01 + below(0x3a));
	case 1:
		return (uint32_t)(0x0e40 + below(0x1c));
	case 2:
		return (uint32_t)(0x20 + below(0x5f));
	case 3:
		return (unsigned char)special[below(sizeof(special) - 1)];
	default:
		return (uint32_t)(below(2) != 0 ? 0x0300 + below(0x60)
						: 0x1f600 + below(0x40));
	}
}

static char *
random_text(void)
{
	struct buf out = BUF_INIT, run = BUF_INIT;
	struct err e = { 0 };
	uint64_t runs = below(4), n;
	char *nfc = NULL;

	while (runs-- > 0) {
		buf_clear(&run);
		for (n = below(12); n > 0; n--)
			put_code_point(&run, random_code_point());
		assert_ok(text_nfc(buf_str(&run), run.len, &nfc, &e), &e);
		buf_puts(&out, nfc);
		free(nfc);
		/* a control character, which only an escape can carry */
		buf_putc(&out, (char)(1 + below(0x1f)));
	}
	buf_puts(&out, "");
	buf_release(&run);
	nfc = out.data != NULL ? buf_take(&out) : strdup("");
	assert_non_null(nfc);
	return nfc;
}

static double
random_integer(void)
{
	static const double edges[] = { 0, 1, -1, 9007199254740991.0,
		-9007199254740991.0, 9007199254740990.0, 4294967296.0 };
	int64_t n = (int64_t)(test_random(&rnd) >> (11 + below(52)));

	if (below(3) == 0)
		return edges[below(sizeof(edges) / sizeof(edges[0]))];
	return (double)(below(2) != 0 ? n : -n);
}

static cJSON *random_value(int depth);

static cJSON *
random_object(int depth)
{
	cJSON *v = cJSON_CreateObject();
	uint64_t n = below(6);

	while (n-- > 0) {
		char *key = random_text();

		if (cJSON_GetObjectItemCaseSensitive(v, key) == NULL)
			cJSON_AddItemToObject(v, key, random_value(depth + 1));
		free(key);
	}
	return v;
}

static cJSON *
random_value(int depth)
{
	uint64_t n, kind = below(depth < 4 ? 7 : 5);
	cJSON *v;
	char *s;

	if (kind == 0)
		return cJSON_CreateBool(below(2) != 0);
	if (kind == 1)
		return cJSON_CreateNull();
	if (kind == 2)
		return cJSON_CreateNumber(random_integer());
	if (kind <= 4) {
		s = random_text();
		v = cJSON_CreateString(s);
		free(s);
		return v;
	}
	if (kind == 5)
		return random_object(depth);
	v = cJSON_CreateArray();
	for (n = below(5); n > 0; n--)
		cJSON_AddItemToArray(v, random_value(depth + 1));
	return v;
}

static void
test_canon__is_a_fixed_point_for_10000_random_records(void **state)
{
	struct buf first = BUF_INIT, second = BUF_INIT;
	struct err e = { 0 };
	cJSON *x, *y;
	int i;

	(void)state;
	rnd = test_seed();
	for (i = 0; i < N_RANDOM; i++) {
		x = random_object(0);
		y = NULL;
		buf_clear(&first);
		buf_clear(&second);

		assert_ok(canon_write(x, &first, &e), &e);
		assert_ok(canon_parse(first.data, first.len, &y, &e), &e);
		assert_true(canon_equal(x, y));
		assert_ok(canon_write(y, &second, &e), &e);
		assert_int_equal(first.len, second.len);
		assert_memory_equal(first.data, second.data, first.len);

		cJSON_Delete(x);
		cJSON_Delete(y);
	}
	buf_release(&first);
	buf_release(&second);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_canon__writes_keys_in_byte_order_one_scalar_a_line),
		cmocka_unit_test(test_canon__sorts_keys_by_their_utf8_bytes),
		cmocka_unit_test(
		    test_canon__writes_empty_containers_on_one_line),
		cmocka_unit_test(test_canon__escapes_only_what_json_demands),
		cmocka_unit_test(
		    test_canon__writes_integers_up_to_their_limits),
		cmocka_unit_test(test_canon__refuses_other_numbers),
		cmocka_unit_test(test_canon__refuses_a_key_that_stands_twice),
		cmocka_unit_test(
		    test_canon__refuses_text_that_is_not_nfc_and_names_its_place),
		cmocka_unit_test(test_canon__refuses_a_scalar_at_the_top),
		cmocka_unit_test(test_canon__agrees_with_the_parser_on_depth),
		cmocka_unit_test(test_canon__refuses_more_than_its_limit),
		cmocka_unit_test(
		    test_canon__parse_refuses_every_other_form_of_the_same_value),
		cmocka_unit_test(
		    test_canon__equal_tells_neighbours_near_the_limit_apart),
		cmocka_unit_test(
		    test_canon__equal_ignores_the_order_of_keys_but_not_of_members),
		cmocka_unit_test(
		    test_canon__is_a_fixed_point_for_10000_random_records),
	};

	return cmocka_run_group_tests_name("canon", tests, NULL, NULL);
}
