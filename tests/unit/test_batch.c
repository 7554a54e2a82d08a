#include "tests/unit/test.h"

#include "store/look/asof.h"
#include "store/record/record.h"
#include "store/save/batch.h"
#include "store/save/brief.h"
#include "store/save/revert.h"
#include "store/view/query.h"
#include "tests/support/office.h"

struct fixture {
	struct test_office o;
	struct ask a;
	struct err e;
	cJSON *ret;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	f->a.person = &f->o.person;
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	cJSON_Delete(f->ret);
	test_office_remove(&f->o);
	free(f);
	return 0;
}

static int
apply_json(struct fixture *f, cJSON *changes, int dry_run)
{
	int rc;

	assert_non_null(changes);
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = batch_apply(
	    f->o.store, &f->a, "import", changes, dry_run, &f->ret, &f->e);
	assert_ok(save_group_end(f->o.store, NULL), &f->e);
	cJSON_Delete(changes);
	return rc;
}

static int
apply(struct fixture *f, const char *changes, int dry_run)
{
	return apply_json(f, cJSON_Parse(changes), dry_run);
}

static int
revert(struct fixture *f, const char *revision)
{
	int rc;

	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = revert_run(f->o.store, &f->a, revision, &f->ret, &f->e);
	assert_ok(save_group_end(f->o.store, NULL), &f->e);
	return rc;
}

/* The value at a field of a record, as JSON text; "absent" for none. */
static void
stands(struct fixture *f, const char *path, const char *field, const char *want)
{
	struct branch *b = NULL;
	struct asof now = { 0 };
	struct buf text = BUF_INIT;
	const cJSON *v;

	assert_ok(store_own_branch(f->o.store, "", &b, &f->e), &f->e);
	assert_ok(
	    asof_record(f->o.store, b, path, ASOF_NOW, &now, &f->e), &f->e);
	v = field != NULL ? record_get(now.rec, field) : now.rec;
	if (v != NULL)
		assert_ok(json_write(v, &text, &f->e), &f->e);
	assert_string_equal(want, v != NULL ? buf_str(&text) : "absent");
	buf_release(&text);
	asof_release(&now);
}

static int
n_revisions(struct fixture *f)
{
	struct branch *b = NULL;

	assert_ok(store_own_branch(f->o.store, "", &b, &f->e), &f->e);
	return b->n;
}

static void
expect_error(struct fixture *f, int i, int index, const char *text)
{
	const cJSON *one = cJSON_GetArrayItem(json_get(f->ret, "errors"), i);
	const char *message = json_str(one, "message");

	assert_non_null(message);
	assert_int_equal(json_int(one, "index", -1), index);
	if (strstr(message, text) == NULL)
		fail_msg("'%s' lacks '%s'", message, text);
}

#define GOOD                                                                                      \
	"[{\"record\":\"items/1.1\",\"field\":\"ticks\","                                         \
	"\"value\":\"1.1.B1 1.1.B2\"},"                                                           \
	"{\"record\":\"items/1.1\",\"field\":\"gap\",\"value\":\"ยังไม่ครบ\"}," \
	"{\"record\":\"actions/new-1\",\"field\":\"what\",\"value\":\"x\"},"                      \
	"{\"record\":\"actions/"                                                                  \
	"new-1\",\"field\":\"items\",\"value\":\"1.1\"},"                                         \
	"{\"record\":\"actions/new-2\",\"field\":\"what\",\"value\":\"y\"}]"

static void
test_batch__is_one_revision_of_many_records(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f, GOOD, 0), &f->e);

	assert_string_equal("a2", json_str(f->ret, "revision"));
	assert_int_equal(json_int(f->ret, "n_errors", -1), 0);
	/* two fields, two actions of two and three fields: one has items */
	assert_int_equal(json_int(f->ret, "n_changes", 0), 7);
	assert_int_equal(cJSON_GetArraySize(json_get(f->ret, "records")), 3);
	stands(f, "2565/items/1.1.json", "ticks", "[\"1.1.B1\",\"1.1.B2\"]");
	stands(f, "2565/actions/pa1.json", "what", "\"x\"");
	stands(f, "2565/actions/pa1.json", "status", "\"open\"");
	stands(f, "2565/actions/pa2.json", "what", "\"y\"");
	assert_int_equal(n_revisions(f), 2);
}

static void
test_batch__dry_run_writes_nothing(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f, GOOD, 1), &f->e);

	assert_null(json_str(f->ret, "revision"));
	assert_int_equal(json_int(f->ret, "n_changes", 0), 7);
	stands(f, "2565/items/1.1.json", NULL, "absent");
	stands(f, "2565/actions/pa1.json", NULL, "absent");
	assert_int_equal(n_revisions(f), 1);
	/* the same names are given again */
	assert_ok(apply(f, GOOD, 0), &f->e);
	stands(f, "2565/actions/pa2.json", "what", "\"y\"");
}

static void
test_batch__that_changes_nothing_makes_no_revision(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f, GOOD, 0), &f->e);
	assert_ok(apply(f,
		      "[{\"record\":\"items/1.1\",\"field\":\"gap\","
		      "\"value\":\"ยังไม่ครบ\"},{\"record\":\"items/1.2\","
		      "\"field\":\"gap\",\"value\":null}]",
		      0),
	    &f->e);
	assert_null(json_str(f->ret, "revision"));
	assert_int_equal(json_int(f->ret, "n_changes", -1), 0);
	assert_int_equal(n_revisions(f), 2);
}

static void
test_batch__lists_every_fault_and_saves_nothing(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f,
		      "[{\"record\":\"items/1.1\",\"field\":\"gap\","
		      "\"value\":\"good\"},"
		      "{\"record\":\"items/9.9\",\"field\":\"gap\","
		      "\"value\":\"x\"},"
		      "{\"record\":\"items/9.9\",\"field\":\"strengths\","
		      "\"value\":\"x\"},"
		      "{\"record\":\"items/1.1\",\"field\":\"nosuch\","
		      "\"value\":\"x\"},"
		      "{\"record\":\"items/1.1\",\"field\":\"ticks\","
		      "\"value\":\"1.2.B1\"},"
		      "{\"record\":\"items/1.1\",\"field\":\"ticks\","
		      "\"value\":\"1.1.B9\"},"
		      "{\"record\":\"actions/pa9\",\"field\":\"what\","
		      "\"value\":\"x\"},"
		      "{\"record\":\"actions/new-1\",\"field\":\"progress\","
		      "\"value\":\"101\"},"
		      "{\"record\":\"actions/new-2\",\"field\":\"who\","
		      "\"value\":\"x\"},"
		      "{\"record\":\"assessment\",\"field\":\"status\","
		      "\"value\":\"open\"},"
		      "{\"record\":\"items/1.1\",\"field\":\"owner\","
		      "\"value\":7},"
		      "{\"record\":\"../../etc\",\"field\":\"x\"},"
		      "{\"field\":\"x\",\"value\":\"x\"}]",
		      0),
	    &f->e);

	assert_null(json_str(f->ret, "revision"));
	expect_error(f, 0, 1, "9.9"); /* told once for the record */
	expect_error(f, 1, 3, "unknown field 'nosuch'");
	expect_error(f, 2, 4, "not one of item 1.1");
	expect_error(f, 3, 5, "1.1.B9");
	expect_error(f, 4, 6, "no action 'pa9'");
	expect_error(f, 5, 7, "from 0 to 100");
	expect_error(f, 6, 9, "not a record that can be written");
	expect_error(f, 7, 10, "takes a text or null");
	expect_error(f, 8, 11, "not a record that can be written");
	expect_error(f, 9, 12, "names no record");
	expect_error(f, 10, 8, "'what' is missing");
	assert_int_equal(json_int(f->ret, "n_errors", 0), 11);
	stands(f, "2565/items/1.1.json", NULL, "absent");
	assert_int_equal(n_revisions(f), 1);
}

static void
test_batch__gives_new_indicators_names(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f,
		      "[{\"record\":\"items/7.1\","
		      "\"field\":\"measures.new-1.title\",\"value\":\"own\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-1.name\",\"value\":\"n1\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-1.measure\","
		      "\"value\":\"new-1\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-1.direction\","
		      "\"value\":\"larger\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-2.name\",\"value\":\"n2\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-2.measure\","
		      "\"value\":\"7.1.1\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-2.direction\","
		      "\"value\":\"smaller\"}]",
		      0),
	    &f->e);
	assert_int_equal(json_int(f->ret, "n_errors", -1), 0);
	stands(f, "2565/items/7.1.json", "indicators.ia1.measure", "\"ma1\"");
	stands(f, "2565/items/7.1.json", "indicators.ia2.name", "\"n2\"");
	stands(f, "2565/items/7.1.json", "measures.ma1.title", "\"own\"");
}

static void
test_batch__names_the_indicator_at_fault(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f,
		      "[{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-1.name\",\"value\":\"n1\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-1.measure\","
		      "\"value\":\"7.1.1\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-1.direction\","
		      "\"value\":\"larger\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.new-2.name\",\"value\":\"n2\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.ia9.name\",\"value\":\"n2\"},"
		      "{\"record\":\"items/7.1\","
		      "\"field\":\"indicators.ia9.unit\",\"value\":\"n2\"},"
		      "{\"record\":\"items/1.1\","
		      "\"field\":\"indicators.new-1.name\",\"value\":\"n2\"}]",
		      0),
	    &f->e);
	assert_int_equal(json_int(f->ret, "n_errors", 0), 3);
	expect_error(f, 0, 4, "'ia9'");
	expect_error(f, 1, 6, "scored by points");
	expect_error(f, 2, 3, "is missing");
}

static void
test_batch__removes_an_action_and_nothing_else(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f, GOOD, 0), &f->e);
	assert_ok(apply(f, "[{\"record\":\"actions/pa1\",\"field\":null}]", 0),
	    &f->e);
	stands(f, "2565/actions/pa1.json", NULL, "absent");
	assert_ok(
	    apply(f, "[{\"record\":\"items/1.1\",\"field\":null}]", 0), &f->e);
	expect_error(f, 0, 0, "cannot be removed");
	stands(f, "2565/items/1.1.json", "gap", "\"ยังไม่ครบ\"");
}

static void
test_batch__holds_to_its_limits(void **state)
{
	struct fixture *f = *state;
	cJSON *many = cJSON_CreateArray();
	int i;

	assert_err(apply(f, "[]", 0), ERR_USAGE, &f->e, "no change");
	for (i = 0; i <= BATCH_MAX; i++)
		cJSON_AddItemToArray(many, cJSON_CreateObject());
	assert_err(apply_json(f, many, 0), ERR_INVALID, &f->e, "more than");
	f->a.if_rev = "a9";
	assert_err(apply(f, GOOD, 0), ERR_CONFLICT, &f->e, "'2565/items/1.1'");
	f->a.if_rev = NULL;
	f->a.year = 2570;
	assert_err(apply(f, GOOD, 0), ERR_NOT_FOUND, &f->e, "2570");
	assert_int_equal(n_revisions(f), 1);
}

/* Each new name is looked for among the others: without a limit one call would
 * keep every save waiting for minutes. */
static void
test_batch__names_so_many_new_parts_and_no_more(void **state)
{
	struct fixture *f = *state;
	cJSON *many = cJSON_CreateArray(), *one;
	char field[48];
	int i;

	for (i = 0; i < 9000; i++) {
		snprintf(field, sizeof(field), "measures.new-%d.title", i);
		one = cJSON_CreateObject();
		cJSON_AddStringToObject(one, "record", "items/7.1");
		cJSON_AddStringToObject(one, "field", field);
		cJSON_AddStringToObject(one, "value", "x");
		cJSON_AddItemToArray(many, one);
	}
	assert_ok(apply_json(f, many, 1), &f->e);
	assert_int_equal(json_int(f->ret, "n_errors", 0), 8500);
	one = cJSON_GetArrayItem(json_get(f->ret, "errors"), 0);
	assert_int_equal(json_int(one, "index", 0), 500);
	assert_non_null(strstr(json_str(one, "message"), "more than 500 new"));
	assert_int_equal(n_revisions(f), 1);
}

/* 600 actions of long texts: one revision, taken back as one. */
static cJSON *
many_actions(void)
{
	cJSON *list = cJSON_CreateArray(), *one;
	char record[24], text[2001];
	int i;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	for (i = 0; i < 600; i++) {
		snprintf(record, sizeof(record), "actions/new-%d", i);
		one = cJSON_CreateObject();
		cJSON_AddStringToObject(one, "record", record);
		cJSON_AddStringToObject(one, "field", "what");
		cJSON_AddStringToObject(one, "value", text);
		cJSON_AddItemToArray(list, one);
	}
	return list;
}

static void
test_batch__answers_fit_a_message_whatever_they_tell(void **state)
{
	struct fixture *f = *state;
	struct buf text = BUF_INIT;
	const cJSON *first;

	assert_ok(apply_json(f, many_actions(), 0), &f->e);
	assert_int_equal(json_int(f->ret, "n_changes", 0), 1200);
	assert_int_equal(json_bool(f->ret, "cut", 0), 1);
	assert_ok(json_write(f->ret, &text, &f->e), &f->e);
	assert_true(text.len < 1000 * 1000);
	first = cJSON_GetArrayItem(json_get(f->ret, "records"), 0);
	first = cJSON_GetArrayItem(json_get(first, "changes"), 0);
	assert_true(strlen(json_str(first, "new")) < BRIEF_TEXT + 4);
	buf_release(&text);
}

static void
test_batch__leaves_a_history_that_can_be_read(void **state)
{
	struct fixture *f = *state;
	struct query_history q = { .office = "", .limit = 50 };
	struct buf text = BUF_INIT;
	cJSON *history = NULL, *diff = NULL;

	assert_ok(apply_json(f, many_actions(), 0), &f->e);
	assert_ok(query_history(f->o.store, &q, &history, &f->e), &f->e);
	assert_int_equal(json_bool(history, "cut", 0), 1);
	assert_int_equal(cJSON_GetArraySize(json_get(history, "revisions")), 2);
	assert_ok(json_write(history, &text, &f->e), &f->e);
	assert_true(text.len < 1000 * 1000);
	assert_ok(query_diff(f->o.store, "", "a1", "a2", &diff, &f->e), &f->e);
	assert_int_equal(cJSON_GetArraySize(json_get(diff, "records")), 600);
	buf_clear(&text);
	assert_ok(json_write(diff, &text, &f->e), &f->e);
	assert_true(text.len < 1000 * 1000);
	cJSON_Delete(history);
	cJSON_Delete(diff);
	buf_release(&text);
}

static void
test_brief__cuts_at_characters_and_tells_what_it_left_out(void **state)
{
	cJSON *doc = cJSON_CreateObject(), *records, *r, *c;
	struct buf text = BUF_INIT;
	const char *cut;
	struct err e;
	int i, j;

	(void)state;
	for (i = 0; i < 400; i++)
		buf_puts(&text, "ก");
	records = cJSON_AddArrayToObject(doc, "records");
	for (i = 0; i < 30; i++) {
		r = cJSON_CreateObject();
		cJSON_AddItemToArray(records, r);
		c = cJSON_AddArrayToObject(r, "changes");
		for (j = 0; j < 150; j++) {
			cJSON *one = cJSON_CreateObject();

			cJSON_AddStringToObject(one, "new", buf_str(&text));
			cJSON_AddItemToArray(c, one);
		}
	}
	assert_ok(brief_cut(doc, &e), &e);
	r = cJSON_GetArrayItem(records, 0);
	cut = json_str(cJSON_GetArrayItem(json_get(r, "changes"), 0), "new");
	assert_int_equal(strlen(cut), 300 + strlen("…"));
	assert_string_equal(cut + 300, "…");
	r = cJSON_GetArrayItem(records, 29);
	assert_int_equal(cJSON_GetArraySize(json_get(r, "changes")), 0);
	assert_int_equal(json_int(r, "left_out", 0), 150);
	buf_release(&text);
	cJSON_Delete(doc);
}

static void
test_revert__takes_an_import_of_hundreds_back(void **state)
{
	struct fixture *f = *state;
	struct buf text = BUF_INIT;

	assert_ok(apply_json(f, many_actions(), 0), &f->e);
	assert_ok(revert(f, "a2"), &f->e);
	assert_string_equal("a3", json_str(f->ret, "revision"));
	assert_string_equal("a2", json_str(f->ret, "reverted"));
	stands(f, "2565/actions/pa1.json", NULL, "absent");
	stands(f, "2565/actions/pa600.json", NULL, "absent");
	assert_ok(json_write(f->ret, &text, &f->e), &f->e);
	assert_true(text.len < 1000 * 1000);
	buf_release(&text);
	/* and that again: all is there as it was */
	assert_ok(revert(f, "a3"), &f->e);
	stands(f, "2565/actions/pa600.json", "status", "\"open\"");
}

static void
test_revert__gives_every_field_its_old_value(void **state)
{
	struct fixture *f = *state;
	struct buf text = BUF_INIT, json = BUF_INIT;
	int i;

	/* longer than the index keeps */
	for (i = 0; i < 1000; i++)
		buf_puts(&text, "ยาว");
	json_write_string(buf_str(&text), &json);
	cJSON_Delete(
	    test_office_set(&f->o, 2565, "1.1", "gap", buf_str(&text)));
	cJSON_Delete(test_office_tick(&f->o, 2565, "1.1.B1", 1));
	assert_ok(apply(f, GOOD, 0), &f->e);
	assert_ok(revert(f, "a4"), &f->e);
	stands(f, "2565/items/1.1.json", "gap", buf_str(&json));
	stands(f, "2565/items/1.1.json", "ticks", "[\"1.1.B1\"]");
	stands(f, "2565/actions/pa1.json", NULL, "absent");
	buf_release(&text);
	buf_release(&json);
}

static void
test_revert__leaves_what_was_written_beside_it(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f, GOOD, 0), &f->e);
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "owner", "สมชาย"));
	assert_ok(revert(f, "a2"), &f->e);
	stands(f, "2565/items/1.1.json", NULL, "{\"owner\":\"สมชาย\"}");
}

static void
test_revert__tells_the_conflict_and_does_nothing(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f, GOOD, 0), &f->e);
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "ใหม่"));
	assert_err(revert(f, "a2"), ERR_CONFLICT, &f->e,
	    "'gap' of '2565/items/1.1' was changed again by revision a3");
	assert_non_null(strstr(f->e.hint, "pmqa revert a3"));
	stands(f, "2565/actions/pa1.json", "what", "\"x\"");
	assert_ok(revert(f, "a3"), &f->e);
	assert_ok(revert(f, "a2"), &f->e);
	stands(f, "2565/items/1.1.json", NULL, "absent");
}

static void
test_revert__of_a_record_that_went_on_is_a_conflict(void **state)
{
	struct fixture *f = *state;

	assert_ok(apply(f, GOOD, 0), &f->e);
	assert_ok(apply(f,
		      "[{\"record\":\"actions/pa1\",\"field\":\"who\","
		      "\"value\":\"สมหญิง\"}]",
		      0),
	    &f->e);
	assert_err(revert(f, "a2"), ERR_CONFLICT, &f->e,
	    "'2565/actions/pa1' was changed again by revision a3");
	assert_ok(apply(f, "[{\"record\":\"actions/pa1\",\"field\":null}]", 0),
	    &f->e);
	assert_err(revert(f, "a3"), ERR_CONFLICT, &f->e, "revision a4");
}

static void
test_revert__refuses_what_is_not_undone_this_way(void **state)
{
	struct fixture *f = *state;

	assert_err(revert(f, "a1"), ERR_INVALID, &f->e, "opened");
	assert_err(revert(f, "a7"), ERR_NOT_FOUND, &f->e, "'a7'");
	assert_err(revert(f, "h1"), ERR_INVALID, &f->e, "hall");
	assert_err(revert(f, ""), ERR_NOT_FOUND, &f->e, "''");
	assert_int_equal(n_revisions(f), 1);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_batch__is_one_revision_of_many_records),
		T(test_batch__dry_run_writes_nothing),
		T(test_batch__that_changes_nothing_makes_no_revision),
		T(test_batch__lists_every_fault_and_saves_nothing),
		T(test_batch__gives_new_indicators_names),
		T(test_batch__names_the_indicator_at_fault),
		T(test_batch__removes_an_action_and_nothing_else),
		T(test_batch__holds_to_its_limits),
		T(test_batch__names_so_many_new_parts_and_no_more),
		T(test_batch__answers_fit_a_message_whatever_they_tell),
		T(test_batch__leaves_a_history_that_can_be_read),
		cmocka_unit_test(
		    test_brief__cuts_at_characters_and_tells_what_it_left_out),
		T(test_revert__takes_an_import_of_hundreds_back),
		T(test_revert__gives_every_field_its_old_value),
		T(test_revert__leaves_what_was_written_beside_it),
		T(test_revert__tells_the_conflict_and_does_nothing),
		T(test_revert__of_a_record_that_went_on_is_a_conflict),
		T(test_revert__refuses_what_is_not_undone_this_way),
	};

	return cmocka_run_group_tests_name(
	    "batch", tests, test_libraries_up, test_libraries_down);
}
