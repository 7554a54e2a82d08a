/*
 * What a device sends with a push, before anything of it is unpacked: packets,
 * commands, as the relay looks at them and as the child reads them. Beyond "no
 * crash": where the relay lets pass what it saw, both see the same end of it;
 * what is taken for a command has its form.
 *
 * The first byte says how the input is cut into reads.
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "daemon/receive/receive_ask.h"
#include "daemon/receive/receive_commands.h"
#include "daemon/receive/receive_wire.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

static void
expect(int holds)
{
	if (!holds)
		abort();
}

static void
check_commands(const struct receive_commands *c)
{
	size_t i;

	expect(c->n <= RECEIVE_UPDATES_MAX);
	for (i = 0; i < c->n; i++) {
		const struct door_update *u = &c->list[i];

		expect(strspn(u->old, "0123456789abcdef") == 40);
		expect(strspn(u->new_, "0123456789abcdef") == 40);
		expect(u->old[40] == '\0' && u->new_[40] == '\0');
		expect(u->ref[0] != '\0' && strlen(u->ref) < sizeof(u->ref));
		expect(strcspn(u->ref, " \n\t\r\177") == strlen(u->ref));
	}
}

/* 1 when the commands are all there. */
static int
read_commands(struct receive_wire *w, struct receive_commands *c)
{
	const char *line = NULL;
	size_t len = 0;
	struct err e;
	int rc;

	while ((rc = receive_wire_packet(w, &line, &len, &e)) == 0 &&
	       line != NULL) {
		expect(len <= RECEIVE_LINE_MAX);
		if ((rc = receive_commands_add(c, line, len, &e)) < 0)
			break;
		check_commands(c);
	}
	expect(rc == 0 || ((rc == ERR_REFUSED || rc == ERR_UNREACHABLE) &&
			      e.msg[0] != '\0'));
	return rc == 0;
}

/* The relay: 1: it has seen the end; 0: it waits for more; -1: it refused. */
static int
look(const unsigned char *data, size_t len, size_t step)
{
	struct receive_ask ask = { .n = 0 };
	struct err e;
	size_t n;

	for (; len > 0; data += n, len -= n) {
		n = len < step ? len : step;
		if (receive_ask_feed(&ask, (const char *)data, n, &e) < 0) {
			expect(e.code == ERR_REFUSED && e.msg[0] != '\0');
			return -1;
		}
	}
	return ask.done;
}

int
LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static struct receive_wire wire;
	struct receive_commands c = { .n = 0 };
	static int fd = -1;
	int seen;

	if (len < 1)
		return 0;
	seen = look(data + 1, len - 1, (size_t)data[0] + 1);
	expect(seen == look(data + 1, len - 1, len));
	if (fd < 0 && (fd = memfd_create("push", MFD_CLOEXEC)) < 0)
		abort();
	if (ftruncate(fd, 0) != 0 ||
	    pwrite(fd, data + 1, len - 1, 0) != (ssize_t)(len - 1) ||
	    lseek(fd, 0, SEEK_SET) != 0 || dup2(fd, STDIN_FILENO) < 0)
		abort();
	memset(&wire, 0, sizeof(wire));
	if (!read_commands(&wire, &c))
		return 0;
	(void)receive_commands_bring(&c);
	/* the relay must not wait for more where the child has read all */
	expect(seen != 0);
	return 0;
}
