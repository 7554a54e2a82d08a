#include "base/json.h"

#include "base/text.h"

/*
 * The string escapes of RFC 8259 are decoded twice: while scanning (hash) and
 * when two keys with equal hashes are compared. Both go through this reader,
 * which gives the decoded bytes one by one.
 */
struct reader {
	const char *p;
	unsigned char wait[4]; /* bytes of a decoded escape, last one first */
	int n_wait;
};

/* One key of an open object: the bytes between its quotes. */
struct key {
	uint64_t hash;
	const char *s;
	size_t len;
};

struct scan {
	const char *start, *p, *end;
	struct key *keys; /* a stack: the keys of all open objects */
	size_t n_keys, cap_keys;
	struct err *e;
};

static int
bad(struct scan *s, const char *at, const char *what)
{
	return err_set(s->e, ERR_INVALID, (int)(at - s->start),
	    "not valid JSON at byte %zu: %s", (size_t)(at - s->start), what);
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The value of four hex digits, -1 if they are not; p has four bytes. */
static int32_t
hex4(const char *p)
{
	int32_t v = 0;
	int i, d;

	for (i = 0; i < 4; i++) {
		if ((d = hex_digit(p[i])) < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static int32_t
join_surrogates(int32_t high, int32_t low)
{
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* Queues the UTF-8 bytes of a code point. */
static void
queue(struct reader *r, int32_t c)
{
	static const unsigned char lead[5] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	int i, n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (i = 0; i < n - 1; i++) {
		r->wait[i] = (unsigned char)(0x80 | (c & 0x3f));
		c >>= 6;
	}
	r->wait[n - 1] = (unsigned char)(c | lead[n]);
	r->n_wait = n;
}

/* The next decoded byte of a checked string. */
static unsigned char
next(struct reader *r)
{
	static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
	const char *known;
	int32_t c;

	if (r->n_wait > 0)
		return r->wait[--r->n_wait];
	if (*r->p != '\\')
		return (unsigned char)*r->p++;
	r->p++;
	if (*r->p != 'u') {
		known = strchr(from, *r->p);
		c = known != NULL ? to[known - from] : *r->p;
		r->p++;
		return (unsigned char)c;
	}
	c = hex4(r->p + 1);
	r->p += 5;
	if (c >= 0xd800 && c <= 0xdbff) {
		c = join_surrogates(c, hex4(r->p + 2));
		r->p += 6;
	}
	queue(r, c);
	return r->wait[--r->n_wait];
}

/* 1 if the key still has decoded bytes to give. */
static int
more(const struct reader *r, const struct key *k)
{
	return r->n_wait > 0 || r->p < k->s + k->len;
}

static uint64_t
hash_key(const struct key *k)
{
	struct reader r = { k->s, { 0 }, 0 };
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	/* FNV-1a: collisions that someone makes on purpose cost only the byte
	 * comparison below, so it needs no secret */
	while (more(&r, k))
		h = (h ^ next(&r)) * UINT64_C(0x100000001b3);
	return h;
}

static int
compare_keys(const void *pa, const void *pb)
{
	const struct key *a = pa, *b = pb;
	struct reader ra = { a->s, { 0 }, 0 }, rb = { b->s, { 0 }, 0 };
	unsigned char ca, cb;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	while (more(&ra, a) && more(&rb, b)) {
		ca = next(&ra);
		cb = next(&rb);
		if (ca != cb)
			return ca < cb ? -1 : 1;
	}
	return more(&ra, a) - more(&rb, b);
}

static void
blanks(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t' ||
				    *s->p == '\n' || *s->p == '\r'))
		s->p++;
}

/* After a backslash; leaves p behind the escape. */
static int
scan_escape(struct scan *s)
{
	const char *at = s->p - 1;
	int32_t c, low;

	if (s->p == s->end)
		return bad(s, at, "unfinished string");
	if (*s->p != 'u') {
		if (strchr("\"\\/bfnrt", *s->p) == NULL || *s->p == '\0')
			return bad(s, at, "unknown escape");
		s->p++;
		return 0;
	}
	if (s->end - s->p < 5 || (c = hex4(s->p + 1)) < 0)
		return bad(s, at, "\\u without four hex digits");
	if (c == 0)
		return bad(s, at, "\\u0000 is not allowed");
	s->p += 5;
	if (c < 0xd800 || c > 0xdfff)
		return 0;
	if (c > 0xdbff || s->end - s->p < 6 || s->p[0] != '\\' ||
	    s->p[1] != 'u' || (low = hex4(s->p + 2)) < 0xdc00 || low > 0xdfff)
		return bad(s, at, "unpaired surrogate");
	s->p += 6;
	return 0;
}

/* At a quote; *ret (may be NULL) gets the bytes between the quotes. */
static int
scan_string(struct scan *s, struct key *ret)
{
	const char *start = s->p + 1;
	int rc;

	for (s->p = start; s->p < s->end; s->p++) {
		while (s->p < s->end && *s->p == '\\') {
			s->p++;
			if ((rc = scan_escape(s)) < 0)
				return rc;
		}
		if (s->p == s->end)
			break;
		if ((unsigned char)*s->p < 0x20)
			return bad(s, s->p, "control character in a string");
		if (*s->p != '"')
			continue;
		if (ret != NULL) {
			ret->s = start;
			ret->len = (size_t)(s->p - start);
		}
		s->p++;
		return 0;
	}
	return bad(s, start - 1, "unfinished string");
}

static int
scan_number(struct scan *s)
{
	const char *start = s->p;
	int negative = *s->p == '-';
	int64_t v = 0;

	if (negative)
		s->p++;
	if (s->p == s->end || *s->p < '0' || *s->p > '9')
		return bad(s, start, "not a value");
	if (*s->p == '0' && s->p + 1 < s->end && s->p[1] >= '0' &&
	    s->p[1] <= '9')
		return bad(s, start, "number with a leading zero");
	for (; s->p < s->end && *s->p >= '0' && *s->p <= '9'; s->p++) {
		v = v * 10 + (*s->p - '0');
		if (v > JSON_INT_MAX)
			return bad(s, start, "number out of range");
	}
	if (s->p < s->end && (*s->p == '.' || *s->p == 'e' || *s->p == 'E'))
		return bad(s, start, "number is not a plain integer");
	if (negative && v == 0)
		return bad(s, start, "negative zero");
	return 0;
}

static int
scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->p) < len || memcmp(s->p, word, len) != 0)
		return bad(s, s->p, "not a value");
	s->p += len;
	return 0;
}

static int scan_value(struct scan *s, int depth);

static int
push_key(struct scan *s, struct key *k)
{
	size_t cap = s->cap_keys == 0 ? 64 : s->cap_keys * 2;
	struct key *grown;

	if (s->n_keys == s->cap_keys) {
		grown = realloc(s->keys, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(s->e);
		s->keys = grown;
		s->cap_keys = cap;
	}
	k->hash = hash_key(k);
	s->keys[s->n_keys++] = *k;
	return 0;
}

/* The keys of the object that just ended: from first to the stack's top. */
static int
pop_keys(struct scan *s, size_t first)
{
	struct key *k = s->keys + first;
	size_t i, n = s->n_keys - first;

	s->n_keys = first;
	if (n < 2)
		return 0;
	qsort(k, n, sizeof(*k), compare_keys);
	for (i = 1; i < n; i++)
		if (compare_keys(&k[i - 1], &k[i]) == 0)
			return bad(s, k[i].s > k[i - 1].s ? k[i].s : k[i - 1].s,
			    "duplicate key");
	return 0;
}

static int
scan_member(struct scan *s, int depth)
{
	struct key k;
	int rc;

	if (s->p == s->end || *s->p != '"')
		return bad(s, s->p, "expected a key");
	if ((rc = scan_string(s, &k)) < 0 || (rc = push_key(s, &k)) < 0)
		return rc;
	blanks(s);
	if (s->p == s->end || *s->p != ':')
		return bad(s, s->p, "expected ':'");
	s->p++;
	return scan_value(s, depth);
}

/* At "{" or "[": its members up to the closing bracket. */
static int
scan_container(struct scan *s, int depth)
{
	int object = *s->p == '{';
	char close = object ? '}' : ']';
	size_t first = s->n_keys;
	int rc;

	if (depth > JSON_DEPTH)
		return bad(s, s->p, "nested too deeply");
	s->p++;
	blanks(s);
	if (s->p < s->end && *s->p == close) {
		s->p++;
		return 0;
	}
	for (;;) {
		blanks(s);
		rc = object ? scan_member(s, depth + 1)
			    : scan_value(s, depth + 1);
		if (rc < 0)
			return rc;
		blanks(s);
		if (s->p < s->end && *s->p == close) {
			s->p++;
			return object ? pop_keys(s, first) : 0;
		}
		if (s->p == s->end || *s->p != ',')
			return bad(
			    s, s->p, "expected ',' or a closing bracket");
		s->p++;
	}
}

static int
scan_value(struct scan *s, int depth)
{
	blanks(s);
	if (s->p == s->end)
		return bad(s, s->p, "unexpected end");
	switch (*s->p) {
	case '{':
	case '[':
		return scan_container(s, depth);
	case '"':
		return scan_string(s, NULL);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	default:
		return scan_number(s);
	}
}

int
json_check(const char *s, size_t len, size_t max, struct err *e)
{
	struct scan scan = { .e = e };
	size_t at;
	int rc;

	if (len == 0)
		s = ""; /* an empty buffer has no memory of its own */
	scan.start = scan.p = s;
	scan.end = s + len;
	if (len > max || len > INT32_MAX)
		return err_set(e, ERR_INVALID, 0,
		    "JSON text is longer than %zu bytes", max);
	if (!text_is_utf8(s, len, &at))
		return bad(&scan, s + at, "not UTF-8");
	if (len >= 3 && memcmp(s, "\xef\xbb\xbf", 3) == 0)
		return bad(&scan, s, "byte order mark");
	if ((rc = scan_value(&scan, 1)) == 0) {
		blanks(&scan);
		if (scan.p != scan.end)
			rc = bad(&scan, scan.p, "more after the value");
	}
	free(scan.keys);
	return rc;
}

int
json_parse(const char *s, size_t len, size_t max, cJSON **ret, struct err *e)
{
	cJSON *v;
	int rc;

	if ((rc = json_check(s, len, max, e)) < 0)
		return rc;
	/* what the strict check let through, cJSON refuses only for lack of
	 * memory */
	if ((v = cJSON_ParseWithLength(s, len)) == NULL)
		return err_nomem(e);
	*ret = v;
	return 0;
}
