/*
 * gitformat-pack(5): "PACK", version, count; then entries, each a head (kind
 * and size), for a delta its base, and a zlib stream; then the checksum.
 */
#include "store/git/pack_scan.h"

#define ZLIB_CONST /* next_in points at bytes that stay as they are */
#include <zlib.h>

#define HEAD_LEN 12
#define ID_LEN 20
#define SUM_LEN 20
#define PIECE 16384
#define SIZES_MAX 20 /* bytes at a delta's start that hold its two sizes */
#define DELTA_MIN 4  /* bytes of a delta: git reads no shorter one */
#define STARTS_FIRST 256

enum kind {
	KIND_COMMIT = 1,
	KIND_TREE = 2,
	KIND_BLOB = 3,
	KIND_OFS_DELTA = 6,
	KIND_REF_DELTA = 7
};

enum state {
	AT_HEAD,  /* of the pack */
	AT_ENTRY, /* its first byte */
	AT_SIZE,  /* more of its size */
	AT_OFS,   /* how far back its base is */
	AT_REF,   /* the id of its base */
	AT_DATA,
	AT_SUM,
	AT_END
};

/* The checksum of a pack without objects: libgit2 is not asked about it. */
static const unsigned char empty_sum[SUM_LEN] = { 0x02, 0x9d, 0x08, 0x82, 0x3b,
	0xd8, 0xa8, 0xea, 0xb5, 0x10, 0xad, 0x6a, 0xc7, 0x5c, 0x82, 0x3c, 0xfd,
	0x3e, 0xd3, 0x1e };

struct pack_scan {
	struct pack_limits limits;
	enum state state;
	uint32_t count, at; /* entries, those that were begun */
	int64_t taken;      /* bytes so far */
	unsigned char head[HEAD_LEN];
	size_t n; /* bytes of head, base or checksum so far */
	int kind;
	unsigned shift;
	uint64_t size, got; /* of the stream: stated, unpacked */
	uint64_t back;      /* to the base */
	int64_t from;       /* where the entry began */
	int64_t *starts;    /* of all entries so far, rising */
	size_t starts_cap;
	unsigned char sizes[SIZES_MAX]; /* of a delta, first bytes */
	z_stream z;
};

int
pack_scan_create(
    const struct pack_limits *limits, struct pack_scan **ret, struct err *e)
{
	struct pack_scan *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return err_nomem(e);
	s->limits = *limits;
	if (inflateInit(&s->z) != Z_OK) {
		free(s);
		return err_nomem(e);
	}
	*ret = s;
	return 0;
}

void
pack_scan_free(struct pack_scan *s)
{
	if (s == NULL)
		return;
	inflateEnd(&s->z);
	free(s->starts);
	free(s);
}

int
pack_scan_ended(const struct pack_scan *s)
{
	return s->state == AT_END;
}

uint32_t
pack_scan_count(const struct pack_scan *s)
{
	return s->count;
}

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static int
damaged(const struct pack_scan *s, struct err *e)
{
	err_set(e, ERR_REFUSED, 0,
	    "object %zu of the push is not in good order", (size_t)s->at);
	err_hint(e, "'pmqa verify' on the office's machine says whether its "
		    "repository is damaged");
	return ERR_REFUSED;
}

static int
too_large(const struct pack_scan *s, uint64_t size, struct err *e)
{
	return err_set(e, ERR_REFUSED, 0,
	    "the push has an object of %zu bytes, the hall takes at most %zu",
	    (size_t)size, (size_t)s->limits.max_size);
}

static void
next_entry(struct pack_scan *s)
{
	s->n = 0;
	s->state = s->at == s->count ? AT_SUM : AT_ENTRY;
}

static int
take_head(struct pack_scan *s, unsigned char c, struct err *e)
{
	s->head[s->n++] = c;
	if (s->n < HEAD_LEN)
		return 0;
	if (memcmp(s->head, "PACK", 4) != 0 || get32(s->head + 4) != 2)
		return err_set(
		    e, ERR_REFUSED, 0, "what is pushed is not a pack of git");
	s->count = get32(s->head + 8);
	if (s->count > s->limits.max_count)
		return err_set(e, ERR_REFUSED, 0,
		    "the push has more than %zu objects",
		    (size_t)s->limits.max_count);
	next_entry(s);
	return 0;
}

static int
is_delta(const struct pack_scan *s)
{
	return s->kind == KIND_OFS_DELTA || s->kind == KIND_REF_DELTA;
}

static int
begin_data(struct pack_scan *s, struct err *e)
{
	if (s->size > s->limits.max_size)
		return too_large(s, s->size, e);
	if (is_delta(s) && s->size < DELTA_MIN)
		return damaged(s, e);
	s->got = 0;
	s->state = AT_DATA;
	return inflateReset(&s->z) == Z_OK ? 0 : err_nomem(e);
}

/* Kind and size are there. */
static int
take_kind(struct pack_scan *s, struct err *e)
{
	s->n = 0;
	s->back = 0;
	switch (s->kind) {
	case KIND_COMMIT:
	case KIND_TREE:
	case KIND_BLOB:
		return begin_data(s, e);
	case KIND_OFS_DELTA:
		s->state = AT_OFS;
		return 0;
	case KIND_REF_DELTA:
		s->state = AT_REF;
		return 0;
	default:
		return err_set(e, ERR_REFUSED, 0,
		    "the push has an object of a kind that no revision uses");
	}
}

/* Room grows with what comes, not with what the head claims. */
static int
note_start(struct pack_scan *s, struct err *e)
{
	size_t cap = s->starts_cap == 0 ? STARTS_FIRST : s->starts_cap * 2;
	int64_t *grown;

	s->from = s->taken;
	if (s->at == s->starts_cap) {
		grown = realloc(s->starts, cap * sizeof(*grown));
		if (grown == NULL)
			return err_nomem(e);
		s->starts = grown;
		s->starts_cap = cap;
	}
	s->starts[s->at++] = s->from;
	return 0;
}

/* libgit2 would read a base in the middle of another entry, too: one that
 * nobody has looked through, and that stock git does not read. */
static int
is_start(const struct pack_scan *s, int64_t at)
{
	size_t lo = 0, hi = s->at, mid;

	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		if (s->starts[mid] == at)
			return 1;
		if (s->starts[mid] < at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return 0;
}

static int
take_entry(struct pack_scan *s, unsigned char c, struct err *e)
{
	int rc;

	if ((rc = note_start(s, e)) < 0)
		return rc;
	s->kind = c >> 4 & 7;
	s->size = c & 15;
	s->shift = 4;
	s->state = AT_SIZE;
	return (c & 0x80) != 0 ? 0 : take_kind(s, e);
}

static int
take_size(struct pack_scan *s, unsigned char c, struct err *e)
{
	if (s->shift > 53) /* larger than anything is */
		return damaged(s, e);
	s->size |= (uint64_t)(c & 0x7f) << s->shift;
	s->shift += 7;
	return (c & 0x80) != 0 ? 0 : take_kind(s, e);
}

/* As in pack.c: one less in each further byte. */
static int
take_back(struct pack_scan *s, unsigned char c, struct err *e)
{
	if (s->n++ > 0)
		s->back++;
	if (s->n > 8)
		return damaged(s, e);
	s->back = s->back << 7 | (c & 0x7f);
	if ((c & 0x80) != 0)
		return 0;
	if (s->back == 0 || s->back > (uint64_t)(s->from - HEAD_LEN) ||
	    !is_start(s, s->from - (int64_t)s->back))
		return damaged(s, e);
	return begin_data(s, e);
}

static int
take_sum(struct pack_scan *s, unsigned char c, struct err *e)
{
	if (s->count == 0 && c != empty_sum[s->n])
		return err_set(e, ERR_REFUSED, 0,
		    "the push's checksum is not that of its bytes");
	if (++s->n == SUM_LEN)
		s->state = AT_END;
	return 0;
}

/* Of the heads everything comes byte by byte: there is little of it. */
static int
take_byte(struct pack_scan *s, unsigned char c, struct err *e)
{
	switch (s->state) {
	case AT_HEAD:
		return take_head(s, c, e);
	case AT_ENTRY:
		return take_entry(s, c, e);
	case AT_SIZE:
		return take_size(s, c, e);
	case AT_OFS:
		return take_back(s, c, e);
	case AT_REF:
		return ++s->n == ID_LEN ? begin_data(s, e) : 0;
	case AT_SUM:
		return take_sum(s, c, e);
	case AT_DATA:
	case AT_END:
		break;
	}
	return 0;
}

/* One size at the start of a delta; 0 if it does not end within len bytes. */
static size_t
read_size(const unsigned char *p, size_t len, uint64_t *ret)
{
	unsigned shift = 0;
	size_t i;

	*ret = 0;
	for (i = 0; i < len && shift < 57; i++, shift += 7) {
		*ret |= (uint64_t)(p[i] & 0x7f) << shift;
		if ((p[i] & 0x80) == 0)
			return i + 1;
	}
	return 0;
}

/* A delta says how large its base is and what it makes of it. */
static int
check_delta(const struct pack_scan *s, struct err *e)
{
	size_t len = s->got < SIZES_MAX ? (size_t)s->got : SIZES_MAX, n;
	uint64_t base = 0, result = 0;

	if ((n = read_size(s->sizes, len, &base)) == 0 ||
	    read_size(s->sizes + n, len - n, &result) == 0)
		return damaged(s, e);
	if (base > s->limits.max_size)
		return too_large(s, base, e);
	return result > s->limits.max_size ? too_large(s, result, e) : 0;
}

static void
keep_sizes(struct pack_scan *s, const unsigned char *piece, size_t n)
{
	size_t at = s->got < SIZES_MAX ? (size_t)s->got : SIZES_MAX;
	size_t more = SIZES_MAX - at < n ? SIZES_MAX - at : n;

	memcpy(s->sizes + at, piece, more);
}

static int
end_data(struct pack_scan *s, struct err *e)
{
	int rc = 0;

	if (s->got != s->size)
		return damaged(s, e);
	if (is_delta(s))
		rc = check_delta(s, e);
	next_entry(s);
	return rc;
}

/* Unpacks on; *ret_used of the bytes belong to this stream. */
static int
take_data(struct pack_scan *s, const unsigned char *data, size_t len,
    size_t *ret_used, struct err *e)
{
	unsigned char piece[PIECE];
	size_t n;
	int rc;

	s->z.next_in = data;
	s->z.avail_in = (uInt)(len < PIECE ? len : PIECE);
	len = s->z.avail_in;
	do {
		s->z.next_out = piece;
		s->z.avail_out = sizeof(piece);
		rc = inflate(&s->z, Z_NO_FLUSH);
		if (rc == Z_MEM_ERROR)
			return err_nomem(e);
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return damaged(s, e);
		n = sizeof(piece) - s->z.avail_out;
		keep_sizes(s, piece, n);
		s->got += n;
		if (s->got > s->size)
			return damaged(s, e);
	} while (rc == Z_OK && s->z.avail_out == 0);
	*ret_used = len - s->z.avail_in;
	return rc == Z_STREAM_END ? end_data(s, e) : 0;
}

int
pack_scan_feed(struct pack_scan *s, const void *data, size_t len,
    size_t *ret_used, struct err *e)
{
	const unsigned char *p = data;
	size_t at = 0, n;
	int rc;

	while (at < len && s->state != AT_END) {
		n = 1;
		if (s->state == AT_DATA)
			rc = take_data(s, p + at, len - at, &n, e);
		else
			rc = take_byte(s, p[at], e);
		if (rc < 0)
			return rc;
		at += n;
		s->taken += (int64_t)n;
		if (s->taken > s->limits.max_input)
			return err_set(e, ERR_REFUSED, 0,
			    "the push is larger than the hall takes at once");
	}
	*ret_used = at;
	return 0;
}
