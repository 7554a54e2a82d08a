#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/sync/sync.h"
#include "tests/support/joined.h"

#define FAR_MS 3600000
#define DEADLINE_MS 60000

/* The state machine on a loop of the test's own, against a real hall's
 * directory, with git and pmqa-receive as children. */
struct flow {
	struct joined joined;
	struct conf conf;
	uv_loop_t loop;
	struct worker *writer;
	struct sync *sync;
	char states[2048]; /* "fetch absorb …" */
	int n_fetches;
	int n_done, rc;
	int synced;
	int64_t pushed, fetched;
	char msg[400];
	char next_try[40]; /* as status had it when the run ended */
	int closed;
	int port_fd; /* closed_port()'s; 0 without it */
};

static struct flow f;
static const struct worker_ops no_hooks = { .start = NULL };

static void
on_changed(void *arg, const char *state, const char *detail)
{
	size_t used = strlen(f.states);

	(void)arg;
	(void)detail;
	if (strcmp(state, "fetch") == 0)
		f.n_fetches++;
	if (used + strlen(state) + 2 < sizeof(f.states))
		snprintf(
		    f.states + used, sizeof(f.states) - used, "%s ", state);
}

/* Here, since the next run may begin a moment later. */
static void
note_next_try(void)
{
	cJSON *status = NULL;
	const char *when;
	struct err e;

	assert_ok(sync_status(f.sync, &status, &e), &e);
	when = json_str(status, "next_try");
	snprintf(
	    f.next_try, sizeof(f.next_try), "%s", when != NULL ? when : "");
	cJSON_Delete(status);
}

static void
on_done(void *arg, int rc, const cJSON *result, const struct err *err)
{
	(void)arg;
	note_next_try();
	f.n_done++;
	f.rc = rc;
	f.synced = json_bool(result, "synced", 0);
	f.pushed = json_int(result, "pushed", -1);
	f.fetched = json_int(result, "fetched", -1);
	snprintf(f.msg, sizeof(f.msg), "%s", err != NULL ? err->msg : "");
}

static int
setup(void **state)
{
	struct err e;

	(void)state;
	memset(&f, 0, sizeof(f));
	joined_make(&f.joined);
	assert_ok(conf_load(f.joined.office.dir, &f.conf, &e), &e);
	f.conf.after_save_ms = f.conf.backoff_min_ms = FAR_MS;
	f.conf.backoff_max_ms = FAR_MS;
	f.conf.sync_interval_s = 86400;
	assert_int_equal(uv_loop_init(&f.loop), 0);
	return 0;
}

static void
start(void)
{
	const struct sync_env env = { .loop = &f.loop,
		.writer = NULL,
		.conf = &f.conf,
		.changed = on_changed };
	struct sync_env full = env;
	struct err e;

	assert_ok(worker_create(&f.loop, "writer", &no_hooks,
		      f.joined.office.store, &f.writer, &e),
	    &e);
	full.writer = f.writer;
	assert_ok(sync_create(&full, &f.sync, &e), &e);
}

static void
on_closed(void *arg)
{
	(void)arg;
	f.closed++;
}

/* Everything ends and the loop is empty: nothing was left open. */
static void
stop(void)
{
	sync_close(f.sync, on_closed, NULL);
	while (f.closed == 0)
		uv_run(&f.loop, UV_RUN_ONCE);
	worker_close(f.writer, on_closed, NULL);
	uv_run(&f.loop, UV_RUN_DEFAULT);
	assert_int_equal(f.closed, 2);
	f.sync = NULL;
}

static int
teardown(void **state)
{
	(void)state;
	if (f.sync != NULL)
		stop();
	assert_int_equal(uv_loop_close(&f.loop), 0);
	if (f.port_fd != 0)
		close(f.port_fd);
	joined_remove(&f.joined);
	return 0;
}

static void
on_tick(uv_timer_t *t)
{
	(void)t; /* wakes uv_run() so that the deadline is seen */
}

/* Runs the loop until *n reaches want. */
static void
run_until(const int *n, int want)
{
	int64_t deadline = clock_mono_ms() + DEADLINE_MS;
	uv_timer_t tick;

	uv_timer_init(&f.loop, &tick);
	uv_timer_start(&tick, on_tick, 20, 20);
	while (*n < want && clock_mono_ms() < deadline)
		uv_run(&f.loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&tick, NULL);
	uv_run(&f.loop, UV_RUN_NOWAIT);
	assert_true(*n >= want);
}

static void
sync_once(void)
{
	int before = f.n_done;
	struct err e;

	f.states[0] = '\0';
	assert_ok(sync_now(f.sync, on_done, &f, &e), &e);
	assert_int_equal(f.n_done, before); /* never inside the call */
	run_until(&f.n_done, before + 1);
}

/* Before start(): the store is the test's until then. */
static void
save_two(void)
{
	cJSON_Delete(test_office_open_year(&f.joined.office, 2565));
	cJSON_Delete(
	    test_office_tick(&f.joined.office, 2565, "1.1.B1 1.1.B2", 1));
}

static void
hall_absorbs(void)
{
	cJSON *receipt = NULL;

	joined_hall_absorb(&f.joined, &receipt);
	assert_non_null(receipt);
	cJSON_Delete(receipt);
}

static char *
last_error(const char *member)
{
	cJSON *status = NULL;
	const char *s;
	char *ret;
	struct err e;

	assert_ok(sync_status(f.sync, &status, &e), &e);
	s = json_str(json_get(status, "last_error"), member);
	ret = strdup(s != NULL ? s : "");
	cJSON_Delete(status);
	assert_non_null(ret);
	return ret;
}

static void
check_last_error(const char *class, const char *part)
{
	char *c = last_error("class"), *m = last_error("message");

	assert_string_equal(c, class);
	if (strstr(m, part) == NULL)
		fail_msg("'%s' lacks '%s'", m, part);
	free(c);
	free(m);
}

static void
test_sync__goes_through_its_states_and_waits_for_the_receipt(void **state)
{
	(void)state;
	save_two();
	start();

	sync_once(); /* no daemon at the hall: pushed, but nobody's word */
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.pushed, 2);
	assert_int_equal(f.synced, 0);
	assert_string_equal(f.states, "fetch absorb merge push receipt idle ");
	check_last_error("retry", "not given its receipt");

	hall_absorbs();
	sync_once();
	assert_int_equal(f.pushed, 0);
	assert_int_equal(f.synced, 1);
	assert_true(f.fetched >= 1);
	assert_string_equal(f.states, "fetch absorb merge idle ");
	check_last_error("", "");
}

static void
test_sync__joins_the_one_under_way(void **state)
{
	struct err e;

	(void)state;
	save_two();
	start();
	assert_ok(sync_now(f.sync, on_done, &f, &e), &e);
	assert_ok(sync_now(f.sync, on_done, &f.conf, &e), &e);
	run_until(&f.n_done, 2);

	assert_int_equal(f.n_fetches, 1);
}

static void
test_sync__forgets_a_client_that_went_away(void **state)
{
	struct err e;

	(void)state;
	start();
	assert_ok(sync_now(f.sync, on_done, &f.conf, &e), &e);
	sync_forget(f.sync, &f.conf);
	sync_once();

	assert_int_equal(f.n_done, 1);
}

static void
test_sync__needs_a_hall(void **state)
{
	struct err e;

	(void)state;
	f.conf.enrolled = 0;
	start();

	assert_err(
	    sync_now(f.sync, on_done, &f, &e), ERR_FAILED, &e, "not enrolled");
	assert_int_equal(f.n_done, 0);
	sync_saved(f.sync); /* and nothing runs by itself either */
	uv_run(&f.loop, UV_RUN_NOWAIT);
	assert_int_equal(f.n_fetches, 0);
}

/* A port of the loopback where nobody listens, kept so that nobody else may. */
static int
closed_port(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t len = sizeof(a);
	union {
		struct sockaddr_in *in;
		struct sockaddr *any;
	} u = { .in = &a };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(fd >= 0);
	assert_int_equal(bind(fd, u.any, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, u.any, &len), 0);
	f.port_fd = fd;
	return ntohs(a.sin_port);
}

static void
no_road(void)
{
	snprintf(f.conf.urls[0], sizeof(f.conf.urls[0]),
	    "ssh://nobody@127.0.0.1:%d", closed_port());
	f.conf.n_urls = 1;
}

static void
test_sync__tries_the_second_address_when_the_first_is_away(void **state)
{
	(void)state;
	no_road();
	snprintf(f.conf.urls[1], sizeof(f.conf.urls[1]), "%s", f.joined.hall);
	f.conf.n_urls = 2;
	save_two();
	start();

	sync_once();
	assert_int_equal(f.rc, 0);
	assert_int_equal(f.pushed, 2);
	hall_absorbs();
	sync_once();
	assert_int_equal(f.synced, 1);
}

static void
test_sync__without_a_road_says_so_and_tries_again(void **state)
{
	cJSON *status = NULL;
	struct err e;

	(void)state;
	no_road();
	f.conf.backoff_min_ms = 10;
	f.conf.backoff_max_ms = 40;
	save_two();
	start();

	sync_once();
	assert_int_equal(f.rc, ERR_UNREACHABLE);
	assert_non_null(strstr(f.msg, "cannot reach the hall"));
	check_last_error("retry", "Connection refused");
	assert_string_not_equal(f.next_try, "");
	assert_ok(sync_status(f.sync, &status, &e), &e);
	assert_null(json_str(status, "last_success"));
	cJSON_Delete(status);
	run_until(&f.n_fetches, 4); /* though nothing new is saved */
}

static void
test_sync__starts_by_itself_after_a_save(void **state)
{
	(void)state;
	f.conf.after_save_ms = 50;
	save_two();
	start();
	run_until(&f.n_fetches, 1); /* what was saved before the start */

	f.conf.backoff_min_ms = f.conf.backoff_max_ms = FAR_MS;
	while (strstr(f.states, "idle") == NULL)
		uv_run(&f.loop, UV_RUN_ONCE);
	hall_absorbs();
	sync_once(); /* synced: no failure holds the next one back */
	assert_int_equal(f.synced, 1);
	f.n_fetches = 0;
	sync_saved(f.sync);
	run_until(&f.n_fetches, 1);
}

static void
on_saving(uv_timer_t *t)
{
	(void)t;
	sync_saved(f.sync);
}

static void
test_sync__is_not_put_off_by_constant_saving(void **state)
{
	uv_timer_t saving;

	(void)state;
	start();
	sync_once();
	f.conf.after_save_ms = 200;
	f.n_fetches = 0;
	uv_timer_init(&f.loop, &saving);
	uv_timer_start(&saving, on_saving, 0, 10);
	run_until(&f.n_fetches, 1);
	uv_close((uv_handle_t *)&saving, NULL);
	uv_run(&f.loop, UV_RUN_NOWAIT); /* it leaves with this function */
}

/* In each turn of the loop, until the run's outcome is told. */
static void
on_turn(uv_prepare_t *t)
{
	const int *before = t->data;

	if (f.n_done == *before)
		sync_saved(f.sync);
}

/* What is saved after a run has looked what there is to send, and before it
 * ends, must not wait for the interval. */
static void
test_sync__a_save_at_the_very_end_of_a_run_begins_another(void **state)
{
	uv_prepare_t turns;
	int fetches, before;

	(void)state;
	save_two();
	start();
	sync_once();
	hall_absorbs();
	f.conf.after_save_ms = 1;
	fetches = f.n_fetches;
	before = f.n_done;
	uv_prepare_init(&f.loop, &turns);
	turns.data = &before;
	uv_prepare_start(&turns, on_turn);
	sync_once();
	uv_close((uv_handle_t *)&turns, NULL);
	assert_int_equal(f.synced, 1);

	run_until(&f.n_fetches, fetches + 2);
}

static void
test_sync__can_be_closed_in_the_middle(void **state)
{
	struct err e;

	(void)state;
	save_two();
	start();
	assert_ok(sync_now(f.sync, on_done, &f, &e), &e);
	run_until(&f.n_fetches, 1); /* git is running */
	stop();

	assert_int_equal(f.n_done, 1);
	assert_true(f.rc < 0);
}

static void
test_sync__closes_at_once_when_nothing_runs(void **state)
{
	(void)state;
	start();
	stop();
	assert_int_equal(f.n_fetches, 0);
}

#define FLOW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		FLOW(
		    test_sync__goes_through_its_states_and_waits_for_the_receipt),
		FLOW(test_sync__joins_the_one_under_way),
		FLOW(test_sync__forgets_a_client_that_went_away),
		FLOW(test_sync__needs_a_hall),
		FLOW(
		    test_sync__tries_the_second_address_when_the_first_is_away),
		FLOW(test_sync__without_a_road_says_so_and_tries_again),
		FLOW(test_sync__starts_by_itself_after_a_save),
		FLOW(test_sync__is_not_put_off_by_constant_saving),
		FLOW(test_sync__a_save_at_the_very_end_of_a_run_begins_another),
		FLOW(test_sync__can_be_closed_in_the_middle),
		FLOW(test_sync__closes_at_once_when_nothing_runs),
	};

	return cmocka_run_group_tests_name(
	    "sync", tests, test_libraries_up, test_libraries_down);
}
