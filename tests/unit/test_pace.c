#include "tests/unit/test.h"

#include "client/pace.h"

static void
size_is(int64_t bytes, const char *want)
{
	char text[40];

	pace_size(text, sizeof(text), bytes);
	assert_string_equal(text, want);
}

static void
span_is(int64_t seconds, const char *want)
{
	char text[40];

	pace_span(text, sizeof(text), seconds);
	assert_string_equal(text, want);
}

static void
test_pace__sizes(void **state)
{
	(void)state;
	size_is(0, "0 bytes");
	size_is(1023, "1023 bytes");
	size_is(1024, "1.0 KiB");
	size_is(1536 * 1024, "1.5 MiB");
	size_is(INT64_C(40) << 20, "40 MiB");
	size_is(INT64_C(3) << 30, "3.0 GiB");
	size_is(INT64_MAX, "8388608 TiB");
}

static void
test_pace__spans(void **state)
{
	(void)state;
	span_is(0, "0 s");
	span_is(59, "59 s");
	span_is(90, "2 min");
	span_is(3600, "1 h 0 min");
	span_is(7500, "2 h 5 min");
	span_is(3 * 86400 + 5, "3 days");
}

static void
reads(const char *s, int64_t want)
{
	int64_t got = 0;
	struct err e;

	assert_ok(pace_read_span(s, &got, &e), &e);
	assert_int_equal(got, want);
}

static void
refused(const char *s)
{
	int64_t got;
	struct err e;

	assert_err(
	    pace_read_span(s, &got, &e), ERR_USAGE, &e, "a time such as");
}

static void
test_pace__reads_a_span(void **state)
{
	(void)state;
	reads("90", 90);
	reads("90s", 90);
	reads("45m", 2700);
	reads("45min", 2700);
	reads("2h", 7200);
	reads("3d", 259200);
	reads("๒h", 7200);
	reads("๑๐m", 600);
	reads("366d", 366 * 86400);
}

static void
test_pace__refuses_what_is_no_span(void **state)
{
	(void)state;
	refused("");
	refused("0");
	refused("h");
	refused("-1h");
	refused("2 h");
	refused("2hours");
	refused("367d");
	refused("99999999999999999999");
	refused("1h2");
	refused("\xe0\xb9");
}

static void
test_pace__a_transfer_is_told_as_far_as_it_is_known(void **state)
{
	cJSON *v = cJSON_CreateObject();
	struct out o;
	struct err e;

	(void)state;
	out_init(&o, -1);
	pace_print(&o, NULL);
	assert_string_equal(buf_str(&o.b), "");
	assert_ok(json_put_int(v, "percent", 45, &e), &e);
	pace_print(&o, v);
	assert_string_equal(buf_str(&o.b), " 45 %");
	assert_ok(json_put_int(v, "bytes", 1258291, &e), &e);
	assert_ok(json_put_int(v, "rate", 307200, &e), &e);
	assert_ok(json_put_int(v, "left_s", 120, &e), &e);
	buf_clear(&o.b);
	pace_print(&o, v);
	assert_string_equal(
	    buf_str(&o.b), " 45 %, 1.2 MiB, 300 KiB/s, 2 min left");
	out_release(&o);
	cJSON_Delete(v);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pace__sizes),
		cmocka_unit_test(test_pace__spans),
		cmocka_unit_test(test_pace__reads_a_span),
		cmocka_unit_test(test_pace__refuses_what_is_no_span),
		cmocka_unit_test(
		    test_pace__a_transfer_is_told_as_far_as_it_is_known),
	};

	return cmocka_run_group_tests_name("pace", tests, NULL, NULL);
}
