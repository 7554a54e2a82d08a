/*
 * bench_socket: saves over the daemon's socket, and the disk's own speed.
 *
 * bench_socket save SOCKET CLIENTS SAVES   CLIENTS connections, each with one
 *     save under way at a time, SAVES in all; prints
 *     "save<tab>p50 ms<tab>p99 ms<tab>saves/s"
 * bench_socket fdatasync FILE COUNT        4 KiB appended and synced COUNT
 *     times; prints "fdatasync<tab>p50 ms<tab>p99 ms<tab>syncs/s"
 *
 * bench_socket ask SOCKET RUNS             asks what standard input says, one
 *     connection, one question at a time: lines "name<tab>method<tab>params"
 *     (a JSON object), those of one name RUNS times in turn; prints for each
 *     name "name<tab>p50 ms<tab>p99 ms<tab>bytes of the last answer"
 *
 * A save that is refused ends the bench with its message.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "proto/frame.h"

#define MAX_CLIENTS 1000

struct client {
	int fd;
	struct frame in;
	double sent;
};

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
die(const char *what, const char *detail)
{
	fprintf(stderr, "bench_socket: %s: %s\n", what, detail);
	exit(1);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(const char *label, double *ms, int n, double wall)
{
	qsort(ms, (size_t)n, sizeof(double), by_value);
	printf("%s\t%.3f\t%.3f\t%.0f\n", label, ms[n / 2],
	    ms[(int)((double)n * 0.99)], (double)n / wall * 1e3);
}

static void
send_save(struct client *c, int number)
{
	static const char *const items[] = { "1.1", "1.2", "1.3", "1.4", "2.1",
		"2.2", "2.3", "2.4", "3.1", "3.2", "3.3", "3.4", "4.1", "4.2",
		"4.3", "4.4", "5.1", "5.2", "5.3", "5.4", "6.1", "6.2", "6.3",
		"6.4" };
	char line[1024];
	int len = snprintf(line, sizeof(line),
	    "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"answer.set\","
	    "\"params\":{\"item\":\"%s\",\"fields\":{\"explanation.basic\":"
	    "\"หน่วยงานสื่อสารวิสัยทัศน์ต่อบุคลากรทุกระดับ ครั้งที่ %d\\nและติดตามผล"
	    "ทุกเดือนกับกำนันผู้ใหญ่บ้านและผู้มีส่วนได้ส่วนเสีย\"},"
	    "\"reason\":\"บันทึกประจำวัน\"}}\n",
	    number, items[number % 24], number);

	c->sent = now_ms();
	if (write(c->fd, line, (size_t)len) != len)
		die("write", strerror(errno));
}

/* 1 when the answer has come. */
static int
take_answer(struct client *c)
{
	char chunk[8192], *line;
	struct err e;
	size_t len;
	ssize_t n = read(c->fd, chunk, sizeof(chunk));
	int rc;

	if (n <= 0)
		die("read", n == 0 ? "the daemon closed" : strerror(errno));
	if (frame_feed(&c->in, chunk, (size_t)n, &e) < 0)
		die("frame", e.msg);
	if ((rc = frame_next(&c->in, &line, &len, &e)) < 0)
		die("frame", e.msg);
	if (rc == 1 && strstr(line, "\"result\"") == NULL)
		die("save refused", line);
	return rc;
}

static void
open_client(struct client *c, const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof(to.sun_path))
		die(path, "path too long");
	memcpy(to.sun_path, path, strlen(path));
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 ||
	    connect(c->fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die(path, strerror(errno));
	frame_init(&c->in);
}

static int
bench_save(const char *path, int n_clients, int n_saves)
{
	struct client *cs = calloc((size_t)n_clients, sizeof(*cs));
	struct pollfd *fds = calloc((size_t)n_clients, sizeof(*fds));
	double *ms = calloc((size_t)n_saves, sizeof(*ms)), start;
	int sent = 0, done = 0, i;

	if (cs == NULL || fds == NULL || ms == NULL)
		die("memory", strerror(errno));
	for (i = 0; i < n_clients; i++) {
		open_client(&cs[i], path);
		fds[i] = (struct pollfd){ .fd = cs[i].fd, .events = POLLIN };
	}
	start = now_ms();
	for (i = 0; i < n_clients && sent < n_saves; i++)
		send_save(&cs[i], sent++);
	while (done < n_saves) {
		if (poll(fds, (nfds_t)n_clients, 60000) <= 0)
			die("poll", "no answer within 60 s");
		for (i = 0; i < n_clients; i++) {
			if (fds[i].revents == 0 || !take_answer(&cs[i]))
				continue;
			ms[done++] = now_ms() - cs[i].sent;
			if (sent < n_saves)
				send_save(&cs[i], sent++);
		}
	}
	report("save", ms, n_saves, now_ms() - start);
	for (i = 0; i < n_clients; i++) {
		close(cs[i].fd);
		frame_release(&cs[i].in);
	}
	free(cs);
	free(fds);
	free(ms);
	return 0;
}

static int
bench_fdatasync(const char *path, int n)
{
	double *ms = calloc((size_t)n, sizeof(*ms)), start, t;
	char block[4096];
	int fd, i;

	memset(block, 'x', sizeof(block));
	fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
	if (fd < 0 || ms == NULL)
		die(path, strerror(errno));
	start = now_ms();
	for (i = 0; i < n; i++) {
		t = now_ms();
		if (write(fd, block, sizeof(block)) != sizeof(block) ||
		    fdatasync(fd) != 0)
			die("fdatasync", strerror(errno));
		ms[i] = now_ms() - t;
	}
	report("fdatasync", ms, n, now_ms() - start);
	close(fd);
	unlink(path);
	free(ms);
	return 0;
}

/* --- questions --- */

#define QUESTIONS_MAX 256 /* of one name */

struct questions {
	char name[64];
	char *lines[QUESTIONS_MAX];
	size_t n;
};

/* Sends one and waits; *ret_bytes of the answer. */
static double
ask_one(struct client *c, const char *line, size_t *ret_bytes)
{
	struct pollfd p = { .fd = c->fd, .events = POLLIN };
	char chunk[65536], *answer;
	size_t len = strlen(line);
	struct err e;
	ssize_t n;
	int rc;

	c->sent = now_ms();
	if (write(c->fd, line, len) != (ssize_t)len)
		die("write", strerror(errno));
	for (;;) {
		if ((rc = frame_next(&c->in, &answer, &len, &e)) < 0)
			die("frame", e.msg);
		if (rc == 1 && strstr(answer, "\"id\"") != NULL)
			break;
		if (rc == 1)
			continue;
		if (poll(&p, 1, 600000) <= 0)
			die("poll", "no answer within 10 minutes");
		if ((n = read(c->fd, chunk, sizeof(chunk))) <= 0)
			die("read",
			    n == 0 ? "the daemon closed" : strerror(errno));
		if (frame_feed(&c->in, chunk, (size_t)n, &e) < 0)
			die("frame", e.msg);
	}
	if (strstr(answer, "\"result\"") == NULL)
		die(line, answer);
	*ret_bytes = len;
	return now_ms() - c->sent;
}

static void
ask_all(struct client *c, struct questions *q, int runs)
{
	double *ms = calloc((size_t)runs, sizeof(*ms));
	size_t bytes = 0, k;
	int i;

	if (ms == NULL)
		die("memory", strerror(errno));
	/* what is asked is in the page cache, as it is on a working day */
	for (k = 0; k < q->n; k++)
		ask_one(c, q->lines[k], &bytes);
	for (i = 0; i < runs; i++)
		ms[i] = ask_one(c, q->lines[(size_t)i % q->n], &bytes);
	qsort(ms, (size_t)runs, sizeof(double), by_value);
	printf("%s\t%.3f\t%.3f\t%zu\n", q->name, ms[runs / 2],
	    ms[(int)((double)runs * 0.99)], bytes);
	fflush(stdout);
	for (k = 0; k < q->n; k++)
		free(q->lines[k]);
	q->n = 0;
	free(ms);
}

static void
add_question(struct questions *q, const char *method, const char *params)
{
	size_t size = strlen(method) + strlen(params) + 80;
	char *line = malloc(size);

	if (line == NULL || q->n == QUESTIONS_MAX)
		die("questions", "too many");
	snprintf(line, size,
	    "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"%s\",\"params\":%s}\n",
	    method, params);
	q->lines[q->n++] = line;
}

static int
bench_ask(const char *path, int runs)
{
	struct questions q = { .n = 0 };
	char line[4096], *method, *params;
	struct client c;

	open_client(&c, path);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if ((method = strchr(line, '\t')) == NULL ||
		    (params = strchr(method + 1, '\t')) == NULL)
			die("a line has no three parts", line);
		*method++ = '\0';
		*params++ = '\0';
		if (q.n > 0 && strcmp(q.name, line) != 0)
			ask_all(&c, &q, runs);
		snprintf(q.name, sizeof(q.name), "%.60s", line);
		add_question(&q, method, params);
	}
	if (q.n > 0)
		ask_all(&c, &q, runs);
	close(c.fd);
	frame_release(&c.in);
	return 0;
}

int
main(int argc, char **argv)
{
	int a = argc > 3 ? (int)strtol(argv[3], NULL, 10) : 0;
	int b = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;

	if (argc == 5 && strcmp(argv[1], "save") == 0 && a > 0 &&
	    a <= MAX_CLIENTS && b > 0)
		return bench_save(argv[2], a, b);
	if (argc == 4 && strcmp(argv[1], "fdatasync") == 0 && a > 0)
		return bench_fdatasync(argv[2], a);
	if (argc == 4 && strcmp(argv[1], "ask") == 0 && a > 0)
		return bench_ask(argv[2], a);
	fprintf(stderr, "usage: bench_socket save SOCKET CLIENTS SAVES\n"
			"       bench_socket fdatasync FILE COUNT\n"
			"       bench_socket ask SOCKET RUNS <QUESTIONS\n");
	return 2;
}
