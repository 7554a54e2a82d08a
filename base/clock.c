#include "base/clock.h"

#define DAY_S 86400
#define BUDDHIST_ERA 543
#define FIRST_BUDDHIST_YEAR 2400
/* 0001-01-01 and 9999-12-31T23:59:59, a day inside for any offset */
#define TIME_MIN INT64_C(-62135510400)
#define TIME_MAX INT64_C(253402214400)

static const char *const thai_months[12] = { "ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.",
	"พ.ค.", "มิ.ย.", "ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค." };

int64_t
clock_now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_REALTIME, &ts);
	return (int64_t)ts.tv_sec;
}

int64_t
clock_mono_ms(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Calendar and time of day at an offset; times outside years 1..9999 and
 * offsets beyond a day are taken at the edge. */
static struct tm
civil(int64_t t, int offset_min)
{
	struct tm tm;
	time_t local;

	if (t < TIME_MIN)
		t = TIME_MIN;
	if (t > TIME_MAX)
		t = TIME_MAX;
	local = (time_t)(t + (int64_t)offset_min * 60);
	memset(&tm, 0, sizeof(tm));
	(void)gmtime_r(&local, &tm);
	return tm;
}

static int
clamp_offset(int offset_min)
{
	if (offset_min > CLOCK_OFFSET_MAX)
		return CLOCK_OFFSET_MAX;
	return offset_min < -CLOCK_OFFSET_MAX ? -CLOCK_OFFSET_MAX : offset_min;
}

void
clock_offset_text(char ret[8], int offset_min)
{
	int off = clamp_offset(offset_min);
	unsigned abs_min = (unsigned)(off < 0 ? -off : off);

	(void)snprintf(ret, 8, "%c%02u:%02u", off < 0 ? '-' : '+',
	    abs_min / 60 % 24, abs_min % 60);
}

void
clock_rfc3339(char ret[CLOCK_TEXT], int64_t t, int offset_min)
{
	int off = clamp_offset(offset_min);
	struct tm tm = civil(t, off);
	char zone[8];

	clock_offset_text(zone, off);
	(void)snprintf(ret, CLOCK_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d%s",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, zone);
}

void
clock_people(char ret[CLOCK_TEXT], int64_t t, int offset_min, int thai)
{
	struct tm tm = civil(t, clamp_offset(offset_min));

	if (thai)
		(void)snprintf(ret, CLOCK_TEXT, "%d %s %d %02d:%02d",
		    tm.tm_mday, thai_months[tm.tm_mon],
		    tm.tm_year + 1900 + BUDDHIST_ERA, tm.tm_hour, tm.tm_min);
	else
		(void)snprintf(ret, CLOCK_TEXT, "%04d-%02d-%02d %02d:%02d",
		    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour,
		    tm.tm_min);
}

/* Exactly n digits with a value of lo..hi; moves *s behind them. */
static int
digits(const char **s, int n, int lo, int hi, int *ret)
{
	int i, v = 0;

	for (i = 0; i < n; i++) {
		if ((*s)[i] < '0' || (*s)[i] > '9')
			return 0;
		v = v * 10 + ((*s)[i] - '0');
	}
	if (v < lo || v > hi)
		return 0;
	*s += n;
	*ret = v;
	return 1;
}

static int
skip(const char **s, char c)
{
	if (**s != c)
		return 0;
	(*s)++;
	return 1;
}

static int
days_of_month(int year, int month)
{
	static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* Days from 1970-01-01 in the Gregorian calendar, by counting in years that
 * begin in March so that a leap day comes last. */
static int64_t
days_since_1970(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	       1 - 719468;
}

/* One digit or two of lo..hi; moves *s behind them. */
static int
short_number(const char **s, int lo, int hi, int *ret)
{
	int n = (*s)[0] != '\0' && (*s)[1] >= '0' && (*s)[1] <= '9' ? 2 : 1;

	return digits(s, n, lo, hi, ret);
}

/* "22/11/2569" */
static int
parse_slashed(const char **s, int64_t *ret_days)
{
	int year, month, day;

	if (!short_number(s, 1, 31, &day) || !skip(s, '/') ||
	    !short_number(s, 1, 12, &month) || !skip(s, '/') ||
	    !digits(s, 4, 1, 9999, &year))
		return 0;
	if (year >= FIRST_BUDDHIST_YEAR)
		year -= BUDDHIST_ERA;
	if (day > days_of_month(year, month))
		return 0;
	*ret_days = days_since_1970(year, month, day);
	return 1;
}

static int
parse_date(const char **s, int64_t *ret_days)
{
	int year, month, day;

	if ((*s)[0] != '\0' &&
	    ((*s)[1] == '/' || ((*s)[1] != '\0' && (*s)[2] == '/')))
		return parse_slashed(s, ret_days);
	if (!digits(s, 4, 1, 9999, &year) || !skip(s, '-') ||
	    !digits(s, 2, 1, 12, &month) || !skip(s, '-'))
		return 0;
	if (year >= FIRST_BUDDHIST_YEAR)
		year -= BUDDHIST_ERA;
	if (!digits(s, 2, 1, days_of_month(year, month), &day))
		return 0;
	*ret_days = days_since_1970(year, month, day);
	return 1;
}

static int
parse_zone(const char **s, int *ret_min)
{
	int sign = **s == '-' ? -1 : 1;
	int hours, minutes;

	if (skip(s, 'Z')) {
		*ret_min = 0;
		return 1;
	}
	if (!skip(s, '+') && !skip(s, '-'))
		return 0;
	if (!digits(s, 2, 0, 23, &hours) || !skip(s, ':') ||
	    !digits(s, 2, 0, 59, &minutes))
		return 0;
	*ret_min = sign * (hours * 60 + minutes);
	return 1;
}

int
clock_parse_offset(const char *s, int *ret_min, struct err *e)
{
	const char *p = s;
	int min;

	if (!parse_zone(&p, &min) || *p != '\0')
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is not an offset such as +07:00", s);
	*ret_min = min;
	return 0;
}

/* "13:14", "13:14:15", each with an optional zone. */
static int
parse_time(const char **s, int *ret_sec, int *ret_offset)
{
	int h, m, sec = 0;

	if (!digits(s, 2, 0, 23, &h) || !skip(s, ':') ||
	    !digits(s, 2, 0, 59, &m))
		return 0;
	if (skip(s, ':') && !digits(s, 2, 0, 59, &sec))
		return 0;
	if (**s != '\0' && !parse_zone(s, ret_offset))
		return 0;
	*ret_sec = h * 3600 + m * 60 + sec;
	return 1;
}

static int
not_a_date(const char *s, struct err *e)
{
	err_set(e, ERR_INVALID, 0, "'%s' is not a date or a time", s);
	err_hint(e, "write it as 22/11/2569 or 2569-11-22, with a time "
		    "as '22/11/2569 13:14'");
	return ERR_INVALID;
}

int
clock_parse(const char *s, int offset_min, int end_of_day, int64_t *ret_t,
    struct err *e)
{
	int sec = end_of_day ? DAY_S - 1 : 0;
	const char *p = s;
	int64_t days;

	if (!parse_date(&p, &days))
		return not_a_date(s, e);
	if (*p != '\0') {
		if (!skip(&p, 'T') && !skip(&p, ' '))
			return not_a_date(s, e);
		if (!parse_time(&p, &sec, &offset_min) || *p != '\0')
			return not_a_date(s, e);
	}
	*ret_t = days * DAY_S + sec - (int64_t)offset_min * 60;
	return 0;
}

int
clock_fiscal_year(int64_t t, int offset_min)
{
	struct tm tm = civil(t, clamp_offset(offset_min));

	return tm.tm_year + 1900 + BUDDHIST_ERA + (tm.tm_mon >= 9);
}
