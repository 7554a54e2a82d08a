#include "tests/unit/test.h"

#include "base/clock.h"
#include "store/admit/absorb.h"
#include "store/evidence/evidence.h"
#include "store/evidence/evidence_receipt.h"
#include "store/sign/sshsig.h"
#include "store/view/verify.h"
#include "tests/support/files.h"
#include "tests/support/pair.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static struct evidence_receipt
sample(const char *sha)
{
	struct evidence_receipt r = { .hall = "91",
		.office = "9105",
		.time = 1669097655,
		.offset_min = 420 };

	snprintf(r.sha256, sizeof(r.sha256), "%s", sha);
	return r;
}

static cJSON *
make(const struct evidence_receipt *r, const struct key *k)
{
	cJSON *json = NULL;
	struct err e;

	assert_ok(evidence_receipt_make(r, k, &json, &e), &e);
	return json;
}

static void
expect_refused(const cJSON *json, const struct key *k, const char *why)
{
	struct evidence_receipt got;
	struct err e;

	assert_err(evidence_receipt_check(json, k->pub, &got, &e), ERR_INVALID,
	    &e, why);
}

static void
generate(struct key *k)
{
	struct err e;

	assert_ok(key_generate(k, &e), &e);
}

static void
test_evidence_receipt__checks_what_it_made(void **state)
{
	struct evidence_receipt r = sample(SHA), got;
	struct key k;
	cJSON *json;
	struct err e;

	(void)state;
	generate(&k);
	json = make(&r, &k);
	assert_ok(evidence_receipt_check(json, k.pub, &got, &e), &e);
	assert_memory_equal(r.sha256, got.sha256, sizeof(r.sha256));
	assert_string_equal("91", got.hall);
	assert_string_equal("9105", got.office);
	assert_int_equal(r.time, got.time);
	assert_int_equal(420, got.offset_min);
	cJSON_Delete(json);
	key_release(&k);
}

static void
test_evidence_receipt__signs_the_text_that_is_documented(void **state)
{
	static const char text[] = "pmqa evidence receipt 1\noffice 9105\n"
				   "sha256 " SHA "\n"
				   "time 2022-11-22T13:14:15+07:00\nhall 91\n";
	struct evidence_receipt r = sample(SHA);
	unsigned char pub[KEY_PUBLIC_LEN];
	const char *armour;
	struct key k;
	cJSON *json;
	struct err e;

	(void)state;
	generate(&k);
	json = make(&r, &k);
	armour = json_str(json, "signature");
	assert_ok(sshsig_verify(armour, strlen(armour), SSHSIG_NS_RECEIPT, text,
		      sizeof(text) - 1, pub, &e),
	    &e);
	assert_memory_equal(k.pub, pub, sizeof(pub));
	cJSON_Delete(json);
	key_release(&k);
}

static void
change(struct key *k, const char *member, const char *value, const char *why)
{
	struct evidence_receipt r = sample(SHA);
	cJSON *json = make(&r, k);
	struct err e;

	assert_ok(json_put_str(json, member, value, &e), &e);
	expect_refused(json, k, why);
	cJSON_Delete(json);
}

static void
test_evidence_receipt__refuses_any_change(void **state)
{
	struct key k, other;
	struct evidence_receipt r = sample(SHA);
	cJSON *json;

	(void)state;
	generate(&k);
	generate(&other);
	change(&k, "office", "9106", "signature");
	change(&k, "office", "91056", "'office'");
	change(&k, "office", "91\n5", "'office'");
	change(&k, "hall", "92", "signature");
	change(&k, "hall", "", "'hall'");
	change(&k, "time", "2022-11-22T13:14:16+07:00", "signature");
	change(&k, "time", "2022-11-22T13:14:15Z", "'time'");
	change(&k, "time", "2022-11-22T13:14:15+07:60", "'time'");
	change(&k, "time", "2022-02-30T13:14:15+07:00", "'time'");
	change(&k, "sha256", "0123", "'sha256'");
	change(&k, "signature", "x", "");
	change(&k, "more", "x", "five members");
	json = make(&r, &k);
	expect_refused(json, &other, "not signed by the hall's key");
	cJSON_DeleteItemFromObject(json, "signature");
	expect_refused(json, &k, "five members");
	cJSON_Delete(json);
	expect_refused(NULL, &k, "five members");
	key_release(&k);
	key_release(&other);
}

/* --- what the office does with it --- */

static const cJSON *
listed(struct pair *p, cJSON **ret)
{
	struct err e;

	*ret = NULL;
	assert_ok(evidence_list(p->office.store, "", 0, NULL, ret, &e), &e);
	return cJSON_GetArrayItem(json_get(*ret, "evidence"), 0);
}

static int
count_waiting(void *arg, const char *sha, int64_t size, struct err *e)
{
	(void)sha;
	(void)size;
	(void)e;
	++*(int *)arg;
	return 0;
}

static int
waiting(struct pair *p)
{
	struct err e;
	int n = 0;

	assert_ok(evidence_waiting(p->office.store, count_waiting, &n, &e), &e);
	return n;
}

static void
test_evidence_receipt__is_kept_and_verified(void **state)
{
	struct pair *p = pair_make();
	struct evidence_receipt r;
	struct test_file f;
	cJSON *json, *list = NULL, *v = NULL;
	struct err e;

	(void)state;
	cJSON_Delete(test_office_open_year(&p->office, 2565));
	test_file_make(&f, "a.pdf", 500, 7);
	test_file_add(p->office.store, &p->office.person, "1.1", &f);
	assert_int_equal(1, waiting(p));
	r = sample(f.sha);

	/* of another office, by another key, for a file that is not known */
	snprintf(r.office, sizeof(r.office), "9106");
	json = make(&r, store_key(p->hall.store));
	assert_err(evidence_confirmed(p->office.store, "", json, &e),
	    ERR_INVALID, &e, "9106");
	cJSON_Delete(json);
	r = sample(f.sha);
	json = make(&r, store_key(p->office.store));
	assert_err(evidence_confirmed(p->office.store, "", json, &e),
	    ERR_INVALID, &e, "hall's key");
	cJSON_Delete(json);
	r = sample(SHA);
	json = make(&r, store_key(p->hall.store));
	assert_err(evidence_confirmed(p->office.store, "", json, &e),
	    ERR_NOT_FOUND, &e, "no record");
	cJSON_Delete(json);
	assert_int_equal(1, waiting(p));

	r = sample(f.sha);
	json = make(&r, store_key(p->hall.store));
	assert_ok(evidence_confirmed(p->office.store, "", json, &e), &e);
	cJSON_Delete(json);
	/* a later word does not change since when it is there */
	r.time += 60;
	json = make(&r, store_key(p->hall.store));
	assert_ok(evidence_confirmed(p->office.store, "", json, &e), &e);
	cJSON_Delete(json);
	assert_int_equal(0, waiting(p));
	assert_string_equal(
	    "2022-11-22T13:14:15+07:00", json_str(listed(p, &list), "at_hall"));
	cJSON_Delete(list);

	assert_ok(verify_run(p->office.store, NULL, NULL, &v, &e), &e);
	assert_true(json_bool(v, "ok", 0));
	assert_int_equal(1, json_int(json_get(v, "checked"), "receipts", -1));
	cJSON_Delete(v);
	/* a forged row shows */
	assert_ok(db_exec(store_db(p->office.store),
		      "UPDATE evidence_file SET confirmed = confirmed - 1", &e),
	    &e);
	v = NULL;
	assert_ok(verify_run(p->office.store, NULL, NULL, &v, &e), &e);
	assert_false(json_bool(v, "ok", 1));
	cJSON_Delete(v);
	test_file_free(&f);
	pair_remove(p);
}

/* The hall has the text first: the bytes are missing, visibly. */
static void
test_evidence_receipt__the_hall_sees_what_is_missing_and_obeys(void **state)
{
	struct pair *p = pair_make();
	struct test_file f;
	struct ask a = { .person = &p->office.person, .reason = "ลบ" };
	cJSON *list = NULL, *ret = NULL;
	const cJSON *ev;
	struct err e;

	(void)state;
	cJSON_Delete(test_office_open_year(&p->office, 2565));
	test_file_make(&f, "a.pdf", 500, 8);
	test_file_add(p->office.store, &p->office.person, "1.1", &f);
	pair_sync(p);
	assert_ok(evidence_list(p->hall.store, "9105", 0, NULL, &list, &e), &e);
	ev = cJSON_GetArrayItem(json_get(list, "evidence"), 0);
	assert_string_equal(f.sha, json_str(ev, "sha256"));
	assert_false(json_bool(ev, "present", 1));
	cJSON_Delete(list);
	assert_err(evidence_read(p->hall.store, "9105", f.sha, 1, &ret, &e),
	    ERR_NOT_FOUND, &e, "not here");

	/* it comes, then the order to erase it */
	{
		struct evidence_repo *r = NULL;
		char path[640];
		int have, whole;

		assert_ok(evidence_repo_path(
			      p->hall.dir, 1, "9105", path, sizeof(path), &e),
		    &e);
		assert_ok(evidence_repo_place(p->hall.dir, &e), &e);
		assert_ok(evidence_repo_open(path, 1, &r, &e), &e);
		assert_ok(
		    evidence_repo_add(r, f.sha, 1, f.bytes, f.size, &e), &e);
		assert_ok(evidence_repo_seal(r, f.sha, &e), &e);
		assert_ok(
		    evidence_read(p->hall.store, "9105", f.sha, 1, &ret, &e),
		    &e);
		cJSON_Delete(ret);
		ret = NULL;
		assert_ok(
		    evidence_redact(p->office.store, &a, f.sha, &ret, &e), &e);
		cJSON_Delete(ret);
		pair_sync(p);
		assert_ok(evidence_obey(p->hall.store, "9105", &e), &e);
		evidence_repo_close(r);
		r = NULL;
		assert_ok(evidence_repo_open(path, 0, &r, &e), &e);
		assert_ok(evidence_repo_have(r, f.sha, &have, &whole, &e), &e);
		assert_int_equal(0, have);
		evidence_repo_close(r);
	}
	test_file_free(&f);
	pair_remove(p);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_evidence_receipt__checks_what_it_made),
		cmocka_unit_test(
		    test_evidence_receipt__signs_the_text_that_is_documented),
		cmocka_unit_test(test_evidence_receipt__refuses_any_change),
		cmocka_unit_test(test_evidence_receipt__is_kept_and_verified),
		cmocka_unit_test(
		    test_evidence_receipt__the_hall_sees_what_is_missing_and_obeys),
	};

	return cmocka_run_group_tests_name(
	    "evidence_receipt", tests, test_libraries_up, test_libraries_down);
}
