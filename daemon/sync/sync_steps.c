#include "daemon/sync/sync_steps.h"

#include <sodium.h>

#define ID_LEN ((size_t)40)
#define RECEIPT_MAX ((size_t)4096)
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

static int
no_form(struct err *e)
{
	return err_set(
	    e, ERR_INVALID, 0, "the hall's list of steps has no form");
}

static int
take_receipt(const char *text, size_t len, struct buf *ret, struct err *e)
{
	unsigned char bytes[RECEIPT_MAX];
	size_t n = 0;

	if (sodium_base642bin(
		bytes, sizeof(bytes), text, len, NULL, &n, NULL, BASE64) != 0 ||
	    memchr(bytes, '\n', n) != NULL || memchr(bytes, '\0', n) != NULL)
		return no_form(e);
	if (ret == NULL)
		return 0;
	buf_clear(ret);
	buf_append(ret, bytes, n);
	return buf_ok(ret, e);
}

/* "ID TAB NAME" without its line end; a step goes to *lines in the form of
 * steps_parse(), which judges it. */
static int
take_line(const char *s, size_t len, struct buf *lines, struct buf *ret_receipt,
    struct err *e)
{
	const size_t step = strlen(SYNC_STEP_REF);
	const size_t receipt = strlen(SYNC_RECEIPT_REF);
	const char *name = s + ID_LEN + 1;
	size_t name_len = len - ID_LEN - 1;

	if (len <= ID_LEN + 1 || s[ID_LEN] != '\t')
		return no_form(e);
	if (name_len > step && memcmp(name, SYNC_STEP_REF, step) == 0) {
		buf_append(lines, s, ID_LEN);
		buf_putc(lines, ' ');
		buf_append(lines, name + step, name_len - step);
		buf_putc(lines, '\n');
		return buf_ok(lines, e);
	}
	if (name_len > receipt && memcmp(name, SYNC_RECEIPT_REF, receipt) == 0)
		return take_receipt(
		    name + receipt, name_len - receipt, ret_receipt, e);
	return no_form(e);
}

int
sync_steps_from_refs(const char *text, size_t len, struct steps *ret,
    struct buf *ret_receipt, struct err *e)
{
	const char *end = text + len, *lf;
	struct buf lines = BUF_INIT;
	int rc = 0;

	for (; text < end && rc == 0; text = lf + 1) {
		lf = memchr(text, '\n', (size_t)(end - text));
		if (lf == NULL) {
			rc = no_form(e);
			break;
		}
		rc = take_line(
		    text, (size_t)(lf - text), &lines, ret_receipt, e);
	}
	if (rc == 0)
		rc = steps_parse(buf_str(&lines), lines.len, ret, e);
	buf_release(&lines);
	return rc;
}

int
sync_steps_read(const struct transfer_way *w, const struct buf *out,
    struct steps *ret, struct buf *ret_receipt, struct err *e)
{
	if (transfer_is_https(w))
		return sync_steps_from_refs(
		    buf_str(out), out->len, ret, ret_receipt, e);
	return steps_parse(buf_str(out), out->len, ret, e);
}
