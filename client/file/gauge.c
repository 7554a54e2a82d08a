#include "client/file/gauge.h"

#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "client/lang.h"
#include "client/out.h"
#include "client/wrap.h"

#define EVERY_MS 100
#define BAR_MAX 30
/* what stands behind the bar, rate and time included: kept free from the
 * beginning, so that the bar does not jump */
#define TAIL_COLS ((size_t)46)
/* a rate of less time than this is a guess */
#define RATE_MS 500

void
gauge_bytes(char *ret, size_t size, int64_t n)
{
	static const char *const units[] = { "KiB", "MiB", "GiB" };
	int64_t tenths = n * 10;
	size_t u = 0;

	if (n < 1024) {
		snprintf(ret, size, "%lld B", (long long)n);
		return;
	}
	for (tenths /= 1024; tenths >= 10240 && u < 2; u++)
		tenths /= 1024;
	if (tenths >= 1000)
		snprintf(
		    ret, size, "%lld %s", (long long)(tenths / 10), units[u]);
	else
		snprintf(ret, size, "%lld.%lld %s", (long long)(tenths / 10),
		    (long long)(tenths % 10), units[u]);
}

/* Bytes a second since the beginning; 0 as long as it is a guess. */
static int64_t
rate_of(const struct gauge *g, int64_t done, int64_t now_ms)
{
	if (now_ms < RATE_MS || done <= g->begun_at)
		return 0;
	return (done - g->begun_at) * 1000 / now_ms;
}

static void
put_rate(const struct gauge *g, int64_t done, int64_t now_ms, struct buf *ret)
{
	int64_t rate = rate_of(g, done, now_ms), left;
	char text[32];

	if (rate <= 0)
		return;
	gauge_bytes(text, sizeof(text), rate);
	buf_printf(ret, _("  %s/s"), text);
	left = (g->total - done + rate - 1) / rate;
	buf_printf(ret, _("  %lld:%02lld left"), (long long)(left / 60),
	    (long long)(left % 60));
}

static void
put_bar(int64_t done, int64_t total, size_t cols, struct buf *ret)
{
	size_t full = total > 0 ? (size_t)(done * (int64_t)cols / total) : 0, i;

	buf_puts(ret, "[");
	for (i = 0; i < cols; i++)
		buf_putc(ret, i < full ? '#' : '.');
	buf_puts(ret, "]");
}

void
gauge_line(const struct gauge *g, int64_t done, int64_t now_ms, size_t width,
    struct buf *ret)
{
	struct buf tail = BUF_INIT, name = BUF_INIT;
	size_t used, fit, left;
	char a[32], b[32];

	gauge_bytes(a, sizeof(a), done);
	gauge_bytes(b, sizeof(b), g->total);
	buf_printf(&tail, "  %s / %s", a, b);
	put_rate(g, done, now_ms, &tail);
	used = text_width(buf_str(&tail));
	if (used < TAIL_COLS)
		used = TAIL_COLS;
	left = width > used ? width - used : 0;
	/* the name takes half of what is left, the bar the rest */
	wrap_safe(&name, g->name, 0);
	fit = text_fit(buf_str(&name), left < 24 ? left : left / 2);
	buf_append(ret, buf_str(&name), fit);
	if (left >= 24) {
		left -= left / 2 + 3;
		buf_puts(ret, " ");
		put_bar(done, g->total, left < BAR_MAX ? left : BAR_MAX, ret);
	}
	buf_puts(ret, buf_str(&tail));
	ret->failed |= tail.failed | name.failed;
	buf_release(&tail);
	buf_release(&name);
}

void
gauge_init(
    struct gauge *g, const char *name, int64_t done, int64_t total, int quiet)
{
	memset(g, 0, sizeof(*g));
	g->name = name;
	g->begun_at = done;
	g->total = total;
	g->start_ms = clock_mono_ms();
	g->on = !quiet && isatty(STDERR_FILENO);
	gauge_set(g, done);
}

void
gauge_set(struct gauge *g, int64_t done)
{
	int64_t now = clock_mono_ms();
	struct out o;

	if (!g->on ||
	    (g->shown && now - g->shown_ms < EVERY_MS && done < g->total))
		return;
	out_init(&o, STDERR_FILENO);
	buf_puts(&o.b, "\r\033[K");
	gauge_line(g, done, now - g->start_ms, o.width - 1, &o.b);
	(void)out_finish(&o, STDERR_FILENO, NULL);
	out_release(&o);
	g->shown = 1;
	g->shown_ms = now;
}

void
gauge_end(struct gauge *g)
{
	if (g->shown)
		fputs("\r\033[K", stderr);
	g->shown = g->on = 0;
}
