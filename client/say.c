#include "client/say.h"

#include "base/sentence.h"
#include "client/lang.h"
#include "client/out.h"

#define TIME_LEN 25 /* 2026-11-22T13:14:15+07:00 */

static int
is_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:ddsdd:dd";
	size_t i;

	for (i = 0; i < TIME_LEN; i++) {
		if (form[i] == 'd'   ? s[i] < '0' || s[i] > '9'
		    : form[i] == 's' ? s[i] != '+' && s[i] != '-'
				     : s[i] != form[i])
			return 0;
	}
	return 1;
}

static int
ends_with(const struct buf *b, const char *end)
{
	size_t len = strlen(end);

	return b->len >= len &&
	       memcmp(buf_str(b) + b->len - len, end, len) == 0;
}

void
say_times(struct buf *ret, const char *text)
{
	char time[TIME_LEN + 1], when[80];

	while (*text != '\0') {
		if (*text < '0' || *text > '9' || !is_time(text) ||
		    ends_with(ret, "such as ") || ends_with(ret, "เช่น ")) {
			buf_putc(ret, *text++);
			continue;
		}
		snprintf(time, sizeof(time), "%.*s", TIME_LEN, text);
		out_time(when, sizeof(when), time);
		buf_puts(ret, when);
		text += TIME_LEN;
	}
}

void
say(struct buf *ret, const char *en, const char *th)
{
	struct buf own = BUF_INIT;

	if (!lang_thai()) {
		say_times(ret, en);
		return;
	}
	if (th != NULL && th[0] != '\0')
		buf_puts(&own, th);
	else
		sentence_th(en, &own);
	say_times(ret, buf_str(&own));
	if (own.failed)
		ret->failed = 1;
	buf_release(&own);
}
