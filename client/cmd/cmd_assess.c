#include "client/cmd/cmd_assess.h"

#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_at.h"
#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define YEAR_MIN 2400
#define YEAR_MAX 2999

int
cmd_assess_open(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	long year, from = 0;
	int rc = opts_word_number(
	    _("YEAR"), c->args[0], YEAR_MIN, YEAR_MAX, &year, e);

	if (rc == 0)
		rc = opts_number(
		    c->opts, OPT_FROM, YEAR_MIN, YEAR_MAX, 0, &from, e);
	if (rc < 0)
		return rc;
	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	rc = json_put_int(params, "year", year, e);
	if (rc == 0 && from != 0)
		rc = json_put_int(params, "from", from, e);
	if (rc == 0)
		rc = cmd_param(c, params, OPT_EDITION, "edition", e);
	if (rc == 0)
		rc = cmd_param(c, params, OPT_REASON, "reason", e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, "assess.open", params, e);
}

static void
progress_row(struct table *t, const cJSON *category)
{
	const char *id = json_str(category, "id");
	int64_t answered = json_int(category, "answered", 0);
	int64_t items = json_int(category, "items", 0);
	char text[48];

	snprintf(text, sizeof(text), "%lld/%lld", (long long)answered,
	    (long long)items);
	table_cell(t, STYLE_PLAIN, id != NULL ? id : "-");
	table_cell(t, STYLE_PLAIN, criteria_title(category));
	table_cell(t,
	    answered == items ? STYLE_GOOD
	    : answered > 0    ? STYLE_WARN
			      : STYLE_PLAIN,
	    text);
}

static int
print_assessment(struct out *o, const cJSON *shown, struct err *e)
{
	const char *revision = json_str(shown, "revision");
	const char *edition = json_str(shown, "edition");
	const cJSON *category;
	struct table t;
	int rc;

	cmd_at_head(o, shown);
	out_style(o, STYLE_HEAD);
	out_printf(o, _("Assessment of fiscal year %lld"),
	    (long long)json_int(shown, "cycle", 0));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	out_printf(o, _("  Edition of the criteria: %s\n"),
	    edition != NULL ? edition : "-");
	out_printf(o, _("  Status: %s (revision %s)\n"),
	    labels_word(json_str(shown, "state")),
	    revision != NULL ? revision : "-");
	out_nl(o);
	table_init(&t);
	table_column(&t, _("Category"), COL_LEFT);
	table_column(&t, _("Title"), COL_FLEX);
	table_column(&t, _("Items answered"), COL_RIGHT);
	cJSON_ArrayForEach (category, json_get(shown, "progress")) {
		progress_row(&t, category);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

int
cmd_assess_show(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *shown = NULL;
	int rc = cmd_at_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "assess.show", params, &shown, e);
	if (rc == 0 && c->json)
		out_json(&c->out, shown);
	else if (rc == 0)
		rc = print_assessment(&c->out, shown, e);
	cJSON_Delete(shown);
	return rc;
}
