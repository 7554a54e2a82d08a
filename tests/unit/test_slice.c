#include "tests/unit/test.h"

#include "store/admit/slice.h"
#include "store/save/journal.h"
#include "tests/support/joined.h"

#define N_SAVES 12

static struct joined j;

static int
setup(void **state)
{
	(void)state;
	joined_make(&j);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	joined_remove(&j);
	return 0;
}

static void
save(const char *text)
{
	cJSON_Delete(test_office_set(&j.office, 2565, "1.1", "gap", text));
}

/* An assessment and N_SAVES answers, in the repository. */
static void
save_many(void)
{
	struct err e;
	char text[32];
	int i;

	cJSON_Delete(test_office_open_year(&j.office, 2565));
	for (i = 0; i < N_SAVES; i++) {
		snprintf(text, sizeof(text), "gap %d", i);
		save(text);
	}
	assert_ok(journal_flush(j.office.store, &e), &e);
}

static struct slice
next(int64_t max_bytes)
{
	struct slice s;
	struct err e;

	memset(&s, 0, sizeof(s));
	assert_ok(slice_next(j.office.store, max_bytes, &s, &e), &e);
	return s;
}

static int
ahead(void)
{
	struct err e;
	int ret = -1;

	assert_ok(slice_ahead(j.office.store, &ret, &e), &e);
	return ret;
}

static void
pushed(const unsigned char tip[20])
{
	struct err e;

	assert_ok(slice_pushed(j.office.store, tip, &e), &e);
}

static void
test_slice__nothing_saved_is_nothing_to_push(void **state)
{
	(void)state;
	assert_int_equal(ahead(), 0);
	assert_int_equal(next(1000).n, 0);
}

static void
test_slice__small_ones_lead_to_the_tip_in_order(void **state)
{
	int64_t left = N_SAVES + 1, rounds = 0;
	struct slice s;

	(void)state;
	save_many();
	assert_int_equal(ahead(), 1);

	while ((s = next(1)).n > 0) {
		assert_int_equal(s.n, 1);
		assert_int_equal(s.left, --left);
		pushed(s.tip);
		rounds++;
	}

	assert_int_equal(rounds, N_SAVES + 1);
	assert_int_equal(left, 0);
	assert_int_equal(ahead(), 0);
}

static void
test_slice__a_large_one_takes_all(void **state)
{
	char *tip, hex[41];
	struct slice s;

	(void)state;
	save_many();
	s = next(INT64_MAX);

	assert_int_equal(s.n, N_SAVES + 1);
	assert_int_equal(s.left, 0);
	commit_hex(s.tip, hex);
	tip = test_office_git(
	    &j.office, "rev-parse", "refs/heads/office", (char *)NULL);
	assert_memory_equal(tip, hex, 40);
	free(tip);
}

static void
test_slice__leaves_out_what_is_not_in_the_repository(void **state)
{
	(void)state;
	save_many();
	save("only in the journal");

	assert_int_equal(next(INT64_MAX).n, N_SAVES + 1);
}

static void
test_slice__sees_that_the_hall_knows_more(void **state)
{
	struct slice s;
	struct err e;
	char *id;

	(void)state;
	save_many();
	/* a commit that is in the repository but not on our branch */
	id = test_office_git(&j.office, "-c", "user.name=x", "-c",
	    "user.email=x@x", "commit-tree", "-m", "x",
	    "refs/heads/office^{tree}", (char *)NULL);
	id[40] = '\0';
	free(test_office_git(
	    &j.office, "update-ref", "refs/incoming/office", id, (char *)NULL));
	free(id);

	assert_err(slice_next(j.office.store, 1000, &s, &e), ERR_CONFLICT, &e,
	    "does not have");
	assert_true(e.hint[0] != '\0');
}

static void
test_slice__notices_a_branch_moved_by_somebody_else(void **state)
{
	struct slice s;
	struct err e;
	char *id;

	(void)state;
	save_many();
	id = test_office_git(&j.office, "-c", "user.name=x", "-c",
	    "user.email=x@x", "commit-tree", "-m", "x",
	    "refs/heads/office^{tree}", (char *)NULL);
	id[40] = '\0';
	free(test_office_git(
	    &j.office, "update-ref", "refs/heads/office", id, (char *)NULL));
	free(id);

	assert_err(slice_next(j.office.store, 1000, &s, &e), ERR_DAMAGED, &e,
	    "refs/heads/office");
}

static void
check_synced(int want, int want_waiting)
{
	int synced = -1, waiting = -1;
	cJSON *receipt = NULL;
	struct err e;

	assert_ok(
	    slice_synced(j.office.store, &synced, &waiting, &receipt, &e), &e);
	assert_int_equal(synced, want);
	assert_int_equal(waiting, want_waiting);
	cJSON_Delete(receipt);
}

/* The receipt that the hall gives for our branch as it is. */
static char *
receipt_of_hall(void)
{
	struct buf text = BUF_INIT;
	char url[600];
	cJSON *receipt;
	struct err e;

	snprintf(url, sizeof(url), "%s/offices/9105.git", j.hall);
	free(test_office_git(&j.office, "push", "--quiet", url,
	    "refs/heads/office:refs/heads/office", (char *)NULL));
	joined_hall_absorb(&j, &receipt);
	assert_non_null(receipt);
	assert_ok(json_write(receipt, &text, &e), &e);
	cJSON_Delete(receipt);
	return buf_take(&text);
}

static void
test_slice__synced_only_by_a_receipt_for_the_tip(void **state)
{
	struct slice s;
	struct err e;
	char *text;

	(void)state;
	check_synced(0, 0);
	save_many();
	check_synced(0, 1);
	s = next(INT64_MAX);
	pushed(s.tip);
	check_synced(0, 1); /* pushed is not yet synced */

	text = receipt_of_hall();
	assert_ok(
	    slice_take_receipt(j.office.store, s.tip, text, strlen(text), &e),
	    &e);
	free(text);
	check_synced(1, 0);

	save("one more");
	check_synced(0, 1);
}

static void
test_slice__takes_no_receipt_that_is_not_the_halls(void **state)
{
	unsigned char other[20] = { 1 };
	struct slice s;
	struct err e;
	char *text, *at;

	(void)state;
	save_many();
	s = next(INT64_MAX);
	text = receipt_of_hall();

	assert_err(
	    slice_take_receipt(j.office.store, other, text, strlen(text), &e),
	    ERR_INVALID, &e, "not pushed");
	assert_int_equal(slice_take_receipt(
			     j.office.store, s.tip, text, strlen(text) - 1, &e),
	    ERR_INVALID);
	at = strstr(text, "\"revision\":\"a");
	assert_non_null(at);
	at[13] = at[13] == '1' ? '2' : '1'; /* another revision's name */
	assert_int_equal(
	    slice_take_receipt(j.office.store, s.tip, text, strlen(text), &e),
	    ERR_INVALID);
	free(text);
	check_synced(0, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_slice__nothing_saved_is_nothing_to_push, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_slice__small_ones_lead_to_the_tip_in_order, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_slice__a_large_one_takes_all, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_slice__leaves_out_what_is_not_in_the_repository, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_slice__sees_that_the_hall_knows_more, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_slice__notices_a_branch_moved_by_somebody_else, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_slice__synced_only_by_a_receipt_for_the_tip, setup,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    test_slice__takes_no_receipt_that_is_not_the_halls, setup,
		    teardown),
	};

	return cmocka_run_group_tests_name(
	    "slice", tests, test_libraries_up, test_libraries_down);
}
