#include "daemon/sync/sync_progress.h"

#include <ctype.h>
#include <string.h>

#define NUMBER_MAX INT64_C(1000000000000)
/* earlier it would be a guess */
#define FORESEE_MS 2000

void
sync_gauge_begin(struct sync_gauge *g, int64_t now_ms, int64_t done)
{
	memset(g, 0, sizeof(*g));
	g->begun_ms = now_ms;
	g->first = done;
	g->now.left_s = -1;
}

/* From what was moved since the stage began: the rest at the same pace. git's
 * own rate is that at which a pipe was filled. */
static void
foresee(struct sync_gauge *g, int64_t now_ms)
{
	int64_t took = now_ms - g->begun_ms;
	int64_t done = (g->done - g->first) * 100 + g->part * g->now.percent;
	int64_t left = (g->total - g->done) * 100 - g->part * g->now.percent;

	g->now.bytes = g->bytes + g->part_bytes;
	if (took < FORESEE_MS)
		return;
	g->now.rate = (int64_t)((double)g->now.bytes * 1000 / (double)took);
	if (done <= 0 || left < 0)
		return;
	g->now.left_s =
	    (int64_t)((double)took / 1000 * (double)left / (double)done);
}

void
sync_gauge_part(struct sync_gauge *g, int64_t step, int64_t steps, int64_t done,
    int64_t part, int64_t total)
{
	g->done = done;
	g->part = part;
	g->total = total;
	g->now.step = step;
	g->now.steps = steps;
	g->now.percent = 0;
	g->bytes += g->part_bytes;
	g->part_bytes = 0;
	g->now.bytes = g->bytes;
}

/* "45%" with blanks before it; *p behind it. */
static int
read_percent(const char **p, int *ret)
{
	const char *s = *p + strspn(*p, " ");
	int n = 0, digits;

	for (digits = 0; digits < 3 && isdigit((unsigned char)*s); digits++)
		n = n * 10 + (*s++ - '0');
	if (digits == 0 || *s != '%' || n > 100)
		return 0;
	*p = s + 1;
	*ret = n;
	return 1;
}

/* "1.20 MiB", "512 bytes", as git's strbuf_humanise_bytes() writes it. */
static int
read_size(const char **p, int64_t *ret)
{
	static const struct {
		const char *name;
		int64_t bytes;
	} units[] = { { "GiB", INT64_C(1) << 30 }, { "MiB", 1 << 20 },
		{ "KiB", 1 << 10 }, { "bytes", 1 }, { "byte", 1 } };
	int64_t whole = 0, hundredths = 0;
	const char *s = *p;
	size_t i;

	for (; isdigit((unsigned char)*s) && whole < NUMBER_MAX; s++)
		whole = whole * 10 + (*s - '0');
	if (s == *p)
		return 0;
	if (*s == '.' && isdigit((unsigned char)s[1]) &&
	    isdigit((unsigned char)s[2])) {
		hundredths = (s[1] - '0') * 10 + (s[2] - '0');
		s += 3;
	}
	if (*s++ != ' ')
		return 0;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strncmp(s, units[i].name, strlen(units[i].name)) != 0 ||
		    whole > NUMBER_MAX / units[i].bytes)
			continue;
		*ret =
		    whole * units[i].bytes + hundredths * units[i].bytes / 100;
		*p = s + strlen(units[i].name);
		return 1;
	}
	return 0;
}

/* "Writing objects:  45% (45/100), 1.20 MiB | 300.00 KiB/s" */
int
sync_gauge_line(struct sync_gauge *g, const char *line, int64_t now_ms)
{
	static const char *const heads[] = { "Writing objects:",
		"Receiving objects:" };
	int64_t size;
	size_t i, n = sizeof(heads) / sizeof(heads[0]);
	int percent;

	for (i = 0; i < n; i++)
		if (strncmp(line, heads[i], strlen(heads[i])) == 0)
			break;
	if (i == n)
		return 0;
	line += strlen(heads[i]);
	if (!read_percent(&line, &percent))
		return 0;
	g->now.percent = percent;
	line += strcspn(line, ",");
	if (strncmp(line, ", ", 2) == 0) {
		line += 2;
		if (read_size(&line, &size))
			g->part_bytes = size;
	}
	foresee(g, now_ms);
	return 1;
}
