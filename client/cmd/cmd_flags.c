#include "client/cmd/cmd_flags.h"

#include "client/flags_say.h"
#include "client/labels.h"
#include "client/lang.h"

#define B(o) OPT_BIT(OPT_##o)

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

/* --- the rules --- */

static void
print_settings(struct out *o, const cJSON *rule)
{
	const cJSON *c, *settings = json_get(rule, "settings");

	out_style(o, STYLE_DIM);
	if (!json_bool(rule, "on", 1))
		out_printf(o, _("  Switched off here.\n"));
	cJSON_ArrayForEach (c, settings)
		out_printf(o, "  %s = %lld\n", c->string,
		    (long long)json_int(settings, c->string, 0));
	out_style(o, STYLE_PLAIN);
}

static void
print_rule(struct out *o, const cJSON *rule)
{
	const char *name = json_str(rule, "rule");
	const char *meaning = flags_say_meaning(name);

	out_style(o, STYLE_HEAD);
	out_printf(o, "%s (%s)", flags_say_title(name), or_dash(name));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	if (meaning != NULL)
		out_wrapped(o, 2, "", meaning);
	print_settings(o, rule);
}

/* Leaves only the rule asked for in the list: ERR_NOT_FOUND names those there
 * are. */
static int
keep_one(cJSON *list, const char *wanted, struct err *e)
{
	struct buf names = BUF_INIT;
	cJSON *c, *next;
	int n = 0, rc;

	for (c = list != NULL ? list->child : NULL; c != NULL; c = next) {
		const char *name = json_str(c, "rule");

		next = c->next;
		buf_printf(
		    &names, "%s%s", names.len > 0 ? ", " : "", or_dash(name));
		if (strcmp(wanted, "all") == 0 ||
		    strcmp(or_dash(name), wanted) == 0)
			n++;
		else
			cJSON_Delete(cJSON_DetachItemViaPointer(list, c));
	}
	rc = buf_ok(&names, e);
	if (rc == 0 && n == 0)
		rc = err_set(e, ERR_NOT_FOUND, 0,
		    "there is no rule '%.40s' of flags; there are: %s", wanted,
		    buf_str(&names));
	buf_release(&names);
	return rc;
}

static int
put_texts(cJSON *list, struct err *e)
{
	cJSON *c;
	int rc = 0;

	cJSON_ArrayForEach (c, list) {
		const char *name = json_str(c, "rule");

		if (rc == 0 && (rc = json_put_str(
				    c, "title", flags_say_title(name), e)) == 0)
			rc = json_put_str(
			    c, "meaning", flags_say_meaning(name), e);
	}
	return rc;
}

static int
explain(struct cmd *c, const char *wanted, struct err *e)
{
	cJSON *result = NULL, *list, *rule;
	int rc;

	if ((rc = cmd_ask(c, "flags.rules", NULL, &result, e)) < 0)
		return rc;
	list = json_get(result, "rules");
	if ((rc = keep_one(list, wanted, e)) < 0)
		goto out;
	if (c->json) {
		if ((rc = put_texts(list, e)) == 0)
			out_json(&c->out, result);
		goto out;
	}
	cJSON_ArrayForEach (rule, list) {
		if (rule != list->child)
			out_nl(&c->out);
		print_rule(&c->out, rule);
	}
	out_nl(&c->out);
	out_wrapped(&c->out, 0, "", flags_say_caution());
out:
	cJSON_Delete(result);
	return rc;
}

/* --- the flags --- */

static int
flags_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *p = NULL;
	long limit, skip = 0;
	int rc;

	if ((rc = cmd_params(c, &p, e)) < 0)
		return rc;
	if ((rc = opts_number(c->opts, OPT_LIMIT, 1, 200, 50, &limit, e)) < 0 ||
	    (rc = opts_number(c->opts, OPT_CURSOR, 0, INT32_MAX, 0, &skip, e)) <
		0 ||
	    (rc = cmd_param(c, p, OPT_RULE, "rule", e)) < 0 ||
	    (rc = cmd_param(c, p, OPT_ITEM, "item", e)) < 0 ||
	    (rc = cmd_param(c, p, OPT_SINCE, "since", e)) < 0 ||
	    (rc = cmd_param(c, p, OPT_UNTIL, "until", e)) < 0 ||
	    (rc = json_put_int(p, "limit", limit, e)) < 0 ||
	    (rc = json_put_int(p, "skip", skip, e)) < 0) {
		cJSON_Delete(p);
		return rc;
	}
	*ret = p;
	return 0;
}

/* One line in a style, wrapped behind its mark. */
static void
put_line(struct out *o, enum style st, const char *mark, const char *text)
{
	out_style(o, st);
	out_hanging(o, 2, mark, text);
	out_style(o, STYLE_PLAIN);
}

static void
print_flag(struct out *o, const cJSON *describe, const cJSON *flag)
{
	const char *record = json_str(flag, "record");
	struct buf what = BUF_INIT, who = BUF_INIT, revs = BUF_INIT;
	char mark[16];

	/* an item stands before what was found, other records are named there */
	snprintf(mark, sizeof(mark), "%-5.8s  ",
	    json_str(flag, "item") != NULL ? json_str(flag, "item") : "-");
	if (record != NULL && json_str(flag, "item") == NULL)
		buf_printf(&what, "%s: ", labels_record(describe, record));
	flags_say(flag, &what);
	flags_say_who(flag, &who);
	flags_say_revisions(flag, &revs);
	put_line(o, STYLE_PLAIN, mark, buf_str(&what));
	put_line(o, STYLE_PLAIN, "       ", buf_str(&who));
	put_line(o, STYLE_DIM, "       ", buf_str(&revs));
	buf_release(&what);
	buf_release(&who);
	buf_release(&revs);
}

static const cJSON *
find_office(const cJSON *result, const char *code)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(result, "offices"))
		if (strcmp(or_dash(json_str(c, "office")), or_dash(code)) == 0)
			return c;
	return NULL;
}

static void
print_office(struct out *o, const cJSON *office)
{
	long long flags = json_int(office, "flags", 0);
	long long revisions = json_int(office, "revisions", 0);

	out_style(o, STYLE_HEAD);
	out_printf(o, _("%s %s, year %lld: "),
	    or_dash(json_str(office, "office")),
	    or_dash(json_str(office, "name")),
	    (long long)json_int(office, "year", 0));
	out_printf(o, lang_n(flags, "%lld flag", "%lld flags"), flags);
	out_spaces(o, 1);
	out_printf(o,
	    lang_n(revisions, "in %lld revision", "in %lld revisions"),
	    revisions);
	out_style(o, STYLE_PLAIN);
	out_nl(o);
}

/* Headings where office or rule change. */
static void
print_flags(struct out *o, const cJSON *describe, const cJSON *result)
{
	const char *office = "", *rule = "";
	const cJSON *f;

	cJSON_ArrayForEach (f, json_get(result, "flags")) {
		const char *of = or_dash(json_str(f, "office"));
		const char *by = or_dash(json_str(f, "rule"));

		if (strcmp(of, office) != 0) {
			if (office[0] != '\0')
				out_nl(o);
			print_office(o, find_office(result, of));
			rule = "";
		}
		if (strcmp(by, rule) != 0) {
			out_nl(o);
			out_style(o, STYLE_WARN);
			out_printf(o, "%s (%s)", flags_say_title(by), by);
			out_style(o, STYLE_PLAIN);
			out_nl(o);
		}
		print_flag(o, describe, f);
		office = of;
		rule = by;
	}
}

/* Offices in which nothing was found: that they were looked at is said too. */
static void
print_clean(struct out *o, const cJSON *result)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(result, "offices"))
		if (json_int(c, "flags", 0) == 0)
			print_office(o, c);
}

static void
print_off(struct out *o, const cJSON *off)
{
	struct buf b = BUF_INIT;
	const cJSON *c;

	cJSON_ArrayForEach (c, off)
		buf_printf(&b, " %s", cJSON_IsString(c) ? c->valuestring : "-");
	if (b.len > 0)
		out_printf(o, _("Switched off by the configuration:%s\n"),
		    buf_str(&b));
	buf_release(&b);
}

static void
print_result(struct out *o, const cJSON *describe, const cJSON *result)
{
	int64_t next = json_int(result, "next", 0);
	char cursor[24];

	if (cJSON_GetArraySize(json_get(result, "offices")) == 0) {
		out_printf(o, _("No office has opened this year.\n"));
		return;
	}
	print_clean(o, result);
	if (json_int(result, "total", 0) > 0) {
		print_flags(o, describe, result);
		out_nl(o);
		out_wrapped(o, 0, "", flags_say_caution());
		out_wrapped(o, 0, "",
		    _("What a rule means: pmqa flags --explain RULE"));
	}
	print_off(o, json_get(result, "off"));
	snprintf(cursor, sizeof(cursor), "%lld", (long long)next);
	cmd_say_more(o, next > 0 ? cursor : NULL);
}

static int
flags(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL, *describe = NULL;
	int rc;

	if (c->opts->value[OPT_EXPLAIN] != NULL)
		return explain(c, c->opts->value[OPT_EXPLAIN], e);
	if ((rc = flags_params(c, &params, e)) < 0 ||
	    (rc = cmd_ask_long(c, "flags", params, _("looking"), &result, e)) <
		0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else if ((rc = cmd_ask(c, "records.describe", NULL, &describe, e)) == 0)
		print_result(&c->out, describe, result);
	cJSON_Delete(describe);
	cJSON_Delete(result);
	return rc;
}

const struct cmd_desc cmd_flags_rows[] = {
	{ "flags", "",
	    N_("red flags of a year: what an auditor may want to ask about"),
	    N_("A red flag is a question, not a verdict. Each names its "
	       "revisions, who made them and when, and how much it is about. "
	       "At a hall or a ministry: of all offices, unless --office names "
	       "one. --explain RULE (or all) says what a rule means, with "
	       "harmless reasons, and what it is set to; rules are switched "
	       "off and set in section [flags] of pmqad.conf. Exit status 0 "
	       "whether there are flags or not: scripts look at \"total\" of "
	       "--json. --limit: 1 to 200."),
	    "pmqa flags\npmqa flags --explain late_save\n"
	    "pmqa --dir H flags --year 2565 --rule no_evidence\n"
	    "pmqa --dir H flags --office 9105 --since 2565-04-01 --json",
	    B(OFFICE) | B(YEAR) | B(RULE) | B(EXPLAIN) | B(ITEM) | B(SINCE) |
		B(UNTIL) | B(LIMIT) | B(CURSOR),
	    0, 0, flags },
};
const size_t cmd_flags_n_rows =
    sizeof(cmd_flags_rows) / sizeof(*cmd_flags_rows);
