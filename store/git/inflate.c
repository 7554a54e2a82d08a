#include "store/git/inflate.h"

#include <limits.h>

#define ZLIB_CONST /* next_in points at bytes that stay as they are */
#include <zlib.h>

#define PIECE 16384

/* Unpacks on until the stream ends. */
static int
unpack(z_stream *z, size_t max, struct buf *ret, struct err *e)
{
	unsigned char piece[PIECE];
	size_t start = ret->len;
	int rc;

	do {
		z->next_out = piece;
		z->avail_out = sizeof(piece);
		rc = inflate(z, Z_NO_FLUSH);
		if (rc == Z_MEM_ERROR)
			return err_nomem(e);
		if (rc != Z_OK && rc != Z_STREAM_END)
			break;
		buf_append(ret, piece, sizeof(piece) - z->avail_out);
		if (ret->len - start > max || ret->failed)
			break;
	} while (rc == Z_OK);
	if (ret->failed)
		return buf_ok(ret, e);
	if (rc != Z_STREAM_END || z->avail_in != 0 || ret->len - start > max)
		return err_set(
		    e, ERR_INVALID, 0, "the packed data are damaged");
	return 0;
}

int
inflate_zlib(
    const void *data, size_t len, size_t max, struct buf *ret, struct err *e)
{
	z_stream z;
	int rc;

	memset(&z, 0, sizeof(z));
	if (len > UINT_MAX)
		return err_set(
		    e, ERR_INVALID, 0, "the packed data are damaged");
	if (inflateInit(&z) != Z_OK)
		return err_nomem(e);
	z.next_in = (const Bytef *)data;
	z.avail_in = (uInt)len;
	rc = unpack(&z, max, ret, e);
	inflateEnd(&z);
	return rc;
}
