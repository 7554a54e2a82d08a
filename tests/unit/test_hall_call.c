#include "tests/unit/test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/receive/hall_call.h"

/* A daemon's socket on which nobody accepts. */
static int
deaf_daemon(const char *dir)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	union {
		struct sockaddr_un *un;
		struct sockaddr *any;
	} u = { .un = &a };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s/pmqad.sock", dir);
	assert_int_equal(bind(fd, u.any, sizeof(a)), 0);
	assert_int_equal(listen(fd, 2), 0);
	return fd;
}

static void
test_hall_call__tells_in_one_line_and_does_not_wait(void **state)
{
	static const char want[] =
	    "{\"jsonrpc\":\"2.0\",\"method\":\"hall.seen\",\"params\":"
	    "{\"office\":\"9105\",\"device\":\"9105-a\","
	    "\"class\":\"refused\",\"message\":\"ไม่\"}}\n";
	char *dir = test_dir(), got[400] = "";
	int fd = deaf_daemon(dir), in;

	(void)state;
	hall_call_seen(dir, "9105", "9105-a", "refused", "ไม่");
	in = accept(fd, NULL, NULL);
	assert_true(in >= 0);
	assert_int_equal(read(in, got, sizeof(got) - 1), sizeof(want) - 1);
	assert_string_equal(got, want);
	assert_int_equal(read(in, got, sizeof(got) - 1), 0); /* it has gone */
	close(in);
	close(fd);
	test_dir_remove(dir);
}

/* 200 calls none of which may wait, in a directory of its own: how long they
 * take. */
static int64_t
call_in_vain(void)
{
	char *dir = test_dir();
	int64_t start = clock_mono_ms(), took;
	int fd, i;

	for (i = 0; i < 100; i++)
		hall_call_seen(dir, "9105", "9105-a", NULL, NULL);
	fd = deaf_daemon(dir);
	for (i = 0; i < 100; i++) /* more than it keeps waiting */
		hall_call_seen(dir, "9105", "9105-a", "refused", "why");
	took = clock_mono_ms() - start;
	/* a visit waits for what the hall has to write, but not for ever */
	hall_call_seen(dir, "9105", "9105-a", NULL, NULL);
	close(fd);
	for (i = 0; i < 100; i++)
		hall_call_seen(dir, "9105", "9105-a", NULL, NULL);
	test_dir_remove(dir);
	return took;
}

/* Calls that wait are slow every time; a machine that does something else is
 * so only now and then. */
static void
test_hall_call__a_daemon_that_is_away_or_deaf_costs_nothing(void **state)
{
	int64_t quickest = INT64_MAX;
	int i;

	(void)state;
	for (i = 0; i < 20 && quickest >= HALL_CALL_SEEN_MS; i++) {
		int64_t took = call_in_vain();

		if (took < quickest)
			quickest = took;
	}
	assert_true(quickest < HALL_CALL_SEEN_MS);
}

struct slow_hall {
	int fd;
	atomic_int answered;
};

/* A hall whose disk others use: a second until all it saved is written. */
static void *
answer_late(void *arg)
{
	struct slow_hall *h = arg;
	char line[400];
	int in = accept(h->fd, NULL, NULL);

	if (in < 0)
		return NULL;
	if (read(in, line, sizeof(line)) > 0) {
		usleep(1000 * 1000);
		atomic_store(&h->answered, 1);
		(void)send(in, "{}\n", 3, MSG_NOSIGNAL); /* it may have gone */
	}
	close(in);
	return NULL;
}

/* Else it reads a repository without what the hall has acknowledged: a receipt
 * above all. */
static void
test_hall_call__a_visit_waits_for_a_slow_disk(void **state)
{
	char *dir = test_dir();
	struct slow_hall h = { .fd = deaf_daemon(dir) };
	pthread_t t;
	int answered;

	(void)state;
	assert_int_equal(pthread_create(&t, NULL, answer_late, &h), 0);
	hall_call_came(dir, "9105", "9105-a", NULL);
	answered = atomic_load(&h.answered);
	pthread_join(t, NULL);
	close(h.fd);
	test_dir_remove(dir);
	assert_int_equal(answered, 1);
}

static void
test_hall_call__says_that_the_daemon_is_away(void **state)
{
	struct buf receipt = BUF_INIT;
	char *dir = test_dir();
	struct err e;

	(void)state;
	assert_err(hall_call_absorb(dir, "9105", &receipt, &e), ERR_UNREACHABLE,
	    &e, "the hall's daemon is not running");
	assert_int_equal(receipt.len, 0);
	buf_release(&receipt);
	test_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_hall_call__tells_in_one_line_and_does_not_wait),
		cmocka_unit_test(
		    test_hall_call__a_daemon_that_is_away_or_deaf_costs_nothing),
		cmocka_unit_test(test_hall_call__a_visit_waits_for_a_slow_disk),
		cmocka_unit_test(test_hall_call__says_that_the_daemon_is_away),
	};

	return cmocka_run_group_tests_name("hall_call", tests, NULL, NULL);
}
