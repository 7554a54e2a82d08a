#include "store/sign/sshwire.h"

#include <sodium.h>

#define TEXT_MAX 4096 /* a key or a signature has a few hundred bytes */

void
sshwire_put(struct sshwire_out *o, const void *data, size_t len)
{
	if (o->failed || len > o->size - o->len) {
		o->failed = 1;
		return;
	}
	if (len > 0)
		memcpy(o->data + o->len, data, len);
	o->len += len;
}

void
sshwire_put_u32(struct sshwire_out *o, uint32_t v)
{
	unsigned char be[4] = { (unsigned char)(v >> 24),
		(unsigned char)(v >> 16), (unsigned char)(v >> 8),
		(unsigned char)v };

	sshwire_put(o, be, sizeof(be));
}

void
sshwire_put_string(struct sshwire_out *o, const void *data, size_t len)
{
	if (len > UINT32_MAX) {
		o->failed = 1;
		return;
	}
	sshwire_put_u32(o, (uint32_t)len);
	sshwire_put(o, data, len);
}

void
sshwire_put_key(struct sshwire_out *o, const unsigned char pub[KEY_PUBLIC_LEN])
{
	sshwire_put_string(o, SSHWIRE_KEY_TYPE, strlen(SSHWIRE_KEY_TYPE));
	sshwire_put_string(o, pub, KEY_PUBLIC_LEN);
}

int
sshwire_get(struct sshwire_in *in, const void *expected, size_t len)
{
	if (len > in->len || memcmp(in->data, expected, len) != 0)
		return -1;
	in->data += len;
	in->len -= len;
	return 0;
}

int
sshwire_get_u32(struct sshwire_in *in, uint32_t *ret)
{
	const unsigned char *p = in->data;

	if (in->len < 4)
		return -1;
	*ret = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | (uint32_t)p[3];
	in->data += 4;
	in->len -= 4;
	return 0;
}

int
sshwire_get_string(
    struct sshwire_in *in, const unsigned char **ret, size_t *ret_len)
{
	uint32_t len;

	if (sshwire_get_u32(in, &len) < 0 || len > in->len)
		return -1;
	*ret = in->data;
	*ret_len = len;
	in->data += len;
	in->len -= len;
	return 0;
}

int
sshwire_get_exact(struct sshwire_in *in, const void *expected, size_t len)
{
	const unsigned char *s;
	size_t n;

	if (sshwire_get_string(in, &s, &n) < 0 || n != len)
		return -1;
	return len == 0 || memcmp(s, expected, len) == 0 ? 0 : -1;
}

int
sshwire_get_key(struct sshwire_in *in, unsigned char ret[KEY_PUBLIC_LEN])
{
	struct sshwire_in blob;
	const unsigned char *pub;
	size_t n;

	if (sshwire_get_string(in, &blob.data, &blob.len) < 0 ||
	    sshwire_get_exact(
		&blob, SSHWIRE_KEY_TYPE, strlen(SSHWIRE_KEY_TYPE)) < 0 ||
	    sshwire_get_string(&blob, &pub, &n) < 0 || n != KEY_PUBLIC_LEN ||
	    blob.len != 0)
		return -1;
	memcpy(ret, pub, KEY_PUBLIC_LEN);
	return 0;
}

static int
starts(const char *s, size_t len, const char *with)
{
	size_t n = strlen(with);

	return len >= n && memcmp(s, with, n) == 0;
}

/* Joins lines of exactly col characters (the last may be shorter, never
 * empty), each ended by LF. -1 if they are not. */
static int
join_lines(const char *s, size_t len, size_t col, char *out, size_t *ret_len)
{
	size_t n = 0, line;
	const char *lf;

	while (len > 0) {
		if ((lf = memchr(s, '\n', len)) == NULL)
			return -1;
		line = (size_t)(lf - s);
		if (line == 0 || line > col || n + line > TEXT_MAX ||
		    (line < col && line + 1 != len))
			return -1;
		memcpy(out + n, s, line);
		n += line;
		s += line + 1;
		len -= line + 1;
	}
	*ret_len = n;
	return n > 0 ? 0 : -1;
}

/* The alphabet is checked here: libsodium 1.0.18 takes byte 0xaf for '/'. */
static int
is_base64(const char *s, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (s[i] == '\0' || strchr(SSHWIRE_BASE64, s[i]) == NULL)
			return 0;
	return len > 0;
}

int
sshwire_decode(const char *text, size_t len, unsigned char *ret, size_t max,
    size_t *ret_len)
{
	const char *stop = NULL;

	if (!is_base64(text, len) ||
	    sodium_base642bin(ret, max, text, len, NULL, ret_len, &stop,
		sodium_base64_VARIANT_ORIGINAL) != 0)
		return -1;
	return stop == text + len ? 0 : -1;
}

int
sshwire_dearmour(const char *text, size_t len, const char *begin,
    const char *end, const size_t *cols, unsigned char *ret, size_t max,
    size_t *ret_len)
{
	size_t n_end = strlen(end), n = 0;
	char joined[TEXT_MAX];
	int rc = -1;

	if (len > 0 && text[len - 1] == '\n')
		len--;
	if (len > TEXT_MAX || !starts(text, len, begin))
		return -1;
	text += strlen(begin);
	len -= strlen(begin);
	if (len <= n_end || *text != '\n' ||
	    memcmp(text + len - n_end, end, n_end) != 0)
		return -1;
	text++;
	len -= 1 + n_end;
	for (; rc < 0 && *cols != 0; cols++)
		rc = join_lines(text, len, *cols, joined, &n);
	if (rc == 0)
		rc = sshwire_decode(joined, n, ret, max, ret_len);
	sodium_memzero(joined, sizeof(joined));
	return rc;
}

void
sshwire_armour(struct buf *out, const char *begin, const char *end,
    const unsigned char *data, size_t len)
{
	char text[TEXT_MAX];
	size_t n, at, line;

	if (sodium_base64_encoded_len(len, sodium_base64_VARIANT_ORIGINAL) >
	    sizeof(text)) {
		out->failed = 1;
		return;
	}
	sodium_bin2base64(
	    text, sizeof(text), data, len, sodium_base64_VARIANT_ORIGINAL);
	n = strlen(text);
	buf_puts(out, begin);
	buf_putc(out, '\n');
	for (at = 0; at < n; at += line) {
		line = n - at < SSHWIRE_COLUMNS ? n - at : SSHWIRE_COLUMNS;
		buf_append(out, text + at, line);
		buf_putc(out, '\n');
	}
	buf_puts(out, end);
	sodium_memzero(text, sizeof(text));
}
