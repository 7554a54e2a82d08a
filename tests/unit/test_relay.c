#include "tests/unit/test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "daemon/relay.h"

/* What goes through in so many milliseconds when asked for at each. */
static int64_t
through(struct relay_rate *r, int64_t from_ms, int64_t ms)
{
	int64_t total = 0, n, t;

	for (t = from_ms; t < from_ms + ms; t++)
		while ((n = relay_rate_may(r, 4096, t)) > 0) {
			relay_rate_took(r, n);
			total += n;
		}
	return total;
}

static void
test_relay__lets_through_what_the_rate_says(void **state)
{
	static const int64_t rates[] = { 1024, 10240, 204800, 10485760 };
	struct relay_rate r;
	int64_t first, n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		relay_rate_init(&r, rates[i], 0);
		first = through(&r, 0, 1); /* a full measure */
		assert_true(first <= rates[i] / 4 + 4096);
		n = through(&r, 1, 20000);
		assert_true(n <= 20 * rates[i]);
		assert_true(n >= 20 * rates[i] - rates[i] / 4 - 4096);
	}
}

static void
test_relay__saves_up_no_more_than_its_measure(void **state)
{
	struct relay_rate r;

	(void)state;
	relay_rate_init(&r, 100000, 0);
	through(&r, 0, 1);
	assert_true(through(&r, 3600000, 1) <= 25000);
	/* a clock that goes back does no harm */
	assert_true(relay_rate_may(&r, 4096, 5) <= 4096);
}

static void
test_relay__says_when_to_come_again(void **state)
{
	struct relay_rate r;
	int64_t wait;

	(void)state;
	relay_rate_init(&r, 1024, 0);
	through(&r, 0, 1);
	wait = relay_rate_wait_ms(&r);
	assert_true(wait > 0 && wait <= 500);
	assert_int_equal(relay_rate_may(&r, 4096, wait / 2), 0);
	assert_true(relay_rate_may(&r, 4096, wait + 1) > 0);
}

/* A process that splits; its new half runs fn. The test has its standard
 * input and output. */
static pid_t
split(int64_t per_s, void (*fn)(void), int *ret_to, int *ret_from)
{
	int to[2], from[2], child = 0, status = 99;
	struct err e;
	pid_t pid;

	assert_int_equal(pipe2(to, O_CLOEXEC), 0);
	assert_int_equal(pipe2(from, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(to[0], STDIN_FILENO);
		dup2(from[1], STDOUT_FILENO);
		close(to[1]);
		close(from[0]);
		if (relay_split(per_s, &child, &status, &e) < 0)
			_exit(98);
		if (!child)
			_exit(status);
		fn();
		_exit(97);
	}
	close(to[0]);
	close(from[1]);
	*ret_to = to[1];
	*ret_from = from[0];
	return pid;
}

static int
status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
be_cat(void)
{
	execlp("cat", "cat", (char *)NULL);
}

static void
be_seven(void)
{
	_exit(7);
}

static void
be_yes(void)
{
	execlp("yes", "yes", (char *)NULL);
}

#define BYTES 60000

static void
test_relay__carries_both_ways_at_its_rate(void **state)
{
	static unsigned char out[BYTES], in[BYTES];
	int64_t began = clock_mono_ms();
	size_t got = 0, i;
	int to, from;
	ssize_t n;
	pid_t pid = split(100000, be_cat, &to, &from);

	(void)state;
	for (i = 0; i < BYTES; i++)
		out[i] = (unsigned char)(i * 7 + i / 251);
	assert_int_equal(write(to, out, BYTES), BYTES); /* fits a pipe */
	close(to);
	while ((n = read(from, in + got, BYTES - got)) > 0)
		got += (size_t)n;
	assert_int_equal(got, BYTES);
	assert_memory_equal(in, out, BYTES);
	/* 35,000 bytes beyond the first measure: 0.35 s */
	assert_true(clock_mono_ms() - began >= 300);
	close(from);
	assert_int_equal(status_of(pid), 0);
}

static void
test_relay__ends_as_the_program_ended(void **state)
{
	int to, from;
	pid_t pid = split(1000000, be_seven, &to, &from);

	(void)state;
	assert_int_equal(status_of(pid), 7);
	close(to);
	close(from);
}

static void
test_relay__ends_when_nobody_reads_any_more(void **state)
{
	char some[100];
	int to, from;
	pid_t pid = split(1000000, be_yes, &to, &from);

	(void)state;
	assert_true(read(from, some, sizeof(some)) > 0);
	close(from);
	close(to);
	assert_int_equal(status_of(pid), 128 + SIGPIPE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_relay__lets_through_what_the_rate_says),
		cmocka_unit_test(test_relay__saves_up_no_more_than_its_measure),
		cmocka_unit_test(test_relay__says_when_to_come_again),
		cmocka_unit_test(test_relay__carries_both_ways_at_its_rate),
		cmocka_unit_test(test_relay__ends_as_the_program_ended),
		cmocka_unit_test(test_relay__ends_when_nobody_reads_any_more),
	};

	return cmocka_run_group_tests_name("relay", tests, NULL, NULL);
}
