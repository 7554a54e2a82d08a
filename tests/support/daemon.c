#include "tests/support/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/test.h"

#define START_MS 60000

static int64_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

const char *
test_program(const char *name)
{
	static char path[1024];
	const char *bin = getenv("PMQA_BIN");
	char self[512];
	ssize_t n;

	if (bin != NULL) {
		snprintf(path, sizeof(path), "%s/%s", bin, name);
		return path;
	}
	n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	assert_true(n > 0);
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	snprintf(path, sizeof(path), "%s/../../bin/%s", self, name);
	return path;
}

void
test_init(const char *dir, const char *role, const char *code, const char *name)
{
	const char *const argv[] = { test_program("pmqa"), "--dir", dir, "init",
		"--role", role, "--code", code, "--name", name, NULL };
	char conf[300], text[4096], *sync, *out = NULL;
	FILE *f;
	size_t n;

	if (test_run(argv, &out) != 0)
		fail_msg("init failed: %s", out);
	free(out);
	snprintf(conf, sizeof(conf), "%s/pmqad.conf", dir);
	f = fopen(conf, "r+");
	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	sync = strstr(text, "[sync]");
	if (sync != NULL)
		*sync = '\0';
	rewind(f);
	assert_int_equal(ftruncate(fileno(f), 0), 0);
	fprintf(
	    f, "%s\n[sync]\nafter_save_ms = 3600000\ninterval = 86400\n", text);
	assert_int_equal(fclose(f), 0);
}

static int
connect_to(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	int fd;

	assert_true(strlen(path) < sizeof(to.sun_path));
	memcpy(to.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	close(fd);
	return -1;
}

void
test_daemon_start(struct test_daemon *d, const char *dir)
{
	const char *program = test_program("pmqad");
	int64_t end = now_ms() + START_MS;
	int fd, status;

	snprintf(d->dir, sizeof(d->dir), "%s", dir);
	snprintf(d->socket, sizeof(d->socket), "%s/pmqad.sock", dir);
	d->pid = fork();
	assert_true(d->pid >= 0);
	if (d->pid == 0) {
		execl(program, "pmqad", "--dir", dir, (char *)NULL);
		_exit(127);
	}
	while ((fd = connect_to(d->socket)) < 0) {
		if (waitpid(d->pid, &status, WNOHANG) == d->pid)
			fail_msg(
			    "pmqad --dir %s ended with status %d", dir, status);
		if (now_ms() > end)
			fail_msg("pmqad --dir %s is not ready", dir);
		usleep(5000);
	}
	close(fd);
}

void
test_daemon_stop(struct test_daemon *d, int sig)
{
	int status = 0;

	if (d->pid <= 0)
		return;
	kill(d->pid, sig);
	while (waitpid(d->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	d->pid = 0;
	if (sig == SIGTERM && status != 0)
		fail_msg("pmqad ended with status %d", status);
}

void
test_client_open(struct test_client *c, const char *socket)
{
	c->fd = connect_to(socket);
	if (c->fd < 0)
		fail_msg("cannot connect to '%s': %s", socket, strerror(errno));
	frame_init(&c->in);
}

void
test_client_close(struct test_client *c)
{
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	frame_release(&c->in);
}

int
test_client_send(struct test_client *c, const char *line)
{
	size_t len = strlen(line), done = 0;

	while (done < len) {
		ssize_t n = send(c->fd, line + done, len - done, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return 0;
		done += (size_t)n;
	}
	return 1;
}

const char *
test_client_receive(struct test_client *c, int timeout_ms)
{
	int64_t end = now_ms() + timeout_ms;
	char chunk[8192], *line;
	struct err e = { 0 };
	size_t len;
	ssize_t n;
	int rc;

	for (;;) {
		rc = frame_next(&c->in, &line, &len, &e);
		assert_ok(rc, &e);
		if (rc == 1)
			return line;
		struct pollfd p = { .fd = c->fd, .events = POLLIN };

		if (poll(&p, 1, (int)(end - now_ms())) == 0 || now_ms() > end)
			fail_msg("no answer within %d ms", timeout_ms);
		n = read(c->fd, chunk, sizeof(chunk));
		if (n <= 0)
			return NULL;
		assert_ok(frame_feed(&c->in, chunk, (size_t)n, &e), &e);
	}
}

cJSON *
test_client_call(struct test_client *c, const char *method, const char *params)
{
	struct buf line = BUF_INIT;
	struct err e = { 0 };
	cJSON *msg = NULL, *result;
	const char *answer;

	buf_printf(&line,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}\n",
	    method, params);
	assert_true(test_client_send(c, buf_str(&line)));
	buf_release(&line);
	answer = test_client_receive(c, 60000);
	assert_non_null(answer);
	assert_ok(json_parse(answer, strlen(answer), FRAME_MAX, &msg, &e), &e);
	result = cJSON_DetachItemFromObjectCaseSensitive(msg, "result");
	if (result == NULL)
		fail_msg("%s: %s", method, answer);
	cJSON_Delete(msg);
	return result;
}
