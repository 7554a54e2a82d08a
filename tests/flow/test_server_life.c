/* Start, stop and load of the daemon; what becomes of saves. */
#include "tests/unit/test.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/served.h"

#define N_CLIENTS 1000
#define STALL_MS 200
#define SOON_MS 5000

struct fixture {
	uv_loop_t loop;
	char *dir;
	struct served served;
};

static int
setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	f->dir = served_init(ROLE_OFFICE, "9105", "ละงู");
	*state = f;
	return 0;
}

/* The tests stop their servers themselves. */
static int
teardown(void **state)
{
	struct fixture *f = *state;

	served_close_loop(&f->loop);
	test_dir_remove(f->dir);
	free(f);
	return 0;
}

static int
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void
open_year(struct wire *w)
{
	cJSON_Delete(served_call(w, "assess.open", "{\"year\":2565}"));
}

/* What stock git says of the office's branch; free() it. */
static char *
git_tip(const struct fixture *f)
{
	char repo[300], *out = NULL;
	const char *const argv[] = { "git", "-C", repo, "rev-parse", "office",
		NULL };

	snprintf(repo, sizeof(repo), "%s/repo.git", f->dir);
	assert_int_equal(test_run(argv, &out), 0);
	out[strcspn(out, "\n")] = '\0';
	return out;
}

static void
test_server__removes_its_socket_at_the_end(void **state)
{
	struct fixture *f = *state;

	served_start(&f->served, &f->loop, f->dir);
	assert_true(exists(f->served.path));
	served_stop(&f->served);

	assert_false(exists(f->served.path));
}

static void
test_server__starts_and_stops_again_and_again(void **state)
{
	struct fixture *f = *state;
	struct wire w;
	cJSON *r;
	int i;

	for (i = 0; i < 3; i++) {
		served_start(&f->served, &f->loop, f->dir);
		wire_open(&w, &f->loop, f->served.path);
		r = served_call(&w, "hello", NULL);
		assert_string_equal(json_str(r, "code"), "9105");
		cJSON_Delete(r);
		wire_close(&w);
		served_stop(&f->served);
	}
}

static void
test_server__refuses_a_directory_that_is_not_set_up(void **state)
{
	struct fixture *f = *state;
	struct server_opts o = { .passed_fd = -1 };
	struct server *second = NULL;
	char dir[300];
	struct err e;

	snprintf(dir, sizeof(dir), "%s/none", f->dir);
	o.dir = dir;
	assert_err(
	    server_start(&f->loop, &o, &second, &e), ERR_NOT_FOUND, &e, "none");
	assert_true(e.hint[0] != '\0');
	assert_null(second);
}

static void
test_server__a_second_one_is_refused_and_the_first_goes_on(void **state)
{
	struct fixture *f = *state;
	struct server_opts o = { .dir = f->dir, .passed_fd = -1 };
	struct server *second = NULL;
	struct wire w;
	struct err e;
	char pid[40];

	served_start(&f->served, &f->loop, f->dir);
	snprintf(pid, sizeof(pid), "process %ld", (long)getpid());

	assert_err(server_start(&f->loop, &o, &second, &e), ERR_BUSY, &e, pid);

	assert_null(second);
	wire_open(&w, &f->loop, f->served.path);
	cJSON_Delete(served_call(&w, "hello", NULL));
	wire_close(&w);
	served_stop(&f->served);
}

struct expect {
	struct fixture *f;
	const char *commit;
};

static int
in_repo(void *arg)
{
	const struct expect *x = arg;
	char path[300];
	struct stat st;
	char *tip;
	int same;

	snprintf(
	    path, sizeof(path), "%s/repo.git/refs/heads/office", x->f->dir);
	if (stat(path, &st) != 0)
		return 0;
	tip = git_tip(x->f);
	same = strcmp(tip, x->commit) == 0;
	free(tip);
	return same;
}

/* How long a save is on its way into the repository. */
static int64_t
reach_repository(
    struct fixture *f, struct wire *w, const char *method, const char *params)
{
	cJSON *r = served_call(w, method, params);
	struct expect x = { f, json_str(r, "commit") };
	int64_t began = clock_mono_ms();

	assert_int_equal(strlen(x.commit), 40);
	wire_until(&f->loop, in_repo, &x);
	cJSON_Delete(r);
	return clock_mono_ms() - began;
}

/* And soon: what is late by intent is so every time, a machine that does
 * something else only now and then. */
static void
test_server__a_save_reaches_the_repository_by_itself(void **state)
{
	struct fixture *f = *state;
	char params[80];
	struct wire w;
	int64_t took;
	int i;

	served_start(&f->served, &f->loop, f->dir);
	wire_open(&w, &f->loop, f->served.path);
	took = reach_repository(f, &w, "assess.open", "{\"year\":2565}");
	for (i = 0; i < 20 && took >= SOON_MS; i++) {
		snprintf(params, sizeof(params),
		    "{\"item\":\"1.1\",\"fields\":{\"gap\":\"%d\"}}", i);
		took = reach_repository(f, &w, "answer.set", params);
	}
	assert_true(took < SOON_MS);

	wire_close(&w);
	served_stop(&f->served);
}

/* Thirty requests without waiting for an answer, then the end: all are
 * answered, and what was acknowledged is in the repository. */
static void
test_server__stop_answers_what_is_under_way(void **state)
{
	struct fixture *f = *state;
	struct buf lines = BUF_INIT;
	char last[64] = "", *tip;
	const char *line;
	struct wire w;
	int i, n = 0;

	served_start(&f->served, &f->loop, f->dir);
	wire_open(&w, &f->loop, f->served.path);
	open_year(&w);
	for (i = 0; i < 30; i++)
		buf_printf(&lines,
		    "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":"
		    "\"answer.set\",\"params\":{\"item\":\"1.1\","
		    "\"fields\":{\"gap\":\"%d\"}}}\n",
		    i, i);
	assert_int_equal(wire_push(&w, buf_str(&lines), lines.len), lines.len);
	wire_turn(&f->loop, -1, 10); /* they are read */
	served_stop(&f->served);

	while ((line = wire_line(&w)) != NULL) {
		const char *commit = strstr(line, "\"commit\":\"");

		assert_non_null(commit);
		snprintf(last, sizeof(last), "%.40s", commit + 10);
		n++;
	}
	assert_int_equal(n, 30);
	tip = git_tip(f);
	assert_string_equal(tip, last);
	free(tip);
	buf_release(&lines);
	wire_close(&w);
}

static void
test_server__stop_closes_clients_that_say_nothing(void **state)
{
	struct fixture *f = *state;
	struct wire silent, half;

	served_start(&f->served, &f->loop, f->dir);
	wire_open(&silent, &f->loop, f->served.path);
	wire_open(&half, &f->loop, f->served.path);
	wire_puts(&half, "{\"jsonrpc\":\"2.0\",");
	wire_turn(&f->loop, -1, 10);
	served_stop(&f->served);

	assert_null(wire_line(&silent));
	assert_null(wire_line(&half));
	wire_close(&silent);
	wire_close(&half);
}

static void
test_server__a_client_that_dies_harms_no_one(void **state)
{
	struct fixture *f = *state;
	struct wire dead, w;
	cJSON *r;
	int64_t end;
	int i, ticked = 0;

	served_start(&f->served, &f->loop, f->dir);
	wire_open(&w, &f->loop, f->served.path);
	open_year(&w);
	for (i = 0; i < 20; i++) {
		wire_open(&dead, &f->loop, f->served.path);
		wire_puts(&dead,
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"verify\"}\n"
		    "[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"},"
		    "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"answer.tick\","
		    "\"params\":{\"points\":[\"1.1.B1\"]}}]\n");
		if (i % 2 == 0)
			wire_turn(&f->loop, -1, 1);
		wire_close(&dead);
	}
	/* what the dead asked for is done on another thread than this is read */
	end = clock_mono_ms() + WIRE_MS;
	while (!ticked && clock_mono_ms() < end) {
		r = served_call(&w, "record.show", "{\"item\":\"1.1\"}");
		ticked = json_str(r, "revision") != NULL &&
			 strcmp(json_str(r, "revision"), "a2") == 0;
		cJSON_Delete(r);
	}

	assert_true(ticked);
	wire_close(&w);
	served_stop(&f->served);
}

struct flood {
	struct fixture *f;
	struct wire w;
	size_t n_before;
};

static int
is_dropped(void *arg)
{
	struct flood *x = arg;

	return conn_set_count(x->f->served.server->conns) < x->n_before;
}

static void
test_server__drops_a_client_that_never_reads(void **state)
{
	static const char ask[] =
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"rpc.discover\"}\n";
	struct fixture *f = *state;
	const struct server_opts o = {
		.dir = f->dir, .passed_fd = -1, .stall_ms = STALL_MS
	};
	struct flood x = { .f = f };
	struct wire good;
	size_t i;

	served_start_with(&f->served, &f->loop, &o);
	wire_open(&x.w, &f->loop, f->served.path);
	wire_open(&good, &f->loop, f->served.path);
	cJSON_Delete(served_call(&good, "hello", NULL));
	x.n_before = conn_set_count(f->served.server->conns);
	assert_int_equal(x.n_before, 2);
	for (i = 0; i < 500; i++)
		if (wire_push(&x.w, ask, sizeof(ask) - 1) != sizeof(ask) - 1)
			break;

	wire_until(&f->loop, is_dropped, &x);

	cJSON_Delete(served_call(&good, "hello", NULL));
	wire_close(&x.w);
	wire_close(&good);
	served_stop(&f->served);
}

static void
test_server__an_oversize_line_ends_only_its_client(void **state)
{
	char *line = malloc(FRAME_MAX + 2);
	struct fixture *f = *state;
	struct wire bad, good;
	cJSON *reply;

	assert_non_null(line);
	memset(line, ' ', FRAME_MAX + 2);
	line[0] = '{';
	served_start(&f->served, &f->loop, f->dir);
	wire_open(&good, &f->loop, f->served.path);
	wire_open(&bad, &f->loop, f->served.path);
	(void)wire_send(&bad, line, FRAME_MAX + 2);

	reply = wire_json(&bad);
	assert_int_equal(json_int(json_get(reply, "error"), "code", 0), -32700);
	assert_null(wire_line(&bad));
	cJSON_Delete(served_call(&good, "hello", NULL));

	cJSON_Delete(reply);
	wire_close(&bad);
	wire_close(&good);
	served_stop(&f->served);
	free(line);
}

static void
test_server__serves_a_thousand_clients_and_refuses_one_more(void **state)
{
	struct fixture *f = *state;
	struct wire *w = calloc(N_CLIENTS, sizeof(*w)), extra;
	struct rlimit files;
	cJSON *reply;
	size_t i;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &files), 0);
	if (files.rlim_cur < 2 * N_CLIENTS + 100) {
		free(w);
		skip(); /* this machine allows too few open files */
	}
	assert_non_null(w);
	served_start(&f->served, &f->loop, f->dir);
	for (i = 0; i < N_CLIENTS; i++) {
		wire_open(&w[i], &f->loop, f->served.path);
		wire_puts(&w[i],
		    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"status\"}\n");
	}
	for (i = 0; i < N_CLIENTS; i++) {
		reply = wire_json(&w[i]);
		assert_non_null(json_get(reply, "result"));
		cJSON_Delete(reply);
	}
	assert_int_equal(conn_set_count(f->served.server->conns), N_CLIENTS);
	wire_open(&extra, &f->loop, f->served.path);
	reply = wire_json(&extra);
	assert_string_equal(
	    json_str(json_get(json_get(reply, "error"), "data"), "code"),
	    "busy");
	assert_null(wire_line(&extra));

	cJSON_Delete(reply);
	wire_close(&extra);
	for (i = 0; i < N_CLIENTS; i++)
		wire_close(&w[i]);
	served_stop(&f->served);
	free(w);
}

static void
test_server__reports_to_the_service_manager(void **state)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct fixture *f = *state;
	char heard[200];
	const struct server_opts o = { .dir = f->dir,
		.passed_fd = -1,
		.notify_socket = a.sun_path,
		.watchdog_usec = 3600000000u };
	ssize_t n;
	int fd;

	snprintf(a.sun_path, sizeof(a.sun_path), "%s/notify", f->dir);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	served_start_with(&f->served, &f->loop, &o);

	n = recv(fd, heard, sizeof(heard) - 1, 0);
	assert_true(n > 0);
	heard[n] = '\0';
	assert_non_null(strstr(heard, "READY=1"));
	served_stop(&f->served);
	n = recv(fd, heard, sizeof(heard) - 1, 0);
	assert_true(n > 0);
	heard[n] = '\0';
	assert_string_equal(heard, "STOPPING=1");
	close(fd);
}

static void
test_server__is_ready_soon_and_then_asleep(void **state)
{
	struct fixture *f = *state;
	int i;

	served_start(&f->served, &f->loop, f->dir);
	for (i = 0; i < 3; i++)
		wire_turn(&f->loop, -1, 1);

	/* the sync's timer of a day is all that is due, if anything */
	assert_true(uv_backend_timeout(&f->loop) < 0 ||
		    uv_backend_timeout(&f->loop) > 60000);
	served_stop(&f->served);
}

#define IN_DIRECTORY(test)                                                     \
	cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(test_server__removes_its_socket_at_the_end),
		IN_DIRECTORY(test_server__starts_and_stops_again_and_again),
		IN_DIRECTORY(
		    test_server__refuses_a_directory_that_is_not_set_up),
		IN_DIRECTORY(
		    test_server__a_second_one_is_refused_and_the_first_goes_on),
		IN_DIRECTORY(
		    test_server__a_save_reaches_the_repository_by_itself),
		IN_DIRECTORY(test_server__stop_answers_what_is_under_way),
		IN_DIRECTORY(test_server__stop_closes_clients_that_say_nothing),
		IN_DIRECTORY(test_server__a_client_that_dies_harms_no_one),
		IN_DIRECTORY(test_server__drops_a_client_that_never_reads),
		IN_DIRECTORY(
		    test_server__an_oversize_line_ends_only_its_client),
		IN_DIRECTORY(
		    test_server__serves_a_thousand_clients_and_refuses_one_more),
		IN_DIRECTORY(test_server__reports_to_the_service_manager),
		IN_DIRECTORY(test_server__is_ready_soon_and_then_asleep),
	};

	served_prepare();
	return cmocka_run_group_tests_name("server_life", tests, NULL, NULL);
}
