#include "tests/support/wire.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "tests/unit/test.h"

#define TURN_MS 10

void
wire_turn(uv_loop_t *loop, int fd, int ms)
{
	struct pollfd fds[2] = { { uv_backend_fd(loop), POLLIN, 0 },
		{ fd, POLLIN, 0 } };
	int due = uv_backend_timeout(loop);

	if (due >= 0 && due < ms)
		ms = due;
	(void)poll(fds, fd >= 0 ? 2 : 1, ms);
	uv_run(loop, UV_RUN_NOWAIT);
}

void
wire_until(uv_loop_t *loop, int (*cond)(void *arg), void *arg)
{
	int64_t end = clock_mono_ms() + WIRE_MS;

	while (!cond(arg)) {
		if (clock_mono_ms() > end)
			fail_msg("waited too long");
		wire_turn(loop, -1, TURN_MS);
	}
}

void
wire_open(struct wire *w, uv_loop_t *loop, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	memset(w, 0, sizeof(*w));
	w->loop = loop;
	frame_init(&w->in);
	assert_true(strlen(path) < sizeof(to.sun_path));
	memcpy(to.sun_path, path, strlen(path));
	w->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(w->fd >= 0);
	while (connect(w->fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		/* a full backlog: let the server accept */
		if (errno != EAGAIN)
			fail_msg("connect: %s", strerror(errno));
		wire_turn(loop, -1, TURN_MS);
	}
}

void
wire_close(struct wire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	w->fd = -1;
	frame_release(&w->in);
}

size_t
wire_push(struct wire *w, const void *data, size_t len)
{
	const char *at = data;
	size_t done = 0;

	while (done < len) {
		ssize_t n = send(w->fd, at + done, len - done, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

int
wire_send(struct wire *w, const void *data, size_t len)
{
	const char *at = data;
	size_t done = 0;
	int64_t end = clock_mono_ms() + WIRE_MS;

	for (;;) {
		done += wire_push(w, at + done, len - done);
		if (done == len)
			return 1;
		if (errno == EPIPE || errno == ECONNRESET)
			return 0;
		if (clock_mono_ms() > end)
			fail_msg("the server does not read");
		wire_turn(w->loop, -1, TURN_MS);
	}
}

int
wire_puts(struct wire *w, const char *text)
{
	return wire_send(w, text, strlen(text));
}

const char *
wire_line(struct wire *w)
{
	int64_t end = clock_mono_ms() + WIRE_MS;
	char chunk[65536];
	struct err e;

	for (;;) {
		char *line;
		size_t len;
		ssize_t n;
		int rc = frame_next(&w->in, &line, &len, &e);

		assert_ok(rc, &e);
		if (rc > 0)
			return line;
		if (w->ended)
			return NULL;
		n = recv(w->fd, chunk, sizeof(chunk), 0);
		if (n > 0)
			assert_ok(frame_feed(&w->in, chunk, (size_t)n, &e), &e);
		else if (n == 0 || errno == ECONNRESET)
			w->ended = 1;
		else if (clock_mono_ms() > end)
			fail_msg("no answer");
		else
			wire_turn(w->loop, w->fd, TURN_MS);
	}
}

cJSON *
wire_json(struct wire *w)
{
	const char *line = wire_line(w);
	cJSON *v = NULL;
	struct err e;

	if (line == NULL)
		fail_msg("the server has hung up");
	assert_ok(json_parse(line, strlen(line), FRAME_MAX, &v, &e), &e);
	return v;
}
