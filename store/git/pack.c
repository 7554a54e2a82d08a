#include "store/git/pack.h"

#include <limits.h>
#include <stdint.h>
#include <zlib.h>

#include "base/buf.h"
#include "base/file.h"
#include "store/git/sha1.h"

#define ID_LEN 20
#define HEADER_LEN 12
#define OFS_DELTA 6
#define COPY_MAX 0x10000
#define INSERT_MAX 127

/*
 * Objects looked back at for a base, of each type: a save of one answer writes
 * three trees, so the last of the same directory is three back. The depth keeps
 * a reader's chains short.
 */
#define LOOK_BACK 8
#define DEPTH_MAX 20

/*
 * What is no longer than this is stored as it is: a delta of a tree is an id
 * and little else, which does not get shorter, and zlib takes some
 * microseconds to find that out.
 */
#define STORED_MAX 64

struct row { /* of the index */
	unsigned char id[ID_LEN];
	uint32_t crc;
	uint32_t offset;
};

struct base {
	struct buf bytes;
	size_t offset;
	int depth;
};

struct bases { /* the last ones of a type */
	struct base ring[LOOK_BACK];
	size_t n; /* ever put here */
};

struct pack {
	struct buf out;
	struct row *rows;
	size_t n, cap;
	struct bases trees, blobs;
	struct buf delta;
	struct sha1 *sha1;
	z_stream z;
};

/* Copy the head, insert what differs, copy the tail. */
struct match {
	const struct base *base;
	size_t head, tail;
};

static void
put32(struct buf *b, uint32_t x)
{
	const unsigned char c[4] = { (unsigned char)(x >> 24),
		(unsigned char)(x >> 16), (unsigned char)(x >> 8),
		(unsigned char)x };

	buf_append(b, c, sizeof(c));
}

int
pack_create(struct pack **ret, struct err *e)
{
	struct pack *p = calloc(1, sizeof(*p));
	int rc;

	if (p == NULL)
		return err_nomem(e);
	if ((rc = sha1_new(&p->sha1, e)) < 0) {
		free(p);
		return rc;
	}
	if (deflateInit(&p->z, Z_BEST_SPEED) != Z_OK) {
		sha1_free(p->sha1);
		free(p);
		return err_nomem(e);
	}
	buf_puts(&p->out, "PACK");
	put32(&p->out, 2);
	put32(&p->out, 0); /* how many: known at the end */
	*ret = p;
	return 0;
}

static void
release_bases(struct bases *all)
{
	size_t i;

	for (i = 0; i < LOOK_BACK; i++)
		buf_release(&all->ring[i].bytes);
}

void
pack_free(struct pack *p)
{
	if (p == NULL)
		return;
	release_bases(&p->trees);
	release_bases(&p->blobs);
	buf_release(&p->delta);
	buf_release(&p->out);
	deflateEnd(&p->z);
	sha1_free(p->sha1);
	free(p->rows);
	free(p);
}

static size_t
common_head(const char *a, const char *b, size_t max)
{
	size_t n = 0;

	while (n + 8 <= max && memcmp(a + n, b + n, 8) == 0)
		n += 8;
	while (n < max && a[n] == b[n])
		n++;
	return n;
}

/* Of what ends at a and b. */
static size_t
common_tail(const char *a, const char *b, size_t max)
{
	size_t n = 0;

	while (n + 8 <= max && memcmp(a - n - 8, b - n - 8, 8) == 0)
		n += 8;
	while (n < max && a[-(ptrdiff_t)n - 1] == b[-(ptrdiff_t)n - 1])
		n++;
	return n;
}

/* The base that leaves least to insert; none when that is more than half. */
static struct match
find_base(const struct bases *all, const char *data, size_t len)
{
	struct match best = { NULL, 0, 0 };
	size_t i, head, tail, min, have = len / 2;

	for (i = 0; i < LOOK_BACK && i < all->n; i++) {
		const struct base *b = &all->ring[(all->n - 1 - i) % LOOK_BACK];

		if (b->depth == DEPTH_MAX)
			continue;
		min = len < b->bytes.len ? len : b->bytes.len;
		head = common_head(data, b->bytes.data, min);
		tail = common_tail(
		    data + len, b->bytes.data + b->bytes.len, min - head);
		if (head + tail <= have)
			continue;
		have = head + tail;
		best = (struct match){ b, head, tail };
	}
	return best;
}

static void
put_size(struct buf *b, size_t n)
{
	for (; n >= 0x80; n >>= 7)
		buf_putc(b, (char)(n | 0x80));
	buf_putc(b, (char)n);
}

/* Only the bytes that are not 0, the first byte says which. */
static void
put_copy(struct buf *b, size_t from, size_t len)
{
	char op[8];
	size_t n = 1, part, i;
	unsigned bits;

	for (; len > 0; from += part, len -= part, n = 1) {
		part = len < COPY_MAX ? len : COPY_MAX;
		bits = 0x80;
		for (i = 0; i < 4; i++) {
			if ((from >> 8 * i & 0xff) == 0)
				continue;
			bits |= 1u << i;
			op[n++] = (char)(from >> 8 * i);
		}
		/* COPY_MAX itself is written as 0 */
		for (i = 0; i < 2; i++) {
			if ((part >> 8 * i & 0xff) == 0)
				continue;
			bits |= 0x10u << i;
			op[n++] = (char)(part >> 8 * i);
		}
		op[0] = (char)bits;
		buf_append(b, op, n);
	}
}

static void
make_delta(struct buf *out, const struct match *m, const char *data, size_t len)
{
	size_t base_len = m->base->bytes.len, at, part;

	buf_clear(out);
	put_size(out, base_len);
	put_size(out, len);
	put_copy(out, 0, m->head);
	for (at = m->head; at < len - m->tail; at += part) {
		part = len - m->tail - at;
		if (part > INSERT_MAX)
			part = INSERT_MAX;
		buf_putc(out, (char)part);
		buf_append(out, data + at, part);
	}
	put_copy(out, base_len - m->tail, m->tail);
}

/* Type, and length before it is deflated. */
static void
put_header(struct buf *b, int type, size_t len)
{
	unsigned c = (unsigned)type << 4 | (len & 15);

	for (len >>= 4; len > 0; len >>= 7) {
		buf_putc(b, (char)(c | 0x80));
		c = len & 0x7f;
	}
	buf_putc(b, (char)c);
}

/* How far back the base begins: most significant first, one less in each
 * further byte. */
static void
put_distance(struct buf *b, size_t n)
{
	char c[10];
	size_t i = sizeof(c);

	c[--i] = (char)(n & 0x7f);
	while ((n >>= 7) > 0)
		c[--i] = (char)(--n | 0x80);
	buf_append(b, c + i, sizeof(c) - i);
}

/* A zlib stream (RFC 1950) of one stored block. */
static void
put_stored(struct buf *b, const char *data, size_t len)
{
	const unsigned char head[] = { 0x78, 0x01, 0x01, (unsigned char)len, 0,
		(unsigned char)~len, 0xff };

	buf_append(b, head, sizeof(head));
	buf_append(b, data, len);
	put32(b, (uint32_t)adler32(1, (const Bytef *)data, (uInt)len));
}

static int
put_deflated(struct pack *p, const char *data, size_t len, struct err *e)
{
	unsigned char chunk[4096];
	union { /* zlib only reads */
		const char *from;
		Bytef *in;
	} u = { data };
	int rc;

	if (len <= STORED_MAX) {
		put_stored(&p->out, data, len);
		return buf_ok(&p->out, e);
	}
	deflateReset(&p->z);
	p->z.next_in = u.in;
	p->z.avail_in = (uInt)len;
	do {
		p->z.next_out = chunk;
		p->z.avail_out = sizeof(chunk);
		rc = deflate(&p->z, Z_FINISH);
		buf_append(&p->out, chunk, sizeof(chunk) - p->z.avail_out);
	} while (rc == Z_OK);
	return rc == Z_STREAM_END ? buf_ok(&p->out, e) : err_nomem(e);
}

static int
keep_base(struct bases *all, size_t offset, int depth, const void *data,
    size_t len, struct err *e)
{
	struct base *b = &all->ring[all->n % LOOK_BACK];

	buf_clear(&b->bytes);
	buf_append(&b->bytes, data, len);
	b->offset = offset;
	b->depth = depth;
	all->n++;
	return buf_ok(&b->bytes, e);
}

static int
put_object(struct pack *p, enum pack_type t, struct bases *all,
    const void *data, size_t len, struct err *e)
{
	struct match m = { NULL, 0, 0 };
	size_t offset = p->out.len;
	int rc;

	if (all != NULL)
		m = find_base(all, data, len);
	if (m.base == NULL) {
		put_header(&p->out, (int)t, len);
		rc = put_deflated(p, data, len, e);
	} else {
		make_delta(&p->delta, &m, data, len);
		if ((rc = buf_ok(&p->delta, e)) < 0)
			return rc;
		put_header(&p->out, OFS_DELTA, p->delta.len);
		put_distance(&p->out, offset - m.base->offset);
		rc = put_deflated(p, p->delta.data, p->delta.len, e);
	}
	if (rc < 0 || all == NULL || len == 0)
		return rc;
	return keep_base(
	    all, offset, m.base != NULL ? m.base->depth + 1 : 0, data, len, e);
}

static int
add_row(struct pack *p, const unsigned char id[ID_LEN], size_t offset,
    struct err *e)
{
	size_t cap = p->cap < 64 ? 64 : p->cap * 2;
	struct row *r;

	if (p->n == p->cap) {
		if ((r = realloc(p->rows, cap * sizeof(*r))) == NULL)
			return err_nomem(e);
		p->rows = r;
		p->cap = cap;
	}
	r = &p->rows[p->n++];
	memcpy(r->id, id, ID_LEN);
	r->offset = (uint32_t)offset;
	r->crc = (uint32_t)crc32(0, (const Bytef *)p->out.data + offset,
	    (uInt)(p->out.len - offset));
	return 0;
}

int
pack_add(struct pack *p, enum pack_type t, const unsigned char id[ID_LEN],
    const void *data, size_t len, struct err *e)
{
	struct bases *all = t == PACK_TREE   ? &p->trees
			    : t == PACK_BLOB ? &p->blobs
					     : NULL;
	size_t offset = p->out.len;
	int rc;

	if (len > PACK_MAX || offset + len > PACK_MAX)
		return err_set(e, ERR_INVALID, 0, "a pack would be too large");
	if ((rc = put_object(p, t, all, data, len, e)) < 0)
		return rc;
	return add_row(p, id, offset, e);
}

/* Of all that is in b, behind it. */
static int
put_sum(struct pack *p, struct buf *b, struct err *e)
{
	unsigned char sum[SHA1_LEN];
	int rc;

	sha1_begin(p->sha1);
	sha1_add(p->sha1, b->data, b->len);
	if ((rc = sha1_end(p->sha1, sum, e)) < 0)
		return rc;
	buf_append(b, sum, sizeof(sum));
	return buf_ok(b, e);
}

static int
by_id(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return memcmp(x->id, y->id, ID_LEN);
}

/* Ids in order, with how many there are up to each first byte. */
static int
make_index(struct pack *p, struct buf *b, struct err *e)
{
	uint32_t fan = 0;
	size_t i, at = 0;

	qsort(p->rows, p->n, sizeof(*p->rows), by_id);
	buf_puts(b, "\377tOc");
	put32(b, 2);
	for (i = 0; i < 256; i++) {
		for (; at < p->n && p->rows[at].id[0] == i; at++)
			fan++;
		put32(b, fan);
	}
	for (i = 0; i < p->n; i++)
		buf_append(b, p->rows[i].id, ID_LEN);
	for (i = 0; i < p->n; i++)
		put32(b, p->rows[i].crc);
	for (i = 0; i < p->n; i++)
		put32(b, p->rows[i].offset);
	buf_append(b, p->out.data + p->out.len - SHA1_LEN, SHA1_LEN);
	return put_sum(p, b, e);
}

static void
name_of(const struct pack *p, char ret[2 * SHA1_LEN + 1])
{
	const char *sum = p->out.data + p->out.len - SHA1_LEN;
	size_t i;

	for (i = 0; i < SHA1_LEN; i++)
		snprintf(ret + 2 * i, 3, "%02x", (unsigned char)sum[i]);
}

/* The pack before its index: git looks at a pack only through the index. */
int
pack_write(struct pack *p, const char *dir, struct err *e)
{
	char path[PATH_MAX], name[2 * SHA1_LEN + 1];
	struct buf idx = BUF_INIT, count = BUF_INIT;
	int rc;

	put32(&count, (uint32_t)p->n);
	if ((rc = buf_ok(&count, e)) < 0)
		goto out;
	memcpy(p->out.data + HEADER_LEN - count.len, count.data, count.len);
	if ((rc = put_sum(p, &p->out, e)) < 0 ||
	    (rc = make_index(p, &idx, e)) < 0)
		goto out;
	name_of(p, name);
	rc = file_path(path, sizeof(path), e, "%s/pack-%s.pack", dir, name);
	if (rc < 0 ||
	    (rc = file_write(path, p->out.data, p->out.len, 0444, e)) < 0)
		goto out;
	rc = file_path(path, sizeof(path), e, "%s/pack-%s.idx", dir, name);
	if (rc == 0)
		rc = file_write(path, idx.data, idx.len, 0444, e);
out:
	buf_release(&count);
	buf_release(&idx);
	return rc;
}
