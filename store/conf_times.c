#include "store/conf_times.h"

#define HOUR 60
#define DAY_S (INT64_C(86400))

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : -1;
}

/* "8:30", "08:30", as people in offices write it also "08.30"; *p behind it. */
static int
parse_time(const char **p, int *ret)
{
	const char *s = *p;
	int hours = digit(*s), tens, ones;

	if (hours < 0)
		return 0;
	s++;
	if (digit(*s) >= 0)
		hours = hours * 10 + digit(*s++);
	if (*s != ':' && *s != '.')
		return 0;
	if ((tens = digit(s[1])) < 0 || (ones = digit(s[2])) < 0 ||
	    digit(s[3]) >= 0)
		return 0;
	if (tens > 5 || hours * HOUR + tens * 10 + ones > CONF_DAY)
		return 0;
	*ret = hours * HOUR + tens * 10 + ones;
	*p = s + 3;
	return 1;
}

static const char *
skip(const char *s)
{
	return s + strspn(s, " ");
}

static int
parse_span(const char **p, int *from, int *to)
{
	const char *s = *p;

	if (!parse_time(&s, from))
		return 0;
	s = skip(s);
	if (*s++ != '-')
		return 0;
	s = skip(s);
	if (!parse_time(&s, to) || *from == CONF_DAY || *to == *from)
		return 0;
	*p = skip(s);
	return 1;
}

int
conf_times_parse(const char *s, struct conf_times *ret, struct err *e)
{
	struct conf_times c = { .n = 0 };
	const char *p = skip(s);

	while (c.n < CONF_TIMES &&
	       parse_span(&p, &c.list[c.n].from, &c.list[c.n].to)) {
		c.n++;
		if (*p == '\0') {
			*ret = c;
			return 0;
		}
		if (*p != ',')
			break;
		p = skip(p + 1);
	}
	return err_set(e, ERR_INVALID, 0,
	    "up to %d spans such as 18:00-06:00 with commas between them are "
	    "expected, not '%.100s'",
	    CONF_TIMES, s);
}

void
conf_times_text(const struct conf_times *c, struct buf *ret)
{
	int i;

	for (i = 0; i < c->n; i++)
		buf_printf(ret, "%s%02d:%02d-%02d:%02d", i > 0 ? ", " : "",
		    c->list[i].from / HOUR, c->list[i].from % HOUR,
		    c->list[i].to / HOUR, c->list[i].to % HOUR);
}

static int64_t
second_of_day(int64_t t, int offset_min)
{
	int64_t s = (t + (int64_t)offset_min * 60) % DAY_S;

	return s < 0 ? s + DAY_S : s;
}

static int
in_span(const struct conf_times *c, int i, int minute)
{
	int from = c->list[i].from, to = c->list[i].to;

	if (from < to)
		return minute >= from && minute < to;
	return minute >= from || minute < to;
}

static int
has_minute(const struct conf_times *c, int minute)
{
	int i;

	for (i = 0; i < c->n; i++)
		if (in_span(c, i, minute))
			return 1;
	return 0;
}

int
conf_times_has(const struct conf_times *c, int64_t t, int offset_min)
{
	return has_minute(c, (int)(second_of_day(t, offset_min) / 60));
}

/* Seconds from t to the next time that the clock shows this minute; a whole day
 * if it shows it now. */
static int64_t
until_minute(int64_t t, int offset_min, int minute)
{
	int64_t wait =
	    (int64_t)minute % CONF_DAY * 60 - second_of_day(t, offset_min);

	return wait <= 0 ? wait + DAY_S : wait;
}

/* The nearest of their beginnings (ends) at which has_minute() is what is
 * wanted. */
static int64_t
nearest(const struct conf_times *c, int64_t t, int offset_min, int ends)
{
	int64_t best = 0, wait;
	int i, minute;

	for (i = 0; i < c->n; i++) {
		minute = (ends ? c->list[i].to : c->list[i].from) % CONF_DAY;
		if (has_minute(c, minute) == ends)
			continue;
		wait = until_minute(t, offset_min, minute);
		if (best == 0 || wait < best)
			best = wait;
	}
	return best;
}

int64_t
conf_times_next(const struct conf_times *c, int64_t t, int offset_min)
{
	if (c->n == 0 || conf_times_has(c, t, offset_min))
		return t;
	return t + nearest(c, t, offset_min, 0);
}

int64_t
conf_times_end(const struct conf_times *c, int64_t t, int offset_min)
{
	int64_t wait;

	if (c->n == 0 || !conf_times_has(c, t, offset_min))
		return 0;
	wait = nearest(c, t, offset_min, 1);
	return wait == 0 ? 0 : t + wait;
}
