#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/save/journal.h"
#include "store/view/query.h"
#include "tests/support/sample.h"

static cJSON *
show(const char *item, const char *at_rev)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(
	    query_show(sample_office.store, "", 0, item, at_rev, &v, &e), &e);
	return v;
}

/* --- show --- */

static void
test_query__show_of_an_unanswered_item_has_no_revision(void **state)
{
	cJSON *v = show("1.3", NULL);
	const cJSON *points = json_get(v, "points");

	(void)state;
	sample_assert_text(v, "record", "2565/items/1.3");
	sample_assert_text(v, "revision", NULL);
	sample_assert_text(v, "commit", NULL);
	assert_null(json_get(v, "fields")->child);
	sample_assert_text(v, "score", "0.00");
	sample_assert_text(v, "level", "none");
	assert_int_equal(cJSON_GetArraySize(points), 6);
	sample_assert_text(sample_at(points, 5), "id", "1.3.S1");
	sample_assert_text(sample_at(points, 5), "level", "significance");
	assert_int_equal(json_bool(sample_at(points, 5), "ticked", -1), 0);
	assert_non_null(json_str(sample_at(points, 5), "label_th"));
	cJSON_Delete(v);
}

static void
test_query__show_gives_flat_fields_and_the_revision_that_wrote_them(
    void **state)
{
	cJSON *v = show("1.1", NULL);
	const cJSON *fields = json_get(v, "fields");

	(void)state;
	sample_assert_text(v, "revision", "a7");
	assert_int_equal(strlen(json_str(v, "commit")), 40);
	assert_int_equal(cJSON_GetArraySize(fields), 3);
	sample_assert_text(fields, "explanation.basic", sample_text('b'));
	sample_assert_text(fields, "owner", "สมชาย ใจดี");
	assert_int_equal(cJSON_GetArraySize(json_get(fields, "ticks")), 2);
	assert_int_equal(
	    json_bool(sample_at(json_get(v, "points"), 0), "ticked", -1), 0);
	assert_int_equal(
	    json_bool(sample_at(json_get(v, "points"), 1), "ticked", -1), 1);
	/* two of three points at Basic */
	sample_assert_text(v, "score", "200.00");
	cJSON_Delete(v);
}

static void
test_query__show_at_a_revision_is_the_state_of_then(void **state)
{
	cJSON *v = show("1.1", "a3");

	(void)state;
	sample_assert_text(v, "revision", "a3");
	sample_assert_text(
	    json_get(v, "fields"), "explanation.basic", sample_text('a'));
	assert_null(json_get(json_get(v, "fields"), "owner"));
	cJSON_Delete(v);

	/* a5 touched it last before a revision of another record */
	v = show("1.1", "a5");
	sample_assert_text(v, "score", "300.00");
	sample_assert_text(v, "level", "basic");
	cJSON_Delete(v);

	v = show("1.1", "a1");
	sample_assert_text(v, "revision", NULL);
	assert_null(json_get(v, "fields")->child);
	cJSON_Delete(v);
}

static void
test_query__show_names_what_is_missing(void **state)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	assert_err(query_show(sample_office.store, "", 0, "9.9", NULL, &v, &e),
	    ERR_NOT_FOUND, &e, "no item '9.9', its items are 1.1 to 7.6");
	assert_err(query_show(sample_office.store, "", 0, "1.1", "a99", &v, &e),
	    ERR_NOT_FOUND, &e, "no revision 'a99'");
	assert_err(
	    query_show(sample_office.store, "", 2600, "1.1", NULL, &v, &e),
	    ERR_NOT_FOUND, &e, "2600");
	assert_err(
	    query_show(sample_office.store, "9106", 0, "1.1", NULL, &v, &e),
	    ERR_NOT_FOUND, &e, "9106");
	assert_null(v);
	/* an error leaves no transaction behind */
	assert_true(
	    sqlite3_get_autocommit(db_handle(store_db(sample_office.store))));
}

/* --- score, assessment, edition --- */

static void
test_query__score_is_of_all_answers_of_the_year(void **state)
{
	struct err e = { 0 };
	cJSON *v = NULL;
	const cJSON *items;

	(void)state;
	assert_ok(query_score(sample_office.store, "", 0, &v, &e), &e);
	items = json_get(v, "items");

	sample_assert_text(v, "office", "9105");
	assert_int_equal(json_int(v, "cycle", 0), SAMPLE_YEAR);
	/* 1.1: 200, 1.2: 1 of 3: 100; category 300/4 = 75, total 75/7 */
	sample_assert_text(sample_at(items, 0), "score", "200.00");
	sample_assert_text(sample_at(items, 1), "score", "100.00");
	sample_assert_text(
	    sample_at(json_get(v, "categories"), 0), "score", "75.00");
	sample_assert_text(v, "total", "10.71");
	cJSON_Delete(v);
}

static void
test_query__assessment_counts_answered_items_by_category(void **state)
{
	struct err e = { 0 };
	cJSON *v = NULL;
	const cJSON *progress;

	(void)state;
	assert_ok(query_assessment_at(
		      sample_office.store, "", SAMPLE_YEAR, NULL, &v, &e),
	    &e);
	progress = json_get(v, "progress");

	sample_assert_text(v, "record", "2565/assessment");
	sample_assert_text(v, "revision", "a1");
	sample_assert_text(json_get(v, "fields"), "edition.id", "pmqa4-2562");
	sample_assert_text(json_get(v, "fields"), "status", "open");
	assert_int_equal(cJSON_GetArraySize(progress), 7);
	assert_int_equal(json_int(sample_at(progress, 0), "answered", -1), 2);
	assert_int_equal(json_int(sample_at(progress, 0), "items", -1), 4);
	assert_int_equal(json_int(sample_at(progress, 6), "answered", -1), 0);
	assert_int_equal(json_int(sample_at(progress, 6), "items", -1), 6);
	cJSON_Delete(v);
}

static void
test_query__edition_names_the_blob_that_is_pinned(void **state)
{
	const char *argv[] = { "git", "hash-object", "editions/pmqa4-2562.json",
		NULL };
	struct err e = { 0 };
	char *hex = NULL;
	cJSON *v = NULL;

	(void)state;
	assert_int_equal(test_run(argv, &hex), 0);
	hex[40] = '\0';
	assert_ok(
	    query_edition_at(sample_office.store, "", 0, NULL, &v, &e), &e);

	sample_assert_text(v, "id", "pmqa4-2562");
	sample_assert_text(v, "blob", hex);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "items")), 30);
	cJSON_Delete(v);
	free(hex);
}

/* --- diff --- */

static cJSON *
diff(const char *from, const char *to)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	assert_ok(query_diff(sample_office.store, "", from, to, &v, &e), &e);
	sample_assert_text(v, "from", from);
	sample_assert_text(v, "to", to);
	return v;
}

static void
test_query__diff_compares_the_records_of_two_revisions(void **state)
{
	cJSON *v = diff("a3", "a5");
	const cJSON *records = json_get(v, "records"), *changes;

	(void)state;
	assert_int_equal(cJSON_GetArraySize(records), 2);
	sample_assert_text(sample_at(records, 0), "record", "2565/items/1.1");
	changes = json_get(sample_at(records, 0), "changes");
	assert_int_equal(cJSON_GetArraySize(changes), 2);
	sample_assert_text(sample_at(changes, 0), "field", "ticks");
	sample_assert_text(sample_at(changes, 1), "field", "explanation.basic");
	sample_assert_text(sample_at(changes, 1), "old", sample_text('a'));
	sample_assert_text(sample_at(changes, 1), "new", sample_text('b'));
	sample_assert_text(sample_at(records, 1), "record", "2565/items/1.2");
	cJSON_Delete(v);
}

static void
test_query__diff_backwards_swaps_old_and_new(void **state)
{
	cJSON *v = diff("a6", "a5");
	const cJSON *change = sample_at(
	    json_get(sample_at(json_get(v, "records"), 0), "changes"), 0);

	(void)state;
	sample_assert_text(change, "field", "owner");
	sample_assert_text(change, "old", "สมชาย ใจดี");
	sample_assert_text(change, "new", NULL);
	cJSON_Delete(v);
}

static void
test_query__diff_of_what_came_back_is_empty(void **state)
{
	cJSON *v = diff("a4", "a4");

	(void)state;
	assert_null(json_get(v, "records")->child);
	cJSON_Delete(v);
}

static void
test_query__diff_refuses_what_cannot_be_compared(void **state)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	assert_err(query_diff(sample_office.store, "", "a1", "a99", &v, &e),
	    ERR_NOT_FOUND, &e, "'a99'");
	assert_err(query_diff(sample_office.store, "", "a1", "h1", &v, &e),
	    ERR_INVALID, &e, "different branches");
	assert_null(v);
}

/* --- status --- */

static void
test_query__status_counts_what_no_receipt_covers(void **state)
{
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	assert_ok(query_status(sample_office.store, &v, &e), &e);
	sample_assert_text(v, "office", "9105");
	sample_assert_text(v, "role", "office");
	sample_assert_text(v, "device", "9105-a");
	assert_int_equal(json_int(v, "cycle", 0), SAMPLE_YEAR);
	sample_assert_text(v, "edition", "pmqa4-2562");
	sample_assert_text(v, "revision", "a7");
	assert_int_equal(strlen(json_str(v, "tip")), 40);
	assert_int_equal(json_int(v, "unsynced", -1), 7);
	sample_assert_text(v, "receipt", NULL);
	assert_int_equal(json_bool(v, "synced", -1), 0);
	assert_int_equal(json_int(v, "conflicts", -1), 0);
	cJSON_Delete(v);
}

static void
test_query__a_new_office_has_a_status_and_a_hint(void **state)
{
	struct test_office fresh;
	struct query_history q = { .office = "", .limit = 1 };
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	test_office_make(&fresh);
	assert_ok(query_status(fresh.store, &v, &e), &e);
	sample_assert_text(v, "cycle", NULL);
	sample_assert_text(v, "edition", NULL);
	sample_assert_text(v, "tip", NULL);
	sample_assert_text(v, "revision", NULL);
	assert_int_equal(json_int(v, "unsynced", -1), 0);
	assert_int_equal(json_bool(v, "synced", -1), 0);
	cJSON_Delete(v);
	v = NULL;

	assert_ok(query_history(fresh.store, &q, &v, &e), &e);
	assert_null(json_get(v, "revisions")->child);
	cJSON_Delete(v);
	v = NULL;

	assert_err(query_score(fresh.store, "", 0, &v, &e), ERR_NOT_FOUND, &e,
	    "no assessment");
	assert_non_null(strstr(e.hint, "pmqa assess open"));
	test_office_remove(&fresh);
}

/* A reader beside the writer sees every acknowledged save, flushed or not. */
static void
test_query__a_reader_sees_what_the_journal_still_holds(void **state)
{
	struct test_office o;
	struct store *reader = NULL;
	struct query_history q = { .office = "",
		.limit = 1,
		.record = "1.1",
		.field = "explanation.basic" };
	struct err e = { 0 };
	cJSON *v = NULL;

	(void)state;
	test_office_make(&o);
	cJSON_Delete(test_office_open_year(&o, SAMPLE_YEAR));
	assert_ok(store_open(o.dir, STORE_READ, &reader, &e), &e);
	cJSON_Delete(test_office_set(
	    &o, SAMPLE_YEAR, "1.1", "explanation.basic", sample_text('a')));

	assert_ok(query_status(reader, &v, &e), &e);
	assert_int_equal(json_int(v, "journal", -1), 2);
	cJSON_Delete(v);
	assert_ok(query_history(reader, &q, &v, &e), &e);
	sample_assert_text(
	    sample_at(
		json_get(sample_at(json_get(v, "revisions"), 0), "changes"), 0),
	    "new", sample_text('a'));
	cJSON_Delete(v);

	assert_ok(journal_flush(o.store, &e), &e);
	assert_ok(query_status(reader, &v, &e), &e);
	assert_int_equal(json_int(v, "journal", -1), 0);
	cJSON_Delete(v);
	assert_ok(query_show(reader, "", 0, "1.1", "a2", &v, &e), &e);
	sample_assert_text(
	    json_get(v, "fields"), "explanation.basic", sample_text('a'));
	cJSON_Delete(v);
	store_close(reader);
	test_office_remove(&o);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_query__show_of_an_unanswered_item_has_no_revision),
		cmocka_unit_test(
		    test_query__show_gives_flat_fields_and_the_revision_that_wrote_them),
		cmocka_unit_test(
		    test_query__show_at_a_revision_is_the_state_of_then),
		cmocka_unit_test(test_query__show_names_what_is_missing),
		cmocka_unit_test(
		    test_query__score_is_of_all_answers_of_the_year),
		cmocka_unit_test(
		    test_query__assessment_counts_answered_items_by_category),
		cmocka_unit_test(
		    test_query__edition_names_the_blob_that_is_pinned),
		cmocka_unit_test(
		    test_query__diff_compares_the_records_of_two_revisions),
		cmocka_unit_test(test_query__diff_backwards_swaps_old_and_new),
		cmocka_unit_test(test_query__diff_of_what_came_back_is_empty),
		cmocka_unit_test(
		    test_query__diff_refuses_what_cannot_be_compared),
		cmocka_unit_test(
		    test_query__status_counts_what_no_receipt_covers),
		cmocka_unit_test(
		    test_query__a_new_office_has_a_status_and_a_hint),
		cmocka_unit_test(
		    test_query__a_reader_sees_what_the_journal_still_holds),
	};

	return cmocka_run_group_tests_name(
	    "query", tests, sample_up, sample_down);
}
