/*
 * Goal: many clients at once, and a daemon killed in the middle of their work:
 * every acknowledged save is in the repository under the id it was acknowledged
 * with, in the order of its name, and stock git finds nothing wrong.
 */
#include "tests/unit/test.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/support/daemon.h"

#define N_CLIENTS 64
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define N_SAVES 2000
#define N_KILLS 6
#else
#define N_SAVES 10000
#define N_KILLS 20
#endif
#define MAX_ACKS 200000
#define FLUSHED_MS 60000

/* acks[n] = commit id acknowledged for revision a<n>, "" if none */
struct acks {
	char (*id)[41];
	int highest;
	int n;
};

static void
acks_take(struct acks *a, const char *line)
{
	const char *rev = strstr(line, "\"revision\":\"a");
	const char *id = strstr(line, "\"commit\":\"");
	long n;

	if (rev == NULL || id == NULL)
		fail_msg("a save was not acknowledged: %s", line);
	n = strtol(rev + strlen("\"revision\":\"a"), NULL, 10);
	assert_in_range(n, 1, MAX_ACKS - 1);
	snprintf(
	    a->id[n], sizeof(a->id[n]), "%.40s", id + strlen("\"commit\":\""));
	if (n > a->highest)
		a->highest = (int)n;
	a->n++;
}

static int
send_save(struct test_client *c, int number)
{
	char line[512];

	snprintf(line, sizeof(line),
	    "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"answer.set\","
	    "\"params\":"
	    "{\"item\":\"%d.%d\",\"fields\":{\"strengths\":\"ครั้งที่ %d\"}}}\n",
	    number, 1 + number % 6, 1 + number / 6 % 4, number);
	return test_client_send(c, line);
}

/* The repository's history, oldest first, holds every acknowledged id at its place. */
static void
check_history(const char *dir, const struct acks *a)
{
	char repo[300], *out = NULL, *line, *rest;
	const char *list[] = { "git", "-C", repo, "rev-list", "--reverse",
		"--first-parent", "office", NULL };
	const char *fsck[] = { "git", "-C", repo, "fsck", "--strict", NULL };
	int n = 0, found = 0;

	snprintf(repo, sizeof(repo), "%s/repo.git", dir);
	assert_int_equal(test_run(list, &out), 0);
	for (line = strtok_r(out, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest)) {
		n++;
		assert_in_range(n, 1, MAX_ACKS - 1);
		if (a->id[n][0] == '\0')
			continue;
		assert_string_equal(line, a->id[n]);
		found++;
	}
	free(out);
	for (n = 1; n <= a->highest; n++)
		found -= a->id[n][0] != '\0';
	assert_int_equal(found, 0); /* none acknowledged is missing */
	if (test_run(fsck, &out) != 0)
		fail_msg("git fsck: %s", out);
	free(out);
}

static void
wait_flushed(struct test_client *c)
{
	int64_t end = clock_mono_ms() + FLUSHED_MS;

	while (clock_mono_ms() < end) {
		cJSON *status = test_client_call(c, "status", "{}");
		int64_t n = json_int(status, "journal", -1);

		cJSON_Delete(status);
		if (n == 0)
			return;
		usleep(10000);
	}
	fail_msg("the journal is not empty after %d ms", FLUSHED_MS);
}

/* Clients save until n_saves were sent, or until the deadline, when the daemon is killed. Returns the number of acknowledgements. */
static void
run_clients(struct test_daemon *d, struct acks *a, int first, int n_saves,
    int kill_after_acks)
{
	struct test_client cs[N_CLIENTS];
	struct pollfd fds[N_CLIENTS];
	int sent = 0, got = 0, i;

	for (i = 0; i < N_CLIENTS; i++) {
		test_client_open(&cs[i], d->socket);
		fds[i] = (struct pollfd){ .fd = cs[i].fd, .events = POLLIN };
	}
	for (i = 0; i < N_CLIENTS && sent < n_saves; i++)
		assert_true(send_save(&cs[i], first + sent++));
	while (
	    got < n_saves && (kill_after_acks == 0 || got < kill_after_acks)) {
		if (poll(fds, N_CLIENTS, 60000) <= 0)
			fail_msg("no answer within 60 s");
		for (i = 0; i < N_CLIENTS; i++) {
			const char *line;

			if (fds[i].revents == 0)
				continue;
			line = test_client_receive(&cs[i], 60000);
			assert_non_null(line);
			acks_take(a, line);
			got++;
			if (sent < n_saves)
				assert_true(send_save(&cs[i], first + sent++));
		}
	}
	if (kill_after_acks != 0) {
		test_daemon_stop(d, SIGKILL);
		/* answers that were already on their way count as given */
		for (i = 0; i < N_CLIENTS; i++) {
			const char *line;

			while (
			    (line = test_client_receive(&cs[i], 60000)) != NULL)
				acks_take(a, line);
		}
	}
	for (i = 0; i < N_CLIENTS; i++)
		test_client_close(&cs[i]);
}

static void
start_office(struct test_daemon *d, const char *dir, struct acks *a)
{
	struct test_client c;
	cJSON *opened;

	a->id = calloc(MAX_ACKS, sizeof(*a->id));
	assert_non_null(a->id);
	a->highest = a->n = 0;
	test_init(dir, "office", "9105", "ละงู");
	test_daemon_start(d, dir);
	test_client_open(&c, d->socket);
	opened = test_client_call(&c, "assess.open", "{\"year\":2565}");
	assert_non_null(json_str(opened, "revision"));
	cJSON_Delete(opened);
	test_client_close(&c);
}

static void
test_load__all_acknowledged_saves_are_in_order(void **state)
{
	char *dir = test_dir();
	struct test_daemon d;
	struct test_client c;
	struct acks a;

	(void)state;
	start_office(&d, dir, &a);

	run_clients(&d, &a, 0, N_SAVES, 0);

	test_client_open(&c, d.socket);
	wait_flushed(&c);
	test_client_close(&c);
	assert_int_equal(a.n, N_SAVES);
	assert_int_equal(a.highest, N_SAVES + 1); /* a1 opened the year */
	check_history(dir, &a);
	test_daemon_stop(&d, SIGTERM);
	free(a.id);
	test_dir_remove(dir);
}

static void
test_load__kill_loses_nothing_acknowledged(void **state)
{
	char *dir = test_dir();
	uint64_t random = test_seed();
	struct test_daemon d;
	struct test_client c;
	struct acks a;
	int round;

	(void)state;
	start_office(&d, dir, &a);

	for (round = 0; round < N_KILLS; round++) {
		run_clients(&d, &a, round * 100000, 100000,
		    1 + (int)(test_random(&random) % 400));
		test_daemon_start(&d, dir);
	}

	test_client_open(&c, d.socket);
	wait_flushed(&c);
	test_client_close(&c);
	check_history(dir, &a);
	test_daemon_stop(&d, SIGTERM);
	free(a.id);
	test_dir_remove(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_load__all_acknowledged_saves_are_in_order),
		cmocka_unit_test(test_load__kill_loses_nothing_acknowledged),
	};

	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
