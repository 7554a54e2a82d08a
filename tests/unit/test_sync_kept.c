#include "tests/unit/test.h"

#include "daemon/sync/sync_kept.h"

static struct sync_kept
again(const struct sync_kept *k)
{
	struct sync_kept back;
	cJSON *v = NULL;
	struct err e;

	assert_ok(sync_kept_json(k, &v, &e), &e);
	sync_kept_read(v, &back);
	cJSON_Delete(v);
	return back;
}

static struct sync_kept
from(const char *text)
{
	struct sync_kept k;
	cJSON *v = NULL;
	struct err e;

	assert_ok(json_parse(text, strlen(text), 4096, &v, &e), &e);
	sync_kept_read(v, &k);
	cJSON_Delete(v);
	return k;
}

static void
test_sync_kept__a_failure_comes_back_whole(void **state)
{
	struct sync_kept k, back;

	(void)state;
	memset(&k, 0, sizeof(k));
	k.last_success = 1000;
	k.failing_since = 2000;
	k.n_failures = 7;
	k.fault.class = SYNC_PERSON;
	err_set(&k.fault.err, ERR_DENIED, 0, "no room at '%s'", "here");
	err_hint(&k.fault.err, "ask");
	back = again(&k);
	assert_int_equal(back.last_success, 1000);
	assert_int_equal(back.failing_since, 2000);
	assert_int_equal(back.n_failures, 7);
	assert_int_equal(back.fault.class, SYNC_PERSON);
	assert_int_equal(back.fault.err.code, ERR_DENIED);
	assert_string_equal(back.fault.err.msg, "no room at 'here'");
	assert_string_equal(back.fault.err.hint, "ask");
	assert_false(back.pause.on);
}

static void
test_sync_kept__a_pause_comes_back_whole(void **state)
{
	struct sync_kept k, back;

	(void)state;
	memset(&k, 0, sizeof(k));
	k.pause.on = 1;
	k.pause.since = 5;
	k.pause.until = 9;
	snprintf(k.pause.by, sizeof(k.pause.by), "somchai");
	back = again(&k);
	assert_true(back.pause.on);
	assert_int_equal(back.pause.since, 5);
	assert_int_equal(back.pause.until, 9);
	assert_string_equal(back.pause.by, "somchai");
	assert_int_equal(back.fault.class, SYNC_NONE);
	assert_int_equal(back.n_failures, 0);
}

static void
test_sync_kept__what_makes_no_sense_is_unknown(void **state)
{
	struct sync_kept k;

	(void)state;
	sync_kept_read(NULL, &k);
	assert_int_equal(k.last_success, 0);
	k = from("[]");
	assert_false(k.pause.on);
	k = from("{\"last_success\":\"soon\",\"failures\":-4,\"pause\":1,"
		 "\"fault\":{\"class\":\"odd\"}}");
	assert_int_equal(k.last_success, 0);
	assert_int_equal(k.n_failures, 0);
	assert_int_equal(k.fault.class, SYNC_NONE);
	assert_false(k.pause.on);
	k = from("{\"failures\":9999999999,\"fault\":{\"class\":\"retry\"},"
		 "\"pause\":{\"until\":-3,\"by\":\"a\\u001b[2Jb\"}}");
	assert_int_equal(k.n_failures, 0);
	assert_int_equal(k.fault.class, SYNC_RETRY);
	assert_int_equal(k.pause.until, 0);
	assert_string_equal(k.pause.by, "a?[2Jb");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sync_kept__a_failure_comes_back_whole),
		cmocka_unit_test(test_sync_kept__a_pause_comes_back_whole),
		cmocka_unit_test(
		    test_sync_kept__what_makes_no_sense_is_unknown),
	};

	return cmocka_run_group_tests_name("sync_kept", tests, NULL, NULL);
}
