#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>

/* Room for len more bytes and the NUL; 0 if there is none. */
static int
reserve(struct buf *b, size_t len)
{
	size_t need, cap;
	char *data;

	if (b->failed)
		return 0;
	if (len > SIZE_MAX / 2 - b->len - 1) {
		b->failed = 1;
		return 0;
	}
	need = b->len + len + 1;
	if (need <= b->cap)
		return 1;
	cap = b->cap < 64 ? 64 : b->cap;
	while (cap < need)
		cap *= 2;
	if ((data = realloc(b->data, cap)) == NULL) {
		b->failed = 1;
		return 0;
	}
	b->data = data;
	b->cap = cap;
	return 1;
}

void
buf_init(struct buf *b)
{
	*b = (struct buf)BUF_INIT;
}

void
buf_release(struct buf *b)
{
	if (b == NULL)
		return;
	free(b->data);
	buf_init(b);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->failed = 0;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
buf_append(struct buf *b, const void *data, size_t len)
{
	if (!reserve(b, len))
		return;
	if (len > 0)
		memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *s)
{
	buf_append(b, s, strlen(s));
}

void
buf_putc(struct buf *b, char c)
{
	buf_append(b, &c, 1);
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0) {
		b->failed = 1;
		return;
	}
	if (!reserve(b, (size_t)n))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(b->data + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)n;
}

void
buf_consume(struct buf *b, size_t len)
{
	if (len > b->len)
		len = b->len;
	if (len == 0)
		return;
	memmove(b->data, b->data + len, b->len - len);
	b->len -= len;
	b->data[b->len] = '\0';
}

char *
buf_take(struct buf *b)
{
	char *data;

	/* an empty buffer still gives a string the caller can free */
	if (!reserve(b, 0)) {
		buf_release(b);
		return NULL;
	}
	b->data[b->len] = '\0';
	data = b->data;
	buf_init(b);
	return data;
}

const char *
buf_str(const struct buf *b)
{
	return b->data == NULL ? "" : b->data;
}

int
buf_ok(const struct buf *b, struct err *e)
{
	return b->failed ? err_nomem(e) : 0;
}
