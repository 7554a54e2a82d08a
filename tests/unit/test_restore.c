/* restore, revert of several: what was comes back as a new revision. */
#include "store/save/restore.h"

#include <stdlib.h>
#include <string.h>

#include "store/look/asof.h"
#include "store/record/canon.h"
#include "store/record/record.h"
#include "store/save/action.h"
#include "store/save/revert.h"
#include "tests/support/sample.h"
#include "tests/unit/test.h"

#define ITEM "2565/items/1.1.json"

struct fixture {
	struct test_office o;
	struct ask a;
	cJSON *ret;
	struct err e;
};

/* a1 open, a2 gap "หนึ่ง", a3 owner, a4 gap "สอง", a5 tick, a6 strengths */
static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
	f->a.person = &f->o.person;
	f->a.reason = "ทดสอบ";
	cJSON_Delete(test_office_open_year(&f->o, 2565));
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "หนึ่ง"));
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "owner", "ปลัด"));
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "gap", "สอง"));
	cJSON_Delete(test_office_tick(&f->o, 2565, "1.1.B1 1.2.B1", 1));
	cJSON_Delete(test_office_set(&f->o, 2565, "1.1", "strengths", "ดี"));
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
restore(struct fixture *f, const char *record, const char *field,
    const char *at, int dry_run)
{
	const struct restore_ask what = { record, field, at, dry_run };
	int rc;

	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = restore_run(f->o.store, &f->a, &what, &f->ret, &f->e);
	assert_ok(save_group_end(f->o.store, NULL), &f->e);
	return rc;
}

/* names: separated by blanks */
static int
revert(struct fixture *f, const char *names, int skip, int dry_run)
{
	struct revert_ask what = { .skip_changed = skip, .dry_run = dry_run };
	cJSON *list = cJSON_CreateArray();
	char *copy = strdup(names), *save = NULL, *name;
	int rc;

	for (name = strtok_r(copy, " ", &save); name != NULL;
	     name = strtok_r(NULL, " ", &save))
		cJSON_AddItemToArray(list, cJSON_CreateString(name));
	what.revisions = list;
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = revert_many(f->o.store, &f->a, &what, &f->ret, &f->e);
	assert_ok(save_group_end(f->o.store, NULL), &f->e);
	free(copy);
	cJSON_Delete(list);
	return rc;
}

static void
now_has(struct fixture *f, const char *field, const char *want)
{
	struct branch *b = NULL;
	struct asof a = { 0 };
	const cJSON *v;

	assert_ok(store_branch(f->o.store, "", "office", &b, &f->e), &f->e);
	assert_ok(asof_record(f->o.store, b, ITEM, ASOF_NOW, &a, &f->e), &f->e);
	v = record_get(a.rec, field);
	if (want == NULL)
		assert_null(v);
	else
		assert_string_equal(v->valuestring, want);
	asof_release(&a);
}

static void
tip_is(struct fixture *f, const char *want)
{
	struct branch *b = NULL;
	int64_t n = 0;

	assert_ok(store_branch(f->o.store, "", "office", &b, &f->e), &f->e);
	assert_ok(asof_revision(f->o.store, b, want, &n, &f->e), &f->e);
	assert_int_equal(b->n, (int)strtol(want + 1, NULL, 10));
}

/* --- restore --- */

static void
test_restore__a_field_comes_back_and_what_gave_way_is_told(void **state)
{
	struct fixture *f = *state;
	const cJSON *one;

	assert_ok(restore(f, "1.1", "gap", "a2", 0), &f->e);

	now_has(f, "gap", "หนึ่ง");
	now_has(f, "strengths", "ดี");
	sample_assert_text(f->ret, "revision", "a7");
	one = sample_at(json_get(f->ret, "replaced"), 0);
	assert_int_equal(cJSON_GetArraySize(json_get(f->ret, "replaced")), 1);
	sample_assert_text(one, "field", "gap");
	sample_assert_text(one, "revision", "a4");
	sample_assert_text(json_get(one, "person"), "login", "somsri");
	sample_assert_text(json_get(f->ret, "at"), "revision", "a2");
}

static void
test_restore__a_whole_item_is_as_it_was(void **state)
{
	struct fixture *f = *state;
	struct asof then = { 0 }, now = { 0 };
	struct branch *b = NULL;
	int64_t row = 0;

	assert_ok(restore(f, "1.1", NULL, "a3", 0), &f->e);

	assert_ok(store_branch(f->o.store, "", "office", &b, &f->e), &f->e);
	assert_ok(asof_revision(f->o.store, b, "a3", &row, &f->e), &f->e);
	assert_ok(asof_record(f->o.store, b, ITEM, row, &then, &f->e), &f->e);
	assert_ok(
	    asof_record(f->o.store, b, ITEM, ASOF_NOW, &now, &f->e), &f->e);
	assert_true(canon_equal(then.rec, now.rec));
	asof_release(&then);
	asof_release(&now);
	/* and there is a way back */
	assert_ok(revert(f, "a7", 0, 0), &f->e);
	now_has(f, "strengths", "ดี");
	now_has(f, "gap", "สอง");
}

static void
test_restore__a_dry_run_saves_nothing(void **state)
{
	struct fixture *f = *state;

	assert_ok(restore(f, "1.1", "gap", "a2", 1), &f->e);

	now_has(f, "gap", "สอง");
	tip_is(f, "a6");
	sample_assert_text(f->ret, "revision", NULL);
	sample_assert_fields(f->ret, "gap");
	/* what is as it was makes no revision, either */
	assert_ok(restore(f, "1.1", "owner", "a3", 0), &f->e);
	tip_is(f, "a6");
	assert_null(json_get(f->ret, "changes")->child);
}

static void
test_restore__an_action_that_was_removed_comes_back(void **state)
{
	struct fixture *f = *state;
	cJSON *fields = cJSON_Parse("{\"what\":\"ทำ\",\"items\":\"1.1\"}");
	cJSON *ret = NULL;

	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	assert_ok(
	    action_set(f->o.store, &f->a, NULL, fields, &ret, &f->e), &f->e);
	cJSON_Delete(ret);
	assert_ok(action_remove(f->o.store, &f->a, "pa1", &ret, &f->e), &f->e);
	assert_ok(save_group_end(f->o.store, &f->e), &f->e);
	cJSON_Delete(ret);
	cJSON_Delete(fields);

	assert_err(restore(f, "pa1", "what", "a7", 0), ERR_NOT_FOUND, &f->e,
	    "is there no more");
	assert_ok(restore(f, "pa1", NULL, "a7", 0), &f->e);
	sample_assert_text(f->ret, "record", "2565/actions/pa1");
	sample_assert_text(f->ret, "revision", "a9");
}

static void
test_restore__refuses_what_makes_no_sense(void **state)
{
	struct fixture *f = *state;

	assert_err(restore(f, "1.1", "nonsense", "a2", 0), ERR_INVALID, &f->e,
	    "unknown field 'nonsense'");
	assert_err(restore(f, "9.9", NULL, "a2", 0), ERR_NOT_FOUND, &f->e,
	    "no item '9.9'");
	assert_err(restore(f, "1.3", NULL, "a2", 0), ERR_NOT_FOUND, &f->e,
	    "nothing to restore");
	assert_err(
	    restore(f, "1.1", NULL, "a99", 0), ERR_NOT_FOUND, &f->e, "a99");
	assert_err(restore(f, "2565/assessment", NULL, "a2", 0), ERR_INVALID,
	    &f->e, "is not restored this way");
	assert_err(restore(f, "../keys/x", NULL, "a2", 0), ERR_INVALID, &f->e,
	    "writes no record");
	tip_is(f, "a6");
}

/* --- several revisions --- */

static void
test_revert__several_are_undone_as_one(void **state)
{
	struct fixture *f = *state;

	/* in any order; a4 changed what a2 wrote */
	assert_ok(revert(f, "a2 a4 a5", 0, 0), &f->e);

	now_has(f, "gap", NULL);
	now_has(f, "ticks", NULL);
	now_has(f, "owner", "ปลัด");
	tip_is(f, "a7");
	assert_int_equal(cJSON_GetArraySize(json_get(f->ret, "reverted")), 3);
	assert_null(json_get(f->ret, "skipped")->child);
}

static void
test_revert__what_was_changed_again_is_told_or_left(void **state)
{
	struct fixture *f = *state;
	const cJSON *one;

	assert_err(revert(f, "a2 a5", 0, 0), ERR_CONFLICT, &f->e,
	    "'gap' of '2565/items/1.1' was changed again by revision a4");
	tip_is(f, "a6");

	assert_ok(revert(f, "a2 a5", 0, 1), &f->e);
	tip_is(f, "a6");
	one = sample_at(json_get(f->ret, "skipped"), 0);
	sample_assert_text(one, "field", "gap");
	sample_assert_text(one, "by", "a4");

	assert_ok(revert(f, "a2 a5", 1, 0), &f->e);
	now_has(f, "gap", "สอง");
	now_has(f, "ticks", NULL);
	tip_is(f, "a7");
	assert_int_equal(cJSON_GetArraySize(json_get(f->ret, "skipped")), 1);

	assert_err(revert(f, "a2", 1, 0), ERR_CONFLICT, &f->e,
	    "all that revision a2 changed was changed again");
	assert_err(revert(f, "", 0, 0), ERR_USAGE, &f->e, "no revision");
	assert_err(revert(f, "a2 h1", 0, 0), ERR_INVALID, &f->e,
	    "only the hall can undo");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_restore__a_field_comes_back_and_what_gave_way_is_told,
		    setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_restore__a_whole_item_is_as_it_was, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_restore__a_dry_run_saves_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_restore__an_action_that_was_removed_comes_back, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_restore__refuses_what_makes_no_sense, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_revert__several_are_undone_as_one, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_revert__what_was_changed_again_is_told_or_left, setup,
		    teardown),
	};

	return cmocka_run_group_tests_name(
	    "restore", tests, test_libraries_up, test_libraries_down);
}
