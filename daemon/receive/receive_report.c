/*
 * git's form: refs, each a pkt-line ("<4 hex of the length><bytes>", 0000 for
 * a pause), then the report: "unpack ok", "ok <ref>", "ng <ref> <reason>", in
 * pkt-lines within pkt-lines whose first byte is a band (1 report, 2 text for
 * people, 3 end), or without bands for an old git.
 */
#include "daemon/receive/receive_report.h"

#include <ctype.h>
#include <sys/wait.h>

#include "daemon/receive/receive.h"
#include "daemon/sync/remark.h"

#define PACKET_MAX 65520
#define HEAD ((size_t)4)
#define BAND_REPORT 1
#define BAND_TEXT 2

void
receive_report_init(struct receive_report *r)
{
	memset(r, 0, sizeof(*r));
	buf_init(&r->packet);
	buf_init(&r->inner);
}

void
receive_report_release(struct receive_report *r)
{
	buf_release(&r->packet);
	buf_release(&r->inner);
}

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* --- what git says to people --- */

static void
take_line(struct receive_report *r, const char *line)
{
	if (begins(line, REMARK_REFUSED) || begins(line, REMARK_TROUBLE))
		r->spoke = 1;
	else if ((begins(line, "error: ") || begins(line, "fatal: ")) &&
		 (r->fault[0] == '\0' || (begins(line, "error: object ") &&
					     !begins(r->fault, "object "))))
		/* the first one, but rather the one that names the rule */
		remark_clean(strchr(line, ' ') + 1, r->fault, sizeof(r->fault));
}

static void
take_text(struct receive_report *r, const char *s, size_t len,
    char line[RECEIVE_REPORT_LINE], size_t *at)
{
	size_t i;

	for (i = 0; i < len; i++) {
		if (s[i] != '\n' && s[i] != '\r') {
			if (*at + 1 < RECEIVE_REPORT_LINE)
				line[(*at)++] = s[i];
			continue;
		}
		line[*at] = '\0';
		*at = 0;
		take_line(r, line);
	}
}

void
receive_report_error(struct receive_report *r, const char *data, size_t len)
{
	take_text(r, data, len, r->error, &r->error_len);
}

/* --- the sentences --- */

static int
has_one_of(const char *s, const char *const *parts, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (strstr(s, parts[i]) != NULL)
			return 1;
	return 0;
}

/* The words of errno that are about the hall's machine, not about the push. */
static int
is_trouble(const char *why)
{
	static const char *const words[] = { "quota exceeded",
		"Read-only file system", "Input/output error",
		"Permission denied", "unable to create temporary" };

	return has_one_of(why, words, sizeof(words) / sizeof(words[0]));
}

int
receive_report_unpack(const char *why, struct err *e)
{
	static const char *const slow[] = { "signal 24", "signal 9" };
	static const char *const large[] = { "exceeds maximum allowed size",
		"signal 25", "File too large" };

	if (strstr(why, "No space left") != NULL || is_trouble(why)) {
		if (strstr(why, "No space left") != NULL)
			err_set(e, ERR_FAILED, 0,
			    "no space left on the hall's disk: %s", why);
		else
			err_set(e, ERR_FAILED, 0,
			    "the hall cannot store this push: %.200s", why);
		err_hint(e,
		    "tell the hall; what waits here is safe and is sent again "
		    "by itself");
		return ERR_FAILED;
	}
	if (has_one_of(why, large, sizeof(large) / sizeof(large[0])))
		return err_set(e, ERR_REFUSED, 0,
		    "the push is larger than the hall takes at once");
	if (strstr(why, "emory") != NULL)
		return err_set(e, ERR_REFUSED, 0,
		    "the push needs more memory than the hall gives to one");
	if (has_one_of(why, slow, sizeof(slow) / sizeof(slow[0])))
		return err_set(e, ERR_REFUSED, 0,
		    "the push takes longer than the hall gives to one");
	err_set(e, ERR_REFUSED, 0,
	    "the push is not in good order, the hall cannot read it: %.200s",
	    why);
	err_hint(e, "'pmqa verify' on the office's machine says whether its "
		    "repository is damaged");
	return ERR_REFUSED;
}

static void
not_unpacked(struct receive_report *r, const char *reason)
{
	r->refused = 1;
	(void)receive_report_unpack(
	    r->fault[0] != '\0' ? r->fault : reason, &r->err);
}

/* Of a ref that did not move, and nothing was said of it. */
static void
not_moved(struct receive_report *r, const char *ref, const char *reason)
{
	r->refused = 1;
	err_set(&r->err, ERR_REFUSED, 0,
	    "the hall does not move '%.60s': %.200s", ref, reason);
}

/* One line of the report; only the first fault is told. */
static void
take_report(struct receive_report *r, const char *line)
{
	char ref[200];
	const char *blank;

	if (begins(line, "unpack ")) {
		r->reported = 1;
		if (strcmp(line + 7, "ok") != 0 && !r->spoke)
			not_unpacked(r, line + 7);
		return;
	}
	if (!begins(line, "ng ") || r->refused || r->spoke ||
	    (blank = strchr(line + 3, ' ')) == NULL)
		return;
	snprintf(ref, sizeof(ref), "%.*s", (int)(blank - line - 3), line + 3);
	not_moved(r, ref, blank + 1);
}

/* --- packets --- */

/* The length of the packet at the start of s, 0 while its head is not there,
 * -1 when it has no form. 0000 to 0003 are packets of 4 bytes. */
static int
packet_len(const char *s, size_t len)
{
	char hex[HEAD + 1];
	long n;
	size_t i;

	if (len < HEAD)
		return 0;
	for (i = 0; i < HEAD; i++)
		if (!isxdigit((unsigned char)s[i]))
			return -1;
	memcpy(hex, s, HEAD);
	hex[HEAD] = '\0';
	n = strtol(hex, NULL, 16);
	if (n < (long)HEAD)
		return (int)HEAD;
	return n <= PACKET_MAX ? (int)n : -1;
}

/* A packet's text as a line of its own. */
static void
copy_line(const char *s, size_t len, char *ret, size_t size)
{
	if (len > 0 && s[len - 1] == '\n')
		len--;
	if (len >= size)
		len = size - 1;
	memcpy(ret, s, len);
	ret[len] = '\0';
}

static int
take_band(struct receive_report *r, const char *s, size_t len, struct err *e)
{
	char line[512];
	size_t at = 0;
	int n, rc;

	buf_append(&r->inner, s, len);
	if ((rc = buf_ok(&r->inner, e)) < 0)
		return rc;
	while ((n = packet_len(r->inner.data + at, r->inner.len - at)) > 0 &&
	       (size_t)n <= r->inner.len - at) {
		copy_line(r->inner.data + at + HEAD, (size_t)n - HEAD, line,
		    sizeof(line));
		take_report(r, line);
		at += (size_t)n;
	}
	if (n < 0) /* not a report: looked at no more */
		at = r->inner.len;
	if (at > 0)
		buf_consume(&r->inner, at);
	return 0;
}

static int
take_packet(struct receive_report *r, const char *s, size_t len, struct err *e)
{
	char line[512];

	if (len == 0)
		return 0;
	if (s[0] == BAND_TEXT) {
		r->banded = 1;
		take_text(r, s + 1, len - 1, r->line, &r->line_len);
		return 0;
	}
	if (s[0] == BAND_REPORT) {
		r->banded = 1;
		return take_band(r, s + 1, len - 1, e);
	}
	copy_line(s, len, line, sizeof(line));
	take_report(r, line);
	return 0;
}

const char *
receive_report_prefix(const struct receive_report *r)
{
	return r->err.code == ERR_REFUSED ? REMARK_REFUSED : REMARK_TROUBLE;
}

/* A sentence where git refused: as text for people, before the report. */
static void
put_sentence(struct receive_report *r, struct buf *out, struct err *e)
{
	struct buf text = BUF_INIT;

	receive_put_err(&text, receive_report_prefix(r), &r->err);
	if (buf_ok(&text, e) < 0)
		goto out;
	/* five lines of at most REMARK_MAX: far from PACKET_MAX */
	buf_printf(out, "%04zx%c", text.len + HEAD + 1, BAND_TEXT);
	buf_append(out, text.data, text.len);
	r->put = 1;
out:
	buf_release(&text);
}

int
receive_report_feed(struct receive_report *r, const char *data, size_t len,
    struct buf *out, struct err *e)
{
	int n = 0, rc = 0, was;
	size_t at = 0;

	if (r->broken) {
		buf_append(out, data, len);
		return buf_ok(out, e);
	}
	buf_append(&r->packet, data, len);
	if ((rc = buf_ok(&r->packet, e)) < 0)
		return rc;
	while ((n = packet_len(r->packet.data + at, r->packet.len - at)) > 0 &&
	       (size_t)n <= r->packet.len - at) {
		was = r->refused;
		rc = take_packet(
		    r, r->packet.data + at + HEAD, (size_t)n - HEAD, e);
		if (rc < 0)
			return rc;
		if (r->refused && !was && r->banded)
			put_sentence(r, out, e);
		buf_append(out, r->packet.data + at, (size_t)n);
		at += (size_t)n;
	}
	if (n < 0) {
		r->broken = 1;
		buf_append(out, r->packet.data + at, r->packet.len - at);
		at = r->packet.len;
	}
	if (at > 0)
		buf_consume(&r->packet, at);
	return buf_ok(out, e);
}

int
receive_report_end(struct receive_report *r, int status, int *ret_cut)
{
	const int bad = !WIFEXITED(status) || WEXITSTATUS(status) != 0;

	*ret_cut = 0;
	if (!bad || r->spoke || r->refused)
		return 0;
	if (strstr(r->fault, "hung up") != NULL ||
	    strstr(r->fault, "early EOF") != NULL ||
	    strstr(r->fault, "write error") != NULL || r->reported) {
		*ret_cut = 1;
		err_set(&r->err, ERR_UNREACHABLE, 0,
		    "the connection was cut in the middle of a push");
		return 1;
	}
	if (r->fault[0] == '\0' && WIFSIGNALED(status))
		snprintf(r->fault, sizeof(r->fault), "died of signal %d",
		    WTERMSIG(status));
	not_unpacked(r, r->fault[0] != '\0' ? r->fault : "no reason given");
	return 1;
}
