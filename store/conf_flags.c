#include "store/conf_flags.h"

#include <errno.h>

#include "store/conf.h"

static const char *const names[N_FLAG_RULES] = {
	[FLAG_LATE_SAVE] = "late_save",
	[FLAG_AFTER_ACCEPTANCE] = "after_acceptance",
	[FLAG_RAISED_AFTER_REVIEW] = "raised_after_review",
	[FLAG_NO_EVIDENCE] = "no_evidence",
	[FLAG_REDACTION] = "redaction",
	[FLAG_DEADLINE_FLIP] = "deadline_flip",
	[FLAG_BULK_TICKS] = "bulk_ticks",
	[FLAG_UNUSUAL_PERSON] = "unusual_person",
	[FLAG_UNUSUAL_DEVICE] = "unusual_device",
	[FLAG_CLOCK_BACK] = "clock_back",
	[FLAG_LONG_OFFLINE] = "long_offline",
	[FLAG_MERGE_OVERRIDE] = "merge_override",
};

/* Every number of the section; two rules may share one. */
static const struct number {
	const char *name;
	unsigned rules; /* bits */
	size_t at;
	long dflt, lo, hi;
} numbers[] = {
#define AT(m) offsetof(struct conf_flags, m)
#define OF(r) (1U << FLAG_##r)
	{ "raised_by", OF(RAISED_AFTER_REVIEW), AT(raised_by), 1, 1, 500 },
	{ "evidence_from", OF(NO_EVIDENCE), AT(evidence_from), 1, 1, 500 },
	{ "deadline_hours", OF(DEADLINE_FLIP), AT(deadline_hours), 48, 1, 744 },
	{ "bulk_points", OF(BULK_TICKS), AT(bulk_points), 20, 2, 1000 },
	{ "bulk_seconds", OF(BULK_TICKS), AT(bulk_seconds), 60, 1, 3600 },
	{ "usual_edits", OF(UNUSUAL_PERSON) | OF(UNUSUAL_DEVICE),
	    AT(usual_edits), 10, 2, 100000 },
	{ "unusual_percent", OF(UNUSUAL_PERSON) | OF(UNUSUAL_DEVICE),
	    AT(unusual_percent), 10, 1, 49 },
	{ "clock_minutes", OF(CLOCK_BACK), AT(clock_minutes), 10, 1, 1440 },
	{ "clock_same", OF(CLOCK_BACK), AT(clock_same), 10, 2, 100000 },
	{ "offline_days", OF(LONG_OFFLINE), AT(offline_days), 30, 1, 3660 },
#undef AT
#undef OF
};
#define N_NUMBERS (sizeof(numbers) / sizeof(*numbers))

static long
number_of(const struct conf_flags *f, const struct number *n)
{
	long v;

	memcpy(&v, (const char *)f + n->at, sizeof(v));
	return v;
}

void
conf_flags_defaults(struct conf_flags *ret)
{
	size_t i;

	memset(ret, 0, sizeof(*ret));
	for (i = 0; i < N_NUMBERS; i++)
		memcpy((char *)ret + numbers[i].at, &numbers[i].dflt,
		    sizeof(numbers[i].dflt));
}

const char *
conf_flags_rule(enum flag_rule rule)
{
	return rule < N_FLAG_RULES ? names[rule] : "unknown";
}

static int
find_rule(const char *name, size_t len, enum flag_rule *ret, struct err *e)
{
	char all[400], given[48];
	size_t i, n = 0;
	int rc;

	for (i = 0; i < N_FLAG_RULES; i++)
		if (strlen(names[i]) == len &&
		    memcmp(names[i], name, len) == 0) {
			*ret = (enum flag_rule)i;
			return 0;
		}
	for (i = 0; i < N_FLAG_RULES && n < sizeof(all); i++)
		n += (size_t)snprintf(all + n, sizeof(all) - n, "%s%s",
		    i > 0 ? ", " : "", names[i]);
	snprintf(given, sizeof(given), "%.*s", len > 40 ? 40 : (int)len, name);
	rc = err_set(e, ERR_NOT_FOUND, 0,
	    "there is no rule '%.40s' of flags; there are: %s", given, all);
	err_hint(e, "what each of them means: pmqa flags --explain all");
	return rc;
}

int
conf_flags_find(const char *name, enum flag_rule *ret, struct err *e)
{
	return find_rule(name, strlen(name), ret, e);
}

int
conf_flags_is_on(const struct conf_flags *f, enum flag_rule rule)
{
	return (f->off & (1U << rule)) == 0;
}

int
conf_flags_number(const struct conf_flags *f, enum flag_rule rule, size_t i,
    const char **ret_name, long *ret)
{
	size_t k;

	for (k = 0; k < N_NUMBERS; k++) {
		if ((numbers[k].rules & (1U << rule)) == 0 || i-- > 0)
			continue;
		*ret_name = numbers[k].name;
		*ret = number_of(f, &numbers[k]);
		return 1;
	}
	return 0;
}

int
conf_flags_set_off(struct conf *c, const char *v, struct err *e)
{
	enum flag_rule rule = N_FLAG_RULES;
	const char *s = v;
	unsigned off = 0;
	size_t len;

	for (;; s += len) {
		s += strspn(s, ", ");
		if ((len = strcspn(s, ", ")) == 0)
			break;
		if (find_rule(s, len, &rule, e) < 0) {
			if (e != NULL) /* of a file, not of a search */
				e->code = ERR_INVALID;
			return ERR_INVALID;
		}
		off |= 1U << rule;
	}
	c->flags.off = off;
	return 0;
}

static int
set_number(struct conf *c, const char *name, const char *v, struct err *e)
{
	const struct number *n = numbers;
	char *end;
	long value;

	while (strcmp(n->name, name) != 0)
		n++;
	errno = 0;
	value = strtol(v, &end, 10);
	if (v[0] == '\0' || *end != '\0' || errno != 0 || value < n->lo ||
	    value > n->hi)
		return err_set(e, ERR_INVALID, 0,
		    "a number from %ld to %ld is expected, not '%s'", n->lo,
		    n->hi, v);
	memcpy((char *)&c->flags + n->at, &value, sizeof(value));
	return 0;
}

/* One setter a number: the table of conf.c names functions. */
#define SETTER(number)                                                         \
	int conf_flags_set_##number(                                           \
	    struct conf *c, const char *v, struct err *e)                      \
	{                                                                      \
		return set_number(c, #number, v, e);                           \
	}

SETTER(raised_by)
SETTER(evidence_from)
SETTER(deadline_hours)
SETTER(bulk_points)
SETTER(bulk_seconds)
SETTER(usual_edits)
SETTER(unusual_percent)
SETTER(clock_minutes)
SETTER(clock_same)
SETTER(offline_days)

/* Rules that are off, in their order. */
static void
put_off(const struct conf_flags *f, struct buf *b)
{
	size_t i;

	buf_puts(b, "off =");
	for (i = 0; i < N_FLAG_RULES; i++)
		if (!conf_flags_is_on(f, (enum flag_rule)i))
			buf_printf(b, " %s", names[i]);
	buf_putc(b, '\n');
}

void
conf_flags_put(const struct conf_flags *f, struct buf *b)
{
	struct buf lines = BUF_INIT;
	size_t i;

	if (f->off != 0)
		put_off(f, &lines);
	for (i = 0; i < N_NUMBERS; i++)
		if (number_of(f, &numbers[i]) != numbers[i].dflt)
			buf_printf(&lines, "%s = %ld\n", numbers[i].name,
			    number_of(f, &numbers[i]));
	if (lines.len > 0)
		buf_printf(b, "\n[flags]\n%s", buf_str(&lines));
	b->failed |= lines.failed;
	buf_release(&lines);
}
