#include "base/base64.h"

#define CHUNK 3072 /* a multiple of 3 */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			     "wxyz0123456789+/";

/* Up to three bytes as four characters. */
static void
write_group(const unsigned char *p, size_t n, char ret[4])
{
	unsigned v = (unsigned)p[0] << 16 | (n > 1 ? (unsigned)p[1] << 8 : 0) |
		     (n > 2 ? p[2] : 0);

	ret[0] = digits[v >> 18];
	ret[1] = digits[v >> 12 & 63];
	ret[2] = ret[3] = '=';
	if (n > 1)
		ret[2] = digits[v >> 6 & 63];
	if (n > 2)
		ret[3] = digits[v & 63];
}

void
base64_write(const void *data, size_t len, struct buf *ret)
{
	const unsigned char *p = data;
	char chunk[CHUNK / 3 * 4];
	size_t used, n;

	while (len > 0) {
		for (used = 0; used < sizeof(chunk) && len > 0; used += 4) {
			n = len < 3 ? len : 3;
			write_group(p, n, chunk + used);
			p += n;
			len -= n;
		}
		buf_append(ret, chunk, used);
	}
}

/* 0 to 63, or -1. */
static int
value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Four characters to n bytes; 0 if they are not what write_group() makes. */
static size_t
read_group(const char *s, int last, unsigned char ret[3])
{
	int v[4] = { 0 }, i;
	size_t n = 3;

	if (last && s[3] == '=')
		n = s[2] == '=' ? 1 : 2;
	for (i = 0; i <= (int)n; i++)
		if ((v[i] = value_of(s[i])) < 0)
			return 0;
	/* bits that stand for nothing are zero */
	if ((n == 1 && (v[1] & 15) != 0) || (n == 2 && (v[2] & 3) != 0))
		return 0;
	ret[0] = (unsigned char)(v[0] << 2 | v[1] >> 4);
	ret[1] = (unsigned char)(v[1] << 4 | v[2] >> 2);
	ret[2] = (unsigned char)(v[2] << 6 | v[3]);
	return n;
}

int
base64_read(const char *text, size_t len, struct buf *ret, struct err *e)
{
	unsigned char chunk[CHUNK];
	size_t used = 0, n, i;

	for (i = 0; i + 4 <= len; i += 4) {
		if ((n = read_group(text + i, i + 4 == len, chunk + used)) == 0)
			break;
		used += n;
		if (used + 3 > sizeof(chunk)) {
			buf_append(ret, chunk, used);
			used = 0;
		}
	}
	if (i != len)
		return err_set(
		    e, ERR_INVALID, 0, "malformed base64 at byte %zu", i);
	buf_append(ret, chunk, used);
	return buf_ok(ret, e);
}
