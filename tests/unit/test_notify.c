#include "tests/unit/test.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <uv.h>

#include "daemon/notify.h"
#include "daemon/watchdog.h"

#define PERIOD_US 20000
#define DEADLINE_MS 60000
#define GRACE_MS 2000 /* a hundred periods */

/* A service manager's end; name as in NOTIFY_SOCKET. */
static int
manager(const char *name)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	size_t len = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	memcpy(a.sun_path, name, len);
	if (name[0] == '@')
		a.sun_path[0] = '\0';
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&a,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)),
	    0);
	return fd;
}

/* The next message, "" if none is there. */
static const char *
heard(int fd, char *mem, size_t size)
{
	ssize_t n = recv(fd, mem, size - 1, 0);

	if (n < 0)
		assert_int_equal(errno, EAGAIN);
	mem[n < 0 ? 0 : n] = '\0';
	return mem;
}

static void
test_notify__sends_to_a_path(void **state)
{
	char *dir = test_dir();
	char path[200], mem[200];
	struct notify n;
	struct err e;
	int fd;

	(void)state;
	snprintf(path, sizeof(path), "%s/notify", dir);
	fd = manager(path);
	assert_ok(notify_init(&n, path, &e), &e);
	assert_ok(notify_send(&n, "READY=1\nSTATUS=serving", &e), &e);

	assert_string_equal(
	    heard(fd, mem, sizeof(mem)), "READY=1\nSTATUS=serving");
	notify_release(&n);
	close(fd);
	test_dir_remove(dir);
}

static void
test_notify__sends_to_an_abstract_name(void **state)
{
	char name[100], mem[200];
	struct notify n;
	struct err e;
	int fd;

	(void)state;
	snprintf(name, sizeof(name), "@pmqa-test-notify-%ld", (long)getpid());
	fd = manager(name);
	assert_ok(notify_init(&n, name, &e), &e);
	assert_ok(notify_send(&n, "STOPPING=1", &e), &e);

	assert_string_equal(heard(fd, mem, sizeof(mem)), "STOPPING=1");
	notify_release(&n);
	close(fd);
}

static void
test_notify__without_a_manager_does_nothing(void **state)
{
	struct notify n;
	struct err e;

	(void)state;
	assert_ok(notify_init(&n, NULL, &e), &e);
	assert_int_equal(n.fd, -1);
	assert_ok(notify_send(&n, "READY=1", &e), &e);
	notify_release(&n);
}

static void
test_notify__says_when_nobody_listens(void **state)
{
	struct notify n;
	struct err e;

	(void)state;
	assert_ok(notify_init(&n, "/nonexistent/notify", &e), &e);
	assert_err(
	    notify_send(&n, "READY=1", &e), ERR_SYS, &e, "service manager");
	notify_release(&n);
}

static void
test_notify__refuses_bad_addresses(void **state)
{
	char long_name[300];
	struct notify n;
	struct err e;

	(void)state;
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[0] = '/';
	long_name[sizeof(long_name) - 1] = '\0';

	assert_err(notify_init(&n, "", &e), ERR_INVALID, &e, "NOTIFY_SOCKET");
	assert_err(notify_init(&n, "relative", &e), ERR_INVALID, &e, "neither");
	assert_err(notify_init(&n, "@", &e), ERR_INVALID, &e, "neither");
	assert_err(notify_init(&n, long_name, &e), ERR_INVALID, &e, "too long");
	assert_int_equal(n.fd, -1);
}

/* The watchdog. */

struct fixture {
	uv_loop_t loop;
	struct notify notify;
	struct worker *workers[WATCHDOG_WORKERS];
	struct watchdog *dog;
	uv_sem_t gate;
	struct job stuck;
	int fd;
	int n_closed;
	int done;
};

static const struct worker_ops no_ops = { .start = NULL };

static void
fixture_init(struct fixture *f)
{
	char name[100];
	struct err e;

	memset(f, 0, sizeof(*f));
	snprintf(name, sizeof(name), "@pmqa-test-dog-%ld", (long)getpid());
	f->fd = manager(name);
	assert_ok(notify_init(&f->notify, name, &e), &e);
	assert_int_equal(uv_loop_init(&f->loop), 0);
	assert_int_equal(uv_sem_init(&f->gate, 0), 0);
	assert_ok(
	    worker_create(&f->loop, "one", &no_ops, f, &f->workers[0], &e), &e);
	assert_ok(
	    worker_create(&f->loop, "two", &no_ops, f, &f->workers[1], &e), &e);
}

static void
begin_watch(struct fixture *f)
{
	struct err e;

	assert_ok(watchdog_create(
		      &f->loop, &f->notify, f->workers, PERIOD_US, &f->dog, &e),
	    &e);
}

static void
on_closed(void *arg)
{
	((struct fixture *)arg)->n_closed++;
}

static void
fixture_release(struct fixture *f)
{
	watchdog_close(f->dog, on_closed, f);
	worker_close(f->workers[0], on_closed, f);
	worker_close(f->workers[1], on_closed, f);
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(f->n_closed, 3);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	uv_sem_destroy(&f->gate);
	notify_release(&f->notify);
	close(f->fd);
}

/* How often "alive" was said while the loop ran so long (at least once round). */
static int
count_alive(struct fixture *f, uint64_t ms)
{
	uint64_t end = uv_hrtime() / 1000000 + ms;
	char mem[100];
	int n = 0;

	while (uv_hrtime() / 1000000 < end) {
		uv_run(&f->loop, UV_RUN_ONCE);
		while (heard(f->fd, mem, sizeof(mem))[0] != '\0') {
			assert_string_equal(mem, "WATCHDOG=1");
			n++;
		}
	}
	return n;
}

static int
wait_alive(struct fixture *f)
{
	uint64_t end = uv_hrtime() / 1000000 + DEADLINE_MS;

	while (uv_hrtime() / 1000000 < end)
		if (count_alive(f, 1) > 0)
			return 1;
	return 0;
}

static void
run_stuck(struct job *j, void *state)
{
	struct fixture *f = state;

	(void)j;
	uv_sem_wait(&f->gate);
}

static void
on_done(struct job *j)
{
	(void)j;
}

static void
block_second_worker(struct fixture *f)
{
	struct err e;

	f->stuck.run = run_stuck;
	f->stuck.done = on_done;
	assert_ok(worker_submit(f->workers[1], &f->stuck, &e), &e);
}

static void
test_watchdog__says_alive_while_workers_answer(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	begin_watch(&f);

	assert_true(wait_alive(&f));
	assert_true(wait_alive(&f));
	fixture_release(&f);
}

static void
test_watchdog__is_silent_while_one_worker_hangs(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	block_second_worker(&f);
	begin_watch(&f);

	assert_int_equal(count_alive(&f, 200), 0);

	uv_sem_post(&f.gate);
	assert_true(wait_alive(&f));
	fixture_release(&f);
}

static void
test_watchdog__grace_covers_a_long_job(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	block_second_worker(&f);
	begin_watch(&f);
	watchdog_grace(f.dog, GRACE_MS);
	watchdog_grace(f.dog, 1); /* takes nothing away */

	assert_true(wait_alive(&f));

	(void)count_alive(&f, GRACE_MS + 50);
	assert_int_equal(count_alive(&f, 100), 0);
	uv_sem_post(&f.gate);
	fixture_release(&f);
}

static void
test_watchdog__holds_until_the_last_of_the_long_jobs_ends(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f);
	block_second_worker(&f);
	begin_watch(&f);
	watchdog_hold(f.dog);
	watchdog_hold(f.dog);
	watchdog_release(f.dog);

	(void)count_alive(&f, 50);
	assert_true(wait_alive(&f)); /* the other one holds still */

	watchdog_release(f.dog);
	watchdog_release(f.dog); /* one too many */
	(void)count_alive(&f, 50);
	assert_int_equal(count_alive(&f, 100), 0);
	uv_sem_post(&f.gate);
	assert_true(wait_alive(&f));
	fixture_release(&f);
}

static void
test_watchdog__reads_the_period_meant_for_us(void **state)
{
	char own[30];

	(void)state;
	snprintf(own, sizeof(own), "%ld", (long)getpid());

	assert_true(watchdog_usec("30000000", own) == 30000000);
	assert_true(watchdog_usec("30000000", NULL) == 30000000);
	assert_true(watchdog_usec("30000000", "1") == 0 || getpid() == 1);
	assert_true(watchdog_usec(NULL, NULL) == 0);
	assert_true(watchdog_usec("-1", NULL) == 0);
	assert_true(watchdog_usec("12x", NULL) == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notify__sends_to_a_path),
		cmocka_unit_test(test_notify__sends_to_an_abstract_name),
		cmocka_unit_test(test_notify__without_a_manager_does_nothing),
		cmocka_unit_test(test_notify__says_when_nobody_listens),
		cmocka_unit_test(test_notify__refuses_bad_addresses),
		cmocka_unit_test(
		    test_watchdog__says_alive_while_workers_answer),
		cmocka_unit_test(
		    test_watchdog__is_silent_while_one_worker_hangs),
		cmocka_unit_test(test_watchdog__grace_covers_a_long_job),
		cmocka_unit_test(
		    test_watchdog__holds_until_the_last_of_the_long_jobs_ends),
		cmocka_unit_test(test_watchdog__reads_the_period_meant_for_us),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
