/* What people and spreadsheets write in a cell, as an export would write it. */
#include "client/file/exchange.h"

#include "client/wrap.h"

#define BLANKS " \t\n"
#define BUDDHIST 543
#define BUDDHIST_FROM 2400

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Thai digits to ours, CRLF to LF; both only make the text shorter. */
static char *
plain_copy(const char *text, int digits)
{
	char *copy = malloc(strlen(text) + 1), *w = copy;
	const char *p;
	size_t len;

	if (copy == NULL)
		return NULL;
	for (p = text; *p != '\0'; p += len) {
		long cp = wrap_char(p, &len);

		if (digits && cp >= 0x0e50 && cp <= 0x0e59) {
			*w++ = (char)('0' + (cp - 0x0e50));
		} else if (p[0] != '\r' || p[1] != '\n') {
			memcpy(w, p, len);
			w += len;
		}
	}
	*w = '\0';
	return copy;
}

static void
trim(char *s)
{
	size_t lead = strspn(s, BLANKS), len = strlen(s);

	while (len > lead && strchr(BLANKS, s[len - 1]) != NULL)
		len--;
	memmove(s, s + lead, len - lead);
	s[len - lead] = '\0';
}

/* "1,234.50" to "1234.5"; what is no number stays for the daemon to name. */
static void
clean_number(char *s)
{
	char *p = s + (*s == '-'), *w;
	size_t lead = strspn(p, "0123456789");

	if (p[lead] == ',' && lead >= 1 && lead <= 3) {
		const char *g = p + lead;

		while (*g == ',' && is_digit(g[1]) && is_digit(g[2]) &&
		       is_digit(g[3]))
			g += 4;
		if (*g != '\0' && *g != '.')
			return;
		for (w = p; *p != '\0'; p++)
			if (*p != ',')
				*w++ = *p;
		*w = '\0';
		p = s + (*s == '-');
	}
	if (strchr(p, '.') == NULL || p[strspn(p, "0123456789.")] != '\0')
		return;
	w = p + strlen(p);
	while (w > p && w[-1] == '0')
		*--w = '\0';
	if (w > p && w[-1] == '.')
		*--w = '\0';
}

static int
by_text(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* Names in order, each once, by one blank. */
static int
clean_set(const char *s, char **ret, struct err *e)
{
	char *copy = strdup(s), *save = NULL, *id;
	const char **ids = calloc(strlen(s) / 2 + 1, sizeof(*ids));
	struct buf out = BUF_INIT;
	size_t n = 0, i;
	int rc = copy == NULL || ids == NULL ? err_nomem(e) : 0;

	for (id = rc == 0 ? strtok_r(copy, BLANKS ",;", &save) : NULL;
	     id != NULL; id = strtok_r(NULL, BLANKS ",;", &save))
		ids[n++] = id;
	if (n > 0)
		qsort(ids, n, sizeof(*ids), by_text);
	for (i = 0; i < n; i++)
		if (i == 0 || strcmp(ids[i - 1], ids[i]) != 0)
			buf_printf(&out, "%s%s", i > 0 ? " " : "", ids[i]);
	if (rc == 0 && (*ret = buf_take(&out)) == NULL)
		rc = err_nomem(e);
	buf_release(&out);
	free(ids);
	free(copy);
	return rc;
}

static const char *
clean_flag(const char *s)
{
	static const char *const yes[] = { "true", "TRUE", "True", "yes", "1",
		"x", "X", "ใช่" };
	static const char *const no[] = { "false", "FALSE", "False", "no", "0",
		"ไม่", "ไม่ใช่" };
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(*yes); i++)
		if (strcmp(s, yes[i]) == 0)
			return "true";
	for (i = 0; i < sizeof(no) / sizeof(*no); i++)
		if (strcmp(s, no[i]) == 0)
			return "false";
	return s;
}

/* --- days --- */

static const char *const months[12][2] = { { "ม.ค.", "มกราคม" },
	{ "ก.พ.", "กุมภาพันธ์" }, { "มี.ค.", "มีนาคม" }, { "เม.ย.", "เมษายน" },
	{ "พ.ค.", "พฤษภาคม" }, { "มิ.ย.", "มิถุนายน" }, { "ก.ค.", "กรกฎาคม" },
	{ "ส.ค.", "สิงหาคม" }, { "ก.ย.", "กันยายน" }, { "ต.ค.", "ตุลาคม" },
	{ "พ.ย.", "พฤศจิกายน" }, { "ธ.ค.", "ธันวาคม" } };

/* Reads digits; 0 when there are none or more than max. */
static long
take_number(const char **s, size_t max)
{
	size_t n = strspn(*s, "0123456789");
	long v = 0;

	if (n == 0 || n > max)
		return 0;
	while (is_digit(**s))
		v = 10 * v + (*(*s)++ - '0');
	return v;
}

static long
take_month(const char **s)
{
	const char *p = *s + strspn(*s, " ");
	size_t m, form, len;

	for (m = 0; m < 12; m++) {
		for (form = 0; form < 2; form++) {
			len = strlen(months[m][form]);
			if (strncmp(p, months[m][form], len) != 0)
				continue;
			*s = p + len + strspn(p + len, " ");
			return (long)m + 1;
		}
	}
	return 0;
}

/* "30/9/2566", "30.9.2566", "30 ก.ย. 2566" behind its day. */
static int
take_rest(const char **p, long *ret_month, long *ret_year)
{
	char sep = **p;

	if (sep != '\0' && strchr("/-.", sep) != NULL) {
		++*p;
		*ret_month = take_number(p, 2);
		if (*ret_month == 0 || *(*p)++ != sep)
			return 0;
	} else if ((*ret_month = take_month(p)) == 0) {
		return 0;
	}
	if (strspn(*p, "0123456789") != 4)
		return 0;
	*ret_year = take_number(p, 4);
	return 1;
}

/* "2566-09-30" behind its year. */
static int
take_iso(const char **p, long *ret_month, long *ret_day)
{
	if (*(*p)++ != '-' || (*ret_month = take_number(p, 2)) == 0)
		return 0;
	return *(*p)++ == '-' && (*ret_day = take_number(p, 2)) != 0;
}

/* 1 and the day, of either era; 0 for what is none: the daemon names it. */
static int
clean_date(const char *s, char ret[16])
{
	const char *p = s;
	long y, m, d;
	int known;

	if (strspn(s, "0123456789") == 4) {
		y = take_number(&p, 4);
		known = take_iso(&p, &m, &d);
	} else {
		d = take_number(&p, 2);
		known = d != 0 && take_rest(&p, &m, &y);
	}
	if (!known || *p != '\0')
		return 0;
	if (y >= BUDDHIST_FROM)
		y -= BUDDHIST;
	snprintf(ret, 16, "%04d-%02d-%02d", (int)(y % 10000), (int)(m % 100),
	    (int)(d % 100));
	return 1;
}

static int
clean_into(enum exchange_cell kind, char *s, char **ret, struct err *e)
{
	char day[16];

	if (kind == CELL_SET)
		return clean_set(s, ret, e);
	if (kind == CELL_FLAG)
		*ret = strdup(clean_flag(s));
	else if (kind == CELL_DATE && clean_date(s, day))
		*ret = strdup(day);
	else
		*ret = strdup(s);
	return *ret == NULL ? err_nomem(e) : 0;
}

int
exchange_clean(
    enum exchange_cell kind, const char *text, char **ret, struct err *e)
{
	int digits = kind == CELL_NUMBER || kind == CELL_INT ||
		     kind == CELL_DATE || kind == CELL_KEY || kind == CELL_SET;
	char *s = plain_copy(text, digits);
	int rc;

	if (s == NULL)
		return err_nomem(e);
	if (kind != CELL_TEXT)
		trim(s);
	if (kind == CELL_NUMBER || kind == CELL_INT)
		clean_number(s);
	rc = clean_into(kind, s, ret, e);
	free(s);
	return rc;
}
