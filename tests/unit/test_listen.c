#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/listen.h"

struct fixture {
	uv_loop_t loop;
	char *dir;
	char path[200];
	int n_waiting;
};

static void
on_waiting(void *arg, struct listener *l)
{
	((struct fixture *)arg)->n_waiting++;
	(void)l;
}

static void
fixture_init(struct fixture *f)
{
	memset(f, 0, sizeof(*f));
	assert_int_equal(uv_loop_init(&f->loop), 0);
	f->dir = test_dir();
	snprintf(f->path, sizeof(f->path), "%s/pmqad.sock", f->dir);
}

static void
fixture_release(struct fixture *f)
{
	uv_run(&f->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&f->loop), 0);
	test_dir_remove(f->dir);
}

static struct listener *
open_it(struct fixture *f, const char *group)
{
	struct listener *l = NULL;
	struct err e;

	assert_ok(
	    listen_open(&f->loop, f->path, group, on_waiting, f, &l, &e), &e);
	return l;
}

/* A bound socket as another program would leave it. */
static int
other_socket(const char *path, int listening)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	if (listening)
		assert_int_equal(listen(fd, 8), 0);
	return fd;
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static int
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static void
test_listen__socket_is_for_the_owner_alone(void **state)
{
	struct listener *l;
	struct fixture f;
	mode_t before;

	(void)state;
	fixture_init(&f);
	before = umask(0);
	l = open_it(&f, NULL);
	umask(before);

	assert_int_equal(mode_of(f.path), 0600);
	listen_close(l);
	assert_false(exists(f.path));
	fixture_release(&f);
}

static void
test_listen__a_group_may_connect_too(void **state)
{
	struct listener *l;
	struct fixture f;

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root may give a file to any group */
	fixture_init(&f);
	l = open_it(&f, "daemon");

	assert_int_equal(mode_of(f.path), 0660);
	listen_close(l);
	fixture_release(&f);
}

static void
test_listen__a_group_that_is_not_there_is_none(void **state)
{
	struct listener *l;
	struct fixture f;

	(void)state;
	fixture_init(&f);
	l = open_it(&f, "no-such-group-1");

	assert_int_equal(mode_of(f.path), 0600);
	listen_close(l);
	fixture_release(&f);
}

static void
test_listen__takes_over_what_a_crash_left(void **state)
{
	struct listener *l;
	struct fixture f;

	(void)state;
	fixture_init(&f);
	close(other_socket(f.path, 1));

	l = open_it(&f, NULL);

	listen_close(l);
	fixture_release(&f);
}

static void
test_listen__leaves_alone_where_somebody_answers(void **state)
{
	struct listener *l = NULL;
	struct fixture f;
	struct err e;
	int fd;

	(void)state;
	fixture_init(&f);
	fd = other_socket(f.path, 1);

	assert_err(listen_open(&f.loop, f.path, NULL, on_waiting, &f, &l, &e),
	    ERR_BUSY, &e, "another program answers");

	assert_true(exists(f.path));
	close(fd);
	fixture_release(&f);
}

static void
test_listen__removes_nothing_but_sockets(void **state)
{
	struct listener *l = NULL;
	struct fixture f;
	struct err e;
	int fd;

	(void)state;
	fixture_init(&f);
	fd = open(f.path, O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0);
	close(fd);

	assert_err(listen_open(&f.loop, f.path, NULL, on_waiting, &f, &l, &e),
	    ERR_INVALID, &e, "not a socket");

	assert_true(exists(f.path));
	fixture_release(&f);
}

static void
test_listen__refuses_a_path_too_long_for_a_socket(void **state)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path) + 1];
	struct listener *l = NULL;
	struct fixture f;
	struct err e;

	(void)state;
	fixture_init(&f);
	memset(path, 'x', sizeof(path) - 1);
	path[0] = '/';
	path[sizeof(path) - 1] = '\0';

	assert_err(listen_open(&f.loop, path, NULL, on_waiting, &f, &l, &e),
	    ERR_INVALID, &e, "too long");
	fixture_release(&f);
}

static void
test_listen__does_not_remove_a_socket_that_took_its_place(void **state)
{
	struct listener *l;
	struct fixture f;
	int fd;

	(void)state;
	fixture_init(&f);
	l = open_it(&f, NULL);
	assert_int_equal(unlink(f.path), 0);
	fd = other_socket(f.path, 1);

	listen_close(l);

	assert_true(exists(f.path));
	close(fd);
	fixture_release(&f);
}

static void
test_listen__takes_a_socket_that_was_passed(void **state)
{
	struct listener *l = NULL;
	struct fixture f;
	struct err e;
	int fd;

	(void)state;
	fixture_init(&f);
	fd = other_socket(f.path, 1);

	assert_ok(listen_take(&f.loop, fd, on_waiting, &f, &l, &e), &e);

	assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	listen_close(l);
	assert_true(exists(f.path));
	fixture_release(&f);
}

static void
test_listen__refuses_a_passed_descriptor_of_another_kind(void **state)
{
	struct listener *l = NULL;
	struct fixture f;
	struct err e;
	int fd;

	(void)state;
	fixture_init(&f);
	fd = other_socket(f.path, 0);

	assert_err(listen_take(&f.loop, fd, on_waiting, &f, &l, &e),
	    ERR_INVALID, &e, "no listening");
	close(fd);
	fixture_release(&f);
}

static void
set_passed(const char *pid, const char *fds)
{
	assert_int_equal(setenv("LISTEN_PID", pid, 1), 0);
	assert_int_equal(setenv("LISTEN_FDS", fds, 1), 0);
}

static void
test_listen__believes_only_descriptors_meant_for_us(void **state)
{
	char own[30];
	struct err e;
	int fd = 99;

	(void)state;
	snprintf(own, sizeof(own), "%ld", (long)getpid());

	assert_ok(listen_passed_fd(&fd, &e), &e);
	assert_int_equal(fd, -1);

	set_passed("1", "1");
	assert_ok(listen_passed_fd(&fd, &e), &e);
	assert_int_equal(fd, getpid() == 1 ? 3 : -1);

	set_passed(own, "1");
	assert_ok(listen_passed_fd(&fd, &e), &e);
	assert_int_equal(fd, 3);
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_PID"));

	set_passed(own, "2");
	assert_err(listen_passed_fd(&fd, &e), ERR_INVALID, &e, "not exactly");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listen__socket_is_for_the_owner_alone),
		cmocka_unit_test(test_listen__a_group_may_connect_too),
		cmocka_unit_test(
		    test_listen__a_group_that_is_not_there_is_none),
		cmocka_unit_test(test_listen__takes_over_what_a_crash_left),
		cmocka_unit_test(
		    test_listen__leaves_alone_where_somebody_answers),
		cmocka_unit_test(test_listen__removes_nothing_but_sockets),
		cmocka_unit_test(
		    test_listen__refuses_a_path_too_long_for_a_socket),
		cmocka_unit_test(
		    test_listen__does_not_remove_a_socket_that_took_its_place),
		cmocka_unit_test(test_listen__takes_a_socket_that_was_passed),
		cmocka_unit_test(
		    test_listen__refuses_a_passed_descriptor_of_another_kind),
		cmocka_unit_test(
		    test_listen__believes_only_descriptors_meant_for_us),
	};

	return cmocka_run_group_tests_name("listen", tests, NULL, NULL);
}
