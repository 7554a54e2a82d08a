#include "client/out.h"

#include <errno.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/lang.h"
#include "client/say.h"
#include "client/wrap.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MIN 40
#define WIDTH_MAX 400

/* The one table from names on the wire to exit statuses; pmqa(1) lists it. */
static const struct {
	enum err_code code;
	int status;
} statuses[] = {
	{ ERR_OK, 0 },
	{ ERR_FAILED, 1 },
	{ ERR_USAGE, 2 },
	{ ERR_NOT_FOUND, 3 },
	{ ERR_CONFLICT, 4 },
	{ ERR_UNREACHABLE, 5 },
	{ ERR_DENIED, 6 },
	{ ERR_INVALID, 7 },
	{ ERR_REFUSED, 8 },
	{ ERR_DAMAGED, 9 },
	{ ERR_NOMEM, 1 },
	{ ERR_SYS, 1 },
	{ ERR_BUSY, 1 },
	{ ERR_TIMEOUT, 1 },
};

int
out_exit_status(enum err_code code)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(*statuses); i++)
		if (statuses[i].code == code)
			return statuses[i].status;
	return 1;
}

static size_t
terminal_width(int fd)
{
	const char *columns = getenv("COLUMNS");
	struct winsize ws;
	long n = columns != NULL ? strtol(columns, NULL, 10) : 0;

	if (n <= 0 && ioctl(fd, TIOCGWINSZ, &ws) == 0)
		n = ws.ws_col;
	if (n <= 0)
		n = WIDTH_DEFAULT;
	return n < WIDTH_MIN   ? WIDTH_MIN
	       : n > WIDTH_MAX ? WIDTH_MAX
			       : (size_t)n;
}

static int
wants_colour(int fd)
{
	const char *no = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(fd) && (no == NULL || no[0] == '\0') && term != NULL &&
	       strcmp(term, "dumb") != 0;
}

void
out_init(struct out *o, int fd)
{
	buf_init(&o->b);
	o->width = terminal_width(fd);
	o->colour = wants_colour(fd);
}

void
out_release(struct out *o)
{
	buf_release(&o->b);
}

int
out_finish(struct out *o, int fd, struct err *e)
{
	size_t done = 0;
	int rc = buf_ok(&o->b, e);

	while (rc == 0 && done < o->b.len) {
		ssize_t n = write(fd, o->b.data + done, o->b.len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(e, "cannot write the output");
		done += (size_t)n;
	}
	buf_clear(&o->b);
	return rc;
}

void
out_puts(struct out *o, const char *s)
{
	wrap_safe(&o->b, s, 0);
}

const char *
out_dash(const char *s)
{
	return s != NULL && s[0] != '\0' ? s : "-";
}

void
out_nl(struct out *o)
{
	buf_putc(&o->b, '\n');
}

void
out_printf(struct out *o, const char *fmt, ...)
{
	char small[512];
	va_list ap, again;
	size_t len = strlen(fmt);
	int ends = len > 0 && fmt[len - 1] == '\n';
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	if (n >= 0 && (size_t)n < sizeof(small)) {
		small[n - ends] = '\0';
		out_puts(o, small);
	} else if (n >= 0) {
		char *big = malloc((size_t)n + 1);

		if (big == NULL) {
			o->b.failed = 1;
		} else {
			vsnprintf(big, (size_t)n + 1, fmt, again);
			big[n - ends] = '\0';
			out_puts(o, big);
			free(big);
		}
	}
	va_end(again);
	va_end(ap);
	if (ends)
		out_nl(o);
}

void
out_style(struct out *o, enum style st)
{
	static const char *const codes[] = { "0", "1", "2", "32", "31", "33" };

	if (o->colour)
		buf_printf(&o->b, "\033[%sm", codes[st]);
}

void
out_styled(struct out *o, enum style st, const char *s)
{
	if (st != STYLE_PLAIN)
		out_style(o, st);
	out_puts(o, s);
	if (st != STYLE_PLAIN)
		out_style(o, STYLE_PLAIN);
}

void
out_spaces(struct out *o, size_t n)
{
	while (n-- > 0)
		buf_putc(&o->b, ' ');
}

void
out_heading(struct out *o, const char *s)
{
	out_styled(o, STYLE_HEAD, s);
	out_nl(o);
}

/* Lines that fit; the mark stands before each line of the text, or (once)
 * before the first; what was only wrapped stands under it. */
static void
lines(
    struct out *o, size_t indent, const char *mark, int once, const char *text)
{
	size_t used = indent + text_width(mark), len, next;
	size_t cols = o->width > used + 10 ? o->width - used : 10;
	struct buf safe = BUF_INIT;
	const char *s;
	int begins = 1;

	wrap_safe(&safe, text, 1);
	s = buf_str(&safe);
	do {
		len = wrap_line(s, cols, &next);
		out_spaces(o, indent);
		if (begins)
			out_puts(o, mark);
		else
			out_spaces(o, text_width(mark));
		buf_append(&o->b, s, len);
		out_nl(o);
		begins = !once && next > 0 && s[next - 1] == '\n';
		s += next;
	} while (*s != '\0');
	if (safe.failed)
		o->b.failed = 1;
	buf_release(&safe);
}

void
out_wrapped(struct out *o, size_t indent, const char *mark, const char *text)
{
	lines(o, indent, mark, 0, text);
}

void
out_hanging(struct out *o, size_t indent, const char *mark, const char *text)
{
	lines(o, indent, mark, 1, text);
}

/* A string as JSON; what could steer a terminal as \u escapes, which mean the
 * same. */
static void
json_string(struct out *o, const char *s)
{
	struct buf raw = BUF_INIT;
	const char *p;
	size_t len;

	json_write_string(s, &raw);
	for (p = buf_str(&raw); *p != '\0'; p += len) {
		long cp = wrap_char(p, &len);

		if (cp > 0xffff && wrap_is_hidden((unsigned long)cp))
			buf_printf(&o->b, "\\u%04lx\\u%04lx",
			    0xd800 + ((cp - 0x10000) >> 10),
			    0xdc00 + ((cp - 0x10000) & 0x3ff));
		else if (cp >= 0 && wrap_is_hidden((unsigned long)cp))
			buf_printf(&o->b, "\\u%04lx", (unsigned long)cp);
		else
			buf_append(&o->b, p, len);
	}
	if (raw.failed)
		o->b.failed = 1;
	buf_release(&raw);
}

static void
json_value(struct out *o, const cJSON *v, size_t depth)
{
	const cJSON *child = v->child;

	if (cJSON_IsString(v)) {
		json_string(o, v->valuestring);
	} else if (!cJSON_IsObject(v) && !cJSON_IsArray(v)) {
		if (json_write(v, &o->b, NULL) < 0)
			o->b.failed = 1;
	} else if (child == NULL) {
		buf_puts(&o->b, cJSON_IsObject(v) ? "{}" : "[]");
	} else {
		buf_putc(&o->b, cJSON_IsObject(v) ? '{' : '[');
		for (; child != NULL; child = child->next) {
			out_nl(o);
			out_spaces(o, 2 * depth + 2);
			if (cJSON_IsObject(v)) {
				json_string(o, child->string);
				buf_puts(&o->b, ": ");
			}
			json_value(o, child, depth + 1);
			if (child->next != NULL)
				buf_putc(&o->b, ',');
		}
		out_nl(o);
		out_spaces(o, 2 * depth);
		buf_putc(&o->b, cJSON_IsObject(v) ? '}' : ']');
	}
}

void
out_json(struct out *o, const cJSON *v)
{
	json_value(o, v, 0);
	out_nl(o);
}

/* Minutes east of UTC at the end of an RFC 3339 time; 0 for Z. */
static int
offset_of(const char *s)
{
	size_t len = strlen(s);
	int sign, h, m;

	if (len < 6 || (s[len - 6] != '+' && s[len - 6] != '-'))
		return 0;
	sign = s[len - 6] == '-' ? -1 : 1;
	h = (s[len - 5] - '0') * 10 + (s[len - 4] - '0');
	m = (s[len - 2] - '0') * 10 + (s[len - 1] - '0');
	return sign * (60 * h + m);
}

void
out_time(char *ret, size_t size, const char *rfc3339)
{
	char text[CLOCK_TEXT];
	int64_t t;

	if (rfc3339 == NULL) {
		snprintf(ret, size, "-");
		return;
	}
	if (clock_parse(rfc3339, 0, 0, &t, NULL) < 0) {
		snprintf(ret, size, "%s", rfc3339);
		return;
	}
	clock_people(text, t, offset_of(rfc3339), lang_thai());
	snprintf(ret, size, "%s", text);
}

void
out_day(char *ret, size_t size, const char *day)
{
	char text[CLOCK_TEXT], *last;
	int64_t t;

	if (day == NULL || strlen(day) != 10 ||
	    clock_parse(day, 0, 0, &t, NULL) < 0) {
		snprintf(ret, size, "%s", day != NULL ? day : "-");
		return;
	}
	clock_people(text, t, 0, lang_thai());
	/* without the time of day behind the last blank */
	if ((last = strrchr(text, ' ')) != NULL)
		*last = '\0';
	snprintf(ret, size, "%s", text);
}

static void
error_json(struct out *o, const struct err *e, const cJSON *data)
{
	const char *msg = lang_pick(e->msg, e->th);
	const char *hint = lang_pick(e->hint, e->hint_th);

	buf_puts(&o->b, "{\n  \"error\": {\n    \"code\": ");
	json_string(o, err_name(e->code));
	buf_puts(&o->b, ",\n    \"message\": ");
	json_string(o, msg);
	buf_puts(&o->b, ",\n    \"hint\": ");
	json_string(o, hint);
	buf_puts(&o->b, ",\n    \"data\": ");
	if (data != NULL)
		json_value(o, data, 2);
	else
		buf_puts(&o->b, "{}");
	buf_puts(&o->b, "\n  }\n}\n");
}

static void
error_text(struct out *o, const struct err *e)
{
	const char *hint = lang_pick(e->hint, e->hint_th);
	struct buf msg = BUF_INIT;

	say_times(&msg, lang_pick(e->msg, e->th));
	out_styled(o, STYLE_BAD, _("error"));
	out_printf(o, ": %s\n", buf_str(&msg));
	buf_release(&msg);
	if (hint[0] == '\0')
		return;
	out_styled(o, STYLE_WARN, _("hint"));
	out_printf(o, ": %s\n", hint);
}

void
out_error(const struct err *e, const cJSON *data, int json)
{
	struct out o;

	out_init(&o, STDERR_FILENO);
	if (json)
		error_json(&o, e, data);
	else
		error_text(&o, e);
	/* nobody is left to tell when standard error itself is gone; the exit
	 * status still speaks */
	(void)out_finish(&o, STDERR_FILENO, NULL);
	out_release(&o);
}
