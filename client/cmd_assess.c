#include "client/cmd_assess.h"

#include "client/cmd_answer.h"
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
	long year;
	int rc = opts_word_number(
	    _("YEAR"), c->args[0], YEAR_MIN, YEAR_MAX, &year, e);

	if (rc < 0)
		return rc;
	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	rc = json_put_int(params, "year", year, e);
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

	out_style(o, STYLE_HEAD);
	out_printf(o, _("Assessment of fiscal year %lld"),
	    (long long)json_int(shown, "cycle", 0));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	out_printf(o, _("  Edition of the criteria: %s\n"),
	    edition != NULL ? edition : "-");
	out_printf(o, _("  Status: %s (revision %s)\n"),
	    labels_word(json_str(json_get(shown, "fields"), "status")),
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
	int rc = cmd_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "assess.show", params, &shown, e);
	if (rc == 0 && c->json)
		out_json(&c->out, shown);
	else if (rc == 0)
		rc = print_assessment(&c->out, shown, e);
	cJSON_Delete(shown);
	return rc;
}

static void
print_points(struct out *o, const cJSON *item, const char *level)
{
	const cJSON *p, *points = criteria_points(item, level);
	char mark[48];

	if (points == NULL)
		return;
	out_printf(o, "    %s\n", labels_level(level));
	cJSON_ArrayForEach (p, points) {
		const char *id = json_str(p, "id");

		snprintf(mark, sizeof(mark), "%s  ", id != NULL ? id : "-");
		out_hanging(o, 6, mark, criteria_title(p));
	}
}

static void
print_measures(struct out *o, const cJSON *item)
{
	const cJSON *m;
	char mark[64];

	cJSON_ArrayForEach (m, json_get(item, "measures")) {
		const char *id = json_str(m, "id");

		snprintf(mark, sizeof(mark), "%s %s  ", id != NULL ? id : "-",
		    json_bool(m, "required", 0) ? "*" : " ");
		out_hanging(o, 6, mark, criteria_title(m));
	}
}

static void
print_criterion(struct out *o, const cJSON *item, int whole)
{
	char mark[32];
	const char *id = json_str(item, "id");

	snprintf(mark, sizeof(mark), "%s  ", id != NULL ? id : "-");
	out_hanging(o, 2, mark, criteria_title(item));
	if (!whole)
		return;
	for (size_t i = 0; i < CRITERIA_LEVELS; i++)
		print_points(o, item, criteria_levels[i]);
	print_measures(o, item);
}

static int
print_edition(
    struct out *o, const cJSON *edition, const char *wanted, struct err *e)
{
	const cJSON *category, *item;
	const char *id = json_str(edition, "id");

	if (wanted != NULL) {
		item = criteria_item(edition, wanted);
		if (item == NULL)
			return err_set(e, ERR_NOT_FOUND, 0,
			    "edition '%s' has no item '%s'",
			    id != NULL ? id : "-", wanted);
		print_criterion(o, item, 1);
		return 0;
	}
	out_heading(o, criteria_title(edition));
	out_printf(o, "  %s\n", id != NULL ? id : "-");
	cJSON_ArrayForEach (category, json_get(edition, "categories")) {
		const char *of = json_str(category, "id");

		out_nl(o);
		out_style(o, STYLE_HEAD);
		out_printf(o, _("Category %s: %s"), of != NULL ? of : "-",
		    criteria_title(category));
		out_style(o, STYLE_PLAIN);
		out_nl(o);
		cJSON_ArrayForEach (item, json_get(edition, "items")) {
			const char *in = json_str(item, "category");

			if (in != NULL && of != NULL && strcmp(in, of) == 0)
				print_criterion(o, item, 0);
		}
	}
	return 0;
}

int
cmd_assess_edition(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *edition = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "edition.get", params, &edition, e);
	if (rc == 0 && c->json)
		out_json(&c->out, edition);
	else if (rc == 0)
		rc = print_edition(
		    &c->out, edition, c->n_args > 0 ? c->args[0] : NULL, e);
	cJSON_Delete(edition);
	return rc;
}
