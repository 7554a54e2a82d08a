#include <sodium.h>

#include "base/text.h"
#include "store/sign/commit_form.h"
#include "store/sign/sshsig.h"
#include "store/sign/sshwire.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----"
#define END "-----END SSH SIGNATURE-----"
#define GPGSIG "gpgsig "
#define N_TRAILERS 5
#define ARMOUR_MAX 1024
/* What is left of a text, and one line of it without its LF. */
struct text {
	const char *s;
	size_t len;
};

/* Where the parts of a raw commit are. */
struct parts {
	struct text header;  /* tree … committer, with the last LF */
	struct text armour;  /* folded: later lines begin with a blank */
	struct text message; /* after the blank line */
};

static int
bad(struct err *e, const char *what)
{
	return err_set(e, ERR_INVALID, 0, "malformed commit: %s", what);
}

/* Takes one line that ends in LF; 0 if there is none. */
static int
take_line(struct text *t, struct text *ret)
{
	const char *lf = memchr(t->s, '\n', t->len);

	if (lf == NULL)
		return 0;
	ret->s = t->s;
	ret->len = (size_t)(lf - t->s);
	t->len -= ret->len + 1;
	t->s = lf + 1;
	return 1;
}

static int
take_prefix(struct text *t, const char *prefix)
{
	size_t n = strlen(prefix);

	if (t->len < n || memcmp(t->s, prefix, n) != 0)
		return 0;
	t->s += n;
	t->len -= n;
	return 1;
}

static int
equals(const struct text *t, const char *s)
{
	return t->len == strlen(s) && memcmp(t->s, s, t->len) == 0;
}

/* Copies into an array with NUL; 0 if it does not fit. */
static int
copy(char *to, size_t size, const char *s, size_t len)
{
	if (len >= size)
		return 0;
	memcpy(to, s, len);
	to[len] = '\0';
	return 1;
}

static int
is_base64(const struct text *line)
{
	size_t i;

	for (i = 0; i < line->len; i++)
		if (strchr(SSHWIRE_BASE64, line->s[i]) == NULL)
			return 0;
	return line->len > 0;
}

/* The value of the gpgsig header: full lines of base64 between two marks.
 * Takes it with the blank line after it. 0 if it has another form. */
static int
take_armour(struct text *t, struct text *ret)
{
	const char *start = t->s;
	size_t last = SSHWIRE_COLUMNS;
	struct text line;

	if (!take_line(t, &line) || !equals(&line, BEGIN))
		return 0;
	for (;;) {
		if (!take_line(t, &line) || !take_prefix(&line, " ") ||
		    (size_t)(t->s - start) > ARMOUR_MAX)
			return 0;
		if (equals(&line, END))
			break;
		if (last != SSHWIRE_COLUMNS || line.len > SSHWIRE_COLUMNS ||
		    !is_base64(&line))
			return 0;
		last = line.len;
	}
	ret->s = start;
	ret->len = (size_t)(line.s + line.len - start);
	return take_line(t, &line) && line.len == 0;
}

/* Cuts a raw commit into its parts. Only the headers before gpgsig are left
 * unread: commit_parse() compares them byte for byte. */
static int
split(const char *raw, size_t len, struct parts *ret, struct err *e)
{
	struct text t = { raw, len }, line;
	size_t bad_at;

	if (len > COMMIT_MAX)
		return bad(e, "it is too large");
	if (len == 0 || raw[len - 1] != '\n')
		return bad(e, "it does not end with a line feed");
	if (memchr(raw, '\0', len) != NULL)
		return bad(e, "it contains a NUL byte");
	if (!text_is_utf8(raw, len, &bad_at))
		return bad(e, "it is not UTF-8");
	ret->header.s = raw;
	for (;;) {
		ret->header.len = (size_t)(t.s - raw);
		if (take_prefix(&t, GPGSIG))
			break;
		if (!take_line(&t, &line) || line.len == 0)
			return bad(e, "it has no signature");
	}
	if (!take_armour(&t, &ret->armour))
		return bad(e,
		    "its signature is not one SSH signature as the last "
		    "header");
	ret->message = t;
	return 0;
}

/* "<key>40 hex" */
static int
take_id(struct text *t, const char *key, unsigned char ret[COMMIT_ID_LEN])
{
	struct text line;
	char hex[41];

	return take_prefix(t, key) && take_line(t, &line) &&
	       copy(hex, sizeof(hex), line.s, line.len) &&
	       commit_unhex(hex, ret, NULL) == 0;
}

/* A number without sign, blanks or leading zeros that would be written
 * otherwise; ends at the text's end. */
static int
number(const struct text *t, int64_t *ret)
{
	int64_t v = 0;
	size_t i;

	if (t->len == 0 || t->len > 16)
		return 0;
	for (i = 0; i < t->len; i++) {
		if (t->s[i] < '0' || t->s[i] > '9')
			return 0;
		v = v * 10 + (t->s[i] - '0');
	}
	*ret = v;
	return 1;
}

/* "<seconds> +hhmm" */
static int
parse_when(const struct text *t, int64_t *ret_time, int *ret_offset)
{
	struct text sec = { t->s, 0 }, zone;
	const char *blank = memchr(t->s, ' ', t->len);
	int64_t v;

	if (blank == NULL)
		return 0;
	sec.len = (size_t)(blank - t->s);
	zone.s = blank + 1;
	zone.len = t->len - sec.len - 1;
	if (zone.len != 5 || (zone.s[0] != '+' && zone.s[0] != '-') ||
	    !number(&sec, ret_time))
		return 0;
	zone.len = 4;
	zone.s++;
	if (!number(&zone, &v))
		return 0;
	*ret_offset = (int)(v / 100 * 60 + v % 100);
	if (zone.s[-1] == '-')
		*ret_offset = -*ret_offset;
	return 1;
}

/* "author Name <login@9105> 1234 +0700": name, local part, code, time. */
static int
take_author(struct text *t, struct commit *c)
{
	const char *lt, *at, *gt;
	struct text line, when;

	if (!take_prefix(t, "author ") || !take_line(t, &line) ||
	    (lt = memchr(line.s, '<', line.len)) == NULL || lt == line.s ||
	    (gt = memchr(line.s, '>', line.len)) == NULL || gt < lt ||
	    (at = memchr(lt, '@', (size_t)(gt - lt))) == NULL)
		return 0;
	when.s = gt + 1;
	when.len = line.len - (size_t)(when.s - line.s);
	return take_prefix(&when, " ") &&
	       parse_when(&when, &c->time, &c->offset_min) &&
	       copy(c->person, sizeof(c->person), line.s,
		   (size_t)(lt - 1 - line.s)) &&
	       copy(
		   c->login, sizeof(c->login), lt + 1, (size_t)(at - lt - 1)) &&
	       copy(
		   c->office, sizeof(c->office), at + 1, (size_t)(gt - at - 1));
}

static int
parse_header(struct text t, struct commit *c)
{
	struct text line;
	const char *lt;

	if (!take_id(&t, "tree ", c->tree))
		return 0;
	while (c->n_parents < 2 && t.len > 0 && *t.s == 'p') {
		if (!take_id(&t, "parent ", c->parents[c->n_parents]))
			return 0;
		c->n_parents++;
	}
	if (!take_author(&t, c) || !take_prefix(&t, "committer ") ||
	    !take_line(&t, &line) ||
	    (lt = memchr(line.s, ' ', line.len)) == NULL)
		return 0;
	/* the rest of this line follows from the others: compared later */
	return copy(
	    c->device, sizeof(c->device), line.s, (size_t)(lt - line.s));
}

/* The start of the last n lines, or NULL; the text ends in LF. */
static const char *
last_lines(const struct text *t, int n)
{
	const char *p = t->s + t->len;

	for (; p > t->s; p--)
		if (p[-1] == '\n' && n-- == 0)
			return p;
	return NULL;
}

static int
take_trailer(struct text *t, const char *key, char *ret, size_t size)
{
	struct text line;

	return take_prefix(t, key) && take_line(t, &line) &&
	       copy(ret, size, line.s, line.len);
}

static int
parse_trailers(struct text t, struct commit *c)
{
	char device[sizeof(c->device)], sequence[20];
	char hex[2 * COMMIT_CONTENT_LEN + 1];
	struct text n = { sequence, 0 };
	size_t got;

	if (!take_trailer(&t, "Action: ", c->action, sizeof(c->action)) ||
	    !take_trailer(&t, "Device: ", device, sizeof(device)) ||
	    !take_trailer(&t, "Edition: ", c->edition, sizeof(c->edition)) ||
	    !take_trailer(&t, "Sequence: ", sequence, sizeof(sequence)) ||
	    !take_trailer(&t, "Content-SHA256: ", hex, sizeof(hex)))
		return 0;
	if (strcmp(c->edition, "-") == 0)
		c->edition[0] = '\0';
	n.len = strlen(sequence);
	return number(&n, &c->sequence) &&
	       sodium_hex2bin(c->content, sizeof(c->content), hex, strlen(hex),
		   NULL, &got, NULL) == 0 &&
	       got == sizeof(c->content);
}

/* "subject\n\n[reason\n\n]trailers": the trailers are always the last five
 * lines, so a reason may hold any text. */
static int
parse_message(struct text t, struct commit *c)
{
	struct text trailers, line;
	const char *p = last_lines(&t, N_TRAILERS);

	if (p == NULL)
		return 0;
	trailers.s = p;
	trailers.len = (size_t)(t.s + t.len - p);
	t.len -= trailers.len;
	if (!parse_trailers(trailers, c) || !take_line(&t, &line) ||
	    !copy(c->subject, sizeof(c->subject), line.s, line.len) ||
	    !take_line(&t, &line) || line.len != 0)
		return 0;
	if (t.len == 0)
		return 1;
	return t.len > 2 && copy(c->reason, sizeof(c->reason), t.s, t.len - 2);
}

/* What was read must be written with the very same bytes. */
static int
check_bytes(const struct parts *p, const struct commit *c, struct err *e)
{
	struct buf header = BUF_INIT, message = BUF_INIT;
	int rc;

	commit_form_header(c, &header);
	commit_form_message(c, &message);
	if ((rc = buf_ok(&header, e)) < 0 || (rc = buf_ok(&message, e)) < 0)
		goto out;
	if (header.len != p->header.len ||
	    memcmp(header.data, p->header.s, header.len) != 0)
		rc = bad(e, "its headers are not in the one allowed form");
	else if (message.len != p->message.len ||
		 memcmp(message.data, p->message.s, message.len) != 0)
		rc = bad(e, "its message is not in the one allowed form");
out:
	buf_release(&header);
	buf_release(&message);
	return rc;
}

static int
parse(const struct parts *p, struct commit *c, struct err *e)
{
	int rc;

	memset(c, 0, sizeof(*c));
	if (!parse_header(p->header, c))
		return bad(e, "its headers are not in the one allowed form");
	if (!parse_message(p->message, c))
		return bad(e, "its message is not in the one allowed form");
	if ((rc = commit_form_check(c, e)) < 0)
		return rc;
	c->armour = p->armour.s;
	c->armour_len = p->armour.len;
	return check_bytes(p, c, e);
}

int
commit_parse(const char *raw, size_t len, struct commit *ret, struct err *e)
{
	struct parts p = { 0 };
	struct commit c;
	int rc;

	if ((rc = split(raw, len, &p, e)) < 0 || (rc = parse(&p, &c, e)) < 0)
		return rc;
	*ret = c;
	return 0;
}

/* The armour without the blank before each later line. */
static void
unfold(const struct text *armour, struct buf *out)
{
	size_t i;

	for (i = 0; i < armour->len; i++) {
		buf_putc(out, armour->s[i]);
		if (armour->s[i] == '\n')
			i++;
	}
}

/*
 * Parses too, though most callers have: an answer "signed by this key" for
 * bytes of another form would be worth nothing.
 */
int
commit_verify(const char *raw, size_t len,
    unsigned char ret_pub[KEY_PUBLIC_LEN], struct err *e)
{
	struct buf armour = BUF_INIT, payload = BUF_INIT;
	struct parts p = { 0 };
	struct commit c;
	int rc;

	if ((rc = split(raw, len, &p, e)) < 0 || (rc = parse(&p, &c, e)) < 0)
		goto out;
	unfold(&p.armour, &armour);
	buf_append(&payload, p.header.s, p.header.len);
	buf_putc(&payload, '\n');
	buf_append(&payload, p.message.s, p.message.len);
	if ((rc = buf_ok(&armour, e)) < 0 || (rc = buf_ok(&payload, e)) < 0)
		goto out;
	rc = sshsig_verify(armour.data, armour.len, SSHSIG_NS_GIT, payload.data,
	    payload.len, ret_pub, e);
out:
	buf_release(&armour);
	buf_release(&payload);
	return rc;
}
