#include "client/report/qr_terminal.h"

#include <errno.h>
#include <unistd.h>

#include <qrencode.h>

#define QUIET 4 /* modules of white around: the standard's */
#define WHITE_ON_BLACK "\033[97;40m"
#define PLAIN "\033[0m"

static int
is_light(const QRcode *code, int x, int y)
{
	if (x < 0 || y < 0 || x >= code->width || y >= code->width)
		return 1;
	return (code->data[y * code->width + x] & 1) == 0;
}

/* Rows y and y + 1 in one line of text. */
static void
put_rows(struct out *o, const QRcode *code, int y)
{
	static const char *const cells[] = { " ", "▀", "▄", "█" };

	if (o->colour)
		buf_puts(&o->b, WHITE_ON_BLACK);
	for (int x = -QUIET; x < code->width + QUIET; x++) {
		int lower =
		    y + 1 < code->width + QUIET && is_light(code, x, y + 1);

		buf_puts(
		    &o->b, cells[(is_light(code, x, y) ? 1 : 0) | lower << 1]);
	}
	if (o->colour)
		buf_puts(&o->b, PLAIN);
	out_nl(o);
}

int
qr_terminal(struct out *o, const char *text, struct err *e)
{
	/* a screen has no stains to be mended: the least of repair */
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
	int columns, rc = 0;

	if (code == NULL && errno == ENOMEM)
		return err_nomem(e);
	if (code == NULL)
		return err_set(e, ERR_INVALID, errno,
		    "the line is too long for a QR code");
	columns = code->width + 2 * QUIET;
	if (isatty(STDOUT_FILENO) && o->width < (size_t)columns) {
		rc = err_set(e, ERR_INVALID, 0,
		    "the QR code needs a terminal of %d columns, this one has "
		    "%d",
		    columns, (int)o->width);
		err_hint(e, "make the window wider or the letters smaller");
		goto out;
	}
	for (int y = -QUIET; y < code->width + QUIET; y += 2)
		put_rows(o, code, y);
out:
	QRcode_free(code);
	return rc;
}
