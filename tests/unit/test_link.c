#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <uv.h>

#include "daemon/sync/link.h"

/* Messages as the kernel sends them, put together by hand. */
struct msg {
	size_t len;
	union {
		struct nlmsghdr h;
		unsigned char bytes[1024];
	} u;
};

static struct link_seen seen;

static int
setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	return 0;
}

static void
finish(struct msg *m, unsigned short type, size_t len)
{
	m->u.h.nlmsg_type = type;
	m->u.h.nlmsg_len = (unsigned)len;
	m->len = NLMSG_ALIGN(len);
}

static struct msg
link_msg(unsigned short type, int index, unsigned flags)
{
	struct ifinfomsg i;
	struct msg m;

	memset(&m, 0, sizeof(m));
	memset(&i, 0, sizeof(i));
	i.ifi_index = index;
	i.ifi_flags = flags;
	memcpy(m.u.bytes + NLMSG_HDRLEN, &i, sizeof(i));
	finish(&m, type, NLMSG_LENGTH(sizeof(i)));
	return m;
}

static struct msg
addr_msg(unsigned short type, unsigned char scope, unsigned char flags,
    const char *text)
{
	size_t at = NLMSG_LENGTH(NLMSG_ALIGN(sizeof(struct ifaddrmsg)));
	int v6 = strchr(text, ':') != NULL;
	size_t size = v6 ? 16 : 4;
	struct ifaddrmsg a;
	struct rtattr r;
	struct msg m;

	memset(&m, 0, sizeof(m));
	memset(&a, 0, sizeof(a));
	a.ifa_family = v6 ? AF_INET6 : AF_INET;
	a.ifa_index = 2;
	a.ifa_scope = scope;
	a.ifa_flags = flags;
	memcpy(m.u.bytes + NLMSG_HDRLEN, &a, sizeof(a));
	r.rta_type = v6 ? IFA_ADDRESS : IFA_LOCAL;
	r.rta_len = (unsigned short)RTA_LENGTH(size);
	memcpy(m.u.bytes + at, &r, sizeof(r));
	assert_int_equal(
	    inet_pton(a.ifa_family, text, m.u.bytes + at + RTA_LENGTH(0)), 1);
	finish(&m, type, at + RTA_LENGTH(size));
	return m;
}

static int
reads(struct msg m)
{
	return link_read(&seen, m.u.bytes, m.len);
}

#define CARRIES (IFF_UP | IFF_RUNNING)

static void
test_link__one_that_begins_to_carry_is_news_once(void **state)
{
	(void)state;
	assert_false(reads(link_msg(RTM_NEWLINK, 2, IFF_UP)));
	assert_true(reads(link_msg(RTM_NEWLINK, 2, CARRIES)));
	assert_false(reads(link_msg(RTM_NEWLINK, 2, CARRIES)));
	assert_false(reads(link_msg(RTM_NEWLINK, 2, IFF_UP)));
	assert_true(reads(link_msg(RTM_NEWLINK, 2, CARRIES)));
	assert_false(reads(link_msg(RTM_DELLINK, 2, CARRIES)));
	assert_true(reads(link_msg(RTM_NEWLINK, 2, CARRIES)));
}

static void
test_link__the_machine_with_itself_does_not_count(void **state)
{
	(void)state;
	assert_false(reads(link_msg(RTM_NEWLINK, 1, CARRIES | IFF_LOOPBACK)));
	assert_false(
	    reads(addr_msg(RTM_NEWADDR, RT_SCOPE_HOST, 0, "127.0.0.1")));
	assert_false(reads(addr_msg(RTM_NEWADDR, RT_SCOPE_LINK, 0, "fe80::1")));
}

static void
test_link__an_address_is_news_once(void **state)
{
	(void)state;
	assert_true(reads(addr_msg(RTM_NEWADDR, 0, 0, "10.1.2.3")));
	assert_false(reads(addr_msg(RTM_NEWADDR, 0, 0, "10.1.2.3")));
	assert_true(reads(addr_msg(RTM_NEWADDR, 0, 0, "2001:db8::7")));
	assert_false(reads(addr_msg(RTM_NEWADDR, 0, 0, "2001:db8::7")));
	assert_false(reads(addr_msg(RTM_DELADDR, 0, 0, "10.1.2.3")));
	assert_true(reads(addr_msg(RTM_NEWADDR, 0, 0, "10.1.2.3")));
}

static void
test_link__an_address_not_yet_fit_for_use_waits(void **state)
{
	(void)state;
	assert_false(
	    reads(addr_msg(RTM_NEWADDR, 0, IFA_F_TENTATIVE, "2001:db8::7")));
	assert_true(reads(addr_msg(RTM_NEWADDR, 0, 0, "2001:db8::7")));
}

static void
test_link__two_messages_of_one_datagram_are_read(void **state)
{
	struct msg a = link_msg(RTM_NEWLINK, 2, IFF_UP);
	struct msg b = link_msg(RTM_NEWLINK, 3, CARRIES);
	unsigned char both[2048];

	(void)state;
	memcpy(both, a.u.bytes, a.len);
	memcpy(both + a.len, b.u.bytes, b.len);
	assert_true(link_read(&seen, both, a.len + b.len));
}

static void
test_link__what_is_cut_or_lies_about_its_length_does_no_harm(void **state)
{
	struct msg m = addr_msg(RTM_NEWADDR, 0, 0, "10.1.2.3"), k;
	unsigned char *exact;
	size_t len;
	unsigned n;

	(void)state;
	for (len = 0; len < m.len; len++) {
		exact = malloc(len + 1); /* so that a checker sees its end */
		assert_non_null(exact);
		memcpy(exact, m.u.bytes, len);
		(void)link_read(&seen, exact, len);
		free(exact);
	}
	for (n = 0; n < 70000; n += 7) {
		k = m;
		k.u.h.nlmsg_len = n;
		(void)link_read(&seen, k.u.bytes, k.len);
		k = m;
		k.u.bytes[NLMSG_HDRLEN + 8] = (unsigned char)n; /* of the
								   attribute */
		k.u.bytes[NLMSG_HDRLEN + 9] = (unsigned char)(n >> 8);
		(void)link_read(&seen, k.u.bytes, k.len);
	}
	assert_true(seen.n <= LINK_SEEN_MAX);
}

static void
test_link__more_addresses_than_there_is_room_for(void **state)
{
	char text[32];
	int i;

	(void)state;
	for (i = 0; i < 3 * LINK_SEEN_MAX; i++) {
		snprintf(text, sizeof(text), "10.9.%d.%d", i / 200, i % 200);
		assert_true(reads(addr_msg(RTM_NEWADDR, 0, 0, text)));
	}
	assert_int_equal(seen.n, LINK_SEEN_MAX);
	assert_false(reads(addr_msg(RTM_NEWADDR, 0, 0, text)));
}

static void
on_up(void *arg)
{
	(*(int *)arg)++;
}

static void
on_closed(void *arg)
{
	(*(int *)arg)++;
}

/* What is there when it begins is no news. */
static void
test_link__listens_and_closes(void **state)
{
	struct link *l = NULL;
	int n_up = 0, n_closed = 0;
	uv_loop_t loop;
	struct err e;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_ok(link_create(&loop, on_up, &n_up, &l, &e), &e);
	uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(n_up, 0);
	link_close(l, on_closed, &n_closed);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(n_closed, 1);
	assert_int_equal(uv_loop_close(&loop), 0);
}

#define LINK(f) cmocka_unit_test_setup(f, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LINK(test_link__one_that_begins_to_carry_is_news_once),
		LINK(test_link__the_machine_with_itself_does_not_count),
		LINK(test_link__an_address_is_news_once),
		LINK(test_link__an_address_not_yet_fit_for_use_waits),
		LINK(test_link__two_messages_of_one_datagram_are_read),
		LINK(
		    test_link__what_is_cut_or_lies_about_its_length_does_no_harm),
		LINK(test_link__more_addresses_than_there_is_room_for),
		LINK(test_link__listens_and_closes),
	};

	return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
