/* An office's and a hall's daemon in one process: they join, exchange, and the
 * receipt comes back. The programs that git starts are the real ones. */
#include "tests/unit/test.h"

#include "base/clock.h"
#include "tests/support/served.h"

struct fixture {
	uv_loop_t loop;
	char *office_dir, *hall_dir;
	struct served office, hall;
	struct wire o, h;
};

/* {"<key>": <the string value of from.<member>>}; free() it. */
static char *
params_of(const char *key, const cJSON *from, const char *member)
{
	cJSON *params = cJSON_CreateObject();
	char *text;
	struct err e;

	assert_ok(json_put_str(params, key, json_str(from, member), &e), &e);
	text = cJSON_PrintUnformatted(params);
	assert_non_null(text);
	cJSON_Delete(params);
	return text;
}

static void
start_hall(struct fixture *f)
{
	served_start(&f->hall, &f->loop, f->hall_dir);
	wire_open(&f->h, &f->loop, f->hall.path);
}

static void
stop_hall(struct fixture *f)
{
	wire_close(&f->h);
	served_stop(&f->hall);
}

static void
join(struct fixture *f)
{
	cJSON *request, *answer, *hall;
	char *params;

	request = served_call(&f->o, "enroll.request", NULL);
	params = params_of("request", request, "request");
	answer = served_call(&f->h, "hall.enroll", params);
	free(params);
	params = params_of("answer", answer, "answer");
	hall = served_call(&f->o, "enroll.accept", params);
	assert_string_equal(json_str(hall, "hall"), "91");
	free(params);
	cJSON_Delete(request);
	cJSON_Delete(answer);
	cJSON_Delete(hall);
}

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	f->office_dir = served_init(ROLE_OFFICE, "9105", "ละงู");
	f->hall_dir = served_init(ROLE_HALL, "91", "สตูล");
	served_start(&f->office, &f->loop, f->office_dir);
	wire_open(&f->o, &f->loop, f->office.path);
	start_hall(f);
	join(f);
	cJSON_Delete(served_call(&f->o, "assess.open", "{\"year\":2565}"));
	*state = f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	wire_close(&f->o);
	served_stop(&f->office);
	stop_hall(f);
	served_close_loop(&f->loop);
	test_dir_remove(f->office_dir);
	test_dir_remove(f->hall_dir);
	free(f);
	return 0;
}

static int
is_synced(struct wire *w)
{
	cJSON *status = served_call(w, "status", NULL);
	int synced = json_bool(status, "synced", 0);

	cJSON_Delete(status);
	return synced;
}

static void
test_server_pair__sync_brings_the_receipt(void **state)
{
	struct fixture *f = *state;
	cJSON *r;

	assert_false(is_synced(&f->o));
	r = served_call(&f->o, "sync", "{\"wait\":true}");

	assert_true(json_bool(r, "synced", 0));
	assert_int_equal(json_int(r, "pushed", 0), 1);
	assert_string_equal(json_str(json_get(r, "receipt"), "revision"), "a1");
	assert_true(is_synced(&f->o));
	cJSON_Delete(r);
}

static void
test_server_pair__the_hall_reads_what_came(void **state)
{
	struct fixture *f = *state;
	cJSON *r;

	cJSON_Delete(served_call(&f->o, "sync", "{\"wait\":true}"));
	r = served_call(&f->h, "history", "{\"office\":\"9105\"}");
	assert_int_equal(cJSON_GetArraySize(json_get(r, "revisions")), 1);
	cJSON_Delete(r);

	/* again: the reader must not go by what it saw before */
	cJSON_Delete(
	    served_call(&f->o, "answer.tick", "{\"points\":[\"1.1.B1\"]}"));
	cJSON_Delete(served_call(&f->o, "sync", "{\"wait\":true}"));
	r = served_call(&f->h, "history", "{\"office\":\"9105\"}");
	assert_int_equal(cJSON_GetArraySize(json_get(r, "revisions")), 2);
	cJSON_Delete(r);
	r = served_call(&f->h, "hall.status", NULL);
	assert_string_equal(
	    json_str(cJSON_GetArrayItem(json_get(r, "offices"), 0), "revision"),
	    "a2");
	cJSON_Delete(r);
}

static void
test_server_pair__shows_the_steps_to_who_waits(void **state)
{
	struct fixture *f = *state;
	cJSON *line;
	int n = 0;

	assert_true(wire_puts(&f->o,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"sync\","
	    "\"params\":{\"wait\":true}}\n"));
	for (;;) {
		line = wire_json(&f->o);
		if (json_get(line, "id") != NULL)
			break;
		assert_string_equal(json_str(line, "method"), "progress");
		assert_string_equal(
		    json_str(json_get(line, "params"), "id"), "s");
		assert_non_null(json_str(json_get(line, "params"), "what"));
		cJSON_Delete(line);
		n++;
	}
	assert_true(n >= 3);
	assert_non_null(json_get(line, "result"));
	cJSON_Delete(line);
}

static void
test_server_pair__who_waits_may_go_away(void **state)
{
	static const char ask[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"sync\","
	    "\"params\":{\"wait\":true}}\n";
	struct fixture *f = *state;
	struct wire gone;
	cJSON *r;

	wire_open(&gone, &f->loop, f->office.path);
	wire_puts(&gone, ask);
	wire_turn(&f->loop, -1, 5);
	wire_close(&gone);
	r = served_call(&f->o, "sync", "{\"wait\":true}");

	assert_true(json_bool(r, "synced", 0));
	cJSON_Delete(r);
}

static void
test_server_pair__stop_ends_a_sync_under_way(void **state)
{
	struct fixture *f = *state;
	cJSON *line;

	assert_true(wire_puts(&f->o,
	    "{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"sync\","
	    "\"params\":{\"wait\":true}}\n"));
	wire_turn(&f->loop, -1, 5);
	served_stop(&f->office);
	do {
		line = wire_json(&f->o);
		if (json_get(line, "id") != NULL)
			break;
		cJSON_Delete(line);
	} while (1);

	assert_non_null(json_get(line, "error"));
	assert_null(wire_line(&f->o));
	cJSON_Delete(line);
	wire_close(&f->o);
	served_start(&f->office, &f->loop, f->office_dir);
	wire_open(&f->o, &f->loop, f->office.path);
}

/* The door works without the daemon; the receipt comes when it is back. */
static void
test_server_pair__the_hall_catches_up_after_it_was_away(void **state)
{
	struct fixture *f = *state;
	int64_t end;
	cJSON *r;

	stop_hall(f);
	r = served_call(&f->o, "sync", "{\"wait\":true}");
	assert_false(json_bool(r, "synced", 1));
	cJSON_Delete(r);
	assert_false(is_synced(&f->o));

	start_hall(f);
	/* it signs while it already answers: the first sync may be too early */
	end = clock_mono_ms() + WIRE_MS;
	while (!is_synced(&f->o) && clock_mono_ms() < end)
		cJSON_Delete(served_call(&f->o, "sync", "{\"wait\":true}"));
	assert_true(is_synced(&f->o));
	r = served_call(&f->h, "history", "{\"office\":\"9105\"}");
	assert_int_equal(cJSON_GetArraySize(json_get(r, "revisions")), 1);
	cJSON_Delete(r);
}

/* Member of the one office in hall.status, as text ("null" if it is); the
 * caller frees. */
static char *
hall_says(struct fixture *f, const char *member)
{
	cJSON *status = served_call(&f->h, "hall.status", NULL);
	char *text = cJSON_PrintUnformatted(json_get(
	    cJSON_GetArrayItem(json_get(status, "offices"), 0), member));

	assert_non_null(text);
	cJSON_Delete(status);
	return text;
}

/* Nobody waits for hall.seen: the writer may be a moment behind. */
static void
wait_until_seen(struct fixture *f, const char *before)
{
	int64_t end = clock_mono_ms() + WIRE_MS;
	char *now;
	int same = 1;

	while (same && clock_mono_ms() < end) {
		now = hall_says(f, "last_seen");
		same = strcmp(now, before) == 0;
		free(now);
		wire_turn(&f->loop, -1, 10);
	}
	assert_false(same);
}

static void
test_server_pair__the_hall_sees_an_office_that_has_nothing_to_push(void **state)
{
	struct fixture *f = *state;
	char *before, *failing;
	cJSON *history, *r;
	int64_t now;

	cJSON_Delete(served_call(&f->o, "sync", "{\"wait\":true}"));
	before = hall_says(f, "last_seen"); /* the push's, by hall.absorb */
	assert_string_not_equal(before, "null");
	history = served_call(
	    &f->h, "history", "{\"office\":\"9105\",\"branch\":\"hall\"}");
	for (now = clock_now(); clock_now() == now;)
		wire_turn(&f->loop, -1, 20); /* times are whole seconds */

	r = served_call(&f->o, "sync", "{\"wait\":true}");
	assert_int_equal(json_int(r, "pushed", -1), 0);
	cJSON_Delete(r);
	wait_until_seen(f, before);
	failing = hall_says(f, "failing");
	assert_string_equal(failing, "null");
	r = served_call(
	    &f->h, "history", "{\"office\":\"9105\",\"branch\":\"hall\"}");
	assert_true(cJSON_Compare(r, history, 1)); /* no revision for it */

	cJSON_Delete(r);
	cJSON_Delete(history);
	free(failing);
	free(before);
}

static void
test_server_pair__absorbing_again_gives_the_last_receipt_again(void **state)
{
	struct fixture *f = *state;
	cJSON *none, *sync, *again;

	none = served_call(&f->h, "hall.absorb", "{\"office\":\"9105\"}");
	assert_true(cJSON_IsNull(json_get(none, "receipt")));
	sync = served_call(&f->o, "sync", "{\"wait\":true}");
	again = served_call(&f->h, "hall.absorb", "{\"office\":\"9105\"}");

	assert_int_equal(json_int(again, "absorbed", -1), 0);
	assert_true(cJSON_IsObject(json_get(again, "receipt")));
	assert_true(cJSON_Compare(
	    json_get(again, "receipt"), json_get(sync, "receipt"), 1));
	cJSON_Delete(none);
	cJSON_Delete(sync);
	cJSON_Delete(again);
}

/* What the hall's daemon says to a hall.seen that makes no sense. */
static void
refuses_to_see(struct fixture *f, const char *params, const char *sentence)
{
	char line[400];
	const char *msg;
	cJSON *reply;

	snprintf(line, sizeof(line),
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hall.seen\","
	    "\"params\":%s}\n",
	    params);
	assert_true(wire_puts(&f->h, line));
	reply = wire_json(&f->h);
	msg = json_str(json_get(reply, "error"), "message");
	if (msg == NULL || strstr(msg, sentence) == NULL)
		fail_msg("'%s' lacks '%s'", msg != NULL ? msg : "", sentence);
	cJSON_Delete(reply);
}

static void
test_server_pair__only_an_enrolled_offices_device_is_seen(void **state)
{
	struct fixture *f = *state;
	char *seen;

	refuses_to_see(f, "{\"office\":\"9105\"}", "'device' is missing");
	refuses_to_see(f, "{\"office\":\"9105\",\"device\":\"9106-a\"}",
	    "device 9106-a is not one of office 9105");
	refuses_to_see(f, "{\"office\":\"9105\",\"device\":\"9105-h\"}",
	    "not the name of an office's device");
	refuses_to_see(
	    f, "{\"office\":\"9106\",\"device\":\"9106-a\"}", "9106");
	refuses_to_see(f,
	    "{\"office\":\"9105\",\"device\":\"9105-a\","
	    "\"class\":\"sulking\"}",
	    "not a class of failure");
	seen = hall_says(f, "last_seen");
	assert_string_equal(seen, "null");
	free(seen);
}

static void
test_server_pair__a_hall_asks_which_office(void **state)
{
	struct fixture *f = *state;
	cJSON *reply;

	assert_true(wire_puts(
	    &f->h, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"score\"}\n"));
	reply = wire_json(&f->h);
	assert_string_equal(
	    json_str(json_get(json_get(reply, "error"), "data"), "code"),
	    "usage");
	assert_non_null(
	    strstr(json_str(json_get(reply, "error"), "message"), "'office'"));
	cJSON_Delete(reply);
}

#define WITH_PAIR(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PAIR(test_server_pair__sync_brings_the_receipt),
		WITH_PAIR(test_server_pair__the_hall_reads_what_came),
		WITH_PAIR(test_server_pair__shows_the_steps_to_who_waits),
		WITH_PAIR(test_server_pair__who_waits_may_go_away),
		WITH_PAIR(test_server_pair__stop_ends_a_sync_under_way),
		WITH_PAIR(
		    test_server_pair__the_hall_catches_up_after_it_was_away),
		WITH_PAIR(
		    test_server_pair__the_hall_sees_an_office_that_has_nothing_to_push),
		WITH_PAIR(
		    test_server_pair__absorbing_again_gives_the_last_receipt_again),
		WITH_PAIR(
		    test_server_pair__only_an_enrolled_offices_device_is_seen),
		WITH_PAIR(test_server_pair__a_hall_asks_which_office),
	};

	served_prepare();
	return cmocka_run_group_tests_name("server_pair", tests, NULL, NULL);
}
