/* Numbers, days and escapes of spreadsheets as texts. */
#include "client/file/xlsx_xml.h"

#include <math.h>

#define DAY_MAX 2958465.0 /* 9999-12-31 */
#define DAYS_1904 1462    /* between the two ways of counting */

static int
hex_value(const char *s, unsigned *ret)
{
	size_t i;

	*ret = 0;
	for (i = 0; i < 4; i++) {
		const char *digits = "0123456789ABCDEF", *d;
		char c = s[i];

		if (c >= 'a' && c <= 'f')
			c = (char)(c - 'a' + 'A');
		if (c == '\0' || (d = strchr(digits, c)) == NULL)
			return 0;
		*ret = *ret * 16 + (unsigned)(d - digits);
	}
	return 1;
}

/* Bytes of a character below U+10000 at w. */
static size_t
put_character(char *w, unsigned cp)
{
	if (cp < 0x80) {
		w[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		w[0] = (char)(0xc0 | cp >> 6);
		w[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	w[0] = (char)(0xe0 | cp >> 12);
	w[1] = (char)(0x80 | (cp >> 6 & 0x3f));
	w[2] = (char)(0x80 | (cp & 0x3f));
	return 3;
}

void
xlsx_unescape(char *s)
{
	char *w = s;
	unsigned cp;

	while (*s != '\0') {
		if (s[0] != '_' || s[1] != 'x' || !hex_value(s + 2, &cp) ||
		    s[6] != '_' || cp == 0 || (cp >= 0xd800 && cp < 0xe000)) {
			*w++ = *s++;
			continue;
		}
		s += 7;
		if (cp != '\r')
			w += put_character(w, cp);
	}
	*w = '\0';
}

enum xlsx_style
xlsx_format_style(const char *code)
{
	enum xlsx_style style = XLSX_PLAIN;

	for (; *code != '\0' && *code != ';'; code++) {
		if (*code == '"') {
			code++;
			code += strcspn(code, "\"");
		} else if (*code == '[') {
			code += strcspn(code, "]");
		} else if (*code == '\\' || *code == '_' || *code == '*') {
			code += code[1] != '\0';
		} else if (*code == '%') {
			style = XLSX_PERCENT;
		} else if (strchr("yYmMdDbBhHsS", *code) != NULL) {
			return XLSX_DAY;
		}
		if (*code == '\0')
			break;
	}
	return style;
}

/* Days since 1970-01-01 to a day (Howard Hinnant's civil_from_days). */
static void
civil(long days, char ret[64])
{
	long z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	long doe = z - era * 146097;
	long yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	long mp = (5 * doy + 2) / 153;
	long d = doy - (153 * mp + 2) / 5 + 1;
	long m = mp < 10 ? mp + 3 : mp - 9;
	long y = yoe + era * 400 + (m <= 2);

	snprintf(ret, 64, "%04ld-%02ld-%02ld", y, m, d);
}

/* Counted from 1899-12-30; before March 1900 a day is off, since 1900 was
 * taken for a leap year. */
static int
day_text(double serial, int from_1904, char ret[64])
{
	if (!(serial >= 0 && serial <= DAY_MAX))
		return 0;
	if (from_1904)
		serial += DAYS_1904;
	else if (serial < 60)
		serial += 1;
	civil((long)floor(serial) - 25569, ret);
	return 1;
}

int
xlsx_number(
    const char *text, enum xlsx_style style, int from_1904, char ret[64])
{
	char *end;
	double v;

	if (strspn(text, "0123456789+-.eE") != strlen(text) ||
	    strlen(text) > 40)
		return 0;
	v = strtod(text, &end);
	if (end == text || *end != '\0' || !isfinite(v) || fabs(v) >= 1e15)
		return 0;
	if (style == XLSX_DAY)
		return day_text(v, from_1904, ret);
	if (style == XLSX_PERCENT)
		v *= 100;
	/* 15 digits are what a spreadsheet shows */
	snprintf(ret, 64, "%.15g", v);
	if (strchr(ret, 'e') != NULL) {
		snprintf(ret, 64, "%.20f", v);
		end = ret + strlen(ret);
		while (end[-1] == '0')
			*--end = '\0';
		if (end[-1] == '.')
			end[-1] = '\0';
	}
	if (strcmp(ret, "-0") == 0)
		snprintf(ret, 64, "0");
	return 1;
}
