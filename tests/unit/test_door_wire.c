#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/door/door_wire.h"

#define HEAD "pmqa-door " PMQA_VERSION "\0"

static void
forget_surroundings(void)
{
	unsetenv("SSH_ORIGINAL_COMMAND");
	unsetenv("GIT_PROTOCOL");
	unsetenv("SSH_CONNECTION");
	unsetenv("PMQA_ROAD");
}

static void
test_door_wire__a_request_arrives_as_it_was_asked(void **state)
{
	static char name[] = "pmqa-receive", dir[] = "--dir", at[] = "/a b",
		    device[] = "9105-a", empty[] = "";
	char *const argv[] = { name, dir, at, device, empty, NULL };
	struct buf text = BUF_INIT;
	struct door_request r;
	struct err e;

	(void)state;
	forget_surroundings();
	setenv("SSH_ORIGINAL_COMMAND", "git-receive-pack 'a=b\n'", 1);
	setenv("PMQA_ROAD", "", 1);
	setenv("LD_PRELOAD_NOT_OURS", "x", 1);

	assert_ok(door_request_write(5, argv, &text, &e), &e);
	assert_ok(door_request_parse(text.data, text.len, &r, &e), &e);

	assert_int_equal(r.n_args, 4);
	assert_string_equal(r.args[0], "--dir");
	assert_string_equal(r.args[1], "/a b");
	assert_string_equal(r.args[2], "9105-a");
	assert_string_equal(r.args[3], "");
	assert_null(r.args[4]);
	assert_int_equal(r.n_env, 2);
	assert_string_equal(r.env[0].name, "SSH_ORIGINAL_COMMAND");
	assert_string_equal(r.env[0].value, "git-receive-pack 'a=b\n'");
	assert_string_equal(r.env[1].name, "PMQA_ROAD");
	assert_string_equal(r.env[1].value, "");
	buf_release(&text);
	forget_surroundings();
}

static void
test_door_wire__what_is_too_much_is_not_asked(void **state)
{
	static char word[] = "x";
	char *const argv[] = { word, word, word, word, word, word, word, word,
		word, word, NULL };
	char *large = malloc(DOOR_REQUEST_MAX + 1);
	struct buf text = BUF_INIT;
	struct err e;

	(void)state;
	assert_non_null(large);
	forget_surroundings();
	assert_err(door_request_write(10, argv, &text, &e), ERR_INVALID, &e,
	    "fewer arguments");
	buf_clear(&text);
	assert_ok(door_request_write(9, argv, &text, &e), &e);
	buf_clear(&text);

	memset(large, 'a', DOOR_REQUEST_MAX);
	large[DOOR_REQUEST_MAX] = '\0';
	setenv("SSH_ORIGINAL_COMMAND", large, 1);
	assert_err(door_request_write(2, argv, &text, &e), ERR_INVALID, &e,
	    "shorter request");
	buf_release(&text);
	free(large);
	forget_surroundings();
}

struct bad {
	const char *text;
	size_t len;
};
#define BAD(s)                                                                 \
	{                                                                      \
		s, sizeof(s) - 1                                               \
	}

static void
test_door_wire__what_has_no_form_is_not_taken(void **state)
{
	static const struct bad all[] = {
		BAD(""), BAD("\0"), BAD("pmqa-door 0.0.0\0"),
		BAD("pmqa-door " PMQA_VERSION), /* no end */
		BAD(("pmqa-door " PMQA_VERSION "x\0")),
		BAD(HEAD "a9105-a"), /* cut */
		BAD(HEAD "\0"), BAD(HEAD "9105-a\0"), BAD(HEAD "A9105-a\0"),
		BAD(HEAD "ePMQA_ROAD=ssh\0a9105-a\0"), /* order */
		BAD(HEAD "ePMQA_ROAD=ssh\0ePMQA_ROAD=path\0"),
		BAD(HEAD "ePMQA_ROAD\0"), BAD(HEAD "e=ssh\0"), BAD(HEAD "e\0"),
		BAD(HEAD "eLD_PRELOAD=/x\0"), BAD(HEAD "ePATH=/x\0"),
		BAD(HEAD "ePMQA_ROADS=ssh\0"),
		BAD(HEAD "aa\0aa\0aa\0aa\0aa\0aa\0aa\0aa\0aa\0"), /* nine */
	};
	struct door_request r;
	struct err e;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(all) / sizeof(*all); i++)
		assert_err(door_request_parse(all[i].text, all[i].len, &r, &e),
		    ERR_INVALID, &e, "no form");
}

/* Bytes of any kind: it must neither read beyond them nor take a word that is
 * not ours. */
static void
test_door_wire__random_requests_are_taken_or_not(void **state)
{
	static const char *const parts[] = { "a", "e", "PMQA_ROAD=", "=", "\0",
		"SSH_CONNECTION=", ("pmqa-door " PMQA_VERSION), "x" };
	uint64_t seed = test_seed();
	struct door_request r;
	struct err e;
	int i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		/* its own memory: a byte too far is found by the checkers */
		size_t len = 0, n = test_random(&seed) % 12, k, l;
		char *text = malloc(sizeof(HEAD) + (size_t)12 * 24);

		assert_non_null(text);
		if (i % 2 == 0) {
			memcpy(text, HEAD, sizeof(HEAD) - 1);
			len = sizeof(HEAD) - 1;
		}
		for (k = 0; k < n; k++) {
			const char *p = parts[test_random(&seed) % 8];

			l = p[0] == '\0' ? 1 : strlen(p);
			memcpy(text + len, p, l);
			len += l;
		}
		text = realloc(text, len > 0 ? len : 1);
		assert_non_null(text);
		if (door_request_parse(text, len, &r, &e) == 0) {
			assert_in_range(r.n_args, 0, DOOR_ARGS_MAX);
			assert_in_range(r.n_env, 0, 2);
		} else
			assert_int_equal(e.code, ERR_INVALID);
		free(text);
	}
}

static int
is_open(int fd)
{
	return fcntl(fd, F_GETFD) >= 0;
}

/* The next descriptor that would be given: tells whether one was left open. */
static int
next_fd(void)
{
	int fd = dup(0);

	assert_true(fd >= 0);
	close(fd);
	return fd;
}

static void
test_door_wire__descriptors_arrive_in_their_order(void **state)
{
	int two[2], fds[DOOR_FDS], given[DOOR_FDS], p[2];
	struct stat a, b;
	char text[8];
	struct err e;
	int i;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, two), 0);
	assert_int_equal(pipe(p), 0);
	given[0] = p[0];
	given[1] = p[1];
	given[2] = two[1];

	assert_ok(door_send(two[0], "hello", 5, given, &e), &e);
	assert_int_equal(door_recv(two[1], text, sizeof(text), fds), 5);
	assert_memory_equal(text, "hello", 5);
	for (i = 0; i < DOOR_FDS; i++) {
		assert_true(is_open(fds[i]));
		assert_int_equal(fstat(fds[i], &a), 0);
		assert_int_equal(fstat(given[i], &b), 0);
		assert_int_equal(a.st_ino, b.st_ino);
		close(fds[i]);
		if (i < 2)
			close(given[i]);
	}
	close(two[0]);
	assert_int_equal(door_recv(two[1], text, sizeof(text), fds), 0);
	close(two[1]);
}

/* n descriptors beside one byte; what the kernel allows. */
static void
send_fds(int fd, const char *text, size_t len, size_t n)
{
	char room[CMSG_SPACE(16 * sizeof(int))] = { 0 }, byte[64];
	struct iovec part = { .iov_base = byte, .iov_len = len };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	struct cmsghdr *c;
	size_t i;
	int zero = 0;

	memcpy(byte, text, len);
	m.msg_control = room;
	m.msg_controllen = CMSG_SPACE(n * sizeof(int));
	c = CMSG_FIRSTHDR(&m);
	assert_non_null(c);
	if (c == NULL)
		return;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	for (i = 0; i < n; i++)
		memcpy(CMSG_DATA(c) + i * sizeof(int), &zero, sizeof(int));
	assert_true(sendmsg(fd, &m, 0) >= 0);
}

static void
test_door_wire__any_other_number_of_them_is_closed(void **state)
{
	static const size_t numbers[] = { 1, 2, 4, 5, 16 };
	int two[2], fds[DOOR_FDS], before;
	char text[4];
	size_t i;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, two), 0);
	before = next_fd();
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		send_fds(two[0], "x", 1, numbers[i]);
		assert_int_equal(
		    door_recv(two[1], text, sizeof(text), fds), -1);
		assert_int_equal(errno, EBADMSG);
		assert_int_equal(fds[0], -1);
		assert_int_equal(next_fd(), before);
	}
	/* too long, none expected, none at all */
	send_fds(two[0], "12345", 5, DOOR_FDS);
	assert_int_equal(door_recv(two[1], text, sizeof(text), fds), -1);
	send_fds(two[0], "x", 1, DOOR_FDS);
	assert_int_equal(door_recv(two[1], text, sizeof(text), NULL), -1);
	assert_int_equal(send(two[0], "x", 1, 0), 1);
	assert_int_equal(door_recv(two[1], text, sizeof(text), fds), -1);
	assert_int_equal(next_fd(), before);
	close(two[0]);
	close(two[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    test_door_wire__a_request_arrives_as_it_was_asked),
		cmocka_unit_test(test_door_wire__what_is_too_much_is_not_asked),
		cmocka_unit_test(test_door_wire__what_has_no_form_is_not_taken),
		cmocka_unit_test(
		    test_door_wire__random_requests_are_taken_or_not),
		cmocka_unit_test(
		    test_door_wire__descriptors_arrive_in_their_order),
		cmocka_unit_test(
		    test_door_wire__any_other_number_of_them_is_closed),
	};

	return cmocka_run_group_tests_name("door_wire", tests, NULL, NULL);
}
