#include "daemon/sync/link.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#define DATAGRAM_MAX 16384
#define READS_MAX 64 /* datagrams in one turn of the loop */

struct link {
	uv_poll_t poll;
	int fd;
	struct link_seen seen;
	void (*up)(void *arg);
	void *arg;
	void (*closed)(void *arg);
	void *closed_arg;
};

/* --- what the kernel says --- */

static size_t
find(const struct link_seen *s, int index, unsigned family,
    const unsigned char addr[16])
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (s->list[i].index == index && s->list[i].family == family &&
		    memcmp(s->list[i].addr, addr, 16) == 0)
			break;
	return i;
}

/* 1 if it is new; the oldest goes when there is no room. */
static int
see(struct link_seen *s, int index, unsigned family,
    const unsigned char addr[16])
{
	if (find(s, index, family, addr) < s->n)
		return 0;
	if (s->n == LINK_SEEN_MAX) {
		s->n--;
		memmove(&s->list[0], &s->list[1], s->n * sizeof(s->list[0]));
	}
	s->list[s->n].index = index;
	s->list[s->n].family = family;
	memcpy(s->list[s->n].addr, addr, 16);
	s->n++;
	return 1;
}

static void
unsee(struct link_seen *s, int index, unsigned family,
    const unsigned char addr[16])
{
	size_t i = find(s, index, family, addr);

	if (i == s->n)
		return;
	s->n--;
	memmove(&s->list[i], &s->list[i + 1], (s->n - i) * sizeof(s->list[0]));
}

static const unsigned char *
body(const struct nlmsghdr *h)
{
	return (const unsigned char *)h + NLMSG_HDRLEN;
}

/* The link itself: does it carry? */
static int
read_link(struct link_seen *s, const struct nlmsghdr *h)
{
	static const unsigned char none[16];
	struct ifinfomsg m;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(m)))
		return 0;
	memcpy(&m, body(h), sizeof(m));
	if ((m.ifi_flags & IFF_LOOPBACK) != 0)
		return 0;
	if (h->nlmsg_type == RTM_NEWLINK && (m.ifi_flags & IFF_UP) != 0 &&
	    (m.ifi_flags & IFF_RUNNING) != 0)
		return see(s, m.ifi_index, 0, none);
	unsee(s, m.ifi_index, 0, none);
	return 0;
}

/* Its own address, of a point-to-point link too. */
static int
take_address(const struct nlmsghdr *h, size_t family, unsigned char ret[16])
{
	const unsigned char *p = (const unsigned char *)h;
	size_t at = NLMSG_LENGTH(NLMSG_ALIGN(sizeof(struct ifaddrmsg)));
	size_t want = family == AF_INET ? 4 : 16;
	struct rtattr a;
	int found = 0;

	while (at + sizeof(a) <= h->nlmsg_len) {
		memcpy(&a, p + at, sizeof(a));
		if (a.rta_len < sizeof(a) || a.rta_len > h->nlmsg_len - at)
			break;
		if ((a.rta_type == IFA_LOCAL ||
			(a.rta_type == IFA_ADDRESS && !found)) &&
		    a.rta_len == RTA_LENGTH(want)) {
			memcpy(ret, p + at + RTA_LENGTH(0), want);
			found = 1;
		}
		at += RTA_ALIGN(a.rta_len);
	}
	return found;
}

static int
read_address(struct link_seen *s, const struct nlmsghdr *h)
{
	unsigned char addr[16] = { 0 };
	struct ifaddrmsg m;

	if (h->nlmsg_len < NLMSG_LENGTH(sizeof(m)))
		return 0;
	memcpy(&m, body(h), sizeof(m));
	if ((m.ifa_family != AF_INET && m.ifa_family != AF_INET6) ||
	    m.ifa_scope != RT_SCOPE_UNIVERSE ||
	    !take_address(h, m.ifa_family, addr))
		return 0;
	if (h->nlmsg_type == RTM_DELADDR) {
		unsee(s, (int)m.ifa_index, m.ifa_family, addr);
		return 0;
	}
	/* not yet fit for use: it is told again when it is */
	if ((m.ifa_flags & (IFA_F_TENTATIVE | IFA_F_DADFAILED)) != 0)
		return 0;
	return see(s, (int)m.ifa_index, m.ifa_family, addr);
}

int
link_read(struct link_seen *s, const void *msg, size_t len)
{
	const unsigned char *p = msg;
	union {
		struct nlmsghdr h;
		unsigned char bytes[DATAGRAM_MAX];
	} one;
	size_t at = 0, size;
	int up = 0;

	while (len - at >= sizeof(one.h)) {
		memcpy(&one.h, p + at, sizeof(one.h));
		size = one.h.nlmsg_len;
		if (size < sizeof(one.h) || size > len - at ||
		    size > sizeof(one.bytes))
			break;
		memcpy(one.bytes, p + at, size);
		if (one.h.nlmsg_type == RTM_NEWLINK ||
		    one.h.nlmsg_type == RTM_DELLINK)
			up |= read_link(s, &one.h);
		else if (one.h.nlmsg_type == RTM_NEWADDR ||
			 one.h.nlmsg_type == RTM_DELADDR)
			up |= read_address(s, &one.h);
		if (NLMSG_ALIGN(size) >= len - at)
			break;
		at += NLMSG_ALIGN(size);
	}
	return up;
}

/* --- the socket --- */

/* One datagram: 1 up, 0 not, -1 none is there. Only the kernel may speak. */
static int
take_datagram(struct link *l)
{
	struct sockaddr_nl from = { .nl_family = AF_NETLINK };
	unsigned char bytes[DATAGRAM_MAX];
	socklen_t size = sizeof(from);
	ssize_t n;

	n = recvfrom(l->fd, bytes, sizeof(bytes), MSG_DONTWAIT,
	    (struct sockaddr *)&from, &size);
	if (n < 0 && errno == EINTR)
		return 0;
	if (n < 0) /* more happened than the kernel could keep */
		return errno == ENOBUFS ? 1 : -1;
	if (size < sizeof(from) || from.nl_pid != 0)
		return 0;
	return link_read(&l->seen, bytes, (size_t)n);
}

static void
on_readable(uv_poll_t *p, int status, int events)
{
	struct link *l = p->data;
	int i, got, up = 0;

	(void)events;
	if (status < 0) {
		uv_poll_stop(p);
		return;
	}
	for (i = 0; i < READS_MAX && (got = take_datagram(l)) >= 0; i++)
		up |= got;
	if (up)
		l->up(l->arg);
}

static int
open_socket(int *ret, struct err *e)
{
	struct sockaddr_nl to = { .nl_family = AF_NETLINK,
		.nl_groups =
		    RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR };
	int fd, rc;

	fd = socket(
	    AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	if (fd < 0)
		return err_sys(e, "cannot watch the network's links");
	if (bind(fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		rc = err_sys(e, "cannot watch the network's links");
		close(fd);
		return rc;
	}
	*ret = fd;
	return 0;
}

/* Asks for what is there, as only what comes later is news. The kernel answers
 * within these calls. */
static void
learn(struct link *l, unsigned short type)
{
	struct {
		struct nlmsghdr h;
		struct rtgenmsg g;
	} q;
	int i;

	memset(&q, 0, sizeof(q));
	q.h.nlmsg_len = sizeof(q);
	q.h.nlmsg_type = type;
	q.h.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	q.g.rtgen_family = AF_UNSPEC;
	/* unanswered, an old link may count as new once: one exchange more */
	if (send(l->fd, &q, sizeof(q), MSG_DONTWAIT) < 0)
		return;
	for (i = 0; i < READS_MAX && take_datagram(l) >= 0; i++)
		;
}

static void
on_closed(uv_handle_t *h)
{
	struct link *l = h->data;

	if (l->closed != NULL)
		l->closed(l->closed_arg);
	free(l);
}

int
link_create(uv_loop_t *loop, void (*up)(void *arg), void *arg,
    struct link **ret, struct err *e)
{
	struct link *l = calloc(1, sizeof(*l));
	int rc;

	if (l == NULL)
		return err_nomem(e);
	l->up = up;
	l->arg = arg;
	if ((rc = open_socket(&l->fd, e)) < 0) {
		free(l);
		return rc;
	}
	if ((rc = uv_poll_init(loop, &l->poll, l->fd)) < 0) {
		close(l->fd);
		free(l);
		return err_set(e, ERR_SYS, -rc,
		    "cannot watch the network's links: %s", uv_strerror(rc));
	}
	l->poll.data = l;
	learn(l, RTM_GETLINK);
	learn(l, RTM_GETADDR);
	if ((rc = uv_poll_start(&l->poll, UV_READABLE, on_readable)) < 0) {
		link_close(l, NULL, NULL);
		return err_set(e, ERR_SYS, -rc,
		    "cannot watch the network's links: %s", uv_strerror(rc));
	}
	*ret = l;
	return 0;
}

void
link_close(struct link *l, void (*closed)(void *arg), void *arg)
{
	l->closed = closed;
	l->closed_arg = arg;
	uv_close((uv_handle_t *)&l->poll, on_closed);
	close(l->fd); /* after the last that libuv does with the number */
}
