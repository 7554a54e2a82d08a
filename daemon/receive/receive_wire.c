#include "daemon/receive/receive_wire.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <unistd.h>

#define HEAD ((size_t)4)
#define BAND_MAX ((size_t)65520 - HEAD - 1)

static int
gone(struct err *e)
{
	return err_set(e, ERR_UNREACHABLE, 0,
	    "the connection was cut in the middle of a push");
}

int
receive_wire_fill(struct receive_wire *w, struct err *e)
{
	ssize_t n;

	do
		n = read(STDIN_FILENO, w->in, sizeof(w->in));
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return gone(e);
	w->at = 0;
	w->len = (size_t)n;
	return 0;
}

int
receive_wire_has_more(const struct receive_wire *w)
{
	struct pollfd at = { .fd = STDIN_FILENO, .events = POLLIN };
	char c;

	if (w->at < w->len)
		return 1;
	/* the end of the stream can be read, too */
	return poll(&at, 1, 0) == 1 && (at.revents & POLLIN) != 0 &&
	       read(STDIN_FILENO, &c, 1) == 1;
}

static int
take(struct receive_wire *w, char *ret, size_t len, struct err *e)
{
	size_t n;
	int rc;

	for (; len > 0; ret += n, len -= n) {
		if (w->at == w->len && (rc = receive_wire_fill(w, e)) < 0)
			return rc;
		n = w->len - w->at < len ? w->len - w->at : len;
		memcpy(ret, w->in + w->at, n);
		w->at += n;
	}
	return 0;
}

/* 0: a pause. */
static int
read_head(struct receive_wire *w, size_t *ret, struct err *e)
{
	char hex[HEAD + 1] = "";
	int rc, ok = 1;
	size_t i;

	if ((rc = take(w, hex, HEAD, e)) < 0)
		return rc;
	for (i = 0; i < HEAD; i++)
		ok = ok && isxdigit((unsigned char)hex[i]);
	*ret = ok ? (size_t)strtoul(hex, NULL, 16) : 1;
	if (*ret == 0 || (*ret >= HEAD && *ret - HEAD <= sizeof(w->line)))
		return 0;
	return err_set(e, ERR_REFUSED, 0, "a line of this push has no form");
}

int
receive_wire_packet(struct receive_wire *w, const char **ret_line,
    size_t *ret_len, struct err *e)
{
	size_t len = 0;
	int rc;

	if ((rc = read_head(w, &len, e)) < 0)
		return rc;
	if (len == 0) {
		*ret_line = NULL;
		return 0;
	}
	if ((rc = take(w, w->line, len - HEAD, e)) < 0)
		return rc;
	*ret_line = w->line;
	*ret_len = len - HEAD;
	return 0;
}

int
receive_wire_write(int fd, const void *data, size_t len, struct err *e)
{
	const char *p = data;
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			n = 0;
		if (n < 0)
			return gone(e);
	}
	return 0;
}

int
receive_wire_band(int band, const void *data, size_t len, struct err *e)
{
	struct buf b = BUF_INIT;
	const char *p = data;
	size_t n;
	int rc;

	do {
		n = len < BAND_MAX ? len : BAND_MAX;
		buf_printf(&b, "%04zx%c", n + HEAD + 1, band);
		if (n > 0)
			buf_append(&b, p, n);
		p += n;
		len -= n;
	} while (len > 0);
	if ((rc = buf_ok(&b, e)) == 0)
		rc = receive_wire_write(STDOUT_FILENO, b.data, b.len, e);
	buf_release(&b);
	return rc;
}

void
receive_wire_put(struct buf *b, const char *text)
{
	buf_printf(b, "%04zx%s", strlen(text) + HEAD, text);
}
