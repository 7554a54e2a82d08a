#include "tests/unit/test.h"

#include "store/audit/dossier.h"
#include "store/save/answer.h"
#include "tests/support/signed.h"

static int
setup(void **state)
{
	struct pair *p = pair_make();
	struct err e;

	cJSON_Delete(test_office_open_year(&p->office, SIGNED_YEAR));
	cJSON_Delete(
	    test_office_tick(&p->office, SIGNED_YEAR, "1.1.B1 1.1.B2", 1));
	assert_ok(signed_edit(p, "owner", "ฝ่ายแผน", NULL, &e), &e);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	pair_sync(p);
	signed_do(p, SIGNOFF_DO_RETURN, "เพิ่มหลักฐาน");
	pair_sync(p);
	assert_ok(signed_edit(p, "owner", "ฝ่ายบุคคล", "แก้", &e), &e);
	signed_do(p, SIGNOFF_DO_SUBMIT, NULL);
	*state = p;
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static cJSON *
dossier(struct store *s, const char *office)
{
	cJSON *doc = NULL;
	struct err e;

	assert_ok(dossier_office(s, office, SIGNED_YEAR, NULL, &doc, &e), &e);
	return doc;
}

static const cJSON *
at(const cJSON *list, int i)
{
	const cJSON *one = cJSON_GetArrayItem(list, i);

	assert_non_null(one);
	return one;
}

static void
assert_count(const cJSON *doc, const char *name, int64_t want)
{
	assert_int_equal(json_int(json_get(doc, "counts"), name, -1), want);
}

/* "office open" of each milestone, in order. */
static char *
milestones(const cJSON *doc)
{
	struct buf b = BUF_INIT;
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(doc, "milestones"))
		buf_printf(&b, "%s %s;", json_str(one, "side"),
		    json_str(one, "action"));
	return buf_take(&b);
}

static void
test_dossier__tells_what_happened_in_order(void **state)
{
	struct pair *p = *state;
	cJSON *doc = dossier(p->office.store, "");
	char *all = milestones(doc);

	assert_string_equal(
	    all, "office open;office submit;hall return;office submit;");
	free(all);
	cJSON_Delete(doc);
}

static void
test_dossier__counts_what_the_hall_has_not_received(void **state)
{
	struct pair *p = *state;
	cJSON *doc = dossier(p->office.store, "");

	/* open, tick, owner, submit; return; owner, submit */
	assert_count(doc, "revisions", 7);
	assert_count(doc, "unreceived", 2);
	assert_count(doc, "merges", 0);
	assert_count(doc, "devices", 2);
	cJSON_Delete(doc);
	pair_sync(p);
	doc = dossier(p->hall.store, "9105");
	assert_count(doc, "revisions", 7);
	assert_count(doc, "unreceived", 0);
	cJSON_Delete(doc);
}

/* The sums of people, devices, months and actions are those of all. */
static void
test_dossier__its_parts_add_up(void **state)
{
	struct pair *p = *state;
	cJSON *doc = dossier(p->office.store, "");
	int64_t all = json_int(json_get(doc, "counts"), "revisions", -1);
	int64_t people = 0, devices = 0, months = 0, actions = 0;
	const cJSON *one, *a;

	cJSON_ArrayForEach (one, json_get(doc, "people")) {
		people += json_int(one, "revisions", 0);
		cJSON_ArrayForEach (a, json_get(one, "actions"))
			actions += (int64_t)a->valuedouble;
	}
	cJSON_ArrayForEach (one, json_get(doc, "devices"))
		devices += json_int(one, "revisions", 0);
	cJSON_ArrayForEach (one, json_get(doc, "months"))
		months += json_int(one, "office", 0) + json_int(one, "hall", 0);
	assert_int_equal(people, all);
	assert_int_equal(devices, all);
	assert_int_equal(months, all);
	assert_int_equal(actions, all);
	cJSON_Delete(doc);
}

/* Once a year was signed off, with a reason. */
static void
tick_again(struct pair *p, const char *point)
{
	cJSON *list = cJSON_CreateArray(), *ret = NULL;
	struct store *s = p->office.store;
	struct err e;

	assert_ok(json_push_str(list, point, &e), &e);
	assert_ok(save_group_begin(s, &e), &e);
	assert_ok(answer_tick(s, &p->office.person, SIGNED_YEAR, list, 1,
		      "ครบแล้ว", NULL, &ret, &e),
	    &e);
	assert_ok(save_group_end(s, &e), &e);
	cJSON_Delete(list);
	cJSON_Delete(ret);
}

static void
test_dossier__scores_are_those_of_each_submission(void **state)
{
	struct pair *p = *state;
	cJSON *doc, *scores;

	signed_do(p, SIGNOFF_DO_REOPEN, "ลืมจุดหนึ่ง");
	tick_again(p, "1.1.B3");
	doc = dossier(p->office.store, "");
	scores = json_get(doc, "scores");

	assert_int_equal(cJSON_GetArraySize(json_get(scores, "at")), 2);
	assert_string_equal(
	    json_str(json_get(at(json_get(scores, "at"), 1), "items"), "1.1"),
	    "200.00");
	assert_string_equal(
	    json_str(
		at(json_get(json_get(scores, "now"), "items"), 0), "score"),
	    "300.00");
	cJSON_Delete(doc);
}

static void
test_dossier__knows_the_keys_and_what_was_signed(void **state)
{
	struct pair *p = *state;
	char key[KEY_LINE_MAX];
	const cJSON *proofs, *device;
	cJSON *doc;

	pair_sync(p);
	doc = dossier(p->office.store, "");
	proofs = json_get(doc, "proofs");
	device = at(json_get(doc, "devices"), 1);
	key_line(store_key(p->office.store)->pub, key);

	assert_string_equal(json_str(device, "device"), "9105-a");
	assert_string_equal(json_str(device, "key"), key);
	assert_non_null(strstr(json_str(proofs, "signers"), key));
	assert_string_equal(json_str(proofs, "principal"), "91-h");
	assert_string_equal(
	    json_str(json_get(proofs, "submission_receipt"), "revision"),
	    json_str(json_get(proofs, "receipt"), "revision"));
	assert_non_null(strstr(
	    json_str(json_get(proofs, "receipt"), "text"), "office 9105\n"));
	assert_true(cJSON_IsNull(json_get(proofs, "log")));
	cJSON_Delete(doc);
}

static void
test_dossier__a_part_goes_on_where_it_is_told(void **state)
{
	struct pair *p = *state;
	cJSON *doc = NULL;
	struct err e;

	assert_ok(dossier_office(p->office.store, "", SIGNED_YEAR,
		      "milestones.2", &doc, &e),
	    &e);
	assert_null(json_get(doc, "people"));
	assert_int_equal(cJSON_GetArraySize(json_get(doc, "milestones")), 2);
	assert_int_equal(strlen(json_str(doc, "commit")), 40);
	cJSON_Delete(doc);
	doc = NULL;
	assert_err(
	    dossier_office(p->office.store, "", SIGNED_YEAR, "x.1", &doc, &e),
	    ERR_INVALID, &e, "");
	assert_err(dossier_office(p->office.store, "", 2550, NULL, &doc, &e),
	    ERR_NOT_FOUND, &e, "2550");
}

static void
test_dossier__of_a_hall_has_a_row_for_each_office(void **state)
{
	struct pair *p = *state;
	const cJSON *row;
	cJSON *doc = NULL;
	struct err e;

	pair_sync(p);
	assert_ok(dossier_province(p->hall.store, 0, NULL, &doc, &e), &e);
	assert_int_equal(json_int(doc, "year", 0), SIGNED_YEAR);
	row = at(json_get(doc, "offices"), 0);
	assert_string_equal(json_str(row, "code"), "9105");
	assert_string_equal(json_str(row, "state"), "submitted");
	assert_count(row, "revisions", 7);
	assert_string_equal(json_str(json_get(row, "receipt"), "revision"),
	    json_str(row, "revision"));
	assert_non_null(
	    strstr(json_str(json_get(doc, "proofs"), "signers"), "9105-a "));
	cJSON_Delete(doc);
	doc = NULL;
	assert_err(dossier_province(p->office.store, 0, NULL, &doc, &e),
	    ERR_USAGE, &e, "hall");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_dossier__tells_what_happened_in_order, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_dossier__counts_what_the_hall_has_not_received, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_dossier__its_parts_add_up, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_dossier__scores_are_those_of_each_submission, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_dossier__knows_the_keys_and_what_was_signed, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_dossier__a_part_goes_on_where_it_is_told, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_dossier__of_a_hall_has_a_row_for_each_office, setup,
		    teardown),
	};

	return cmocka_run_group_tests_name(
	    "dossier", tests, test_libraries_up, test_libraries_down);
}
