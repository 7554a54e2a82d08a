#include "tests/unit/test.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/conn.h"
#include "tests/support/wire.h"

/* Only the tests of it wait for it: how quick the machine is must not matter to
 * the others. */
#define STALL_MS 300
#define NO_STALL_MS 3600000

/* A server that echoes each line; "hold" stays unanswered, "big" is answered
 * with 1 MiB, "most" with all that may wait. */
struct fixture {
	uv_loop_t loop;
	char *dir;
	char path[200];
	struct listener *listener;
	struct conn_set *set;
	struct conn *last; /* that sent a line */
	size_t n_lines;
	size_t n_gone;
	int closed;
};

static void
answer(struct conn *c, const void *data, size_t len)
{
	struct buf b = BUF_INIT;

	buf_append(&b, data, len);
	buf_putc(&b, '\n');
	conn_send(c, &b);
}

static void
on_line(void *arg, struct conn *c, const char *line, size_t len)
{
	static char big[CONN_QUEUE_MAX];
	struct fixture *f = arg;

	f->n_lines++;
	f->last = c;
	if (strcmp(line, "hold") == 0) {
		conn_begin(c, 1);
	} else if (strcmp(line, "big") == 0) {
		memset(big, 'x', sizeof(big));
		answer(c, big, 1024 * 1024 - 1);
	} else if (strcmp(line, "most") == 0) {
		memset(big, 'x', sizeof(big));
		answer(c, big, sizeof(big) - 1);
	} else {
		answer(c, line, len);
	}
}

static void
on_gone(void *arg, struct conn *c)
{
	(void)c;
	((struct fixture *)arg)->n_gone++;
}

static void
init_with(struct fixture *f, size_t max_clients, uint64_t stall_ms)
{
	struct conn_set_opts o = { .loop = &f->loop,
		.max_clients = max_clients,
		.stall_ms = stall_ms,
		.on_line = on_line,
		.on_gone = on_gone,
		.arg = f };
	struct err e;

	memset(f, 0, sizeof(*f));
	assert_int_equal(uv_loop_init(&f->loop), 0);
	f->dir = test_dir();
	snprintf(f->path, sizeof(f->path), "%s/s", f->dir);
	assert_ok(conn_set_create(&o, &f->set, &e), &e);
	assert_ok(listen_open(&f->loop, f->path, NULL, conn_set_accept, f->set,
		      &f->listener, &e),
	    &e);
}

static void
fixture_init(struct fixture *f, size_t max_clients)
{
	init_with(f, max_clients, NO_STALL_MS);
}

static void
on_closed(void *arg)
{
	((struct fixture *)arg)->closed = 1;
}

static void
fixture_release(struct fixture *f)
{
	listen_close(f->listener);
	conn_set_finish(f->set, on_closed, f);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(f->closed, 1);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	test_dir_remove(f->dir);
}

static int
all_gone(void *arg)
{
	return conn_set_count(((struct fixture *)arg)->set) == 0;
}

static int
one_gone(void *arg)
{
	return ((struct fixture *)arg)->n_gone == 1;
}

static void
test_conn__gives_lines_and_sends_answers(void **state)
{
	struct fixture f;
	struct wire w;

	(void)state;
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	wire_puts(&w, "one\ntwo\nthr");
	assert_string_equal(wire_line(&w), "one");
	assert_string_equal(wire_line(&w), "two");
	wire_puts(&w, "ee\n");
	assert_string_equal(wire_line(&w), "three");

	wire_close(&w);
	wire_until(&f.loop, all_gone, &f);
	assert_int_equal(f.n_gone, 1);
	fixture_release(&f);
}

static void
test_conn__knows_its_peer(void **state)
{
	struct fixture f;
	struct wire w;

	(void)state;
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	wire_puts(&w, "x\n");
	assert_string_equal(wire_line(&w), "x");

	assert_int_equal(conn_peer(f.last)->uid, geteuid());
	assert_int_equal(conn_peer(f.last)->pid, getpid());
	wire_close(&w);
	fixture_release(&f);
}

static void
test_conn__ends_after_a_line_too_long(void **state)
{
	char *line = malloc(FRAME_MAX + 10);
	struct fixture f;
	struct wire w;
	cJSON *reply;

	(void)state;
	assert_non_null(line);
	memset(line, 'a', FRAME_MAX + 10);
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	(void)wire_send(&w, line, FRAME_MAX + 10);

	reply = wire_json(&w);
	assert_int_equal(json_int(json_get(reply, "error"), "code", 0), -32700);
	assert_true(cJSON_IsNull(json_get(reply, "id")));
	assert_null(wire_line(&w));
	assert_int_equal(f.n_lines, 0);

	cJSON_Delete(reply);
	wire_close(&w);
	fixture_release(&f);
	free(line);
}

static void
test_conn__a_longest_line_passes(void **state)
{
	char *line = malloc(FRAME_MAX + 1);
	struct fixture f;
	struct wire w;

	(void)state;
	assert_non_null(line);
	memset(line, 'a', FRAME_MAX);
	line[FRAME_MAX] = '\n';
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	assert_true(wire_send(&w, line, FRAME_MAX + 1));

	assert_int_equal(strlen(wire_line(&w)), FRAME_MAX);
	wire_close(&w);
	fixture_release(&f);
	free(line);
}

static void
test_conn__still_answers_a_client_that_sends_no_more(void **state)
{
	struct fixture f;
	struct wire w;

	(void)state;
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	wire_puts(&w, "one\ntwo\n");
	assert_int_equal(shutdown(w.fd, SHUT_WR), 0);

	assert_string_equal(wire_line(&w), "one");
	assert_string_equal(wire_line(&w), "two");
	assert_null(wire_line(&w));
	wire_close(&w);
	fixture_release(&f);
}

struct count {
	struct fixture *f;
	size_t n;
};

static int
has_lines(void *arg)
{
	const struct count *c = arg;

	return c->f->n_lines >= c->n;
}

static void
test_conn__reads_no_further_while_many_are_unfinished(void **state)
{
	struct fixture f;
	struct count all = { &f, CONN_UNFINISHED_MAX + 1 };
	struct count some = { &f, CONN_UNFINISHED_MAX };
	struct wire w;
	int i;

	(void)state;
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	for (i = 0; i < CONN_UNFINISHED_MAX; i++)
		wire_puts(&w, "hold\n");
	wire_puts(&w, "last\n");
	wire_until(&f.loop, has_lines, &some);
	for (i = 0; i < 5; i++)
		wire_turn(&f.loop, -1, 5);
	assert_int_equal(f.n_lines, CONN_UNFINISHED_MAX);

	conn_end(f.last, 1);
	wire_until(&f.loop, has_lines, &all);
	assert_string_equal(wire_line(&w), "last");

	conn_end(f.last, CONN_UNFINISHED_MAX - 1);
	wire_close(&w);
	wire_until(&f.loop, all_gone, &f);
	fixture_release(&f);
}

static void
test_conn__drops_a_client_that_does_not_read(void **state)
{
	struct fixture f;
	struct wire w;

	(void)state;
	init_with(&f, 10, STALL_MS);
	wire_open(&w, &f.loop, f.path);
	wire_puts(&w, "big\n");

	wire_until(&f.loop, one_gone, &f);

	wire_until(&f.loop, all_gone, &f);
	wire_close(&w);
	fixture_release(&f);
}

static void
test_conn__keeps_a_client_that_reads_slowly(void **state)
{
	size_t got = 0, want = CONN_QUEUE_MAX;
	struct fixture f;
	struct wire w;
	char chunk[65536];
	int64_t begin;

	(void)state;
	init_with(&f, 10, 10 * STALL_MS);
	wire_open(&w, &f.loop, f.path);
	wire_puts(&w, "most\n");
	begin = clock_mono_ms();
	/* 64 reads, 60 ms apart: longer in all than a client may stand still,
	 * each far shorter. (The kernel lets the sender go on once three
	 * quarters of its buffer are read.) */
	while (got < want) {
		ssize_t n = recv(w.fd, chunk, sizeof(chunk), MSG_DONTWAIT);

		assert_true(n != 0);
		got += n > 0 ? (size_t)n : 0;
		wire_turn(&f.loop, -1, 20);
		usleep(60000);
	}

	assert_int_equal(f.n_gone, 0);
	assert_true(clock_mono_ms() - begin > 10 * STALL_MS);
	wire_puts(&w, "more\n");
	assert_string_equal(wire_line(&w), "more");
	wire_close(&w);
	fixture_release(&f);
}

static void
test_conn__drops_a_client_whose_answers_pile_up(void **state)
{
	static char big[1024 * 1024];
	struct fixture f;
	struct wire w;
	int i;

	(void)state;
	memset(big, 'x', sizeof(big));
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	wire_puts(&w, "x\n");
	assert_string_equal(wire_line(&w), "x");

	for (i = 0; i < 4; i++)
		answer(f.last, big, sizeof(big));
	assert_int_equal(f.n_gone, 0);
	answer(f.last, big, sizeof(big));
	assert_int_equal(f.n_gone, 1);

	wire_close(&w);
	wire_until(&f.loop, all_gone, &f);
	fixture_release(&f);
}

static void
test_conn__pauses_while_answers_wait(void **state)
{
	struct fixture f;
	struct count first = { &f, 1 }, both = { &f, 2 };
	struct wire w;

	(void)state;
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	wire_puts(&w, "big\nafter\n");
	wire_until(&f.loop, has_lines, &first);
	wire_turn(&f.loop, -1, 5);
	wire_turn(&f.loop, -1, 5);
	assert_int_equal(f.n_lines, 1);

	assert_int_equal(strlen(wire_line(&w)), 1024 * 1024 - 1);
	wire_until(&f.loop, has_lines, &both);
	assert_string_equal(wire_line(&w), "after");
	wire_close(&w);
	fixture_release(&f);
}

static void
test_conn__tells_a_client_too_many_and_closes(void **state)
{
	struct wire w[3];
	struct fixture f;
	cJSON *reply;

	(void)state;
	fixture_init(&f, 2);
	wire_open(&w[0], &f.loop, f.path);
	wire_puts(&w[0], "a\n");
	assert_string_equal(wire_line(&w[0]), "a");
	wire_open(&w[1], &f.loop, f.path);
	wire_puts(&w[1], "b\n");
	assert_string_equal(wire_line(&w[1]), "b");
	wire_open(&w[2], &f.loop, f.path);

	reply = wire_json(&w[2]);
	assert_string_equal(
	    json_str(json_get(json_get(reply, "error"), "data"), "code"),
	    "busy");
	assert_null(wire_line(&w[2]));
	wire_puts(&w[0], "still\n");
	assert_string_equal(wire_line(&w[0]), "still");

	cJSON_Delete(reply);
	wire_close(&w[0]);
	wire_close(&w[1]);
	wire_close(&w[2]);
	fixture_release(&f);
}

static void
test_conn__finish_closes_clients_that_only_wait(void **state)
{
	struct fixture f;
	struct wire w;

	(void)state;
	fixture_init(&f, 10);
	wire_open(&w, &f.loop, f.path);
	wire_puts(&w, "x\n");
	assert_string_equal(wire_line(&w), "x");

	fixture_release(&f);

	assert_int_equal(f.n_gone, 1);
	wire_close(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conn__gives_lines_and_sends_answers),
		cmocka_unit_test(test_conn__knows_its_peer),
		cmocka_unit_test(test_conn__ends_after_a_line_too_long),
		cmocka_unit_test(test_conn__a_longest_line_passes),
		cmocka_unit_test(
		    test_conn__still_answers_a_client_that_sends_no_more),
		cmocka_unit_test(
		    test_conn__reads_no_further_while_many_are_unfinished),
		cmocka_unit_test(test_conn__drops_a_client_that_does_not_read),
		cmocka_unit_test(test_conn__keeps_a_client_that_reads_slowly),
		cmocka_unit_test(
		    test_conn__drops_a_client_whose_answers_pile_up),
		cmocka_unit_test(test_conn__pauses_while_answers_wait),
		cmocka_unit_test(test_conn__tells_a_client_too_many_and_closes),
		cmocka_unit_test(
		    test_conn__finish_closes_clients_that_only_wait),
	};

	return cmocka_run_group_tests_name("conn", tests, NULL, NULL);
}
