#include "client/pace.h"

#include "client/lang.h"

#define MINUTE INT64_C(60)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SPAN_MAX (366 * DAY)

void
pace_size(char *ret, size_t size, int64_t bytes)
{
	static const char *const units[] = { "KiB", "MiB", "GiB", "TiB" };
	double n = (double)bytes / 1024;
	size_t i = 0;

	if (bytes < 1024) {
		snprintf(ret, size, lang_n(bytes, "%lld byte", "%lld bytes"),
		    (long long)bytes);
		return;
	}
	for (; n >= 1024 && i + 1 < sizeof(units) / sizeof(units[0]); i++)
		n /= 1024;
	snprintf(ret, size, n < 10 ? "%.1f %s" : "%.0f %s", n, units[i]);
}

void
pace_span(char *ret, size_t size, int64_t seconds)
{
	long long s = (long long)seconds;

	if (s < MINUTE)
		snprintf(ret, size, _("%lld s"), s);
	else if (s < HOUR)
		snprintf(ret, size, _("%lld min"), (s + 30) / MINUTE);
	else if (s < DAY)
		snprintf(ret, size, _("%lld h %lld min"), s / HOUR,
		    s % HOUR / MINUTE);
	else
		snprintf(ret, size, lang_n(s / DAY, "%lld day", "%lld days"),
		    s / DAY);
}

/* One digit, Thai ("๐" is U+0E50) or not; *p behind it. */
static int
digit(const char **p)
{
	const unsigned char *s = (const unsigned char *)*p;

	if (s[0] >= '0' && s[0] <= '9') {
		(*p)++;
		return s[0] - '0';
	}
	if (s[0] == 0xe0 && s[1] == 0xb9 && s[2] >= 0x90 && s[2] <= 0x99) {
		*p += 3;
		return s[2] - 0x90;
	}
	return -1;
}

static int64_t
unit(const char *s)
{
	static const struct {
		const char *name;
		int64_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", MINUTE }, { "min", MINUTE },
		{ "h", HOUR }, { "d", DAY } };
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strcmp(s, units[i].name) == 0)
			return units[i].seconds;
	return 0;
}

int
pace_read_span(const char *s, int64_t *ret, struct err *e)
{
	const char *p = s;
	int64_t n = 0;
	int d;

	while (n <= SPAN_MAX && (d = digit(&p)) >= 0)
		n = n * 10 + d;
	if (p != s && n > 0 && unit(p) > 0 && n <= SPAN_MAX / unit(p)) {
		*ret = n * unit(p);
		return 0;
	}
	return err_set(e, ERR_USAGE, 0,
	    "a time such as 90m, 2h or 3d is expected, 366d at most, not '%s'",
	    s);
}

void
pace_print(struct out *o, const cJSON *transfer)
{
	int64_t bytes = json_int(transfer, "bytes", 0);
	int64_t rate = json_int(transfer, "rate", 0);
	int64_t left = json_int(transfer, "left_s", -1);
	char text[64];

	if (transfer == NULL)
		return;
	out_printf(o, " %lld %%", (long long)json_int(transfer, "percent", 0));
	if (bytes > 0) {
		pace_size(text, sizeof(text), bytes);
		out_printf(o, ", %s", text);
	}
	if (rate > 0) {
		pace_size(text, sizeof(text), rate);
		out_printf(o, _(", %s/s"), text);
	}
	if (left >= 0) {
		pace_span(text, sizeof(text), left);
		out_printf(o, _(", %s left"), text);
	}
}
