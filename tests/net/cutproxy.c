/*
 * cutproxy: a bad link for the tests: a TCP proxy on the loopback that counts
 * what passes each way and behaves as a file says.
 *
 * cutproxy DIR HOST PORT [LISTEN-PORT]
 *   Listens on that port of the loopback, or a free one, and writes it to
 *   DIR/port. Each connection reads
 *   DIR/mode when it begins: words "name=number", none of them: a good link.
 *
 *   cut=N      both ends are reset after N bytes of the connection, both ways
 *              together
 *   cut_up=N   the same for what goes to HOST; cut_down=N for what comes back
 *   stall=N    after N bytes nothing passes any more, nor is anything closed
 *   mute_up=N  one-way cut: after N bytes to HOST the rest of them vanishes;
 *              mute_down=N for what comes back
 *   times=N    at most N connections are cut, stalled or muted, then the link
 *              is good; counted anew when the file changes
 *   silent=1   takes the connection and says nothing, ever
 *   portal=1   a captive portal: answers anything with a page
 *   refuse=1   takes the connection and closes it
 *   delay=MS   each way
 *   rate=N     bytes a second, each way, of all connections together
 *
 *   DIR/count has "UP DOWN CONNECTIONS CUTS", bytes that were passed on.
 *   Ends with SIGTERM, and with whoever started it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/net/words.h"

#define LINKS_MAX 64
#define PIECE 16384
#define QUEUE_MAX 256 /* pieces on their way: what a link itself holds */
#define UP 0
#define DOWN 1
#define NONE INT64_MAX

struct mode {
	int64_t cut, cut_way[2], stall, mute[2], times, delay_ms, rate;
	int silent, portal, refuse;
};

struct piece {
	int64_t due_ms;
	size_t len, sent;
	unsigned char data[PIECE];
};

/* What goes one way; from is read, to is written. */
struct way {
	struct piece *queue[QUEUE_MAX];
	int n;
	int ended; /* from has said all; told: so has to been told */
	int told;
	int64_t bytes;
};

struct link {
	int fd[2]; /* fd[UP]: the client's end; fd[DOWN]: the server's */
	struct way way[2];
	struct mode mode;
	int dead; /* stalled for good */
	int hurt; /* its cut was counted */
};

static struct link links[LINKS_MAX];
static int n_links;
static struct addrinfo *target;
static char mode_path[512], count_path[512], mode_text[512];
static int64_t total[2], n_connections, n_cuts, n_hurt;
static int64_t rate_due[2]; /* microseconds: when the line is free again */

static int64_t
now_ms(void)
{
	return words_now_us() / 1000;
}

static void
write_count(void)
{
	static char last[120];
	char text[120];

	snprintf(text, sizeof(text), "%lld %lld %lld %lld\n",
	    (long long)total[UP], (long long)total[DOWN],
	    (long long)n_connections, (long long)n_cuts);
	if (strcmp(text, last) == 0)
		return;
	words_write(count_path, text);
	memcpy(last, text, sizeof(last));
}

static void
read_mode(struct mode *m)
{
	char text[sizeof(mode_text)];

	words_read(mode_path, text, sizeof(text));
	if (strcmp(text, mode_text) != 0)
		n_hurt = 0;
	memcpy(mode_text, text, sizeof(text));
	m->cut = words_number(text, "cut", NONE);
	m->cut_way[UP] = words_number(text, "cut_up", NONE);
	m->cut_way[DOWN] = words_number(text, "cut_down", NONE);
	m->stall = words_number(text, "stall", NONE);
	m->mute[UP] = words_number(text, "mute_up", NONE);
	m->mute[DOWN] = words_number(text, "mute_down", NONE);
	m->times = words_number(text, "times", NONE);
	m->delay_ms = words_number(text, "delay", 0);
	m->rate = words_number(text, "rate", 0);
	m->silent = words_number(text, "silent", 0) != 0;
	m->portal = words_number(text, "portal", 0) != 0;
	m->refuse = words_number(text, "refuse", 0) != 0;
}

static void
close_link(struct link *l, int reset)
{
	struct linger now = { 1, 0 };
	int i, w;

	for (w = 0; w < 2; w++) {
		for (i = 0; i < l->way[w].n; i++)
			free(l->way[w].queue[i]);
		if (l->fd[w] < 0)
			continue;
		if (reset)
			setsockopt(
			    l->fd[w], SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(l->fd[w]);
	}
	*l = links[--n_links];
}

static int
is_idle_mode(const struct mode *m)
{
	return m->silent || m->portal;
}

static int
open_target(void)
{
	int fd =
	    socket(target->ai_family, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_TCP);
	int on = 1;

	if (fd < 0)
		return -1;
	if (connect(fd, target->ai_addr, target->ai_addrlen) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void
on_connection(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	int on = 1;
	struct link *l;

	if (fd < 0)
		return;
	n_connections++;
	if (n_links == LINKS_MAX) {
		close(fd);
		return;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	l = &links[n_links++];
	memset(l, 0, sizeof(*l));
	read_mode(&l->mode);
	l->fd[UP] = fd;
	l->fd[DOWN] = is_idle_mode(&l->mode) ? -1 : open_target();
	if (l->mode.refuse || (l->fd[DOWN] < 0 && !is_idle_mode(&l->mode)))
		close_link(l, 0);
	write_count();
}

/* 1 if this connection is to be hurt now, which is counted once. */
static int
may_hurt(struct link *l)
{
	if (l->hurt)
		return 1;
	if (l->mode.times != NONE && n_hurt >= l->mode.times)
		return 0;
	l->hurt = 1;
	n_hurt++;
	n_cuts++;
	write_count();
	return 1;
}

/* How many of len bytes still pass before something happens. */
static size_t
before(size_t len, int64_t passed, int64_t limit)
{
	int64_t room = limit - passed;

	if (room <= 0)
		return 0;
	return (int64_t)len < room ? len : (size_t)room;
}

static int64_t
due_of(const struct mode *m, int w, size_t len)
{
	int64_t now = words_now_us();

	if (m->rate > 0) {
		if (rate_due[w] < now)
			rate_due[w] = now;
		rate_due[w] += (int64_t)len * 1000000 / m->rate;
		now = rate_due[w];
	}
	return now / 1000 + m->delay_ms;
}

static void
enqueue(struct link *l, int w, const unsigned char *data, size_t len)
{
	struct piece *p;

	if (len == 0)
		return;
	if ((p = malloc(sizeof(*p))) == NULL)
		words_die("malloc");
	memcpy(p->data, data, len);
	p->len = len;
	p->sent = 0;
	p->due_ms = due_of(&l->mode, w, len);
	l->way[w].queue[l->way[w].n++] = p;
	l->way[w].bytes += (int64_t)len;
	total[w] += (int64_t)len;
}

/* What was read goes on its way, or meets the cut. 1: the link is to be reset
 * when what was before the cut has left. */
static int
pass(struct link *l, int w, const unsigned char *data, size_t len)
{
	const struct mode *m = &l->mode;
	int64_t both = l->way[UP].bytes + l->way[DOWN].bytes;
	size_t ok;

	ok = before(len, l->way[w].bytes, m->mute[w]);
	if (ok < len && may_hurt(l)) {
		enqueue(l, w, data, ok);
		return 0;
	}
	ok = before(len, both, m->stall);
	if (ok < len && may_hurt(l)) {
		enqueue(l, w, data, ok);
		l->dead = 1;
		return 0;
	}
	ok = before(len, both, m->cut);
	if (before(len, l->way[w].bytes, m->cut_way[w]) < ok)
		ok = before(len, l->way[w].bytes, m->cut_way[w]);
	if (ok < len && may_hurt(l)) {
		enqueue(l, w, data, ok);
		return 1;
	}
	enqueue(l, w, data, len);
	return 0;
}

static void
say_portal(struct link *l)
{
	static const char page[] =
	    "HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\n"
	    "Content-Length: 36\r\nConnection: close\r\n\r\n"
	    "<html><body>Please sign in.</body></html>";

	if (write(l->fd[UP], page, sizeof(page) - 1) < 0)
		return; /* it has gone: so be it */
	total[DOWN] += (int64_t)sizeof(page) - 1;
}

/* -1: the link is over. */
static int
read_way(struct link *l, int w)
{
	unsigned char data[PIECE];
	ssize_t n = read(l->fd[w], data, sizeof(data));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -1;
	if (l->mode.silent)
		return n == 0 ? -1 : 0;
	if (l->mode.portal) {
		if (n > 0)
			say_portal(l);
		return -1;
	}
	if (n == 0) {
		l->way[w].ended = 1;
		return 0;
	}
	return pass(l, w, data, (size_t)n) ? -2 : 0;
}

/* Writes what is due; all: whatever its time. -1: the link is over. */
static int
write_way(struct link *l, int w, int all)
{
	struct way *way = &l->way[w];
	struct piece *p;
	ssize_t n;

	while (way->n > 0) {
		p = way->queue[0];
		if (!all && p->due_ms > now_ms())
			return 0;
		n = write(l->fd[!w], p->data + p->sent, p->len - p->sent);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? 0 : -1;
		p->sent += (size_t)n;
		if (p->sent < p->len)
			return 0;
		free(p);
		way->n--;
		memmove(&way->queue[0], &way->queue[1],
		    (size_t)way->n * sizeof(way->queue[0]));
	}
	if (way->ended && !way->told) {
		shutdown(l->fd[!w], SHUT_WR);
		way->told = 1;
	}
	return way->told && l->way[!w].told ? -1 : 0;
}

/* A slow line holds little; what is more waits in the sender's own buffers. */
static int
holds(const struct mode *m)
{
	int64_t n;

	if (m->rate == 0)
		return QUEUE_MAX - 1;
	n = 2 + m->rate * m->delay_ms / 1000 / PIECE;
	return n < QUEUE_MAX - 1 ? (int)n : QUEUE_MAX - 1;
}

static short
wanted(const struct link *l, int w)
{
	short events = 0;

	if (!l->way[w].ended && l->way[w].n < holds(&l->mode))
		events |= POLLIN;
	if (l->way[!w].n > 0 && l->way[!w].queue[0]->due_ms <= now_ms())
		events |= POLLOUT;
	return events;
}

/* An end of which nothing is wanted is not looked at: poll() would tell again
 * and again that it hung up. */
static void
watch(const struct link *l, int w, struct pollfd *ret)
{
	ret->events = l->dead ? 0 : wanted(l, w);
	ret->revents = 0;
	ret->fd = ret->events != 0 ? l->fd[w] : -1;
}

static int
wait_ms(void)
{
	int64_t now = now_ms(), least = 1000, left;
	int i, w;

	for (i = 0; i < n_links; i++)
		for (w = 0; w < 2; w++) {
			if (links[i].way[w].n == 0)
				continue;
			left = links[i].way[w].queue[0]->due_ms - now;
			if (left > 0 && left < least)
				least = left;
		}
	return (int)least;
}

/* 1: gone. */
static int
serve(struct link *l, const struct pollfd *p)
{
	int w, rc = 0;

	for (w = 0; w < 2 && rc == 0; w++)
		if (l->fd[w] >= 0 && (p[w].events & POLLIN) != 0 &&
		    (p[w].revents & (POLLIN | POLLHUP | POLLERR)) != 0)
			rc = read_way(l, w);
	if (rc == 0 && is_idle_mode(&l->mode))
		return 0;
	for (w = 0; w < 2 && rc == 0; w++)
		rc = write_way(l, w, 0);
	if (rc == 0)
		return 0;
	if (rc == -2) /* cut: what was before it has still arrived */
		for (w = 0; w < 2; w++)
			write_way(l, w, 1);
	close_link(l, rc == -2);
	return 1;
}

static void
loop(int listener)
{
	struct pollfd p[1 + 2 * LINKS_MAX];
	int i, w;

	for (;;) {
		p[0] = (struct pollfd){ .fd = listener, .events = POLLIN };
		for (i = 0; i < n_links; i++)
			for (w = 0; w < 2; w++)
				watch(&links[i], w, &p[1 + 2 * i + w]);
		if (poll(p, 1 + 2 * (nfds_t)n_links, wait_ms()) < 0 &&
		    errno != EINTR)
			words_die("poll");
		/* from the last: one that goes is replaced by the last */
		for (i = n_links - 1; i >= 0; i--)
			if (!links[i].dead)
				serve(&links[i], &p[1 + 2 * i]);
		if (p[0].revents != 0)
			on_connection(listener);
		write_count();
	}
}

static int
listen_on(const char *port, const char *dir)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
	socklen_t len = sizeof(a);
	char path[512], text[20];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    listen(fd, LINKS_MAX) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		words_die("cannot listen");
	snprintf(path, sizeof(path), "%s/port", dir);
	snprintf(text, sizeof(text), "%u\n", (unsigned int)ntohs(a.sin_port));
	words_write(path, text);
	return fd;
}

int
main(int argc, char **argv)
{
	struct addrinfo hints = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM };
	int rc;

	if (argc < 4 || argc > 5) {
		fprintf(
		    stderr, "usage: cutproxy DIR HOST PORT [LISTEN-PORT]\n");
		return 2;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if ((rc = getaddrinfo(argv[2], argv[3], &hints, &target)) != 0) {
		fprintf(
		    stderr, "cutproxy: %s: %s\n", argv[2], gai_strerror(rc));
		return 1;
	}
	snprintf(mode_path, sizeof(mode_path), "%s/mode", argv[1]);
	snprintf(count_path, sizeof(count_path), "%s/count", argv[1]);
	write_count();
	loop(listen_on(argc == 5 ? argv[4] : "0", argv[1]));
	return 0;
}
