#include "store/merge/conflict.h"

#include "store/look/asof.h"
#include "store/save/action.h"
#include "store/save/revert.h"
#include "store/view/query.h"
#include "tests/support/twins.h"
#include "tests/unit/test.h"

#define YEAR 2565

static void
set(struct test_office *o, const char *field, const char *text)
{
	cJSON_Delete(test_office_set(o, YEAR, "1.1", field, text));
}

static struct twins *
begin(void)
{
	struct twins *d = twins_make(2);
	struct join j;
	size_t i;

	cJSON_Delete(test_office_open_year(&d->at[0], YEAR));
	set(&d->at[0], "gap", "เดิม");
	for (i = 0; i < 2; i++)
		twins_sync(d, i, &j);
	return d;
}

/* a wrote it first, b merges. */
static struct twins *
with_conflict(void)
{
	struct twins *d = begin();
	struct join j;

	set(&d->at[0], "gap", "ของ a");
	set(&d->at[1], "gap", "ของ b");
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	assert_int_equal(j.n_conflicts, 1);
	return d;
}

static int
try_resolve(struct test_office *o, const char *which, const char *take,
    const char *value, cJSON **ret, struct err *e)
{
	struct ask ask = { .person = &o->person, .reason = "ตกลงกันแล้ว" };
	struct err ended;
	int rc;

	assert_ok(save_group_begin(o->store, &ended), &ended);
	rc = conflict_resolve(o->store, &ask, which, take, value, ret, e);
	assert_ok(save_group_end(o->store, &ended), &ended);
	return rc;
}

static cJSON *
resolve(struct test_office *o, const char *which, const char *take,
    const char *value)
{
	cJSON *ret = NULL;
	struct err e;

	assert_ok(try_resolve(o, which, take, value, &ret, &e), &e);
	return ret;
}

static cJSON *
record(struct store *s, const char *path)
{
	struct branch *b;
	struct asof now = { 0 };
	struct err e;

	assert_ok(store_branch(s, "", "office", &b, &e), &e);
	assert_ok(asof_record(s, b, path, ASOF_NOW, &now, &e), &e);
	return now.rec;
}

static void
assert_gap(struct test_office *o, const char *want)
{
	cJSON *rec = record(o->store, "2565/items/1.1.json");

	assert_string_equal(json_str(rec, "gap"), want);
	cJSON_Delete(rec);
}

static int64_t
open_conflicts(struct test_office *o)
{
	int64_t n = -1;
	struct err e;

	assert_ok(conflict_count(o->store, "", &n, &e), &e);
	return n;
}

/* Both devices see the decision, and a later merge does not bring it back. */
static void
assert_decided(struct twins *d, const char *want)
{
	char *first, *second;
	struct join j;
	int merged;

	twins_sync(d, 1, &j);
	set(&d->at[0], "owner", "บันทึกแยกกัน a");
	set(&d->at[1], "strengths", "บันทึกแยกกัน b");
	twins_sync(d, 0, &j);
	merged = j.kind == JOIN_MERGED;
	twins_sync(d, 1, &j);
	assert_true(merged || j.kind == JOIN_MERGED);
	twins_sync(d, 0, &j);
	assert_gap(&d->at[0], want);
	assert_gap(&d->at[1], want);
	assert_int_equal(open_conflicts(&d->at[0]), 0);
	assert_int_equal(open_conflicts(&d->at[1]), 0);
	first = twins_tree(&d->at[0]);
	second = twins_tree(&d->at[1]);
	assert_string_equal(first, second);
	free(first);
	free(second);
	twins_check_index(&d->at[0]);
	twins_check_index(&d->hall);
}

static void
test_conflict__taking_the_halls_value_keeps_it(void **state)
{
	struct twins *d = with_conflict();
	cJSON *saved = resolve(&d->at[1], "1.1.gap", "hall", NULL);

	(void)state;
	assert_string_equal(json_str(saved, "revision"), "b3");
	assert_int_equal(json_int(json_get(saved, "resolved"), "left", -1), 0);
	assert_decided(d, "ของ a");
	cJSON_Delete(saved);
	twins_remove(d);
}

static void
test_conflict__taking_mine_changes_it(void **state)
{
	struct twins *d = with_conflict();

	(void)state;
	cJSON_Delete(resolve(&d->at[1], "2565/items/1.1.gap", "mine", NULL));

	assert_decided(d, "ของ b");
	twins_remove(d);
}

static void
test_conflict__a_new_value_takes_the_place_of_both(void **state)
{
	struct twins *d = with_conflict();

	(void)state;
	cJSON_Delete(resolve(&d->at[1], "1.1.gap", NULL, "รวมทั้งสอง"));

	assert_decided(d, "รวมทั้งสอง");
	twins_remove(d);
}

static void
test_conflict__what_was_written_since_may_stand(void **state)
{
	struct twins *d = with_conflict();

	(void)state;
	set(&d->at[1], "gap", "แก้ด้วยมือแล้ว");

	cJSON_Delete(resolve(&d->at[1], "1.1.gap", "now", NULL));

	assert_decided(d, "แก้ด้วยมือแล้ว");
	twins_remove(d);
}

static void
test_conflict__any_device_may_decide(void **state)
{
	struct twins *d = with_conflict();
	struct join j;

	(void)state;
	twins_sync(d, 0, &j);
	cJSON_Delete(resolve(&d->at[0], "1.1.gap", "mine", NULL));
	twins_sync(d, 0, &j);

	assert_decided(d, "ของ b");
	twins_remove(d);
}

static void
test_conflict__decided_on_both_sides_apart(void **state)
{
	struct twins *d = with_conflict();
	cJSON *doc = NULL;
	struct join j;
	struct err e;

	(void)state;
	twins_sync(d, 0, &j);
	cJSON_Delete(resolve(&d->at[0], "1.1.gap", "mine", NULL));
	cJSON_Delete(resolve(&d->at[1], "1.1.gap", NULL, "อีกอย่างหนึ่ง"));
	twins_sync(d, 0, &j);

	twins_sync(d, 1, &j);

	/* the first one went; that they decided differently is a new one */
	assert_ok(conflict_list(d->at[1].store, "", &doc, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(doc, "conflicts")), 1);
	assert_string_equal(
	    json_str(
		json_get(json_get(doc, "conflicts")->child, "mine"), "value"),
	    "อีกอย่างหนึ่ง");
	cJSON_Delete(doc);
	twins_remove(d);
}

static void
test_conflict__says_what_there_is(void **state)
{
	struct twins *d = with_conflict();
	cJSON *ret = NULL;
	struct err e;

	(void)state;
	assert_err(try_resolve(&d->at[1], "1.2.gap", "hall", NULL, &ret, &e),
	    ERR_NOT_FOUND, &e, "there is no conflict '1.2.gap'");
	assert_non_null(strstr(e.hint, "1.1.gap"));
	assert_err(try_resolve(&d->at[1], "1.1.gap", "both", NULL, &ret, &e),
	    ERR_USAGE, &e, "'both'");
	assert_err(try_resolve(&d->at[1], "1.1.gap", NULL, NULL, &ret, &e),
	    ERR_USAGE, &e, "what is to stand");
	assert_err(try_resolve(&d->at[1], "1.1.gap", "hall", "x", &ret, &e),
	    ERR_USAGE, &e, "what is to stand");
	assert_int_equal(open_conflicts(&d->at[1]), 1);
	assert_null(ret);
	twins_remove(d);
}

static void
test_conflict__shows_long_texts_whole_and_lists_them_short(void **state)
{
	struct twins *d = begin();
	cJSON *doc = NULL, *c;
	char text[4001];
	struct join j;
	struct err e;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	set(&d->at[0], "gap", text);
	text[0] = 'y';
	set(&d->at[1], "gap", text);
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);

	assert_ok(conflict_list(d->at[1].store, "", &doc, &e), &e);
	c = json_get(doc, "conflicts")->child;
	assert_true(strlen(json_str(json_get(c, "mine"), "value")) < 1000);
	cJSON_Delete(doc);
	assert_ok(
	    conflict_show(d->at[1].store, "", "1.1.gap", YEAR, &doc, &e), &e);
	c = json_get(doc, "conflicts")->child;
	assert_string_equal(json_str(json_get(c, "mine"), "value"), text);
	cJSON_Delete(doc);
	twins_remove(d);
}

/* --- what belongs together --- */

static cJSON *
set_action(
    struct test_office *o, const char *id, const char *field, const char *text)
{
	struct ask ask = { .person = &o->person, .year = YEAR };
	cJSON *fields = cJSON_CreateObject(), *ret = NULL;
	struct err e;

	assert_ok(json_put_str(fields, field, text, &e), &e);
	assert_ok(save_group_begin(o->store, &e), &e);
	assert_ok(action_set(o->store, &ask, id, fields, &ret, &e), &e);
	assert_ok(save_group_end(o->store, &e), &e);
	cJSON_Delete(fields);
	return ret;
}

static void
remove_action(struct test_office *o, const char *id)
{
	struct ask ask = { .person = &o->person, .year = YEAR };
	cJSON *ret = NULL;
	struct err e;

	assert_ok(save_group_begin(o->store, &e), &e);
	assert_ok(action_remove(o->store, &ask, id, &ret, &e), &e);
	assert_ok(save_group_end(o->store, &e), &e);
	cJSON_Delete(ret);
}

static void
test_conflict__an_action_that_one_removed_comes_back_whole(void **state)
{
	struct twins *d = begin();
	cJSON *made = set_action(&d->at[0], NULL, "what", "จัดอบรม"), *rec;
	const char *id = json_str(made, "id");
	char which[64], path[64];
	struct join j;

	(void)state;
	assert_non_null(id);
	snprintf(which, sizeof(which), "%s.progress", id);
	snprintf(path, sizeof(path), "2565/actions/%s.json", id);
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	remove_action(&d->at[0], id);
	cJSON_Delete(set_action(&d->at[1], id, "progress", "40"));
	cJSON_Delete(set_action(&d->at[1], id, "who", "สมชาย"));
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	assert_true(j.n_conflicts >= 2);
	assert_null(record(d->at[1].store, path));

	cJSON_Delete(resolve(&d->at[1], which, "mine", NULL));

	rec = record(d->at[1].store, path);
	assert_non_null(rec);
	assert_string_equal(json_str(rec, "what"), "จัดอบรม");
	assert_string_equal(json_str(rec, "who"), "สมชาย");
	assert_int_equal(json_int(rec, "progress", 0), 40);
	assert_int_equal(open_conflicts(&d->at[1]), 0);
	twins_sync(d, 1, &j);
	cJSON_Delete(rec);
	cJSON_Delete(made);
	twins_remove(d);
}

/* --- the way back --- */

static int
try_revert(struct test_office *o, const char *revision, struct err *e)
{
	struct ask ask = { .person = &o->person, .reason = "รวมผิด" };
	cJSON *ret = NULL;
	struct err ended;
	int rc;

	assert_ok(save_group_begin(o->store, &ended), &ended);
	rc = revert_run(o->store, &ask, revision, &ret, e);
	assert_ok(save_group_end(o->store, &ended), &ended);
	cJSON_Delete(ret);
	return rc;
}

static void
test_conflict__a_merge_can_be_taken_back(void **state)
{
	struct twins *d = begin();
	struct join j;
	struct err e;
	cJSON *rec;

	(void)state;
	set(&d->at[0], "strengths", "ของ a");
	set(&d->at[1], "gap", "ของ b");
	set(&d->at[1], "owner", "ของ b");
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);
	assert_int_equal(j.n_fields, 2);

	assert_ok(try_revert(&d->at[1], j.revision, &e), &e);

	rec = record(d->at[1].store, "2565/items/1.1.json");
	assert_string_equal(json_str(rec, "strengths"), "ของ a");
	assert_string_equal(json_str(rec, "gap"), "เดิม");
	assert_null(json_str(rec, "owner"));
	cJSON_Delete(rec);
	twins_sync(d, 1, &j);
	twins_sync(d, 0, &j);
	twins_check_index(&d->at[0]);
	twins_remove(d);
}

static void
test_conflict__one_of_the_joined_revisions_can_be_taken_back(void **state)
{
	struct twins *d = begin();
	struct join j;
	struct err e;
	cJSON *rec;

	(void)state;
	set(&d->at[0], "strengths", "ของ a");
	set(&d->at[1], "gap", "ของ b");
	set(&d->at[1], "owner", "ของ b");
	twins_sync(d, 0, &j);
	twins_sync(d, 1, &j);

	assert_ok(try_revert(&d->at[1], "b1", &e), &e);

	rec = record(d->at[1].store, "2565/items/1.1.json");
	assert_string_equal(json_str(rec, "gap"), "เดิม");
	assert_string_equal(json_str(rec, "owner"), "ของ b");
	cJSON_Delete(rec);
	twins_remove(d);
}

static void
test_conflict__merges_are_listed(void **state)
{
	struct twins *d = with_conflict();
	struct query_history q = {
		.office = "", .action = "merge", .limit = 10
	};
	cJSON *doc = NULL, *list;
	struct err e;

	(void)state;
	assert_ok(query_history(d->at[1].store, &q, &doc, &e), &e);

	list = json_get(doc, "revisions");
	assert_int_equal(cJSON_GetArraySize(list), 1);
	assert_string_equal(json_str(list->child, "revision"), "b2");
	assert_int_equal(
	    cJSON_GetArraySize(json_get(list->child, "parents")), 2);
	cJSON_Delete(doc);
	twins_remove(d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_conflict__taking_the_halls_value_keeps_it),
		cmocka_unit_test(test_conflict__taking_mine_changes_it),
		cmocka_unit_test(
		    test_conflict__a_new_value_takes_the_place_of_both),
		cmocka_unit_test(
		    test_conflict__what_was_written_since_may_stand),
		cmocka_unit_test(test_conflict__any_device_may_decide),
		cmocka_unit_test(test_conflict__decided_on_both_sides_apart),
		cmocka_unit_test(test_conflict__says_what_there_is),
		cmocka_unit_test(
		    test_conflict__shows_long_texts_whole_and_lists_them_short),
		cmocka_unit_test(
		    test_conflict__an_action_that_one_removed_comes_back_whole),
		cmocka_unit_test(test_conflict__a_merge_can_be_taken_back),
		cmocka_unit_test(
		    test_conflict__one_of_the_joined_revisions_can_be_taken_back),
		cmocka_unit_test(test_conflict__merges_are_listed),
	};

	return cmocka_run_group_tests_name(
	    "conflict", tests, test_libraries_up, test_libraries_down);
}
