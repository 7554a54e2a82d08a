#include "tests/unit/test.h"

#include "base/clock.h"
#include "store/admit/entry.h"
#include "store/admit/published.h"
#include "store/hall/machines.h"
#include "store/hall/registry.h"
#include "store/hall/revoke.h"
#include "store/save/journal.h"
#include "store/view/verify.h"
#include "tests/support/twins.h"

/* Two devices of one office; the first has three revisions at the hall. */
static int
setup(void **state)
{
	struct twins *d = twins_make(2);
	struct join j;

	cJSON_Delete(test_office_open_year(&d->at[0], 2565));
	cJSON_Delete(test_office_tick(&d->at[0], 2565, "1.1.B1", 1));
	cJSON_Delete(test_office_tick(&d->at[0], 2565, "1.2.B1", 1));
	twins_sync(d, 0, &j);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	twins_remove(*state);
	return 0;
}

static int
revoke(struct twins *d, const char *since, const char *reason, cJSON **ret,
    struct err *e)
{
	struct revoke r = { &d->hall.person, "9105-a", since, reason };

	*ret = NULL;
	return revoke_device(d->hall.store, &r, ret, e);
}

static void
revoked(struct twins *d)
{
	cJSON *v = NULL;
	struct err e;

	assert_ok(revoke(d, NULL, NULL, &v, &e), &e);
	cJSON_Delete(v);
}

/* A member of the first device's entry in the hall's registry. */
static int64_t
number_at_hall(struct twins *d)
{
	cJSON *registry = NULL;
	struct err e;
	int64_t n;

	assert_ok(registry_read(d->hall.store, "9105", &registry, &e), &e);
	n = entry_last(json_get(json_get(registry, "devices"), "a"));
	cJSON_Delete(registry);
	return n;
}

static void
test_revoke__keeps_the_number_of_what_the_hall_had(void **state)
{
	struct twins *d = *state;
	cJSON *v = NULL;
	struct err e;

	assert_ok(revoke(d, NULL, "lost", &v, &e), &e);

	assert_string_equal(json_str(v, "state"), "revoked");
	assert_string_equal(json_str(v, "reason"), "lost");
	assert_int_equal(json_int(v, "last", 0), 3);
	assert_int_equal(number_at_hall(d), 3);
	assert_int_equal(json_int(json_get(v, "late"), "n", -1), 0);
	cJSON_Delete(v);
}

static void
test_revoke__names_what_came_in_after_the_time(void **state)
{
	struct twins *d = *state;
	cJSON *v = NULL;
	struct err e;

	assert_ok(revoke(d, "2020-01-01", NULL, &v, &e), &e);

	assert_int_equal(json_int(json_get(v, "late"), "n", 0), 3);
	assert_string_equal(json_str(json_get(v, "late"), "first"), "a1");
	assert_string_equal(json_str(json_get(v, "late"), "last"), "a3");
	cJSON_Delete(v);
}

static void
test_revoke__refuses_what_makes_no_sense(void **state)
{
	struct twins *d = *state;
	struct revoke r = { &d->hall.person, "9105-a", NULL, NULL };
	cJSON *v = NULL;
	struct err e;

	assert_err(revoke(d, "2999-01-01", NULL, &v, &e), ERR_INVALID, &e,
	    "a time that is past");
	assert_err(revoke(d, "noon", NULL, &v, &e), ERR_INVALID, &e, "date");
	assert_err(
	    revoke(d, NULL, "two\nlines", &v, &e), ERR_INVALID, &e, "one line");
	r.device = "9105-x";
	assert_err(revoke_device(d->hall.store, &r, &v, &e), ERR_NOT_FOUND, &e,
	    "has no device");
	r.device = "9106-a";
	assert_err(revoke_device(d->hall.store, &r, &v, &e), ERR_NOT_FOUND, &e,
	    "not enrolled");
	r.device = "../../x";
	assert_err(revoke_device(d->hall.store, &r, &v, &e), ERR_INVALID, &e,
	    "named like");
	r.device = "9105-a";
	assert_err(revoke_device(d->at[0].store, &r, &v, &e), ERR_USAGE, &e,
	    "this is an office");
	assert_err(revoke_restore(
		       d->hall.store, &d->hall.person, "9105-a", NULL, &v, &e),
	    ERR_CONFLICT, &e, "not revoked");
	revoked(d);
	assert_err(revoke(d, NULL, NULL, &v, &e), ERR_CONFLICT, &e, "already");
	assert_null(v);
}

/* What the office's other device says of revisions that are known at the hall
 * only because somebody moved its ref past the door. */
static int
join_at_b(struct twins *d, struct err *e)
{
	unsigned char tip[20];
	struct join j;

	memset(&j, 0, sizeof(j));
	assert_true(twins_fetch(d, 1, tip));
	return join_office(d->at[1].store, tip, &j, e);
}

static void
test_revoke__earlier_revisions_are_good_at_the_other_device(void **state)
{
	struct twins *d = *state;
	cJSON *v = NULL;
	struct err e;

	revoked(d);

	assert_ok(join_at_b(d, &e), &e);
	assert_ok(verify_run(d->at[1].store, NULL, NULL, &v, &e), &e);
	assert_true(json_bool(v, "ok", 0));
	cJSON_Delete(v);
	twins_check_index(&d->at[1]);
	twins_check_index(&d->hall);
}

static void
test_revoke__later_ones_are_refused_there(void **state)
{
	struct twins *d = *state;
	struct err e;

	revoked(d);
	cJSON_Delete(test_office_tick(&d->at[0], 2565, "1.3.B1", 1));
	twins_push(d, 0); /* past the hall's door */

	assert_err(join_at_b(d, &e), ERR_REFUSED, &e,
	    "good up to number 3: this is number 4");
}

static void
test_revoke__settles_a_push_that_was_under_way(void **state)
{
	struct twins *d = *state;
	struct err e;

	revoked(d);
	cJSON_Delete(test_office_tick(&d->at[0], 2565, "1.3.B1", 1));
	twins_push(d, 0); /* the door had let it in a moment before */

	assert_ok(revoke_settle(d->hall.store, "9105", &e), &e);

	assert_int_equal(number_at_hall(d), 4);
	assert_ok(join_at_b(d, &e), &e);
	/* and once more: there is nothing to do */
	assert_ok(revoke_settle_all(d->hall.store, &e), &e);
	assert_int_equal(number_at_hall(d), 4);
}

static void
test_revoke__restore_takes_all_of_it_back(void **state)
{
	struct twins *d = *state;
	cJSON *v = NULL;
	struct err e;

	revoked(d);

	assert_ok(revoke_restore(d->hall.store, &d->hall.person, "9105-a",
		      "found", &v, &e),
	    &e);

	assert_string_equal(json_str(v, "state"), "active");
	assert_int_equal(number_at_hall(d), -1);
	cJSON_Delete(v);
	cJSON_Delete(test_office_tick(&d->at[0], 2565, "1.3.B1", 1));
	twins_push(d, 0);
	assert_ok(join_at_b(d, &e), &e);
}

/* What the door would ask of the hall's published word. */
static int
at_door(struct twins *d, const char *device, int64_t sequence, struct err *e)
{
	struct published *p = NULL;
	struct repo *r = NULL;
	int rc;

	assert_ok(journal_flush(d->hall.store, e), e);
	assert_ok(store_repo(d->hall.store, "9105", &r, e), e);
	assert_ok(repo_refresh(r, e), e);
	assert_ok(published_open(r, &p, e), e);
	rc = sequence > 0 ? published_may(p, "9105", device, sequence, 1, e)
			  : published_active(p, "9105", device, e);
	published_free(p);
	return rc;
}

static void
test_revoke__the_door_takes_no_new_number(void **state)
{
	struct twins *d = *state;
	struct err e;

	assert_ok(at_door(d, "9105-a", 4, &e), &e);
	revoked(d);

	assert_ok(at_door(d, "9105-a", 3, &e), &e);
	assert_err(at_door(d, "9105-a", 4, &e), ERR_REFUSED, &e, "number 4");
	assert_err(at_door(d, "9105-a", 0, &e), ERR_REFUSED, &e, "was revoked");
	assert_ok(at_door(d, "9105-b", 0, &e), &e);
}

static void
test_revoke__a_disabled_office_is_shut_out_whole(void **state)
{
	struct twins *d = *state;
	cJSON *v = NULL;
	struct err e;

	assert_ok(revoke_office(d->hall.store, &d->hall.person, "9105", 1,
		      "audit", &v, &e),
	    &e);
	assert_string_equal(json_str(v, "state"), "disabled");
	cJSON_Delete(v);
	assert_err(at_door(d, "9105-b", 0, &e), ERR_REFUSED, &e,
	    "office 9105 is disabled at the hall since");
	assert_non_null(strstr(e.msg, ": audit"));
	v = NULL;
	assert_ok(revoke_office(
		      d->hall.store, &d->hall.person, "9105", 0, NULL, &v, &e),
	    &e);
	cJSON_Delete(v);
	assert_ok(at_door(d, "9105-b", 0, &e), &e);
}

static void
test_revoke__the_list_shows_each_device(void **state)
{
	struct twins *d = *state;
	const cJSON *a, *b;
	cJSON *v = NULL;
	struct err e;

	revoked(d);

	assert_ok(machines_list(d->hall.store, NULL, &v, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(v, "devices")), 2);
	a = cJSON_GetArrayItem(json_get(v, "devices"), 0);
	b = cJSON_GetArrayItem(json_get(v, "devices"), 1);
	assert_string_equal(json_str(a, "device"), "9105-a");
	assert_string_equal(json_str(a, "state"), "revoked");
	assert_non_null(json_str(a, "until"));
	assert_string_equal(json_str(b, "state"), "active");
	assert_string_equal(json_str(b, "office_name"), "ละงู");
	assert_non_null(strstr(json_str(b, "fingerprint"), "SHA256:"));
	cJSON_Delete(v);
	v = NULL;
	assert_err(machines_list(d->hall.store, "9106", &v, &e), ERR_NOT_FOUND,
	    &e, "not enrolled");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_revoke__keeps_the_number_of_what_the_hall_had),
		TEST(test_revoke__names_what_came_in_after_the_time),
		TEST(test_revoke__refuses_what_makes_no_sense),
		TEST(
		    test_revoke__earlier_revisions_are_good_at_the_other_device),
		TEST(test_revoke__later_ones_are_refused_there),
		TEST(test_revoke__settles_a_push_that_was_under_way),
		TEST(test_revoke__restore_takes_all_of_it_back),
		TEST(test_revoke__the_door_takes_no_new_number),
		TEST(test_revoke__a_disabled_office_is_shut_out_whole),
		TEST(test_revoke__the_list_shows_each_device),
	};

	return cmocka_run_group_tests_name(
	    "revoke", tests, test_libraries_up, test_libraries_down);
}
