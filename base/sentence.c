#include "base/sentence.h"

#include "base/catalogue.h"
#include "base/err.h"

#define ARGS_MAX 12
#define DEPTH_MAX 3       /* sentences that stand in sentences */
#define STEPS_MAX 20000   /* of one format: a sentence may be anybody's */
#define LITERAL_MIN 8     /* "%s: %s" gives nearly every sentence */
#define SENTENCE_MAX 2000 /* longer ones are no sentences of ours */

struct arg {
	const char *text;
	size_t len;
};

struct match {
	struct arg args[ARGS_MAX];
	size_t n;
	size_t literal; /* bytes of the format that are not arguments */
	int steps;
};

static void put_th(const char *en, size_t len, int depth, struct buf *ret);

/* Length of the conversion at a '%'; 0 if it is none that we read. *ret_kind:
 * 's' any text, 'd' a number, 'c' one character, '%' itself. */
static size_t
conversion(const char *p, char *ret_kind)
{
	size_t n = 1 + strspn(p + 1, "-+ #0123456789.$hlLjzt");

	if (p[n] == '\0' || strchr("diuxXosc%", p[n]) == NULL)
		return 0;
	*ret_kind = p[n];
	if (strchr("diuxXo", p[n]) != NULL)
		*ret_kind = 'd';
	return n + 1;
}

static size_t
number_len(const char *s, size_t len)
{
	size_t n = len > 0 && s[0] == '-';

	while (n < len && s[n] >= '0' && s[n] <= '9')
		n++;
	return n;
}

static int match_from(
    const char *fmt, const char *s, size_t len, struct match *m);

/* The shortest argument with which the rest fits, too. */
static int
match_arg(
    const char *rest, char kind, const char *s, size_t len, struct match *m)
{
	size_t at = m->n, n, least = kind == 's' ? 0 : 1, most = len;

	if (m->n == ARGS_MAX)
		return 0;
	if (kind == 'd')
		least = most = number_len(s, len);
	else if (kind == 'c')
		most = 1;
	else if (*rest == '\0')
		least = len;
	if (most > len || (kind != 's' && most == 0))
		return 0;
	for (n = least; n <= most; n++) {
		m->n = at + 1;
		m->args[at] = (struct arg){ s, n };
		if (match_from(rest, s + n, len - n, m))
			return 1;
		if (m->steps >= STEPS_MAX)
			return 0;
	}
	return 0;
}

static int
match_from(const char *fmt, const char *s, size_t len, struct match *m)
{
	size_t literal = m->literal, used;
	char kind;

	for (;;) {
		if (++m->steps >= STEPS_MAX)
			return 0;
		if (*fmt == '\0') {
			if (len == 0)
				return 1;
			break;
		}
		if (*fmt == '%') {
			if ((used = conversion(fmt, &kind)) == 0)
				break;
			if (kind != '%') {
				if (match_arg(fmt + used, kind, s, len, m))
					return 1;
				break;
			}
			fmt += used - 1;
		}
		if (len == 0 || *fmt != *s)
			break;
		fmt++;
		s++;
		len--;
		m->literal++;
	}
	m->literal = literal;
	return 0;
}

/* The translation with the arguments of the sentence put in. */
static void
fill(const char *th, const struct match *m, int depth, struct buf *ret)
{
	size_t next = 0, at, used;
	char kind;

	for (; *th != '\0'; th++) {
		if (*th != '%' || (used = conversion(th, &kind)) == 0) {
			buf_putc(ret, *th);
			continue;
		}
		if (kind == '%') {
			buf_putc(ret, '%');
		} else {
			at = next++;
			if (memchr(th, '$', used) != NULL)
				at = strtoul(th + 1, NULL, 10) - 1;
			if (at < m->n)
				put_th(m->args[at].text, m->args[at].len,
				    depth + 1, ret);
		}
		th += used - 1;
	}
}

/* The format with the most words of its own is the one. */
static const char *
best_format(const char *en, size_t len, struct match *ret)
{
	const char *best = NULL, *id;
	struct match m;
	size_t i;

	for (i = 0; err_message_at(i, &id); i++) {
		size_t plain = strcspn(id, "%");

		if (id[plain] == '\0' || plain > len ||
		    memcmp(id, en, plain) != 0)
			continue;
		memset(&m, 0, sizeof(m));
		if (!match_from(id, en, len, &m) || m.literal < LITERAL_MIN ||
		    (best != NULL && m.literal <= ret->literal))
			continue;
		*ret = m;
		best = id;
	}
	return best;
}

static void
put_th(const char *en, size_t len, int depth, struct buf *ret)
{
	char whole[SENTENCE_MAX];
	struct match m = { 0 };
	const char *th, *id;

	/* a name or a number is no sentence */
	if (len >= sizeof(whole) || depth >= DEPTH_MAX ||
	    memchr(en, ' ', len) == NULL) {
		buf_append(ret, en, len);
		return;
	}
	memcpy(whole, en, len);
	whole[len] = '\0';
	if ((th = err_th(whole)) != whole)
		buf_puts(ret, th);
	else if ((id = best_format(en, len, &m)) != NULL)
		fill(err_th(id), &m, depth, ret);
	else
		buf_append(ret, en, len);
}

void
sentence_th(const char *en, struct buf *ret)
{
	put_th(en, strlen(en), 0, ret);
}
