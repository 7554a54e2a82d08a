#include "store/git/sha1.h"

/* FIPS 180-4, section 6.1. */

static uint32_t
rotate(uint32_t x, int n)
{
	return x << n | x >> (32 - n);
}

static uint32_t
get32(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

static void
put32(unsigned char *p, uint32_t x)
{
	p[0] = (unsigned char)(x >> 24);
	p[1] = (unsigned char)(x >> 16);
	p[2] = (unsigned char)(x >> 8);
	p[3] = (unsigned char)x;
}

/* Function and constant of round t, applied to b, c and d. */
static uint32_t
mix(size_t t, uint32_t b, uint32_t c, uint32_t d)
{
	if (t < 20)
		return ((b & c) | (~b & d)) + 0x5a827999;
	if (t < 40)
		return (b ^ c ^ d) + 0x6ed9eba1;
	if (t < 60)
		return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
	return (b ^ c ^ d) + 0xca62c1d6;
}

static void
take_block(struct sha1 *s, const unsigned char block[64])
{
	uint32_t w[80], v[5], next;
	size_t t;

	for (t = 0; t < 16; t++)
		w[t] = get32(block + 4 * t);
	for (; t < 80; t++)
		w[t] = rotate(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	for (t = 0; t < 5; t++)
		v[t] = s->h[t];
	for (t = 0; t < 80; t++) {
		next = rotate(v[0], 5) + mix(t, v[1], v[2], v[3]) + v[4] + w[t];
		v[4] = v[3];
		v[3] = v[2];
		v[2] = rotate(v[1], 30);
		v[1] = v[0];
		v[0] = next;
	}
	for (t = 0; t < 5; t++)
		s->h[t] += v[t];
}

void
sha1_init(struct sha1 *s)
{
	static const uint32_t start[5] = { 0x67452301, 0xefcdab89, 0x98badcfe,
		0x10325476, 0xc3d2e1f0 };

	memcpy(s->h, start, sizeof(s->h));
	s->len = 0;
}

void
sha1_add(struct sha1 *s, const void *data, size_t len)
{
	const unsigned char *p = data;
	size_t have = s->len % 64, part;

	s->len += len;
	while (len > 0) {
		if (have == 0 && len >= 64) {
			take_block(s, p);
			part = 64;
		} else {
			part = len < 64 - have ? len : 64 - have;
			memcpy(s->block + have, p, part);
			have += part;
			if (have == 64) {
				take_block(s, s->block);
				have = 0;
			}
		}
		p += part;
		len -= part;
	}
}

void
sha1_end(struct sha1 *s, unsigned char ret[SHA1_LEN])
{
	static const unsigned char pad[64] = { 0x80 };
	unsigned char bits[8];
	uint64_t n = s->len * 8;
	size_t have = s->len % 64, i;

	put32(bits, (uint32_t)(n >> 32));
	put32(bits + 4, (uint32_t)n);
	sha1_add(s, pad, have < 56 ? 56 - have : 120 - have);
	sha1_add(s, bits, sizeof(bits));
	for (i = 0; i < 5; i++)
		put32(ret + 4 * i, s->h[i]);
}
