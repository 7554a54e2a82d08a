#include "tests/unit/test.h"

#include "daemon/sync/sync_wait.h"

struct client {
	struct sync_wait *wait;
	int n, rc;
	struct client *forgets, *adds;
};

static void
on_answer(void *arg, int rc, const cJSON *result, const struct err *err)
{
	struct client *c = arg;

	(void)result;
	(void)err;
	c->n++;
	c->rc = rc;
	if (c->forgets != NULL)
		sync_wait_forget(c->wait, c->forgets);
	if (c->adds != NULL)
		assert_int_equal(
		    sync_wait_add(c->wait, on_answer, c->adds, NULL), 0);
}

static void
test_sync_wait__answers_each_once(void **state)
{
	struct sync_wait w = { 0 };
	struct client a = { .wait = &w }, b = { .wait = &w };
	struct err e;

	(void)state;
	assert_ok(sync_wait_add(&w, on_answer, &a, &e), &e);
	assert_ok(sync_wait_add(&w, on_answer, &b, &e), &e);
	assert_int_equal(sync_wait_answer(&w, -5, NULL, NULL, 0), 0);
	assert_int_equal(sync_wait_answer(&w, 0, NULL, NULL, 0), 0);

	assert_int_equal(a.n, 1);
	assert_int_equal(b.n, 1);
	assert_int_equal(a.rc, -5);
	assert_null(w.list);
}

static void
test_sync_wait__lets_a_late_save_have_one_more_run(void **state)
{
	struct sync_wait w = { 0 };
	struct client a = { .wait = &w };
	struct err e;

	(void)state;
	assert_ok(sync_wait_add(&w, on_answer, &a, &e), &e);
	assert_int_equal(sync_wait_answer(&w, 0, NULL, NULL, 1), 1);
	assert_int_equal(a.n, 0);
	assert_int_equal(sync_wait_answer(&w, 0, NULL, NULL, 1), 0);
	assert_int_equal(a.n, 1);
}

static void
test_sync_wait__may_be_changed_by_an_answer(void **state)
{
	struct sync_wait w = { 0 };
	struct client late = { .wait = &w }, other = { .wait = &w };
	struct client a = { .wait = &w, .forgets = &other, .adds = &late };
	struct err e;

	(void)state;
	assert_ok(sync_wait_add(&w, on_answer, &other, &e), &e);
	assert_ok(sync_wait_add(&w, on_answer, &a, &e), &e);
	sync_wait_answer(&w, 0, NULL, NULL, 0);
	assert_int_equal(a.n, 1);
	assert_int_equal(other.n, 0); /* forgotten before its turn */
	assert_int_equal(late.n, 0);  /* waits for the next outcome */
	sync_wait_answer(&w, 0, NULL, NULL, 0);
	assert_int_equal(late.n, 1);
	assert_null(w.list);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sync_wait__answers_each_once),
		cmocka_unit_test(
		    test_sync_wait__lets_a_late_save_have_one_more_run),
		cmocka_unit_test(test_sync_wait__may_be_changed_by_an_answer),
	};

	return cmocka_run_group_tests_name("sync_wait", tests, NULL, NULL);
}
