/*
 * badlink: a bad line between two network namespaces, packet by packet, for
 * kernels without netem: two tun devices and what lies between them.
 *
 * badlink DIR NAMESPACE-A NAMESPACE-B
 *   Makes the device "bad0" in each namespace and carries packets between
 *   them as DIR/mode says, which may change at any time: words "name=number".
 *
 *   delay=MS    each way, jitter=MS more by chance (packets keep their order)
 *   loss=N      packets lost, in hundredths of a per cent, each way
 *   rate=N      bytes a second, each way
 *   limit=N     bytes that wait for the line before more are dropped (65536)
 *   drop_ab=1   nothing goes from A to B; drop_ba=1 the other way
 *
 *   DIR/count has "AB BA DROPPED": bytes of IP carried, packets lost.
 *   Chance is seeded from PMQA_SEED. Ends with SIGTERM, and with whoever
 *   started it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "tests/net/words.h"

#define QUEUE_MAX 4096
#define PACKET_MAX 2048
#define LIMIT_DEFAULT 65536
#define COUNT_EVERY_MS 50

struct mode {
	int64_t delay_ms, jitter_ms, loss, rate, limit;
	int drop[2];
};

struct packet {
	int64_t due_us;
	size_t len;
	unsigned char data[PACKET_MAX];
};

/* One direction: a ring of packets on their way. */
struct way {
	struct packet *ring;
	int first, n;
	int64_t free_us; /* the line is free again */
	int64_t last_us; /* no packet overtakes another */
	int64_t bytes, lost;
};

static struct way ways[2];
static struct mode mode;
static char mode_path[512], count_path[512];
static uint64_t chance;

/* splitmix64 */
static uint64_t
next_chance(void)
{
	uint64_t z = (chance += 0x9e3779b97f4a7c15ULL);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

static void
read_mode(void)
{
	char text[512];

	if (!words_read(mode_path, text, sizeof(text)))
		return; /* just being replaced */
	mode.delay_ms = words_number(text, "delay", 0);
	mode.jitter_ms = words_number(text, "jitter", 0);
	mode.loss = words_number(text, "loss", 0);
	mode.rate = words_number(text, "rate", 0);
	mode.limit = words_number(text, "limit", LIMIT_DEFAULT);
	mode.drop[0] = words_number(text, "drop_ab", 0) != 0;
	mode.drop[1] = words_number(text, "drop_ba", 0) != 0;
}

static void
write_count(void)
{
	char text[100];

	snprintf(text, sizeof(text), "%lld %lld %lld\n",
	    (long long)ways[0].bytes, (long long)ways[1].bytes,
	    (long long)(ways[0].lost + ways[1].lost));
	words_write(count_path, text);
}

static int
is_lost(const struct way *w, int dir, size_t len)
{
	int64_t waiting = 0, now = words_now_us();

	if (mode.drop[dir] || w->n == QUEUE_MAX)
		return 1;
	if (mode.loss > 0 && (int64_t)(next_chance() % 10000) < mode.loss)
		return 1;
	if (mode.rate > 0 && w->free_us > now)
		waiting = (w->free_us - now) * mode.rate / 1000000;
	return waiting > 0 && waiting + (int64_t)len > mode.limit;
}

static void
put(int dir, const unsigned char *data, size_t len)
{
	struct way *w = &ways[dir];
	int64_t now = words_now_us();
	struct packet *p;

	if (is_lost(w, dir, len)) {
		w->lost++;
		return;
	}
	p = &w->ring[(w->first + w->n++) % QUEUE_MAX];
	memcpy(p->data, data, len);
	p->len = len;
	if (w->free_us < now)
		w->free_us = now;
	if (mode.rate > 0)
		w->free_us += (int64_t)len * 1000000 / mode.rate;
	p->due_us = w->free_us + mode.delay_ms * 1000;
	if (mode.jitter_ms > 0)
		p->due_us += (int64_t)(next_chance() %
				       (uint64_t)(mode.jitter_ms * 1000));
	if (p->due_us < w->last_us)
		p->due_us = w->last_us;
	w->last_us = p->due_us;
	w->bytes += (int64_t)len;
}

static void
take(int dir, int to)
{
	struct way *w = &ways[dir];
	struct packet *p;

	while (w->n > 0 && (p = &w->ring[w->first])->due_us <= words_now_us()) {
		/* a device that is down or full loses the packet, as lines do */
		if (write(to, p->data, p->len) < 0)
			w->lost++;
		w->first = (w->first + 1) % QUEUE_MAX;
		w->n--;
	}
}

static void
read_packets(int dir, int from)
{
	unsigned char data[PACKET_MAX];
	ssize_t n;

	while ((n = read(from, data, sizeof(data))) > 0)
		put(dir, data, (size_t)n);
}

static int
wait_ms(void)
{
	int64_t left, least = COUNT_EVERY_MS * 1000;
	int i;

	for (i = 0; i < 2; i++) {
		if (ways[i].n == 0)
			continue;
		left = ways[i].ring[ways[i].first].due_us - words_now_us();
		if (left < least)
			least = left;
	}
	return least <= 0 ? 0 : (int)((least + 999) / 1000);
}

static int
open_device(const char *namespace)
{
	struct ifreq r;
	char path[300];
	int ns, fd;

	snprintf(path, sizeof(path), "/run/netns/%s", namespace);
	if ((ns = open(path, O_RDONLY | O_CLOEXEC)) < 0 ||
	    setns(ns, CLONE_NEWNET) != 0)
		words_die(path);
	close(ns);
	if ((fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK)) < 0)
		words_die("/dev/net/tun");
	memset(&r, 0, sizeof(r));
	snprintf(r.ifr_name, sizeof(r.ifr_name), "bad0");
	r.ifr_flags = IFF_TUN | IFF_NO_PI;
	if (ioctl(fd, TUNSETIFF, &r) != 0)
		words_die("TUNSETIFF");
	return fd;
}

static void
loop(const int *fd)
{
	struct pollfd p[2] = { { fd[0], POLLIN, 0 }, { fd[1], POLLIN, 0 } };
	int64_t counted = 0;
	int i;

	for (;;) {
		if (poll(p, 2, wait_ms()) < 0 && errno != EINTR)
			words_die("poll");
		if (words_now_us() - counted >= COUNT_EVERY_MS * 1000) {
			counted = words_now_us();
			read_mode();
			write_count();
		}
		for (i = 0; i < 2; i++) {
			read_packets(i, fd[i]);
			take(i, fd[!i]);
		}
	}
}

int
main(int argc, char **argv)
{
	const char *seed = getenv("PMQA_SEED");
	int fd[2], i;

	if (argc != 4) {
		fprintf(stderr, "usage: badlink DIR NAMESPACE-A NAMESPACE-B\n");
		return 2;
	}
	chance = seed != NULL ? strtoull(seed, NULL, 10) : 1;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	snprintf(mode_path, sizeof(mode_path), "%s/mode", argv[1]);
	snprintf(count_path, sizeof(count_path), "%s/count", argv[1]);
	for (i = 0; i < 2; i++) {
		ways[i].ring = calloc(QUEUE_MAX, sizeof(*ways[i].ring));
		if (ways[i].ring == NULL)
			words_die("calloc");
		fd[i] = open_device(argv[2 + i]);
	}
	read_mode();
	write_count();
	loop(fd);
	return 0;
}
