#include "proto/frame.h"

void
frame_init(struct frame *f)
{
	buf_init(&f->in);
	f->scanned = 0;
	f->taken = 0;
}

void
frame_release(struct frame *f)
{
	if (f == NULL)
		return;
	buf_release(&f->in);
	frame_init(f);
}

static int
too_long(struct err *e)
{
	return err_set(
	    e, ERR_INVALID, 0, "message is longer than %d bytes", FRAME_MAX);
}

int
frame_feed(struct frame *f, const void *data, size_t len, struct err *e)
{
	/* lines already given out go only now: they were borrowed */
	buf_consume(&f->in, f->taken);
	f->scanned -= f->taken;
	f->taken = 0;
	/* + 1: the CR of a longest line may stand before a LF still to come */
	if (f->in.len > FRAME_MAX + 1)
		return too_long(e);
	buf_append(&f->in, data, len);
	return buf_ok(&f->in, e);
}

static int
is_blank(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] != ' ' && s[i] != '\t')
			return 0;
	return 1;
}

/* SAVE 2/7: one line of the stream; rpc_parse() takes it apart */
int
frame_next(struct frame *f, char **ret_line, size_t *ret_len, struct err *e)
{
	char *line, *lf;
	size_t len;

	while (f->in.len > f->scanned) {
		lf = memchr(
		    f->in.data + f->scanned, '\n', f->in.len - f->scanned);
		if (lf == NULL)
			break;
		line = f->in.data + f->taken;
		len = (size_t)(lf - line);
		f->taken += len + 1;
		f->scanned = f->taken;
		if (len > 0 && line[len - 1] == '\r')
			len--;
		if (len > FRAME_MAX)
			return too_long(e);
		if (is_blank(line, len))
			continue;
		line[len] = '\0';
		*ret_line = line;
		*ret_len = len;
		return 1;
	}
	f->scanned = f->in.len;
	len = f->in.len - f->taken;
	if (len > FRAME_MAX + 1 ||
	    (len == FRAME_MAX + 1 && f->in.data[f->in.len - 1] != '\r'))
		return too_long(e);
	return 0;
}
