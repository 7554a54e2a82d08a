#include "client/report/report_qr.h"

#include <errno.h>

#include <qrencode.h>

#include "client/report/report_text.h"

#define QUIET 4 /* modules of white around: the standard's */

/* One row's dark modules as runs: few long boxes instead of many small ones. */
static void
row(struct buf *b, const unsigned char *modules, int width, int y)
{
	int from = -1;

	for (int x = 0; x <= width; x++) {
		int dark = x < width && (modules[x] & 1) != 0;

		if (dark && from < 0)
			from = x;
		if (!dark && from >= 0) {
			buf_printf(b, "M%d %dh%dv1h-%dz", from + QUIET,
			    y + QUIET, x - from, x - from);
			from = -1;
		}
	}
}

int
report_qr(struct buf *b, const char *text, struct err *e)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	int side;

	if (code == NULL && errno == ENOMEM)
		return err_nomem(e);
	if (code == NULL)
		return err_set(e, ERR_INVALID, errno,
		    "'%.40s' does not fit into a QR code", text);
	side = code->width + 2 * QUIET;
	buf_printf(b, "<svg class=\"qr\" viewBox=\"0 0 %d %d\" ", side, side);
	buf_puts(b, "shape-rendering=\"crispEdges\" role=\"img\"><title>");
	report_esc(b, text);
	buf_printf(b, "</title><rect class=\"qw\" width=\"%d\" height=\"%d\"/>",
	    side, side);
	buf_puts(b, "<path class=\"qb\" d=\"");
	for (int y = 0; y < code->width; y++)
		row(b, code->data + (size_t)y * (size_t)code->width,
		    code->width, y);
	buf_puts(b, "\"/></svg>\n");
	QRcode_free(code);
	return 0;
}
