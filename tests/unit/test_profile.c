#include "tests/unit/test.h"

#include "store/save/profile.h"
#include "tests/support/office.h"
#include "tests/support/plan.h"

#define PATH "2565/profile.json"

struct fixture {
	struct test_office o;
	struct err e;
	cJSON *ret;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	test_office_make(&f->o);
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

/* fields are taken */
static int
set(struct fixture *f, const char *if_rev, cJSON *fields)
{
	struct ask a = test_ask(&f->o, NULL);
	struct err e;
	int rc;

	a.if_rev = if_rev;
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(save_group_begin(f->o.store, &f->e), &f->e);
	rc = profile_set(f->o.store, &a, fields, &f->ret, &f->e);
	assert_ok(save_group_end(f->o.store, &e), &e);
	cJSON_Delete(fields);
	return rc;
}

static void
show(struct fixture *f)
{
	cJSON_Delete(f->ret);
	f->ret = NULL;
	assert_ok(profile_show(f->o.store, "", 0, &f->ret, &f->e), &f->e);
}

static const cJSON *
question(struct fixture *f, const char *id)
{
	const cJSON *group, *q;

	cJSON_ArrayForEach (group, json_get(f->ret, "groups")) {
		cJSON_ArrayForEach (q, json_get(group, "questions")) {
			if (strcmp(json_str(q, "id"), id) == 0)
				return q;
		}
	}
	fail_msg("no question '%s'", id);
	return NULL;
}

static void
test_profile__has_thirteen_questions(void **state)
{
	struct fixture *f = *state;

	show(f);

	assert_int_equal(json_int(f->ret, "questions", 0), 13);
	assert_int_equal(json_int(f->ret, "answered", -1), 0);
	assert_true(cJSON_IsNull(json_get(f->ret, "revision")));
	assert_null(json_get(f->ret, "evidence"));
	assert_string_equal(json_str(question(f, "1a1"), "title_th"), "พันธกิจ");
	assert_true(cJSON_IsNull(json_get(question(f, "1a1"), "answer")));
}

static void
test_profile__answers_become_one_revision(void **state)
{
	struct fixture *f = *state;

	assert_ok(set(f, NULL,
		      test_fields(
			  "1a1", "บำบัดทุกข์", "2a3", "บำรุงสุข\r\nสองบรรทัด", NULL)),
	    &f->e);
	assert_string_equal(json_str(f->ret, "revision"), "a2");
	assert_string_equal(json_str(f->ret, "record"), "2565/profile");
	test_expect_field(&f->o, PATH, "answers",
	    "{\"1a1\":\"บำบัดทุกข์\",\"2a3\":\"บำรุงสุข\\nสองบรรทัด\"}");

	show(f);
	assert_int_equal(json_int(f->ret, "answered", 0), 2);
	assert_string_equal(json_str(f->ret, "revision"), "a2");
	assert_string_equal(json_str(question(f, "1a1"), "answer"), "บำบัดทุกข์");

	assert_ok(set(f, "a2", test_fields("1a1", "", NULL)), &f->e);
	show(f);
	assert_int_equal(json_int(f->ret, "answered", 0), 1);
}

static void
test_profile__knows_its_questions(void **state)
{
	struct fixture *f = *state;

	assert_err(set(f, NULL, test_fields("9z9", "x", NULL)), ERR_NOT_FOUND,
	    &f->e, "the profile has no question '9z9', only 1a1 1a2");
	assert_err(set(f, NULL, test_fields("answers.1a1", "x", NULL)),
	    ERR_NOT_FOUND, &f->e, "no question");
	/* one wrong name and nothing is saved */
	assert_err(set(f, NULL, test_fields("1a1", "x", "nix", "y", NULL)),
	    ERR_NOT_FOUND, &f->e, "'nix'");
	assert_null(test_record(&f->o, PATH));
	assert_err(set(f, NULL, cJSON_CreateObject()), ERR_USAGE, &f->e,
	    "no field is named");
}

static void
test_profile__saves_only_over_what_was_seen(void **state)
{
	struct fixture *f = *state;

	assert_ok(set(f, "-", test_fields("1a1", "x", NULL)), &f->e);
	assert_err(set(f, "-", test_fields("1a1", "y", NULL)), ERR_CONFLICT,
	    &f->e, "a2");
	test_expect_field(&f->o, PATH, "answers.1a1", "\"x\"");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_profile__has_thirteen_questions),
		TEST(test_profile__answers_become_one_revision),
		TEST(test_profile__knows_its_questions),
		TEST(test_profile__saves_only_over_what_was_seen),
	};

	return cmocka_run_group_tests_name(
	    "profile", tests, test_libraries_up, test_libraries_down);
}
