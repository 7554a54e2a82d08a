#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

#include "store/admit/absorb.h"
#include "store/hall/enroll.h"
#include "store/save/journal.h"
#include "store/setup.h"
#include "store/sign/receipt.h"
#include "store/view/query.h"
#include "tests/support/sample.h"

struct province {
	struct test_office office;
	struct store *hall;
	char *hall_dir;
};

static void
enroll(struct province *p)
{
	cJSON *request = NULL, *answer = NULL, *accepted = NULL;
	struct person person = { "hall", "hall" };
	struct conf c;
	struct err e = { 0 };

	test_office_make(&p->office);
	p->hall_dir = test_dir();
	conf_defaults(ROLE_HALL, &c);
	snprintf(c.dir, sizeof(c.dir), "%s", p->hall_dir);
	snprintf(c.code, sizeof(c.code), "91");
	snprintf(c.name, sizeof(c.name), "สตูล");
	c.n_own_urls = 1;
	snprintf(c.own_urls[0], sizeof(c.own_urls[0]), "%s", p->hall_dir);
	assert_ok(setup_init(&c, &e), &e);
	assert_ok(store_open(p->hall_dir, STORE_WRITE, &p->hall, &e), &e);

	assert_ok(enroll_request(p->office.store, &request, &e), &e);
	assert_ok(enroll_admit(p->hall, &person, json_str(request, "request"),
		      &answer, &e),
	    &e);
	assert_ok(enroll_accept(p->office.store, json_str(answer, "answer"),
		      &accepted, &e),
	    &e);
	cJSON_Delete(request);
	cJSON_Delete(answer);
	cJSON_Delete(accepted);
}

/* What a push moves, without the door. */
static void
deliver(struct province *p)
{
	char to[700];
	struct err e = { 0 };
	int64_t n = 0;

	assert_ok(journal_flush(p->office.store, &e), &e);
	snprintf(to, sizeof(to), "%s/offices/9105.git", p->hall_dir);
	free(test_office_git(&p->office, "push", "--quiet", to,
	    "refs/heads/office:refs/heads/office", NULL));
	assert_ok(
	    absorb_ref(p->hall, "9105", "office", "refs/heads/office", &n, &e),
	    &e);
}

static void
dissolve(struct province *p)
{
	store_close(p->hall);
	test_dir_remove(p->hall_dir);
	test_office_remove(&p->office);
}

static void
test_query_hall__hall_status_follows_an_office_from_enrolment_to_receipt(
    void **state)
{
	struct province p = { 0 };
	struct err e = { 0 };
	cJSON *v = NULL, *receipt = NULL;
	const cJSON *o, *d;

	(void)state;
	enroll(&p);
	assert_ok(query_hall_status(p.hall, &v, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "offices")), 1);
	o = sample_at(json_get(v, "offices"), 0);
	sample_assert_text(o, "code", "9105");
	sample_assert_text(o, "name", "ละงู");
	sample_assert_text(o, "state", "active");
	sample_assert_text(o, "tip", NULL);
	sample_assert_text(o, "receipt", NULL);
	sample_assert_text(o, "pending_since", NULL);
	sample_assert_text(o, "failing", NULL);
	assert_int_equal(json_int(o, "revisions", -1), 0);
	d = sample_at(json_get(o, "devices"), 0);
	sample_assert_text(d, "device", "9105-a");
	sample_assert_text(d, "state", "active");
	assert_int_equal(strncmp(json_str(d, "fingerprint"), "SHA256:", 7), 0);
	cJSON_Delete(v);

	cJSON_Delete(test_office_open_year(&p.office, SAMPLE_YEAR));
	cJSON_Delete(test_office_tick(&p.office, SAMPLE_YEAR, "1.1.B1", 1));
	deliver(&p);
	assert_ok(query_hall_status(p.hall, &v, &e), &e);
	o = sample_at(json_get(v, "offices"), 0);
	sample_assert_text(o, "revision", "a2");
	assert_int_equal(json_int(o, "revisions", -1), 2);
	assert_non_null(json_str(o, "pending_since"));
	cJSON_Delete(v);

	assert_ok(receipt_issue(p.hall, "9105", &receipt, &e), &e);
	assert_non_null(receipt);
	assert_ok(query_hall_status(p.hall, &v, &e), &e);
	o = sample_at(json_get(v, "offices"), 0);
	sample_assert_text(o, "pending_since", NULL);
	sample_assert_text(json_get(o, "receipt"), "tip", json_str(o, "tip"));
	cJSON_Delete(v);
	cJSON_Delete(receipt);
	dissolve(&p);
}

static void
test_query_hall__an_office_is_synced_only_by_a_receipt_of_its_tip(void **state)
{
	struct province p = { 0 };
	struct err e = { 0 };
	cJSON *v = NULL, *receipt = NULL;

	(void)state;
	enroll(&p);
	cJSON_Delete(test_office_open_year(&p.office, SAMPLE_YEAR));
	deliver(&p);
	assert_ok(receipt_issue(p.hall, "9105", &receipt, &e), &e);
	assert_ok(query_status(p.office.store, &v, &e), &e);
	assert_int_equal(json_bool(v, "synced", -1), 0);
	cJSON_Delete(v);

	assert_ok(receipt_apply(p.office.store, "9105", receipt, &e), &e);
	assert_ok(query_status(p.office.store, &v, &e), &e);
	assert_int_equal(json_bool(v, "synced", -1), 1);
	assert_int_equal(json_int(v, "unsynced", -1), 0);
	sample_assert_text(json_get(v, "receipt"), "tip", json_str(v, "tip"));
	cJSON_Delete(v);

	cJSON_Delete(test_office_tick(&p.office, SAMPLE_YEAR, "1.1.B1", 1));
	assert_ok(query_status(p.office.store, &v, &e), &e);
	assert_int_equal(json_bool(v, "synced", -1), 0);
	assert_int_equal(json_int(v, "unsynced", -1), 1);
	cJSON_Delete(v);
	cJSON_Delete(receipt);
	dissolve(&p);
}

static void
test_query_hall__the_hall_answers_about_an_office_by_its_code(void **state)
{
	struct province p = { 0 };
	struct query_history q = { .office = "9105", .limit = 10 };
	struct err e = { 0 };
	cJSON *v = NULL;
	const cJSON *r;

	(void)state;
	enroll(&p);
	cJSON_Delete(test_office_open_year(&p.office, SAMPLE_YEAR));
	cJSON_Delete(test_office_tick(&p.office, SAMPLE_YEAR, "1.1.B1", 1));
	deliver(&p);

	assert_ok(query_score(p.hall, "9105", 0, &v, &e), &e);
	/* 100/4/7 */
	sample_assert_text(v, "total", "3.57");
	cJSON_Delete(v);
	v = NULL;
	assert_ok(query_history(p.hall, &q, &v, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "revisions")), 2);
	cJSON_Delete(v);
	q.branch = "hall";
	assert_ok(query_history(p.hall, &q, &v, &e), &e);
	r = sample_at(json_get(v, "revisions"), 0);
	sample_assert_text(r, "revision", "h1");
	/* allowed_signers, the edition and the registry, by path */
	sample_assert_text(r, "record", "allowed_signers");
	sample_assert_text(sample_at(json_get(r, "records"), 1), "record",
	    "editions/pmqa4-2562");
	sample_assert_text(
	    sample_at(json_get(r, "records"), 2), "record", "registry");
	sample_assert_fields(sample_at(json_get(r, "records"), 2),
	    "office.code office.name hall.code hall.name hall.key "
	    "devices.a.key devices.a.state devices.a.since");
	cJSON_Delete(v);
	v = NULL;
	assert_err(
	    query_score(p.hall, "", 0, &v, &e), ERR_USAGE, &e, "which office?");
	assert_err(
	    query_score(p.hall, "9106", 0, &v, &e), ERR_NOT_FOUND, &e, "9106");
	assert_ok(query_status(p.hall, &v, &e), &e);
	sample_assert_text(v, "role", "hall");
	sample_assert_text(v, "synced", NULL);
	cJSON_Delete(v);
	dissolve(&p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_query_hall__hall_status_follows_an_office_from_enrolment_to_receipt),
		cmocka_unit_test(
		    test_query_hall__an_office_is_synced_only_by_a_receipt_of_its_tip),
		cmocka_unit_test(
		    test_query_hall__the_hall_answers_about_an_office_by_its_code),
	};

	return cmocka_run_group_tests_name(
	    "query_hall", tests, test_libraries_up, test_libraries_down);
}
