/* Red flags: what an auditor may want to ask about. */
#include "base/clock.h"
#include "daemon/handlers/handlers.h"
#include "store/audit/flags.h"

#define FLAGS_LIMIT 50

static int
flags_time(const struct call *c, const struct store *s, const char *name,
    int end_of_day, int64_t *ret, struct err *e)
{
	const char *text = json_str(c->params, name);

	if (text == NULL || text[0] == '\0')
		return 0;
	return clock_parse(text, store_conf(s)->offset_min, end_of_day, ret, e);
}

/* What no page can have is refused where the others are: as -1. */
static int
flags_number(const struct call *c, const char *name, int64_t dflt)
{
	int64_t n = json_int(c->params, name, dflt);

	return n < 0 || n > INT32_MAX ? -1 : (int)n;
}

static int
run_flags(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	struct flags_ask a = { .rule = json_str(c->params, "rule"),
		.item = json_str(c->params, "item"),
		.office = json_str(c->params, "office") };
	int rc;

	if (a.office == NULL) /* a hall or ministry: all of them */
		a.office = "";
	else if ((rc = conf_check_code(ROLE_OFFICE, a.office, e)) < 0)
		return rc;
	if ((rc = handlers_year(c, &a.year, e)) < 0 ||
	    (rc = flags_time(c, s, "since", 0, &a.since, e)) < 0 ||
	    (rc = flags_time(c, s, "until", 1, &a.until, e)) < 0 ||
	    (rc = handlers_span(c, a.since, a.until, e)) < 0)
		return rc;
	a.limit = flags_number(c, "limit", FLAGS_LIMIT);
	a.skip = flags_number(c, "skip", 0);
	return flags_find(s, &a, call_progress, c, ret, e);
}

static int
run_rules(struct call *c, struct store *s, cJSON **ret, struct err *e)
{
	(void)c;
	return flags_rules(s, ret, e);
}

const struct handler handlers_flags[] = {
	{ "flags", run_flags, NULL, NULL },
	{ "flags.rules", run_rules, NULL, NULL },
};
const size_t handlers_n_flags =
    sizeof(handlers_flags) / sizeof(*handlers_flags);
