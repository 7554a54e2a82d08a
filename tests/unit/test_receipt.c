#include "tests/unit/test.h"

#include "base/file.h"
#include "store/sign/receipt.h"
#include "tests/support/pair.h"

static struct receipt
sample(void)
{
	struct receipt r;

	memset(&r, 0, sizeof(r));
	snprintf(r.hall, sizeof(r.hall), "91");
	snprintf(r.office, sizeof(r.office), "9105");
	snprintf(r.revision, sizeof(r.revision), "a142");
	memset(r.tip, 0xab, sizeof(r.tip));
	r.time = 1669097655;
	r.offset_min = 420;
	return r;
}

static cJSON *
make(const struct receipt *r, const struct key *k)
{
	cJSON *json = NULL;
	struct err e;

	assert_ok(receipt_make(r, k, &json, &e), &e);
	return json;
}

static void
generate(struct key *k)
{
	struct err e;

	assert_ok(key_generate(k, &e), &e);
}

static void
test_receipt__has_the_text_that_is_documented(void **state)
{
	struct receipt r = sample();
	struct buf text = BUF_INIT;

	(void)state;
	receipt_text(&r, &text);

	assert_string_equal("pmqa receipt 1\noffice 9105\n"
			    "tip abababababababababababababababababababab\n"
			    "revision a142\ntime 2022-11-22T13:14:15+07:00\n"
			    "hall 91\n",
	    buf_str(&text));
	buf_release(&text);
}

static void
test_receipt__checks_what_it_made(void **state)
{
	struct receipt r = sample(), got;
	struct key k;
	cJSON *json;
	struct err e;

	(void)state;
	generate(&k);
	json = make(&r, &k);

	assert_ok(receipt_check(json, k.pub, &got, &e), &e);
	assert_string_equal("91", got.hall);
	assert_string_equal("9105", got.office);
	assert_string_equal("a142", got.revision);
	assert_memory_equal(r.tip, got.tip, 20);
	assert_int_equal(r.time, got.time);
	assert_int_equal(420, got.offset_min);
	cJSON_Delete(json);
}

static void
test_receipt__refuses_another_halls_key(void **state)
{
	struct receipt r = sample(), got;
	struct key k, other;
	cJSON *json;
	struct err e;

	(void)state;
	generate(&k);
	generate(&other);
	json = make(&r, &k);

	assert_err(receipt_check(json, other.pub, &got, &e), ERR_INVALID, &e,
	    "the receipt is not signed by the hall's key");
	cJSON_Delete(json);
}

static void
test_receipt__refuses_any_altered_member(void **state)
{
	static const char *const altered[][2] = { { "hall", "92" },
		{ "office", "9106" }, { "revision", "a143" },
		{ "tip", "bbabababababababababababababababababababab" },
		{ "tip", "bbababababababababababababababababababab" },
		{ "tip", "ABABABABABABABABABABABABABABABABABABABAB" },
		{ "time", "2022-11-22T13:14:16+07:00" },
		{ "time", "2022-11-22T06:14:15Z" },
		{ "time", "2022-11-22T13:14:15+0700" }, { "time", "" },
		{ "revision", "a142\nhall 92" }, { "office", "9105\n" } };
	struct receipt r = sample(), got;
	struct key k;
	cJSON *json;
	struct err e;
	size_t i;

	(void)state;
	generate(&k);
	for (i = 0; i < sizeof(altered) / sizeof(altered[0]); i++) {
		json = make(&r, &k);
		assert_ok(
		    json_put_str(json, altered[i][0], altered[i][1], &e), &e);
		if (receipt_check(json, k.pub, &got, &e) != ERR_INVALID)
			fail_msg("taken with %s = '%s'", altered[i][0],
			    altered[i][1]);
		cJSON_Delete(json);
	}
}

static void
test_receipt__refuses_missing_and_further_members(void **state)
{
	struct receipt r = sample(), got;
	struct key k;
	cJSON *json;
	struct err e;

	(void)state;
	generate(&k);
	json = make(&r, &k);
	assert_ok(json_put_str(json, "more", "x", &e), &e);
	assert_err(receipt_check(json, k.pub, &got, &e), ERR_INVALID, &e,
	    "malformed receipt: it must have six members");
	cJSON_DeleteItemFromObject(json, "more");
	cJSON_DeleteItemFromObject(json, "signature");
	assert_err(receipt_check(json, k.pub, &got, &e), ERR_INVALID, &e,
	    "malformed receipt: it must have six members");
	assert_err(receipt_check(NULL, k.pub, &got, &e), ERR_INVALID, &e,
	    "malformed receipt");
	cJSON_Delete(json);
}

static void
write_text(const char *dir, const char *name, const char *text)
{
	char path[300];
	struct err e;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	assert_ok(file_write(path, text, strlen(text), 0600, &e), &e);
}

/* ssh-keygen reads the signed text from standard input: a wrapper program that
 * opens the file for it. */
static int
ssh_keygen_verify(const char *dir)
{
	char script[] = "exec ssh-keygen -Y verify -n pmqa-receipt -I 91-h "
			"-f \"$1/signers\" -s \"$1/sig\" < \"$1/text\"";
	const char *argv[] = { "sh", "-c", script, "sh", dir, NULL };
	char *out = NULL;
	int status = test_run(argv, &out);

	free(out);
	return status;
}

static void
test_receipt__is_verified_by_ssh_keygen(void **state)
{
	struct receipt r = sample();
	char *dir = test_dir(), signers[300], line[KEY_LINE_MAX];
	struct buf text = BUF_INIT, sig = BUF_INIT;
	struct key k;
	cJSON *json;

	(void)state;
	generate(&k);
	json = make(&r, &k);
	key_line(k.pub, line);
	snprintf(signers, sizeof(signers),
	    "91-h namespaces=\"git,pmqa-receipt\" %s\n", line);
	write_text(dir, "signers", signers);
	buf_printf(&sig, "%s\n", json_str(json, "signature"));
	write_text(dir, "sig", buf_str(&sig));
	receipt_text(&r, &text);
	write_text(dir, "text", buf_str(&text));

	assert_int_equal(0, ssh_keygen_verify(dir));
	text.data[20] ^= 1;
	write_text(dir, "text", buf_str(&text));
	assert_int_not_equal(0, ssh_keygen_verify(dir));

	cJSON_Delete(json);
	buf_release(&text);
	buf_release(&sig);
	test_dir_remove(dir);
}

/* --- with stores --- */

static int
setup(void **state)
{
	*state = pair_make();
	return 0;
}

static int
teardown(void **state)
{
	pair_remove(*state);
	return 0;
}

static int64_t
count(struct store *s, const char *sql)
{
	struct err e;
	int64_t n = -1;

	assert_ok(db_one_int(store_db(s), &n, &e, sql, ""), &e);
	return n;
}

static void
test_receipt__covers_the_offices_tip_after_a_sync(void **state)
{
	struct pair *p = *state;
	cJSON *at_office = NULL, *at_hall = NULL;
	struct branch *b = NULL;
	char tip[41];
	struct err e;

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	pair_sync(p);

	assert_ok(receipt_last(p->office.store, "", &at_office, &e), &e);
	assert_ok(receipt_last(p->hall.store, "9105", &at_hall, &e), &e);
	assert_true(cJSON_Compare(at_office, at_hall, 1));
	assert_ok(store_branch(p->office.store, "", "office", &b, &e), &e);
	commit_hex(b->tip, tip);
	assert_string_equal(tip, json_str(at_office, "tip"));
	assert_string_equal("a2", json_str(at_office, "revision"));
	assert_int_equal(0, count(p->office.store,
				"SELECT count(*) FROM revision v JOIN branch b"
				" ON b.id = v.branch WHERE b.name = 'office'"
				" AND received IS NULL"));
	cJSON_Delete(at_office);
	cJSON_Delete(at_hall);
}

static void
test_receipt__is_issued_once_for_a_tip(void **state)
{
	struct pair *p = *state;
	cJSON *again = NULL;
	struct branch *b = NULL;
	struct err e;
	int before;

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	pair_sync(p);
	assert_ok(store_branch(p->hall.store, "9105", "hall", &b, &e), &e);
	before = b->n;

	assert_ok(receipt_issue(p->hall.store, "9105", &again, &e), &e);

	assert_null(again);
	assert_int_equal(before, b->n);
}

static void
test_receipt__is_not_issued_for_an_empty_branch(void **state)
{
	struct pair *p = *state;
	cJSON *receipt = NULL;
	struct err e;

	assert_ok(receipt_issue(p->hall.store, "9105", &receipt, &e), &e);

	assert_null(receipt);
}

static void
test_receipt__gives_each_revision_its_earliest_time(void **state)
{
	struct pair *p = *state;
	struct branch *b = NULL;
	struct receipt r;
	cJSON *early, *late;
	struct err e;

	cJSON_Delete(test_office_open_year(&p->office, 2565));
	assert_ok(store_branch(p->office.store, "", "office", &b, &e), &e);
	r = sample();
	snprintf(r.revision, sizeof(r.revision), "a1");
	memcpy(r.tip, b->tip, 20);
	r.time = 1000;
	early = make(&r, store_key(p->hall.store));
	cJSON_Delete(test_office_tick(&p->office, 2565, "1.1.B1", 1));
	snprintf(r.revision, sizeof(r.revision), "a2");
	memcpy(r.tip, b->tip, 20);
	r.time = 2000;
	late = make(&r, store_key(p->hall.store));

	/* the later one comes first, as over a link that was cut */
	assert_ok(receipt_apply(p->office.store, "", late, &e), &e);
	assert_ok(receipt_apply(p->office.store, "", early, &e), &e);
	assert_ok(receipt_apply(p->office.store, "", late, &e), &e);

	assert_int_equal(
	    1000, count(p->office.store,
		      "SELECT received FROM revision WHERE name = 'a1'"));
	assert_int_equal(
	    2000, count(p->office.store,
		      "SELECT received FROM revision WHERE name = 'a2'"));
	cJSON_Delete(early);
	early = NULL;
	assert_ok(receipt_last(p->office.store, "", &early, &e), &e);
	assert_true(cJSON_Compare(early, late, 1));
	cJSON_Delete(early);
	cJSON_Delete(late);
}

static void
test_receipt__of_an_unknown_tip_is_not_found(void **state)
{
	struct pair *p = *state;
	struct receipt r = sample();
	cJSON *json = make(&r, store_key(p->hall.store)), *last = NULL;
	struct err e;

	assert_err(receipt_apply(p->office.store, "", json, &e), ERR_NOT_FOUND,
	    &e, "which is not here");
	assert_ok(receipt_last(p->office.store, "", &last, &e), &e);
	assert_null(last);
	cJSON_Delete(json);
}

static void
test_receipt__for_another_office_is_refused(void **state)
{
	struct pair *p = *state;
	struct receipt r = sample();
	cJSON *json;
	struct err e;

	snprintf(r.office, sizeof(r.office), "9106");
	json = make(&r, store_key(p->hall.store));

	assert_err(receipt_apply(p->office.store, "", json, &e), ERR_INVALID,
	    &e, "the receipt is for office 9106, not for 9105");
	cJSON_Delete(json);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_receipt__has_the_text_that_is_documented),
		cmocka_unit_test(test_receipt__checks_what_it_made),
		cmocka_unit_test(test_receipt__refuses_another_halls_key),
		cmocka_unit_test(test_receipt__refuses_any_altered_member),
		cmocka_unit_test(
		    test_receipt__refuses_missing_and_further_members),
		cmocka_unit_test(test_receipt__is_verified_by_ssh_keygen),
		TEST(test_receipt__covers_the_offices_tip_after_a_sync),
		TEST(test_receipt__is_issued_once_for_a_tip),
		TEST(test_receipt__is_not_issued_for_an_empty_branch),
		TEST(test_receipt__gives_each_revision_its_earliest_time),
		TEST(test_receipt__of_an_unknown_tip_is_not_found),
		TEST(test_receipt__for_another_office_is_refused),
	};

	return cmocka_run_group_tests_name(
	    "receipt", tests, test_libraries_up, test_libraries_down);
}
