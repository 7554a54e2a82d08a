#include "tests/unit/test.h"

#include "store/admit/absorb.h"
#include "store/conf.h"
#include "store/hall/revoke.h"
#include "store/hall/visit.h"
#include "store/view/alerts.h"
#include "store/view/oversight.h"
#include "store/view/query.h"
#include "tests/support/pair.h"

#define NOON INT64_C(1800000000) /* 2027-01-15 15:00 at +07:00 */
#define DAY_S 86400

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

static struct store *
hall(void **state)
{
	struct pair *p = *state;

	return p->hall.store;
}

/* A list of what is wrong: "key" or "key=sentence", separated by blanks. */
static cJSON *
wrong(const char *keys)
{
	cJSON *list = cJSON_CreateArray(), *one;
	char text[200], *word, *save = NULL;
	struct err e;

	assert_non_null(list);
	snprintf(text, sizeof(text), "%s", keys);
	for (word = strtok_r(text, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		one = cJSON_CreateObject();
		assert_ok(json_put_str(one, "key", word, &e), &e);
		assert_ok(json_put_str(one, "kind", "refused", &e), &e);
		assert_ok(json_put_str(one, "office", "9105", &e), &e);
		assert_ok(json_put_str(one, "message", word, &e), &e);
		assert_ok(json_put_str(one, "message_th", word, &e), &e);
		assert_ok(json_put_int(one, "since", NOON, &e), &e);
		assert_ok(json_push(list, one, &e), &e);
	}
	return list;
}

static int64_t
apply(void **state, const char *keys, int64_t now)
{
	cJSON *list = wrong(keys);
	int64_t waiting = -1;
	struct err e;

	assert_ok(alerts_apply(hall(state), list, now, &waiting, &e), &e);
	cJSON_Delete(list);
	return waiting;
}

/* What is to be told now: "a -b": a began, b is over. */
static cJSON *
waiting(void **state, int64_t now, const char *want)
{
	struct buf got = BUF_INIT;
	cJSON *list = NULL;
	const cJSON *one;
	struct err e;

	assert_ok(alerts_waiting(hall(state), now, &list, &e), &e);
	cJSON_ArrayForEach (one, list)
		buf_printf(&got, "%s%s%s", got.len > 0 ? " " : "",
		    json_bool(one, "end", 0) ? "-" : "",
		    json_str(one, "message"));
	assert_string_equal(buf_str(&got), want);
	buf_release(&got);
	return list;
}

static void
tell(void **state, int64_t now, const char *want)
{
	cJSON *list = waiting(state, now, want);
	struct err e;

	assert_ok(alerts_told(hall(state), list, now, &e), &e);
	cJSON_Delete(list);
}

static void
test_alerts__tells_once_of_what_lasts(void **state)
{
	assert_int_equal(apply(state, "a b", NOON), 2);
	tell(state, NOON, "a b");

	assert_int_equal(apply(state, "a b", NOON + 300), 0);
	assert_int_equal(apply(state, "a b c", NOON + 600), 1);

	tell(state, NOON + 600, "c");
	cJSON_Delete(waiting(state, NOON + 600, ""));
}

static void
test_alerts__tells_once_that_it_is_over(void **state)
{
	apply(state, "a", NOON);
	tell(state, NOON, "a");

	assert_int_equal(apply(state, "", NOON + 300), 1);
	tell(state, NOON + 300, "-a");

	assert_int_equal(apply(state, "", NOON + 600), 0);
	/* again: another alert */
	assert_int_equal(apply(state, "a", NOON + 900), 1);
	tell(state, NOON + 900, "a");
}

static void
test_alerts__forgets_what_ended_untold(void **state)
{
	cJSON *list = NULL;
	struct err e;

	apply(state, "a", NOON);
	assert_int_equal(apply(state, "", NOON + 300), 0);

	cJSON_Delete(waiting(state, NOON + 300, ""));
	assert_ok(alerts_list(hall(state), NOON, &list, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(list, "ended")), 0);
	cJSON_Delete(list);
}

static void
test_alerts__that_end_while_they_are_sent_are_told_as_over(void **state)
{
	cJSON *sent;
	struct err e;

	apply(state, "a", NOON);
	sent = waiting(state, NOON, "a");
	/* told, but the answer comes after the next look */
	assert_ok(alerts_told(hall(state), sent, NOON, &e), &e);
	cJSON_Delete(sent);
	apply(state, "", NOON + 1);

	tell(state, NOON + 1, "-a");
	cJSON_Delete(waiting(state, NOON + 2, ""));
}

static void
test_alerts__drops_after_a_while_what_was_told(void **state)
{
	cJSON *list = NULL;
	struct err e;

	apply(state, "a", NOON);
	tell(state, NOON, "a");
	apply(state, "", NOON);
	tell(state, NOON, "-a");

	apply(state, "", NOON + ALERTS_KEPT_S + 1);

	assert_ok(alerts_list(hall(state), NOON, &list, &e), &e);
	assert_int_equal(cJSON_GetArraySize(json_get(list, "ended")), 0);
	cJSON_Delete(list);
}

/* 1 if something of this key is wrong. */
static int
sees(void **state, int64_t now, const char *key, const char *part)
{
	cJSON *list = NULL;
	const cJSON *one;
	int found = 0;
	struct err e;

	assert_ok(alerts_look(hall(state), now, &list, &e), &e);
	cJSON_ArrayForEach (one, list)
		if (strcmp(json_str(one, "key"), key) == 0) {
			found = 1;
			assert_non_null(strstr(json_str(one, "message"), part));
		}
	cJSON_Delete(list);
	return found;
}

static void
test_alerts__sees_refusals_and_silence(void **state)
{
	struct err e;

	assert_ok(visit_seen(hall(state), "9105", NOON, &e), &e);
	assert_false(sees(state, NOON, "failing:9105:refused", ""));
	assert_false(sees(state, NOON + 6 * DAY_S, "silent:9105", ""));
	assert_true(sees(state, NOON + 8 * DAY_S, "silent:9105", "9105"));

	assert_ok(visit_failed(hall(state), "9105", NOON, "refused",
		      "the signature is not valid", &e),
	    &e);
	assert_true(sees(
	    state, NOON, "failing:9105:refused", "the signature is not valid"));

	assert_ok(visit_well(hall(state), "9105", NOON + 9, &e), &e);
	assert_false(sees(state, NOON + 9, "failing:9105:refused", ""));
}

/* The first office of hall.status, with what oversight adds. */
static cJSON *
office(void **state)
{
	cJSON *status = NULL;
	struct err e;

	assert_ok(query_hall_status(hall(state), &status, &e), &e);
	assert_ok(
	    oversight_add(hall(state), status, "9105", OVERSIGHT_DISK, &e), &e);
	return status;
}

static void
test_alerts__oversight_knows_what_a_machine_told(void **state)
{
	struct visitor v = { "9105", "9105-a", "0.1.0", NULL };
	struct person p = { .login = "chief" };
	struct branch *b = NULL;
	cJSON *status = office(state), *written = NULL;
	const cJSON *o = json_get(status, "offices")->child;
	unsigned char tip[20];
	struct err e;

	assert_true(cJSON_IsNull(json_get(o, "holds")));
	assert_true(cJSON_IsNull(json_get(o, "version")));
	cJSON_Delete(status);

	assert_ok(store_branch(hall(state), "9105", "hall", &b, &e), &e);
	assert_true(b->has_tip);
	memcpy(tip, b->tip, sizeof(tip));
	v.holds = tip;
	assert_ok(visit_came(hall(state), &v, NOON, &e), &e);
	/* what is not told again stays */
	v.version = NULL;
	v.holds = NULL;
	assert_ok(visit_came(hall(state), &v, NOON + 1, &e), &e);

	status = office(state);
	o = json_get(status, "offices")->child;
	assert_string_equal(json_str(o, "version"), "0.1.0");
	assert_int_equal(json_int(json_get(o, "holds"), "behind", -1), 0);
	assert_true(json_int(o, "disk", 0) > 0);
	cJSON_Delete(status);

	/* a tip that is not ours: it holds nothing that we know */
	memset(tip, 7, sizeof(tip));
	v.holds = tip;
	assert_ok(visit_came(hall(state), &v, NOON + 2, &e), &e);
	status = office(state);
	o = json_get(status, "offices")->child;
	assert_true(json_int(json_get(o, "holds"), "behind", 0) > 0);
	cJSON_Delete(status);

	/* that it does not hold what it found here is known at its next visit
	 * only: not so with what was written since */
	assert_ok(
	    revoke_office(hall(state), &p, "9105", 1, NULL, &written, &e), &e);
	cJSON_Delete(written);
	status = office(state);
	o = json_get(status, "offices")->child;
	assert_int_equal(json_int(json_get(o, "holds"), "unsent", -1), 1);
	cJSON_Delete(status);
	assert_ok(visit_came(hall(state), &v, NOON + 3, &e), &e);
	status = office(state);
	o = json_get(status, "offices")->child;
	assert_true(json_int(json_get(o, "holds"), "behind", 0) > 0);
	assert_int_equal(json_int(json_get(o, "holds"), "unsent", -1), 0);
	cJSON_Delete(status);
}

static void
test_alerts__go_one_way(void **state)
{
	static struct conf c;
	struct err e;

	(void)state;
	conf_alerts_defaults(&c.alerts);
	assert_ok(conf_alerts_set_mail(&c, "a@example.org", &e), &e);
	assert_err(conf_alerts_set_command(&c, "/bin/true", &e), ERR_INVALID,
	    &e, "not both");
	conf_alerts_defaults(&c.alerts);
	assert_ok(conf_alerts_set_command(&c, "/bin/true", &e), &e);
	assert_err(conf_alerts_set_mail(&c, "a@example.org", &e), ERR_INVALID,
	    &e, "not both");
}

static void
test_alerts__a_disabled_office_is_shown_as_such(void **state)
{
	struct person p = { .login = "chief" };
	cJSON *v = NULL, *status;
	const cJSON *o;
	struct err e;

	assert_ok(revoke_office(hall(state), &p, "9105", 1, "why", &v, &e), &e);
	cJSON_Delete(v);
	status = office(state);
	o = json_get(status, "offices")->child;
	assert_string_equal(json_str(o, "state"), "disabled");
	assert_string_equal(json_str(json_get(o, "disabled"), "reason"), "why");
	cJSON_Delete(status);
}

static void
test_alerts__a_visitor_is_of_its_office(void **state)
{
	struct visitor v = { "9105", "9106-a", NULL, NULL };
	struct err e;

	assert_int_equal(visit_came(hall(state), &v, NOON, &e), ERR_INVALID);
	v.device = "9105-a";
	v.version = "1\n2";
	assert_int_equal(visit_came(hall(state), &v, NOON, &e), ERR_INVALID);
	v.version = NULL;
	v.office = "9199";
	v.device = "9199-a";
	assert_true(visit_came(hall(state), &v, NOON, &e) < 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_alerts__tells_once_of_what_lasts),
		TEST(test_alerts__tells_once_that_it_is_over),
		TEST(test_alerts__forgets_what_ended_untold),
		TEST(
		    test_alerts__that_end_while_they_are_sent_are_told_as_over),
		TEST(test_alerts__drops_after_a_while_what_was_told),
		TEST(test_alerts__sees_refusals_and_silence),
		TEST(test_alerts__oversight_knows_what_a_machine_told),
		TEST(test_alerts__go_one_way),
		TEST(test_alerts__a_disabled_office_is_shown_as_such),
		TEST(test_alerts__a_visitor_is_of_its_office),
	};

	return cmocka_run_group_tests_name(
	    "alerts", tests, test_libraries_up, test_libraries_down);
}
