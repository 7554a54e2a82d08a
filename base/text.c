#include "base/text.h"

#include <stdint.h>

#include <utf8proc.h>

/* Length of the well-formed sequence at s, 0 if there is none (Unicode 15,
 * table 3-7: no overlong form, no surrogate, at most U+10FFFF). */
static size_t
sequence(const unsigned char *s, size_t len)
{
	unsigned char lo = 0x80, hi = 0xbf;
	size_t i, n;

	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	n = s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : 4;
	if (len < n)
		return 0;
	if (s[0] == 0xe0)
		lo = 0xa0;
	else if (s[0] == 0xed)
		hi = 0x9f;
	else if (s[0] == 0xf0)
		lo = 0x90;
	else if (s[0] == 0xf4)
		hi = 0x8f;
	if (s[1] < lo || s[1] > hi)
		return 0;
	for (i = 2; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* The code point of a well-formed sequence of n bytes. */
/* NOLINTBEGIN(clang-analyzer-core.*): sequence() has looked at these bytes */
static int32_t
code_point(const unsigned char *s, size_t n)
{
	switch (n) {
	case 1:
		return s[0];
	case 2:
		return (s[0] & 0x1f) << 6 | (s[1] & 0x3f);
	case 3:
		return (s[0] & 0x0f) << 12 | (s[1] & 0x3f) << 6 | (s[2] & 0x3f);
	default:
		return (s[0] & 0x07) << 18 | (s[1] & 0x3f) << 12 |
		       (s[2] & 0x3f) << 6 | (s[3] & 0x3f);
	}
}
/* NOLINTEND(clang-analyzer-core.*) */

/* Bytes at s that are ASCII, looked at by eights; may stop early. */
static size_t
skip_ascii(const unsigned char *s, size_t len)
{
	size_t i = 0;
	uint64_t eight;

	for (; i + sizeof(eight) <= len; i += sizeof(eight)) {
		memcpy(&eight, s + i, sizeof(eight));
		if ((eight & UINT64_C(0x8080808080808080)) != 0)
			break;
	}
	return i;
}

/* Thai, most of what is written here: e0 b8 .. and e0 b9 .. */
static int
is_thai(const unsigned char *s)
{
	return s[0] == 0xe0 && (s[1] & 0xfe) == 0xb8 && (s[2] & 0xc0) == 0x80;
}

int
text_is_utf8(const char *s, size_t len, size_t *ret_bad)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = 0, n;

	while (i < len) {
		while (len - i >= 3 && is_thai(p + i))
			i += 3;
		i += skip_ascii(p + i, len - i);
		if (i == len)
			break;
		if (p[i] < 0x80) {
			i++;
			continue;
		}
		if ((n = sequence(p + i, len - i)) == 0) {
			if (ret_bad != NULL)
				*ret_bad = i;
			return 0;
		}
		i += n;
	}
	return 1;
}

static int
is_control(int32_t c)
{
	return (c < 0x20 && c != '\n' && c != '\t') || (c >= 0x7f && c <= 0x9f);
}

/* UTF-8 and no control characters; cr says whether CR is let through. */
static int
check(const char *s, size_t len, int cr, struct err *e)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i, n, bad;
	int32_t c;

	if (len > INT32_MAX)
		return err_set(e, ERR_INVALID, 0, "text is too long");
	if (!text_is_utf8(s, len, &bad))
		return err_set(e, ERR_INVALID, (int)bad,
		    "text is not UTF-8 at byte %zu", bad);
	for (i = 0; i < len; i += n) {
		if (len - i >= 3 && is_thai(p + i)) {
			n = 3;
			continue;
		}
		n = sequence(p + i, len - i);
		c = code_point(p + i, n);
		if (is_control(c) && !(cr && c == '\r'))
			return err_set(e, ERR_INVALID, (int)i,
			    "text has a control character (U+%04X) at byte %zu",
			    (unsigned)c, i);
	}
	return 0;
}

/* CRLF and CR to LF, into a copy. */
static char *
with_lf(const char *s, size_t len)
{
	char *copy = calloc(1, len + 1);
	size_t i, o = 0;

	if (copy == NULL)
		return NULL;
	for (i = 0; i < len; i++) {
		if (s[i] != '\r')
			copy[o++] = s[i];
		else if (i + 1 == len || s[i + 1] != '\n')
			copy[o++] = '\n';
	}
	copy[o] = '\0';
	return copy;
}

/* The canonical combining class of a Thai character: not 0 for those below or
 * above a letter that have an order. Unicode never changes one. */
static int
thai_class(const unsigned char *s)
{
	if (s[1] == 0xb8)
		return s[2] == 0xb8 || s[2] == 0xb9 ? 103 /* sara u, uu */
		       : s[2] == 0xba               ? 9   /* phinthu */
						    : 0;
	return s[2] >= 0x88 && s[2] <= 0x8b ? 107 /* tone marks */ : 0;
}

/* Bytes of a character that is whole by itself: U+00A0..U+02FF, and of general
 * punctuation U+2010..U+2027; 0: it is none of these. */
static size_t
whole_character(const unsigned char *s, size_t len)
{
	if (len >= 2 && s[0] >= 0xc2 && s[0] <= 0xcb && (s[1] & 0xc0) == 0x80)
		return s[0] == 0xc2 && s[1] < 0xa0 ? 0 : 2;
	if (len >= 3 && s[0] == 0xe2 && s[1] == 0x80 && s[2] >= 0x90 &&
	    s[2] <= 0xa7)
		return 3;
	return 0;
}

/*
 * 1 when the bytes are UTF-8 in NFC for sure, without control characters. No
 * ASCII character, no Thai one and no whole_character() decomposes or composes
 * with another of these; then only the order of combining marks is left to look
 * at.
 */
static int
is_plain_nfc(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	int class, last = 0;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		class = 0;
		if (p[i] < 0x80) {
			if (is_control(p[i]))
				return 0;
			n = 1;
		} else if (len - i >= 3 && is_thai(p + i)) {
			class = thai_class(p + i);
			n = 3;
		} else if ((n = whole_character(p + i, len - i)) == 0) {
			return 0;
		}
		if (class != 0 && class < last)
			return 0;
		last = class;
	}
	return 1;
}

/* NFC of checked text without CR; takes over s in any case. */
static int
compose(char *s, char **ret, struct err *e)
{
	utf8proc_uint8_t *out = NULL;
	size_t len = strlen(s);
	utf8proc_ssize_t n;

	if (is_plain_nfc(s, len)) {
		*ret = s;
		return 0;
	}
	n = utf8proc_map((const utf8proc_uint8_t *)s, (utf8proc_ssize_t)len,
	    &out, (utf8proc_option_t)(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
	free(s);
	if (n == UTF8PROC_ERROR_NOMEM)
		return err_nomem(e);
	if (n < 0)
		return err_set(e, ERR_INVALID, (int)n,
		    "text cannot be normalized: %s", utf8proc_errmsg(n));
	*ret = (char *)out;
	return 0;
}

int
text_nfc(const char *s, size_t len, char **ret, struct err *e)
{
	char *copy;
	int rc;

	if ((rc = check(s, len, 1, e)) < 0)
		return rc;
	if ((copy = with_lf(s, len)) == NULL)
		return err_nomem(e);
	return compose(copy, ret, e);
}

int
text_is_nfc(const char *s, size_t len)
{
	char *nfc;
	int same;

	if (is_plain_nfc(s, len))
		return 1;
	if (check(s, len, 0, NULL) < 0)
		return 0;
	if (text_nfc(s, len, &nfc, NULL) < 0)
		return 0;
	same = strlen(nfc) == len && memcmp(nfc, s, len) == 0;
	free(nfc);
	return same;
}

/* Bytes and columns of the character at s (len > 0); a bad byte is one of
 * each, as terminals show it. */
static size_t
character(const char *s, size_t len, size_t *ret_cols)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n = sequence(p, len);
	int w;

	if (n == 0) {
		*ret_cols = 1;
		return 1;
	}
	w = utf8proc_charwidth(code_point(p, n));
	*ret_cols = w > 0 ? (size_t)w : 0;
	return n;
}

uint32_t
text_hash(const char *s, size_t len)
{
	uint32_t hash = 2166136261U;
	size_t i;

	for (i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)s[i]) * 16777619U;
	return hash;
}

size_t
text_width(const char *s)
{
	size_t len = strlen(s), i = 0, cols, sum = 0;

	while (i < len) {
		i += character(s + i, len - i, &cols);
		sum += cols;
	}
	return sum;
}

size_t
text_fit(const char *s, size_t cols)
{
	size_t len = strlen(s), i = 0, n, w, sum = 0;

	/* marks have no width, so they stay with the character before them */
	while (i < len) {
		n = character(s + i, len - i, &w);
		if (sum + w > cols)
			break;
		sum += w;
		i += n;
	}
	return i;
}

size_t
text_cluster(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t i = sequence(p, len), n;
	utf8proc_int32_t state = 0;
	int32_t before, cp;

	if (i == 0)
		return 1;
	before = code_point(p, i);
	while (i < len && (n = sequence(p + i, len - i)) > 0) {
		cp = code_point(p + i, n);
		if (utf8proc_grapheme_break_stateful(before, cp, &state))
			break;
		before = cp;
		i += n;
	}
	return i;
}
