#include "tests/unit/test.h"

#include <string.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

#define MAX (64 * 1024 * 1024)

/* Accepted, and cJSON makes a tree of it. */
static void
good(const char *s)
{
	cJSON *v = NULL;
	struct err e;

	assert_ok(json_check(s, strlen(s), MAX, &e), &e);
	assert_ok(json_parse(s, strlen(s), MAX, &v, &e), &e);
	assert_non_null(v);
	cJSON_Delete(v);
}

static void
bad_bytes(const char *s, size_t len, size_t at, const char *why)
{
	cJSON *v = NULL;
	struct err e;

	assert_err(json_check(s, len, MAX, &e), ERR_INVALID, &e, why);
	if (e.sub != (int)at)
		fail_msg(
		    "'%s': at byte %d, expected %zu: %s", s, e.sub, at, e.msg);
	assert_int_equal(json_parse(s, len, MAX, &v, &e), ERR_INVALID);
	assert_null(v);
}

static void
bad(const char *s, size_t at, const char *why)
{
	bad_bytes(s, strlen(s), at, why);
}

static void
test_json__accepts_every_kind_of_value(void **state)
{
	(void)state;
	good("null");
	good("true");
	good("false");
	good("0");
	good("\"\"");
	good("[]");
	good("{}");
	good(" \t\r\n[ 1 , 2 ] \n");
	good("{\"a\":1,\"b\":[null,true,{\"c\":\"d\"}]}");
	good("[[],{},\"\",0]");
	good("{\"\":0}");
}

static void
test_json__accepts_integers_up_to_2_53(void **state)
{
	(void)state;
	good("9007199254740991");
	good("-9007199254740991");
	good("[1,-1,10,100]");
	bad("9007199254740992", 0, "out of range");
	bad("-9007199254740992", 0, "out of range");
	bad("9007199254740993", 0, "out of range");
	bad("99999999999999999999999999999999999999", 0, "out of range");
	bad("[1,18446744073709551617]", 3, "out of range");
}

static void
test_json__refuses_other_numbers(void **state)
{
	(void)state;
	bad("1.0", 0, "plain integer");
	bad("1e5", 0, "plain integer");
	bad("1E5", 0, "plain integer");
	bad("0.5", 0, "plain integer");
	bad("0e0", 0, "plain integer");
	bad("-0", 0, "negative zero");
	bad("-0.0", 0, "plain integer");
	bad("[-0]", 1, "negative zero");
	bad("-00", 0, "leading zero");
	bad("01", 0, "leading zero");
	bad("-01", 0, "leading zero");
	bad("00", 0, "leading zero");
	bad("-", 0, "not a value");
	bad("+1", 0, "not a value");
	bad(".5", 0, "not a value");
	bad("1.", 0, "plain integer");
	bad("0x10", 1, "more after");
	bad("1_000", 1, "more after");
	bad("NaN", 0, "not a value");
	bad("Infinity", 0, "not a value");
	bad("-Infinity", 0, "not a value");
	bad("1 2", 2, "more after");
}

static void
test_json__refuses_words_that_are_nearly_right(void **state)
{
	(void)state;
	bad("", 0, "unexpected end");
	bad_bytes(NULL, 0, 0, "unexpected end");
	bad("   ", 3, "unexpected end");
	bad("nul", 0, "not a value");
	bad("nulll", 4, "more after");
	bad("True", 0, "not a value");
	bad("truefalse", 4, "more after");
	bad("undefined", 0, "not a value");
	bad("'a'", 0, "not a value");
	bad("a", 0, "not a value");
	bad("// x\n1", 0, "not a value");
	bad("/* x */1", 0, "not a value");
	bad("\xc2\xa0"
	    "1",
	    0, "not a value"); /* a blank, but not JSON's */
	bad("\v1", 0, "not a value");
	bad("\f1", 0, "not a value");
}

static void
test_json__refuses_broken_structure(void **state)
{
	(void)state;
	bad("[", 1, "unexpected end");
	bad("]", 0, "not a value");
	bad("[1", 2, "closing bracket");
	bad("[1,", 3, "unexpected end");
	bad("[1,]", 3, "not a value");
	bad("[,1]", 1, "not a value");
	bad("[1 2]", 3, "closing bracket");
	bad("[1}", 2, "closing bracket");
	bad("{", 1, "expected a key");
	bad("{]", 1, "expected a key");
	bad("{a:1}", 1, "expected a key");
	bad("{1:1}", 1, "expected a key");
	bad("{\"a\"}", 4, "expected ':'");
	bad("{\"a\":}", 5, "not a value");
	bad("{\"a\":1,}", 7, "expected a key");
	bad("{,\"a\":1}", 1, "expected a key");
	bad("{\"a\" \"b\"}", 5, "expected ':'");
	bad("{\"a\":1 \"b\":2}", 7, "closing bracket");
	bad("{\"a\"::1}", 5, "not a value");
	bad("{\"a\":1]", 6, "closing bracket");
	bad("{\"a\":1}}", 7, "more after");
	bad("[]]", 2, "more after");
	bad("{}{}", 2, "more after");
	bad("[] x", 3, "more after");
	bad("{null:1}", 1, "expected a key");
}

static void
test_json__strings_and_their_escapes(void **state)
{
	(void)state;
	good("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"");
	good("\"\\u0041\\u00e9\\u0e01\\uFFFD\\uabcd\\uABCD\"");
	good("\"\\ud83d\\ude00\"");
	good("\"\\uD800\\uDC00\\uDBFF\\uDFFF\"");
	good("\"ที่ทำการ \xf0\x9f\x98\x80\"");
	good("\"\x7f\"");
	good("\"\\u0001\"");
	bad("\"", 0, "unfinished");
	bad("\"abc", 0, "unfinished");
	bad("\"\\", 1, "unfinished");
	bad("\"\\\"", 0, "unfinished");
	bad("\"a\\\\\\\"", 0, "unfinished");
	bad("\"\\x41\"", 1, "unknown escape");
	bad("\"\\a\"", 1, "unknown escape");
	bad("\"\\'\"", 1, "unknown escape");
	bad("\"\\U0041\"", 1, "unknown escape");
	bad("\"\\ \"", 1, "unknown escape");
	bad("\"\\0\"", 1, "unknown escape");
	bad("\"\\u\"", 1, "four hex");
	bad("\"\\u004\"", 1, "four hex");
	bad("\"\\u00g1\"", 1, "four hex");
	bad("\"\\u 041\"", 1, "four hex");
	bad("\"\\u+041\"", 1, "four hex");
	bad("\"\\u0041", 0, "unfinished");
	bad("\"\\u00", 1, "four hex");
}

static void
test_json__refuses_control_characters_and_nul(void **state)
{
	(void)state;
	bad("\"a\nb\"", 2, "control character");
	bad("\"a\tb\"", 2, "control character");
	bad("\"\x1f\"", 1, "control character");
	bad("\"\x01\"", 1, "control character");
	bad("\"\\u0000\"", 1, "u0000");
	bad("\"ab\\u0000cd\"", 3, "u0000");
	bad("{\"\\u0000\":1}", 2, "u0000");
	bad_bytes("\"a\0b\"", 5, 2, "control character");
	bad_bytes("1\0", 2, 1, "more after");
	bad_bytes("\0", 1, 0, "not a value");
	bad_bytes("[1,\0]", 5, 3, "not a value");
	bad_bytes("{}\0{}", 5, 2, "more after");
	bad_bytes("\"\\\0\"", 4, 1, "unknown escape");
}

static void
test_json__refuses_unpaired_surrogates(void **state)
{
	(void)state;
	bad("\"\\ud800\"", 1, "surrogate");
	bad("\"\\udc00\"", 1, "surrogate");
	bad("\"\\udfff\"", 1, "surrogate");
	bad("\"\\ud83dx\"", 1, "surrogate");
	bad("\"\\ud83d\\n\"", 1, "surrogate");
	bad("\"\\ud83d\\u0041\"", 1, "surrogate");
	bad("\"\\ud83d\\ud83d\"", 1, "surrogate");
	bad("\"\\ude00\\ud83d\"", 1, "surrogate");
	bad("\"\\ud83d\\ude0", 1, "surrogate");
	bad("\"\\ud83d\\ude0g\"", 1, "surrogate");
	bad("\"\\ud83d\\\"", 1, "surrogate");
	bad("\"\xed\xa0\x80\"", 1, "UTF-8");
}

static void
test_json__refuses_what_is_not_utf8(void **state)
{
	(void)state;
	bad("\xef\xbb\xbf{}", 0, "byte order mark");
	bad("\"\xff\"", 1, "UTF-8");
	bad("\"\xc0\xaf\"", 1, "UTF-8");
	bad("\"\xc0\x80\"", 1, "UTF-8");
	bad("\"\xe0\x80\xaf\"", 1, "UTF-8");
	bad("\"\xf0\x80\x80\xaf\"", 1, "UTF-8");
	bad("\"\xf4\x90\x80\x80\"", 1, "UTF-8");
	bad("\"\xe0\xb8", 1, "UTF-8");
	bad("\xfe\xff\x30", 0, "UTF-8");
	bad("[]\x80", 2, "UTF-8");
	good("\"\xef\xbb\xbf\""); /* inside a string it is a character */
}

static void
test_json__refuses_duplicate_keys_however_written(void **state)
{
	(void)state;
	bad("{\"a\":1,\"a\":2}", 8, "duplicate key");
	bad("{\"a\":1,\"b\":2,\"a\":3}", 14, "duplicate key");
	bad("{\"a\":1,\"\\u0061\":2}", 8, "duplicate key");
	bad("{\"\\u0061\":1,\"a\":2}", 13, "duplicate key");
	bad("{\"\":1,\"\":2}", 7, "duplicate key");
	bad("{\"/\":1,\"\\/\":2}", 8, "duplicate key");
	bad("{\"\\n\":1,\"\\u000a\":2}", 9, "duplicate key");
	bad("{\"\\u000A\":1,\"\\u000a\":2}", 13, "duplicate key");
	bad("{\"\\\"\":1,\"\\u0022\":2}", 9, "duplicate key");
	bad("{\"\\\\\":1,\"\\u005c\":2}", 9, "duplicate key");
	bad("{\"ก\":1,\"\\u0e01\":2}", 10, "duplicate key");
	bad("{\"\xf0\x9f\x98\x80\":1,\"\\ud83d\\ude00\":2}", 11,
	    "duplicate key");
	bad("[{\"x\":{\"a\":1,\"a\":2}}]", 14, "duplicate key");
	bad("{\"a\":{\"a\":1},\"a\":2}", 14, "duplicate key");
	bad("{\"a\":[{\"b\":1}],\"c\":1,\"a\":1}", 22, "duplicate key");
}

static void
test_json__the_same_key_in_other_objects_is_fine(void **state)
{
	(void)state;
	good("{\"a\":{\"a\":{\"a\":1}}}");
	good("[{\"a\":1},{\"a\":1}]");
	good("{\"a\":[{\"b\":1},{\"b\":2}],\"b\":3}");
	good("{\"a\":1,\"A\":2,\"a \":3,\"aa\":4,\"\":5}");
	good("{\"\\u0061b\":1,\"a\\u0062c\":2}");
	good("{\"\\\\u0061\":1,\"a\":2}");
	/* not the same bytes: normal form is not this layer's question */
	good("{\"\xc3\xa9\":1,\"e\xcc\x81\":2}");
}

/* n times "[", then the rest, then n times "]". */
static char *
nested(int n, const char *open, const char *close, const char *middle)
{
	struct buf b = BUF_INIT;
	int i;

	for (i = 0; i < n; i++)
		buf_puts(&b, open);
	buf_puts(&b, middle);
	for (i = 0; i < n; i++)
		buf_puts(&b, close);
	return buf_take(&b);
}

static void
test_json__depth_ends_at_32(void **state)
{
	char *s;

	(void)state;
	s = nested(JSON_DEPTH, "[", "]", "");
	good(s);
	free(s);
	s = nested(JSON_DEPTH + 1, "[", "]", "");
	bad(s, JSON_DEPTH, "too deeply");
	free(s);
	s = nested(JSON_DEPTH, "{\"a\":", "}", "1");
	good(s);
	free(s);
	s = nested(JSON_DEPTH, "{\"a\":", "}", "{}");
	bad(s, 5 * JSON_DEPTH, "too deeply");
	free(s);
	s = nested(JSON_DEPTH / 2, "[{\"a\":", "}]", "[]");
	bad(s, 6 * (JSON_DEPTH / 2), "too deeply");
	free(s);
	s = nested(500000, "[", "", "");
	bad(s, JSON_DEPTH, "too deeply");
	free(s);
	/* beside each other is not inside each other */
	s = nested(5000, "[],", "", "[]");
	bad(s, 2, "more after");
	free(s);
}

static void
test_json__length_is_capped(void **state)
{
	cJSON *v = NULL;
	struct err e;

	(void)state;
	assert_ok(json_check("[1,2]", 5, 5, &e), &e);
	assert_err(json_check("[1,2]", 5, 4, &e), ERR_INVALID, &e, "longer");
	assert_err(
	    json_parse("[1,2]", 5, 4, &v, &e), ERR_INVALID, &e, "longer");
	/* only len bytes count */
	assert_ok(json_parse("[1,2]garbage", 5, 5, &v, &e), &e);
	assert_int_equal(cJSON_GetArraySize(v), 2);
	cJSON_Delete(v);
}

/* An object of n keys by a format; the last one again if twice. */
static char *
many_keys(int n, const char *prefix, int twice)
{
	struct buf b = BUF_INIT;
	int i;

	buf_putc(&b, '{');
	for (i = 0; i < n; i++)
		buf_printf(&b, "%s\"%s%d\":%d", i > 0 ? "," : "", prefix, i, i);
	if (twice)
		buf_printf(&b, ",\"%s%d\":0", prefix, n - 1);
	buf_putc(&b, '}');
	return buf_take(&b);
}

static void
test_json__many_keys_cost_little_more_than_few(void **state)
{
	int64_t start = test_cpu_ms(), took;
	char *s;
	struct err e;

	(void)state;
	s = many_keys(300000, "key", 0);
	assert_ok(json_check(s, strlen(s), MAX, &e), &e);
	free(s);
	s = many_keys(60000, "\\u0061\\u0061\\u0061\\u0061\\u0061\\u0061", 1);
	assert_err(json_check(s, strlen(s), MAX, &e), ERR_INVALID, &e,
	    "duplicate key");
	free(s);
	took = test_cpu_ms() - start;
	/* each pair compared would be 4.5e10 steps: minutes */
	assert_true(took < 20000);
}

static void
test_json__long_strings_and_lists_are_linear(void **state)
{
	struct buf b = BUF_INIT;
	int i;

	(void)state;
	buf_putc(&b, '[');
	for (i = 0; i < 200000; i++)
		buf_puts(&b, "\"\\u0e01\\n\",");
	buf_puts(&b, "0]");
	good(buf_str(&b));
	buf_clear(&b);
	buf_putc(&b, '"');
	for (i = 0; i < 1000000; i++)
		buf_puts(&b, "ก");
	buf_putc(&b, '"');
	good(buf_str(&b));
	buf_release(&b);
}

static void
test_json__random_bytes_never_pass_what_cjson_cannot_read(void **state)
{
	static const char letters[] =
	    "{}[]\",:\\u0019adetrfnul-e. \xe0\xb8\x81";
	uint64_t seed = test_seed();
	int i, n_good = 0;
	char s[24];
	size_t j;

	(void)state;
	for (i = 0; i < 300000; i++) {
		size_t len = test_random(&seed) % sizeof(s);
		cJSON *v = NULL;
		int rc;

		for (j = 0; j < len; j++)
			s[j] =
			    letters[test_random(&seed) % (sizeof(letters) - 1)];
		rc = json_parse(s, len, MAX, &v, NULL);
		assert_true(rc == 0 || rc == ERR_INVALID);
		n_good += rc == 0;
		cJSON_Delete(v);
	}
	assert_true(n_good > 100);
}

/* Written and read again is the same text. */
static void
round_trip(const char *s)
{
	struct buf b = BUF_INIT;
	cJSON *v = NULL;
	struct err e;

	assert_ok(json_parse(s, strlen(s), MAX, &v, &e), &e);
	assert_ok(json_write(v, &b, &e), &e);
	assert_string_equal(buf_str(&b), s);
	cJSON_Delete(v);
	buf_release(&b);
}

static void
test_json__writes_what_it_reads(void **state)
{
	(void)state;
	round_trip("null");
	round_trip("[true,false,null,0,-1,9007199254740991,-9007199254740991]");
	round_trip("{\"b\":1,\"a\":{\"x\":[]},\"c\":{}}");
	round_trip("[9007199254740990,1000000000000000,100000]");
	round_trip("\"ก\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\"");
	round_trip("\"\xf0\x9f\x98\x80\"");
	round_trip("{\"\":\"\",\"\\n\":1}");
}

static void
refuses_to_write(cJSON *v, const char *why)
{
	struct buf b = BUF_INIT;
	struct err e;

	assert_non_null(v);
	assert_err(json_write(v, &b, &e), ERR_INVALID, &e, why);
	cJSON_Delete(v);
	buf_release(&b);
}

static void
test_json__writes_nothing_that_it_would_not_read(void **state)
{
	cJSON *v = cJSON_CreateArray(), *inner;
	struct buf b = BUF_INIT;
	struct err e;
	int i;

	(void)state;
	refuses_to_write(cJSON_CreateNumber(0.5), "integer");
	refuses_to_write(cJSON_CreateNumber(9007199254740992.0), "integer");
	refuses_to_write(cJSON_CreateNumber(1e300), "integer");
	refuses_to_write(cJSON_CreateNumber(__builtin_nan("")), "integer");
	refuses_to_write(cJSON_CreateRaw("{"), "not a JSON");
	assert_err(json_write(NULL, &b, &e), ERR_INVALID, &e, "not a JSON");
	for (i = 0; i < 100; i++) {
		inner = v;
		v = cJSON_CreateArray();
		assert_ok(json_push(v, inner, &e), &e);
	}
	refuses_to_write(v, "too deeply");
	buf_release(&b);
}

static void
test_json__bad_bytes_in_strings_are_replaced(void **state)
{
	struct buf b = BUF_INIT;

	(void)state;
	json_write_string("a\xff\xfe\"b\xe0\xb8", &b);
	assert_string_equal(buf_str(&b),
	    "\"a\xef\xbf\xbd\xef\xbf\xbd\\\"b\xef\xbf\xbd\xef\xbf\xbd\"");
	good(buf_str(&b));
	buf_release(&b);
}

static void
test_json__members_by_type(void **state)
{
	static const char text[] =
	    "{\"s\":\"x\",\"n\":-7,\"t\":true,\"f\":false,"
	    "\"z\":null,\"o\":{}}";
	cJSON *v = NULL;
	struct err e;

	(void)state;
	assert_ok(json_parse(text, strlen(text), MAX, &v, &e), &e);
	assert_string_equal(json_str(v, "s"), "x");
	assert_null(json_str(v, "n"));
	assert_null(json_str(v, "S"));
	assert_null(json_str(NULL, "s"));
	assert_int_equal(json_int(v, "n", 5), -7);
	assert_int_equal(json_int(v, "s", 5), 5);
	assert_int_equal(json_int(NULL, "n", 5), 5);
	assert_int_equal(json_bool(v, "t", 0), 1);
	assert_int_equal(json_bool(v, "f", 1), 0);
	assert_int_equal(json_bool(v, "z", 1), 1);
	assert_non_null(json_get(v, "o"));
	assert_true(cJSON_IsNull(json_get(v, "z")));
	assert_null(json_get(v, "nothing"));
	cJSON_Delete(v);
}

static void
test_json__built_objects(void **state)
{
	cJSON *obj = cJSON_CreateObject(), *arr = cJSON_CreateArray();
	struct buf b = BUF_INIT;
	struct err e;

	(void)state;
	assert_ok(json_put_str(obj, "s", "x", &e), &e);
	assert_ok(json_put_str(obj, "none", NULL, &e), &e);
	assert_ok(json_put_int(obj, "n", JSON_INT_MAX, &e), &e);
	assert_ok(json_put_bool(obj, "b", 1, &e), &e);
	assert_ok(json_push_str(arr, "y", &e), &e);
	assert_ok(json_push(arr, cJSON_CreateNull(), &e), &e);
	assert_ok(json_put(obj, "a", arr, &e), &e);
	assert_ok(json_put_str(obj, "s", "replaced", &e), &e);
	assert_ok(json_write(obj, &b, &e), &e);
	assert_string_equal(buf_str(&b),
	    "{\"none\":null,\"n\":9007199254740991,\"b\":true,\"a\":[\"y\","
	    "null]"
	    ",\"s\":\"replaced\"}");
	assert_err(json_put_int(obj, "n", JSON_INT_MAX + 1, &e), ERR_INVALID,
	    &e, "2^53");
	assert_int_equal(json_int(obj, "n", 0), JSON_INT_MAX);
	cJSON_Delete(obj);
	buf_release(&b);
}

static void
test_json__a_failed_constructor_is_passed_through(void **state)
{
	cJSON *obj = cJSON_CreateObject();
	struct err e;

	(void)state;
	assert_err(json_put(obj, "x", NULL, &e), ERR_NOMEM, &e, "memory");
	/* the value is freed even so: the leak check tells */
	assert_err(json_put(NULL, "x", cJSON_CreateTrue(), &e), ERR_NOMEM, &e,
	    "memory");
	assert_err(
	    json_push(NULL, cJSON_CreateTrue(), &e), ERR_NOMEM, &e, "memory");
	assert_err(
	    json_push(obj, cJSON_CreateTrue(), &e), ERR_NOMEM, &e, "memory");
	assert_int_equal(cJSON_GetArraySize(obj), 0);
	cJSON_Delete(obj);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json__accepts_every_kind_of_value),
		cmocka_unit_test(test_json__accepts_integers_up_to_2_53),
		cmocka_unit_test(test_json__refuses_other_numbers),
		cmocka_unit_test(
		    test_json__refuses_words_that_are_nearly_right),
		cmocka_unit_test(test_json__refuses_broken_structure),
		cmocka_unit_test(test_json__strings_and_their_escapes),
		cmocka_unit_test(test_json__refuses_control_characters_and_nul),
		cmocka_unit_test(test_json__refuses_unpaired_surrogates),
		cmocka_unit_test(test_json__refuses_what_is_not_utf8),
		cmocka_unit_test(
		    test_json__refuses_duplicate_keys_however_written),
		cmocka_unit_test(
		    test_json__the_same_key_in_other_objects_is_fine),
		cmocka_unit_test(test_json__depth_ends_at_32),
		cmocka_unit_test(test_json__length_is_capped),
		cmocka_unit_test(
		    test_json__many_keys_cost_little_more_than_few),
		cmocka_unit_test(test_json__long_strings_and_lists_are_linear),
		cmocka_unit_test(
		    test_json__random_bytes_never_pass_what_cjson_cannot_read),
		cmocka_unit_test(test_json__writes_what_it_reads),
		cmocka_unit_test(
		    test_json__writes_nothing_that_it_would_not_read),
		cmocka_unit_test(test_json__bad_bytes_in_strings_are_replaced),
		cmocka_unit_test(test_json__members_by_type),
		cmocka_unit_test(test_json__built_objects),
		cmocka_unit_test(
		    test_json__a_failed_constructor_is_passed_through),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
