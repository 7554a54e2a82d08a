#include "client/wrap.h"

#include "base/text.h"

/* how far back from the edge a good place to break is looked for: about ten
 * Thai characters */
#define LOOK_BACK 36

#define ZERO_WIDTH_SPACE 0x200b
#define THAI_CANCEL 0x0e4c /* thanthakhat: its consonant is silent */

long
wrap_char(const char *s, size_t *ret_len)
{
	const unsigned char *u = (const unsigned char *)s;
	size_t len = u[0] < 0x80 ? 1 : u[0] < 0xe0 ? 2 : u[0] < 0xf0 ? 3 : 4;
	static const unsigned char mask[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	long cp = u[0] & mask[len];

	*ret_len = 1;
	if (strnlen(s, len) < len || !text_is_utf8(s, len, NULL))
		return u[0] == '\0' ? 0 : -1;
	for (size_t i = 1; i < len; i++)
		cp = cp << 6 | (u[i] & 0x3f);
	*ret_len = len;
	return cp;
}

int
wrap_is_hidden(unsigned long cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp <= 0x9f) ||      /* C0, DEL, C1 */
	       cp == 0x200e || cp == 0x200f || cp == 0x061c || /* direction */
	       (cp >= 0x2028 && cp <= 0x202e) || /* separators, overrides */
	       (cp >= 0x2066 && cp <= 0x2069) || cp == 0xfeff ||
	       (cp >= 0xe0000 && cp <= 0xe007f); /* tags */
}

void
wrap_safe(struct buf *out, const char *s, int keep_lines)
{
	size_t len;

	for (; *s != '\0'; s += len) {
		long cp = wrap_char(s, &len);

		if (cp < 0)
			buf_printf(out, "\\x%02x", (unsigned)(unsigned char)*s);
		else if (cp == '\t')
			buf_putc(out, ' ');
		else if (cp == '\n')
			buf_puts(out, keep_lines ? "\n" : "\\n");
		else if (!wrap_is_hidden((unsigned long)cp))
			buf_append(out, s, len);
		else
			buf_printf(out, cp < 0x80 ? "\\x%02lx" : "\\u%04lx",
			    (unsigned long)cp);
	}
}

static int
is_thai(long cp)
{
	return cp >= 0x0e01 && cp <= 0x0e5b;
}

/* Stands before its consonant: sara e, ae, o, ai. */
static int
is_leading(long cp)
{
	return cp >= 0x0e40 && cp <= 0x0e44;
}

/* Belongs to what stands before it: vowels above, below and behind, tone
 * marks, repetition and abbreviation marks. */
static int
is_following(long cp)
{
	return (cp >= 0x0e30 && cp <= 0x0e3a) || cp == 0x0e2f ||
	       (cp >= 0x0e45 && cp <= 0x0e4e);
}

static int
is_digit(long cp)
{
	return (cp >= '0' && cp <= '9') || (cp >= 0x0e50 && cp <= 0x0e59);
}

static int
opens(long cp)
{
	return cp == '(' || cp == '[' || cp == '"' || cp == '\'' ||
	       cp == 0x201c || cp == 0x2018;
}

static int
closes(long cp)
{
	return (cp < 0x80 && cp > ' ' && !opens(cp) && !is_digit(cp) &&
		   strchr("!%),.:;?]}/-", (int)cp) != NULL) ||
	       cp == '"' || cp == '\'' || cp == 0x201d || cp == 0x2019;
}

/* 1 when a silent consonant ends the syllable that s is already inside of. */
static int
ends_silent(const char *s)
{
	size_t len;

	for (int i = 0; i < 4; i++, s += len) {
		long cp = wrap_char(s, &len);

		if (cp == THAI_CANCEL)
			return 1;
		if (!(cp >= 0x0e01 && cp <= 0x0e2e) &&
		    !(cp >= 0x0e34 && cp <= 0x0e39))
			return 0;
	}
	return 0;
}

/* 0: no line may end between the two; 1: it may; 2: a good place. */
static int
break_between(long before, long after, const char *rest)
{
	if (before == ' ' || after == ' ' || before == ZERO_WIDTH_SPACE)
		return 2;
	if (!is_thai(before) && !is_thai(after))
		return before >= 0x2e80 && after >= 0x2e80;
	if (is_following(after) || is_leading(before) || closes(after) ||
	    opens(before) || (is_digit(before) && is_digit(after)))
		return 0;
	if (is_leading(after) || before == 0x0e46 || before == THAI_CANCEL)
		return 2;
	return !ends_silent(rest);
}

/* Where in the first fit bytes of s the line should end; 0 if nowhere. */
static size_t
best_break(const char *s, size_t fit)
{
	size_t good = 0, any = 0, at = 0, len;
	long before = 0, cp;

	while (at <= fit) {
		int rank;

		cp = wrap_char(s + at, &len);
		rank = at > 0 ? break_between(before, cp, s + at) : 0;
		if (rank == 2)
			good = at;
		if (rank >= 1)
			any = at;
		before = cp;
		at += len;
	}
	/* between Latin words only blanks count, however far back */
	return good > 0 && (good + LOOK_BACK >= fit || any == good) ? good
								    : any;
}

size_t
wrap_line(const char *s, size_t cols, size_t *ret_next)
{
	const char *lf = strchr(s, '\n');
	size_t whole = lf != NULL ? (size_t)(lf - s) : strlen(s);
	size_t fit = text_fit(s, cols);
	size_t end, next;

	if (whole <= fit) {
		*ret_next = whole + (lf != NULL ? 1 : 0);
		return whole;
	}
	end = best_break(s, fit);
	if (end == 0)
		end = fit;
	if (end == 0) /* not even one character fits */
		wrap_char(s, &end);
	for (next = end; s[next] == ' ';)
		next++;
	if (s[next] == '\n' && next > end)
		next++;
	while (end > 1 && s[end - 1] == ' ')
		end--;
	*ret_next = next;
	return end;
}
