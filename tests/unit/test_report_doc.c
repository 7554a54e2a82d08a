#include "tests/unit/test.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "client/lang.h"
#include "client/report/report_doc.h"
#include "client/report/report_html.h"
#include "store/save/answer.h"
#include "store/view/report.h"
#include "store/view/report_part.h"
#include "tests/support/sample.h"

static cJSON *
parse(const char *s)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(json_parse(s, strlen(s), 1 << 20, &v, &e), &e);
	return v;
}

static void
expect_json(const cJSON *v, const char *want)
{
	struct err e = { 0 };
	struct buf b = BUF_INIT;

	assert_ok(json_write(v, &b, &e), &e);
	assert_string_equal(buf_str(&b), want);
	buf_release(&b);
}

/* --- parts --- */

static void
test_report_doc__merges_objects_by_member_and_lists_end_to_end(void **state)
{
	cJSON *doc = parse("{\"a\":{\"n\":1,\"l\":[1,2]},\"t\":\"x\"}");
	cJSON *part = parse("{\"a\":{\"n\":2,\"l\":[3],\"m\":true},\"t\":null,"
			    "\"new\":[{\"k\":[1]}]}");
	struct err e = { 0 };

	(void)state;
	assert_ok(report_doc_merge(doc, part, &e), &e);
	expect_json(doc, "{\"a\":{\"l\":[1,2,3],\"n\":2,\"m\":true},"
			 "\"t\":null,\"new\":[{\"k\":[1]}]}");
	cJSON_Delete(doc);
	cJSON_Delete(part);
}

static int
put_list(void *arg, struct report_part *p, struct err *e)
{
	(void)arg;
	return report_part_list(p, "l", "list",
	    parse("{\"n\":3,\"list\":[\"aaaa\",\"bbbb\",\"cccc\",\"dddd\"]}"),
	    e);
}

static int
put_end(void *arg, struct report_part *p, struct err *e)
{
	(void)arg;
	return report_part_put(p, "end", cJSON_CreateTrue(), e);
}

static const struct report_section two[] = { { "list", put_list },
	{ "end", put_end } };

/* All parts of this room, merged; how many there were. */
static int
all_parts(size_t room, cJSON **ret)
{
	cJSON *doc = cJSON_CreateObject();
	struct report_part p;
	struct err e = { 0 };
	char cursor[40] = "";
	int n = 0;

	do {
		assert_true(++n < 50);
		assert_ok(report_part_begin(&p, cursor, room, two, 2, &e), &e);
		assert_ok(report_part_run(&p, two, 2, NULL, &e), &e);
		memcpy(cursor, p.next, sizeof(cursor));
		cJSON_DeleteItemFromObjectCaseSensitive(p.out, "next");
		assert_ok(report_doc_merge(doc, p.out, &e), &e);
		report_part_release(&p);
	} while (cursor[0] != '\0');
	*ret = doc;
	return n;
}

static void
test_report_part__any_room_gives_the_same_document(void **state)
{
	static const size_t rooms[] = { 1, 30, 60, 70, 100, 150, 1000, 0 };
	cJSON *doc = NULL;
	cJSON *want = parse("{\"l\":{\"n\":3,\"list\":[\"aaaa\",\"bbbb\","
			    "\"cccc\",\"dddd\"]},\"end\":true}");
	int n, before = 50;

	(void)state;
	for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		n = all_parts(rooms[i], &doc);
		assert_true(cJSON_Compare(doc, want, 1));
		assert_true(n <= before);
		before = n;
		cJSON_Delete(doc);
	}
	assert_int_equal(before, 1);
	/* an element that is larger than the room comes alone */
	assert_true(all_parts(1, &doc) >= 4);
	cJSON_Delete(doc);
	cJSON_Delete(want);
}

static void
test_report_part__refuses_a_cursor_of_no_section(void **state)
{
	static const char *const wrong[] = { "x.1", "list", "list.", "list.-1",
		"list.1x", ".1", "lis.1", "list2.1", "list.99999999" };
	struct report_part p;
	struct err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_err(report_part_begin(&p, wrong[i], 0, two, 2, &e),
		    ERR_INVALID, &e, "names no part");
	/* beyond the end of a list there is nothing more of it */
	assert_ok(report_part_begin(&p, "list.9", 100, two, 2, &e), &e);
	assert_ok(report_part_run(&p, two, 2, NULL, &e), &e);
	expect_json(p.out, "{\"l\":{\"n\":3,\"list\":[]},\"end\":true,"
			   "\"next\":null}");
	report_part_release(&p);
}

/* --- an office's document --- */

static cJSON *
whole(void)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(report_office(sample_office.store, "", 0, &v, &e), &e);
	return v;
}

static void
test_report_office__tells_what_the_record_holds(void **state)
{
	cJSON *v = whole();
	const cJSON *item = report_doc_item(v, "1.1");
	const cJSON *signoffs = json_get(v, "signoffs");

	(void)state;
	sample_assert_text(json_get(v, "office"), "code", "9105");
	sample_assert_text(v, "revision", "a7");
	assert_int_equal(strlen(json_str(v, "commit")), 40);
	assert_int_equal(json_int(v, "year", 0), SAMPLE_YEAR);
	assert_true(cJSON_IsNull(json_get(v, "hall")));
	assert_int_equal(cJSON_GetArraySize(json_get(v, "items")), 30);
	sample_assert_text(json_get(json_get(item, "answer"), "explanation"),
	    "basic", sample_text('b'));
	assert_true(cJSON_IsNull(json_get(item, "review")));
	assert_true(
	    cJSON_IsNull(json_get(report_doc_item(v, "1.3"), "answer")));
	sample_assert_text(report_doc_score(v, "1.1"), "score", "200.00");
	sample_assert_text(json_get(v, "state"), "state", "open");
	assert_int_equal(cJSON_GetArraySize(signoffs), 1);
	sample_assert_text(sample_at(signoffs, 0), "action", "open");
	sample_assert_text(sample_at(signoffs, 0), "revision", "a1");
	assert_int_equal(
	    cJSON_GetArraySize(json_get(json_get(v, "edition"), "items")), 30);
	assert_null(json_get(v, "next"));
	cJSON_Delete(v);
}

/* "made" is the time of making. */
static void
drop_made(cJSON *v)
{
	cJSON_DeleteItemFromObjectCaseSensitive(v, "made");
}

static void
test_report_office__the_first_part_holds_a_short_document_whole(void **state)
{
	cJSON *v = whole(), *part = NULL;
	struct err e = { 0 };

	(void)state;
	assert_ok(report_office_part(
		      sample_office.store, "", SAMPLE_YEAR, NULL, &part, &e),
	    &e);
	assert_true(cJSON_IsNull(json_get(part, "next")));
	cJSON_DeleteItemFromObjectCaseSensitive(part, "next");
	drop_made(v);
	drop_made(part);
	assert_true(cJSON_Compare(v, part, 1));
	cJSON_Delete(v);
	cJSON_Delete(part);
}

static void
test_report_office__a_later_part_begins_where_it_is_told(void **state)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	assert_ok(
	    report_office_part(sample_office.store, "", 0, "items.28", &v, &e),
	    &e);
	assert_null(json_get(v, "edition"));
	assert_int_equal(cJSON_GetArraySize(json_get(v, "items")), 2);
	sample_assert_text(sample_at(json_get(v, "items"), 0), "item", "7.5");
	assert_int_equal(strlen(json_str(v, "commit")), 40);
	cJSON_Delete(v);
	assert_err(report_office(sample_office.store, "", 2570, &v, &e),
	    ERR_NOT_FOUND, &e, "2570");
	assert_err(report_province(sample_office.store, 0, &v, &e), ERR_USAGE,
	    &e, "hall");
}

/* --- the page --- */

/* The policy names the hash of the style that stands in the page. */
static void
assert_policy_fits(const char *page)
{
	const char *from = strstr(page, "<style>") + 7;
	const char *to = strstr(page, "</style>");
	unsigned char hash[crypto_hash_sha256_BYTES];
	char text[64], want[96];

	crypto_hash_sha256(
	    hash, (const unsigned char *)from, (unsigned long long)(to - from));
	sodium_bin2base64(text, sizeof(text), hash, sizeof(hash),
	    sodium_base64_VARIANT_ORIGINAL);
	snprintf(want, sizeof(want), "style-src 'sha256-%s'", text);
	assert_non_null(strstr(page, want));
}

#define EVIL "</title></style><script>alert(1)</script>\"'<img src=x>"

static void
test_report_html__a_hostile_record_adds_no_markup(void **state)
{
	cJSON *v = whole(), *item;
	struct err e = { 0 };
	struct buf b = BUF_INIT;

	(void)state;
	item = cJSON_GetArrayItem(json_get(v, "items"), 0);
	assert_ok(json_put_str(json_get(v, "office"), "name", EVIL, &e), &e);
	assert_ok(json_put_str(json_get(item, "answer"), "gap", EVIL, &e), &e);
	assert_ok(
	    json_put_str(json_get(item, "answer"), "owner", EVIL, &e), &e);
	assert_ok(json_put(v, "evidence",
		      parse("[{\"item\":\"1.1\",\"name\":\"<b>x\","
			    "\"caption\":\"<i>\",\"sha256\":\"<u>\","
			    "\"points\":[\"<s>\"],\"class\":\"<q>\"}]"),
		      &e),
	    &e);
	assert_ok(report_html_office(v, &b, &e), &e);
	assert_null(strstr(buf_str(&b), "<script"));
	assert_null(strstr(buf_str(&b), "<img"));
	assert_null(strstr(buf_str(&b), "<b>x"));
	assert_null(strstr(buf_str(&b), "<i>"));
	assert_null(strstr(buf_str(&b), "<u>"));
	assert_null(strstr(buf_str(&b), "<s>"));
	assert_null(strstr(buf_str(&b), "<q>"));
	assert_non_null(
	    strstr(buf_str(&b), "&lt;script&gt;alert(1)&lt;/script&gt;"));
	assert_policy_fits(buf_str(&b));
	cJSON_Delete(v);
	buf_release(&b);
}

static void
test_report_html__shows_ticks_texts_and_the_commit(void **state)
{
	cJSON *v = whole();
	struct err e = { 0 };
	struct buf b = BUF_INIT;

	(void)state;
	assert_ok(report_html_office(v, &b, &e), &e);
	assert_non_null(strstr(buf_str(&b), json_str(v, "commit")));
	assert_non_null(strstr(buf_str(&b), "Level Basic: 2 of 3 points"));
	assert_non_null(strstr(buf_str(&b), "สมชาย ใจดี"));
	assert_non_null(strstr(buf_str(&b), "<svg class=\"radar\""));
	assert_non_null(strstr(buf_str(&b), "<svg class=\"bars\""));
	assert_non_null(strstr(buf_str(&b), "<svg class=\"qr\""));
	assert_non_null(strstr(buf_str(&b), "not an official PMQA"));
	assert_null(strstr(buf_str(&b), "http:"));
	assert_null(strstr(buf_str(&b), "https:"));
	cJSON_Delete(v);
	buf_release(&b);
}

/* What a daemon of another version leaves out is empty, never a crash. */
static void
test_report_html__draws_also_an_empty_document(void **state)
{
	cJSON *v = parse("{}");
	struct err e = { 0 };
	struct buf b = BUF_INIT;

	(void)state;
	assert_ok(report_html_office(v, &b, &e), &e);
	assert_ok(report_html_hall(v, &b, &e), &e);
	assert_non_null(strstr(buf_str(&b), "There is no revision yet."));
	cJSON_Delete(v);
	buf_release(&b);
}

static void
test_report_html__a_hall_is_shaded_by_score(void **state)
{
	cJSON *v =
	    parse("{\"hall\":{\"code\":\"91\",\"name\":\"สตูล\"},"
		  "\"year\":2565,\"categories\":[{\"id\":\"1\"},{\"id\":"
		  "\"2\"}],\"offices\":[{\"office\":\"9105\",\"name\":\"<u>\","
		  "\"state\":\"open\",\"total\":\"250.00\",\"categories\":[{"
		  "\"id\":\"1\",\"score\":\"500.00\",\"committee\":\"10.00\"},"
		  "{\"id\":\"2\",\"score\":\"0.00\"}]}]}");
	struct err e = { 0 };
	struct buf b = BUF_INIT;

	(void)state;
	assert_ok(report_html_hall(v, &b, &e), &e);
	assert_non_null(strstr(buf_str(&b),
	    "<td class=\"c h9\">500.00<small>(10.00)</small></td>"));
	assert_non_null(strstr(buf_str(&b), "<td class=\"c h0\">0.00</td>"));
	assert_non_null(strstr(buf_str(&b), "<td class=\"c h5\">250.00</td>"));
	assert_null(strstr(buf_str(&b), "<u>"));
	cJSON_Delete(v);
	buf_release(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_report_doc__merges_objects_by_member_and_lists_end_to_end),
		cmocka_unit_test(
		    test_report_part__any_room_gives_the_same_document),
		cmocka_unit_test(
		    test_report_part__refuses_a_cursor_of_no_section),
		cmocka_unit_test(
		    test_report_office__tells_what_the_record_holds),
		cmocka_unit_test(
		    test_report_office__the_first_part_holds_a_short_document_whole),
		cmocka_unit_test(
		    test_report_office__a_later_part_begins_where_it_is_told),
		cmocka_unit_test(
		    test_report_html__a_hostile_record_adds_no_markup),
		cmocka_unit_test(
		    test_report_html__shows_ticks_texts_and_the_commit),
		cmocka_unit_test(
		    test_report_html__draws_also_an_empty_document),
		cmocka_unit_test(test_report_html__a_hall_is_shaded_by_score),
	};

	return cmocka_run_group_tests_name(
	    "report_doc", tests, sample_up, sample_down);
}
