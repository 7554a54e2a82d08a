#include "base/err.h"

#undef err_set
#undef err_sys
#undef err_nomem

#include <errno.h>
#include <stdarg.h>

#include "base/catalogue.h"
#include "base/file.h"
#include "base/text.h"

#define MAX_SPECS 16

static const struct {
	enum err_code code;
	const char *name;
} names[] = {
	{ ERR_OK, "ok" },
	{ ERR_FAILED, "failed" },
	{ ERR_USAGE, "usage" },
	{ ERR_NOT_FOUND, "not_found" },
	{ ERR_CONFLICT, "conflict" },
	{ ERR_UNREACHABLE, "unreachable" },
	{ ERR_DENIED, "denied" },
	{ ERR_INVALID, "invalid" },
	{ ERR_REFUSED, "refused" },
	{ ERR_DAMAGED, "damaged" },
	{ ERR_NOMEM, "no_memory" },
	{ ERR_SYS, "system" },
	{ ERR_BUSY, "busy" },
	{ ERR_TIMEOUT, "timeout" },
};

/* Written by err_init_messages() before any thread starts, then only read. */
static struct catalogue *thai; /* NULL: everything stays English */
static int lang_is_thai;

/* One conversion of a format: its text without "%" and without "n$". */
struct spec {
	const char *text;
	size_t len;
};

/* The argument number of "%n$…", 0 if there is none; moves *p behind it. */
static size_t
spec_position(const char **p)
{
	size_t n = strspn(*p, "0123456789");
	size_t pos;

	if (n == 0 || n > 2 || (*p)[n] != '$')
		return 0;
	pos = (size_t)((*p)[0] - '0');
	if (n == 2)
		pos = pos * 10 + (size_t)((*p)[1] - '0');
	*p += n + 1;
	return pos;
}

/*
 * The conversions of a format by argument; -1 when it is not a format that this
 * program would write (numbered and plain ones mixed, too many, unfinished).
 */
static int
spec_list(const char *fmt, struct spec ret[MAX_SPECS])
{
	size_t n = 0, numbered = 0, pos;
	const char *p = fmt, *start;

	memset(ret, 0, MAX_SPECS * sizeof(*ret));
	while ((p = strchr(p, '%')) != NULL) {
		if (*++p == '%') {
			p++;
			continue;
		}
		pos = spec_position(&p);
		start = p;
		p += strspn(p, "-+ #0123456789.*hlLjzt");
		if (*p == '\0' || strchr("diouxXcsp", *p) == NULL)
			return -1;
		p++;
		if (pos > 0) {
			numbered++;
			pos--;
		} else {
			pos = n;
		}
		if (pos >= MAX_SPECS || ret[pos].text != NULL)
			return -1;
		if (numbered > 0 &&
		    memchr(start, '*', (size_t)(p - start)) != NULL)
			return -1;
		ret[pos].text = start;
		ret[pos].len = (size_t)(p - start);
		n++;
	}
	return numbered > 0 && numbered != n ? -1 : (int)n;
}

/* A translation may be used as a format only if it takes the same arguments. */
static int
same_specs(const char *a, const char *b)
{
	struct spec sa[MAX_SPECS], sb[MAX_SPECS];
	int i, n = spec_list(a, sa);

	if (n < 0 || spec_list(b, sb) != n)
		return 0;
	for (i = 0; i < n; i++)
		if (sa[i].text == NULL || sb[i].text == NULL ||
		    sa[i].len != sb[i].len ||
		    memcmp(sa[i].text, sb[i].text, sa[i].len) != 0)
			return 0;
	return 1;
}

const char *
err_th(const char *msgid)
{
	const char *th;

	/* the empty message id is the catalogue's own header */
	if (msgid[0] == '\0' || (th = catalogue_find(thai, msgid)) == NULL)
		return msgid;
	if (!text_is_utf8(th, strlen(th), NULL) || !same_specs(msgid, th))
		return msgid;
	return th;
}

int
err_message_at(size_t i, const char **ret_id)
{
	*ret_id = catalogue_at(thai, i);
	return *ret_id != NULL;
}

const char *
err_tr(const char *msgid)
{
	return lang_is_thai ? err_th(msgid) : msgid;
}

/* Length of s cut to at most max bytes, not inside a character. */
static size_t
cut(const char *s, size_t max)
{
	size_t len = strnlen(s, max + 1);

	if (len <= max)
		return len;
	len = max;
	while (len > 0 && ((unsigned char)s[len] & 0xc0) == 0x80)
		len--;
	return len;
}

void
err_text(char *ret, size_t size, const char *s)
{
	size_t i = 0, len, bad;

	if (size == 0)
		return;
	len = cut(s, size - 1);
	memmove(ret, s, len);
	ret[len] = '\0';
	/* a sentence is one line of text, whatever a path or a peer put in */
	while (!text_is_utf8(ret + i, len - i, &bad)) {
		i += bad;
		ret[i++] = '?';
	}
	for (i = 0; i < len; i++) {
		unsigned char c = (unsigned char)ret[i];

		if (c == '\n' || c == '\t')
			ret[i] = ' ';
		else if (c < 0x20 || c == 0x7f)
			ret[i] = '?';
		else if (c == 0xc2 && (unsigned char)ret[i + 1] < 0xa0)
			ret[i] = ret[i + 1] = '?'; /* C1 controls */
	}
}

/* Both sentences, through memory of its own: an argument may be part of *e. */
static void put_sentences(char *en, size_t en_size, char *th, size_t th_size,
    const char *fmt, va_list ap) __attribute__((format(printf, 5, 0)));
static void
put_sentences(char *en, size_t en_size, char *th, size_t th_size,
    const char *fmt, va_list ap)
{
	char a[2048], b[4096];
	va_list again;

	va_copy(again, ap);
	(void)vsnprintf(a, sizeof(a), fmt, ap);
	(void)vsnprintf(b, sizeof(b), err_th(fmt), again);
	va_end(again);
	err_text(en, en_size, a);
	err_text(th, th_size, b);
}

static void
begin(struct err *e, enum err_code code, int sub)
{
	e->code = code;
	e->sub = sub;
	e->hint[0] = '\0';
	e->hint_th[0] = '\0';
}

int
err_set(struct err *e, enum err_code code, int sub, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return (int)code;
	va_start(ap, fmt);
	put_sentences(e->msg, sizeof(e->msg), e->th, sizeof(e->th), fmt, ap);
	va_end(ap);
	begin(e, code, sub);
	return (int)code;
}

void
err_set_th(struct err *e, const char *msgid, const char *text)
{
	const char *th = err_th(msgid), *at = strstr(th, "%s");
	char both[4096];

	if (e == NULL || at == NULL)
		return;
	(void)snprintf(
	    both, sizeof(both), "%.*s%s%s", (int)(at - th), th, text, at + 2);
	err_text(e->th, sizeof(e->th), both);
}

/* Adds ": <why>" to a sentence. */
static void
add_reason(char *s, size_t size, const char *why)
{
	char both[4096];

	(void)snprintf(both, sizeof(both), "%s: %s", s, why);
	err_text(s, size, both);
}

int
err_sys(struct err *e, const char *fmt, ...)
{
	int saved = errno;
	const char *why = strerrordesc_np(saved);
	va_list ap;

	if (e == NULL)
		return ERR_SYS;
	if (why == NULL)
		why = "unknown error";
	va_start(ap, fmt);
	put_sentences(e->msg, sizeof(e->msg), e->th, sizeof(e->th), fmt, ap);
	va_end(ap);
	begin(e, ERR_SYS, saved);
	add_reason(e->msg, sizeof(e->msg), why);
	add_reason(e->th, sizeof(e->th), err_th(why));
	errno = saved;
	return ERR_SYS;
}

int
err_nomem(struct err *e)
{
	return err_set(e, ERR_NOMEM, 0, "out of memory");
}

void
err_hint(struct err *e, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return;
	va_start(ap, fmt);
	put_sentences(
	    e->hint, sizeof(e->hint), e->hint_th, sizeof(e->hint_th), fmt, ap);
	va_end(ap);
}

static void
prepend(char *s, size_t size, const char *context)
{
	char both[4096];

	(void)snprintf(both, sizeof(both), "%s: %s", context, s);
	err_text(s, size, both);
}

void
err_prepend(struct err *e, const char *context)
{
	if (e == NULL)
		return;
	prepend(e->msg, sizeof(e->msg), context);
	prepend(e->th, sizeof(e->th), context);
}

const char *
err_name(enum err_code code)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code == code)
			return names[i].name;
	return "failed";
}

enum err_code
err_code_of(const char *name)
{
	size_t i;

	for (i = 0; name != NULL && i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].code != ERR_OK && strcmp(names[i].name, name) == 0)
			return names[i].code;
	return ERR_FAILED;
}

void
err_init_messages(const char *lang)
{
	char path[512], dir[400];

	lang_is_thai = lang != NULL && strcmp(lang, "th") == 0;
	if (thai != NULL || file_own(dir, sizeof(dir), "locale", NULL) < 0)
		return;
	snprintf(path, sizeof(path), "%s/th/LC_MESSAGES/pmqa.mo", dir);
	/* a broken or missing catalogue must not keep an office from saving */
	(void)catalogue_open(path, &thai, NULL);
}
