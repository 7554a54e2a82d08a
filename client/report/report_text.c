#include "client/report/report_text.h"

#include <stdarg.h>

#include "base/clock.h"
#include "client/lang.h"
#include "client/out.h"
#include "client/wrap.h"

void
report_esc(struct buf *b, const char *s)
{
	struct buf safe = BUF_INIT;

	if (s == NULL)
		return;
	wrap_safe(&safe, s, 1);
	for (const char *p = buf_str(&safe); *p != '\0'; p++) {
		if (*p == '&')
			buf_puts(b, "&amp;");
		else if (*p == '<')
			buf_puts(b, "&lt;");
		else if (*p == '>')
			buf_puts(b, "&gt;");
		else if (*p == '"')
			buf_puts(b, "&quot;");
		else if (*p == '\'')
			buf_puts(b, "&#39;");
		else
			buf_putc(b, *p);
	}
	b->failed |= safe.failed;
	buf_release(&safe);
}

void
report_escf(struct buf *b, const char *fmt, ...)
{
	char small[256];
	char *text = small;
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n >= (int)sizeof(small)) {
		text = malloc((size_t)n + 1);
		if (text != NULL)
			n = vsnprintf(text, (size_t)n + 1, fmt, again);
	}
	va_end(again);
	va_end(ap);
	if (n < 0 || text == NULL)
		b->failed = 1;
	else
		report_esc(b, text);
	if (text != small)
		free(text);
}

void
report_day(char *ret, size_t size, const char *date)
{
	char text[CLOCK_TEXT];
	int64_t t;

	if (date == NULL || clock_parse(date, 0, 0, &t, NULL) < 0) {
		snprintf(ret, size, "%s", date != NULL ? date : "");
		return;
	}
	clock_people(text, t, 0, lang_thai());
	/* without the time of day */
	snprintf(ret, size, "%.*s", (int)(strrchr(text, ' ') - text), text);
}

void
report_time(char *ret, size_t size, const char *time)
{
	if (time == NULL)
		snprintf(ret, size, "%s", "");
	else
		out_time(ret, size, time);
}

int
report_number(const char *s, double *ret)
{
	const char *p = s;
	size_t whole;

	if (s == NULL)
		return 0;
	p += *p == '-';
	whole = strspn(p, "0123456789");
	p += whole;
	if (whole == 0)
		return 0;
	if (*p == '.') {
		size_t rest = strspn(p + 1, "0123456789");

		if (rest == 0)
			return 0;
		p += 1 + rest;
	}
	if (*p != '\0')
		return 0;
	*ret = strtod(s, NULL);
	return 1;
}

void
report_size(char *ret, size_t size, double bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB" };
	size_t i = 0;

	for (; bytes >= 1000 && i < 3; i++)
		bytes /= 1000;
	snprintf(ret, size, i == 0 ? "%.0f %s" : "%.1f %s", bytes, units[i]);
}
