/* What is said about alerts. */
#include <inttypes.h>

#include "base/base64.h"
#include "base/clock.h"
#include "daemon/oversight/alert_send.h"

/* A sentence in the configured language: this process has no language of its
 * own. N_() marks it for the catalogue. */
#define N_(s) s
#define SAY(c, id) ((c)->alerts.thai ? err_th(id) : (id))

static void
put_when(
    const struct conf *c, const cJSON *alert, const char *key, struct buf *b)
{
	const char *text = json_str(alert, key);
	char when[CLOCK_TEXT];
	int64_t t = 0;

	if (text == NULL || clock_parse(text, 0, 0, &t, NULL) < 0)
		return;
	clock_people(when, t, c->offset_min, c->alerts.thai);
	buf_puts(b, when);
}

static void
put_alert(const struct conf *c, const cJSON *alert, struct buf *b)
{
	const char *message =
	    json_str(alert, c->alerts.thai ? "message_th" : "message");
	int end = json_bool(alert, "end", 0);

	buf_printf(b, "%s%s\n",
	    end ? SAY(c, N_("OVER: ")) : SAY(c, N_("ALERT: ")),
	    message != NULL ? message : "-");
	buf_printf(b, "  %s ", SAY(c, N_("since")));
	put_when(c, alert, "since", b);
	if (end) {
		buf_printf(b, ", %s ", SAY(c, N_("until")));
		put_when(c, alert, "ended", b);
	}
	buf_puts(b, "\n\n");
}

static void
put_subject(const struct conf *c, const cJSON *waiting, struct buf *b)
{
	const cJSON *alert;
	int n = 0, over = 0;

	cJSON_ArrayForEach (alert, waiting) {
		over += json_bool(alert, "end", 0);
		n++;
	}
	buf_printf(b, "pmqa %s %s: ", c->code, c->name);
	if (n == 0)
		buf_puts(b, SAY(c, N_("a test")));
	else if (over == n)
		buf_printf(b, SAY(c, N_("%d over")), over);
	else if (over == 0)
		buf_printf(b, SAY(c, N_("%d alerts")), n);
	else
		buf_printf(b, SAY(c, N_("%d alerts, %d over")), n - over, over);
}

int
alert_send_text(const struct conf *c, const cJSON *waiting, struct buf *subject,
    struct buf *body, struct err *e)
{
	const cJSON *alert;
	int rc;

	put_subject(c, waiting, subject);
	cJSON_ArrayForEach (alert, waiting)
		put_alert(c, alert, body);
	if (cJSON_GetArraySize(waiting) == 0)
		buf_printf(body, "%s\n\n",
		    SAY(c, N_("This is only a test: the way of the alerts "
			      "works.")));
	buf_printf(body, "%s\n", SAY(c, N_("All of them: pmqa hall alerts")));
	if ((rc = buf_ok(subject, e)) < 0)
		return rc;
	return buf_ok(body, e);
}

/* Words of at most 75 characters (RFC 2047), cut between characters. */
static int
put_encoded(const struct buf *text, struct buf *ret, struct err *e)
{
	const char *s = buf_str(text);
	size_t at = 0, n;
	int rc = 0;

	while (at < text->len && rc == 0) {
		n = text->len - at < 42 ? text->len - at : 42;
		while (at + n < text->len && n > 1 &&
		       ((unsigned char)s[at + n] & 0xc0) == 0x80)
			n--;
		buf_puts(ret, at == 0 ? "=?UTF-8?B?" : "\n =?UTF-8?B?");
		base64_write(s + at, n, ret);
		buf_puts(ret, "?=");
		at += n;
		rc = buf_ok(ret, e);
	}
	return rc;
}

/* "Sun, 22 Nov 2026 13:14:15 +0700" */
static void
put_date(const struct conf *c, int64_t now, struct buf *b)
{
	static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon",
		"Tue", "Wed" };
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May",
		"Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char text[CLOCK_TEXT], offset[8];
	int64_t local = now + (int64_t)c->offset_min * 60;
	long month;

	clock_rfc3339(text, now, c->offset_min);
	clock_offset_text(offset, c->offset_min);
	month = strtol(text + 5, NULL, 10);
	buf_printf(b, "Date: %s, %.2s %s %.4s %.8s %.3s%.2s\n",
	    days[local / 86400 % 7], text + 8, months[(month + 11) % 12], text,
	    text + 11, offset, offset + 4);
}

/* The same message sent twice has the same id. */
static void
put_id(const struct conf *c, const cJSON *waiting, int64_t now, struct buf *b)
{
	const cJSON *alert;

	buf_puts(b, "Message-ID: <");
	if (waiting == NULL || waiting->child == NULL) {
		buf_printf(b, "test-%" PRId64, now);
	} else {
		alert = waiting->child;
		buf_printf(b, "%" PRId64, json_int(alert, "id", 0));
		while (alert->next != NULL)
			alert = alert->next;
		buf_printf(b, "-%" PRId64 "-%d%d", json_int(alert, "id", 0),
		    cJSON_GetArraySize(waiting), json_bool(alert, "end", 0));
	}
	buf_printf(b, ".alert@%s.pmqa.invalid>\n", c->code);
}

int
alert_send_mail(const struct conf *c, const cJSON *waiting, int64_t now,
    struct buf *ret, struct err *e)
{
	struct buf subject = BUF_INIT, body = BUF_INIT;
	int rc = alert_send_text(c, waiting, &subject, &body, e);

	if (rc == 0) {
		buf_printf(ret, "To: %s\nSubject: ", c->alerts.mail);
		rc = put_encoded(&subject, ret, e);
	}
	if (rc == 0) {
		buf_putc(ret, '\n');
		put_date(c, now, ret);
		put_id(c, waiting, now, ret);
		buf_puts(ret, "Auto-Submitted: auto-generated\n"
			      "MIME-Version: 1.0\n"
			      "Content-Type: text/plain; charset=UTF-8\n"
			      "Content-Transfer-Encoding: 8bit\n\n");
		buf_append(ret, body.data, body.len);
		rc = buf_ok(ret, e);
	}
	buf_release(&subject);
	buf_release(&body);
	return rc;
}
