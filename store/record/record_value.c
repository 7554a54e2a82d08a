#include <errno.h>

#include "base/clock.h"
#include "base/text.h"
#include "store/criteria/edition.h"
#include "store/record/record.h"

#define BLANKS " \t\n"
#define INT_TEXT 24
#define DECIMAL_MAX 40

int
record_is_id(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return n >= 1 && n <= 64 && s[n] == '\0';
}

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "-?digits[.digits]" with no zero that could be left out, and no "-0". */
static int
is_decimal(const char *s)
{
	const char *p = s;
	size_t whole, part = 0;

	if (strlen(s) > DECIMAL_MAX)
		return 0;
	if (*p == '-')
		p++;
	whole = strspn(p, "0123456789");
	if (whole == 0 || (p[0] == '0' && whole > 1))
		return 0;
	if (p[whole] == '.') {
		part = strspn(p + whole + 1, "0123456789");
		if (part == 0 || p[whole + part] == '0')
			return 0;
		part++;
	}
	if (p[whole + part] != '\0')
		return 0;
	return strcmp(s, "-0") != 0;
}

static int
two_digits(const char *s)
{
	return (s[0] - '0') * 10 + (s[1] - '0');
}

/* "2026-11-22T13:14:15+07:00", a day that exists, common era. */
static int
is_time(const char *s)
{
	static const char form[] = "dddd-dd-ddTdd:dd:dd+dd:dd";
	char again[CLOCK_TEXT];
	struct err ignored;
	int64_t t;
	int offset;
	size_t i;

	if (strlen(s) != sizeof(form) - 1)
		return 0;
	for (i = 0; form[i] != '\0'; i++)
		if (form[i] == 'd'
			? !is_digit(s[i])
			: s[i] != form[i] && !(form[i] == '+' && s[i] == '-'))
			return 0;
	if (strncmp(s, "1900", 4) < 0 || strncmp(s, "2399", 4) > 0)
		return 0;
	offset = two_digits(s + 20) * 60 + two_digits(s + 23);
	if (offset > 14 * 60 || s[23] > '5')
		return 0;
	if (s[19] == '-')
		offset = -offset;
	/* what comes out again the same way is a real time; "-00:00" is not */
	if (clock_parse(s, offset, 0, &t, &ignored) < 0)
		return 0;
	clock_rfc3339(again, t, offset);
	return strcmp(again, s) == 0;
}

/* "2026-11-22", a day that exists. */
static int
is_date(const char *s)
{
	char time[32];

	if (strlen(s) != 10)
		return 0;
	snprintf(time, sizeof(time), "%sT00:00:00+00:00", s);
	return is_time(time);
}

/* 1 if the blank-separated list holds the word. */
static int
has_word(const char *words, const char *word)
{
	size_t len = strlen(word), n;

	for (; *words != '\0'; words += n) {
		words += strspn(words, " ");
		n = strcspn(words, " ");
		if (n > 0 && n == len && strncmp(words, word, n) == 0)
			return 1;
	}
	return 0;
}

static int
check_text(
    const struct field *f, const char *name, const char *s, struct err *e)
{
	size_t len = strlen(s);

	if (len == 0)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is empty: an empty value is left out", name);
	if (len > (size_t)f->max)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' has %zu bytes, more than %ld", name, len, f->max);
	if (!text_is_nfc(s, len))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' is not text in normal form C without control "
		    "characters",
		    name);
	if (f->type == FIELD_LINE &&
	    (strpbrk(s, "\n\t") != NULL || s[0] == ' ' || s[len - 1] == ' '))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' must be one line without blanks at its ends", name);
	return 0;
}

/* "7" or "7.1" */
static int
is_item_or_category(const char *s)
{
	return (s[0] >= '1' && s[0] <= '9' && s[1] == '\0') ||
	       edition_is_item(s);
}

static int
is_point(const char *s)
{
	enum level level;
	char item[8];

	return edition_split_point(s, item, &level);
}

/* A sorted list of names of one form. */
static int
check_set(
    const struct field *f, const char *name, const cJSON *v, struct err *e)
{
	int points = f->type == FIELD_POINTS;
	const cJSON *c, *before = NULL;
	long n = 0;

	if (!cJSON_IsArray(v) || v->child == NULL)
		return points
			   ? err_set(e, ERR_INVALID, 0,
				 "'%s' must be a list of points, left out when "
				 "empty",
				 name)
			   : err_set(e, ERR_INVALID, 0,
				 "'%s' must be a list of items, left out when "
				 "empty",
				 name);
	cJSON_ArrayForEach (c, v) {
		if (points && (!cJSON_IsString(c) || !is_point(c->valuestring)))
			return err_set(e, ERR_INVALID, 0,
			    "'%s' must hold points such as 1.1.B2", name);
		if (!points && (!cJSON_IsString(c) ||
				   !is_item_or_category(c->valuestring)))
			return err_set(e, ERR_INVALID, 0,
			    "'%s' must hold items such as 1.1 or categories "
			    "such as 7",
			    name);
		if (before != NULL &&
		    strcmp(before->valuestring, c->valuestring) >= 0)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' must be sorted and hold nothing twice", name);
		before = c;
		if (++n > f->max)
			return err_set(e, ERR_INVALID, 0,
			    "'%s' holds more than %ld entries", name, f->max);
	}
	return 0;
}

static int
check_integer(
    const struct field *f, const char *name, const cJSON *v, struct err *e)
{
	double d = cJSON_IsNumber(v) ? v->valuedouble : 0.5;

	if (!(d >= (double)f->min && d <= (double)f->max) ||
	    d != (double)(long)d)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' must be a whole number from %ld to %ld", name, f->min,
		    f->max);
	return 0;
}

/* Values that are strings of a closed form. */
static int
check_form(
    const struct field *f, const char *name, const char *s, struct err *e)
{
	if (f->type == FIELD_DECIMAL && !is_decimal(s))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' must be a decimal number such as 12.5", name);
	if (f->type == FIELD_ENUM && !has_word(f->words, s))
		return err_set(e, ERR_INVALID, 0, "'%s' must be one of: %s",
		    name, f->words);
	if (f->type == FIELD_HEX &&
	    (strlen(s) != (size_t)f->max ||
		strspn(s, "0123456789abcdef") != (size_t)f->max))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' must be %ld lower-case hex digits", name, f->max);
	if (f->type == FIELD_TIME && !is_time(s))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' must be a time such as 2026-11-22T13:14:15+07:00",
		    name);
	if (f->type == FIELD_DATE && !is_date(s))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' must be a day such as 2026-11-22", name);
	if (f->type == FIELD_ID &&
	    (!record_is_id(s) || strlen(s) > (size_t)f->max))
		return err_set(e, ERR_INVALID, 0,
		    "'%s' must be 1 to %ld of a-z, 0-9 and '-'", name, f->max);
	return 0;
}

int
record_value_check(
    const struct field *f, const char *name, const cJSON *v, struct err *e)
{
	switch (f->type) {
	case FIELD_POINTS:
	case FIELD_ITEMS:
		return check_set(f, name, v, e);
	case FIELD_INT:
		return check_integer(f, name, v, e);
	case FIELD_BOOL:
		if (!cJSON_IsBool(v))
			return err_set(e, ERR_INVALID, 0,
			    "'%s' must be true or false", name);
		return 0;
	case FIELD_OPAQUE:
		return 0;
	case FIELD_LINE:
	case FIELD_TEXT:
	case FIELD_DECIMAL:
	case FIELD_ENUM:
	case FIELD_HEX:
	case FIELD_TIME:
	case FIELD_ID:
	case FIELD_DATE:
		break;
	}
	if (!cJSON_IsString(v))
		return err_set(e, ERR_INVALID, 0, "'%s' must be text", name);
	if (f->type == FIELD_LINE || f->type == FIELD_TEXT)
		return check_text(f, name, v->valuestring, e);
	return check_form(f, name, v->valuestring, e);
}

/* Cuts blanks off both ends, in place; gives the new start. */
static char *
trim(char *s)
{
	size_t len;

	s += strspn(s, BLANKS);
	len = strlen(s);
	while (len > 0 && strchr(BLANKS, s[len - 1]) != NULL)
		s[--len] = '\0';
	return s;
}

/* Drops zeros that say nothing ("007.50" to "7.5"), in place. */
static char *
shorten_decimal(char *s)
{
	int negative = *s == '-';
	char *digits = s + negative, *end;

	while (digits[0] == '0' && is_digit(digits[1]))
		digits++;
	if (strchr(digits, '.') != NULL) {
		end = digits + strlen(digits);
		while (end[-1] == '0')
			*--end = '\0';
		if (end[-1] == '.')
			end[-1] = '\0';
	}
	if (negative && strcmp(digits, "0") != 0)
		*--digits = '-';
	return digits;
}

static int
parse_integer(const struct field *f, const char *s, cJSON **ret, struct err *e)
{
	long long n;
	char *end;

	errno = 0;
	n = strtoll(s, &end, 10);
	if (*end != '\0' || errno != 0 || strlen(s) >= INT_TEXT)
		return err_set(e, ERR_INVALID, 0,
		    "'%s' must be a whole number from %ld to %ld", f->name,
		    f->min, f->max);
	*ret = cJSON_CreateNumber((double)n);
	return *ret != NULL ? 0 : err_nomem(e);
}

static int
parse_bool(const struct field *f, const char *s, cJSON **ret, struct err *e)
{
	int yes = has_word("true yes 1 ใช่", s);

	if (!yes && !has_word("false no 0 ไม่ ไม่ใช่", s))
		return err_set(
		    e, ERR_INVALID, 0, "'%s' must be true or false", f->name);
	*ret = cJSON_CreateBool(yes);
	return *ret != NULL ? 0 : err_nomem(e);
}

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Ids separated by blanks or commas to a sorted array without doubles. */
static int
parse_set(char *s, cJSON **ret, struct err *e)
{
	char **ids = NULL, *save = NULL, *id;
	size_t n = 0, i;
	cJSON *list = NULL;
	int rc = 0;

	/* at most one id for every two bytes */
	if ((ids = calloc(strlen(s) / 2 + 1, sizeof(*ids))) == NULL ||
	    (list = cJSON_CreateArray()) == NULL) {
		rc = err_nomem(e);
		goto out;
	}
	for (id = strtok_r(s, BLANKS ",", &save); id != NULL;
	     id = strtok_r(NULL, BLANKS ",", &save))
		ids[n++] = id;
	qsort(ids, n, sizeof(*ids), by_text);
	for (i = 0; i < n; i++) {
		if (i > 0 && strcmp(ids[i - 1], ids[i]) == 0)
			continue;
		if ((rc = json_push_str(list, ids[i], e)) < 0)
			goto out;
	}
	if (n > 0) {
		*ret = list;
		list = NULL;
	}
out:
	cJSON_Delete(list);
	free(ids);
	return rc;
}

/* Thai digits to the usual ones, in place. */
static void
plain_digits(char *s)
{
	char *to = s;

	for (; *s != '\0'; s++) {
		if (strncmp(s, "\xe0\xb9", 2) == 0 &&
		    (unsigned char)s[2] >= 0x90 &&
		    (unsigned char)s[2] <= 0x99) {
			*to++ = (char)('0' + ((unsigned char)s[2] - 0x90));
			s += 2;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

/* "31/3/2569" to "2569-03-31"; anything else as it is. */
static void
iso_day(const char *s, char ret[32])
{
	size_t d = strspn(s, "0123456789"), m, y;

	snprintf(ret, 32, "%.30s", s);
	if (d < 1 || d > 2 || s[d] != '/')
		return;
	m = strspn(s + d + 1, "0123456789");
	if (m < 1 || m > 2 || s[d + 1 + m] != '/')
		return;
	y = d + 1 + m + 1;
	if (strspn(s + y, "0123456789") == 4 && s[y + 4] == '\0')
		snprintf(ret, 32, "%s-%02ld-%02ld", s + y,
		    strtol(s + d + 1, NULL, 10), strtol(s, NULL, 10));
}

/* A day as people write it, in either era: "2569-03-31" or "31/3/2569"; records
 * hold the common era. */
static int
parse_day(const struct field *f, const char *s, cJSON **ret, struct err *e)
{
	char iso[32], text[CLOCK_TEXT];
	int64_t t;
	int rc;

	iso_day(s, iso);
	if (strlen(iso) != 10 || clock_parse(iso, 0, 0, &t, NULL) < 0) {
		rc = err_set(e, ERR_INVALID, 0,
		    "'%s' must be a day such as 2026-11-22", f->name);
		err_hint(
		    e, "also 2569-11-22 or 22/11/2569, in the Buddhist era");
		return rc;
	}
	clock_rfc3339(text, t, 0);
	text[10] = '\0';
	*ret = cJSON_CreateString(text);
	return *ret != NULL ? 0 : err_nomem(e);
}

static int
parse_value(const struct field *f, char *s, cJSON **ret, struct err *e)
{
	if (f->type == FIELD_OPAQUE)
		return err_set(
		    e, ERR_INVALID, 0, "'%s' cannot be given as text", f->name);
	if (f->type != FIELD_TEXT)
		s = trim(s);
	if (*s == '\0')
		return 0;
	if (f->type == FIELD_INT || f->type == FIELD_DECIMAL ||
	    f->type == FIELD_DATE)
		plain_digits(s);
	if (f->type == FIELD_INT)
		return parse_integer(f, s, ret, e);
	if (f->type == FIELD_DATE)
		return parse_day(f, s, ret, e);
	if (f->type == FIELD_BOOL)
		return parse_bool(f, s, ret, e);
	if (f->type == FIELD_POINTS || f->type == FIELD_ITEMS)
		return parse_set(s, ret, e);
	if (f->type == FIELD_DECIMAL)
		s = shorten_decimal(s);
	*ret = cJSON_CreateString(s);
	return *ret != NULL ? 0 : err_nomem(e);
}

int
record_value(
    const struct field *f, const char *text, cJSON **ret, struct err *e)
{
	cJSON *v = NULL;
	char *s = NULL;
	int rc;

	if ((rc = text_nfc(text, strlen(text), &s, e)) < 0) {
		err_prepend(e, f->name);
		goto out;
	}
	if ((rc = parse_value(f, s, &v, e)) < 0)
		goto out;
	if (v != NULL && (rc = record_value_check(f, f->name, v, e)) < 0)
		goto out;
	*ret = v;
	v = NULL;
out:
	cJSON_Delete(v);
	free(s);
	return rc;
}
