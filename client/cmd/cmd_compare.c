/* Scores side by side. */
#include "client/cmd/cmd_see.h"
#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

/* "412.50" as "413": seven categories must fit side by side. */
static void
whole_cell(struct table *t, enum style st, const char *score)
{
	char text[32] = "-";

	if (score != NULL)
		snprintf(text, sizeof(text), "%.0f", strtod(score, NULL));
	table_cell(t, st, text);
}

static const cJSON *
category_of(const cJSON *row, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(row, "categories")) {
		const char *is = json_str(c, "id");

		if (is != NULL && id != NULL && strcmp(is, id) == 0)
			return c;
	}
	return NULL;
}

static void
state_cell(struct table *t, const cJSON *row)
{
	const char *state = labels_word(json_str(row, "state"));
	char text[160];

	if (!json_bool(row, "late", 0)) {
		table_cell(t, STYLE_PLAIN, state);
		return;
	}
	snprintf(text, sizeof(text), _("%s, late"), state);
	table_cell(t, STYLE_BAD, text);
}

static void
change_cell(struct table *t, const cJSON *row)
{
	const char *change = json_str(row, "change");
	char text[40] = "";

	if (change != NULL)
		snprintf(text, sizeof(text), "%s%.30s",
		    change[0] == '-' ? "" : "+", change);
	table_cell(t,
	    change == NULL           ? STYLE_DIM
	    : change[0] == '-'       ? STYLE_BAD
	    : strcmp(change, "0.00") ? STYLE_GOOD
				     : STYLE_PLAIN,
	    text);
}

/* What leads a row: the office, or (name NULL) the year. */
static void
lead_cells(struct table *t, const cJSON *row, int by_office)
{
	char year[24];

	if (by_office) {
		table_cell(t, STYLE_HEAD, or_dash(json_str(row, "office")));
		table_cell(t, STYLE_PLAIN, or_dash(json_str(row, "name")));
	} else {
		snprintf(year, sizeof(year), "%lld",
		    (long long)json_int(row, "year", 0));
		table_cell(t, STYLE_HEAD, year);
	}
}

static void
add_rows(
    struct table *t, const cJSON *categories, const cJSON *row, int by_office)
{
	const char *committee = json_str(row, "committee");
	const cJSON *c;

	lead_cells(t, row, by_office);
	state_cell(t, row);
	table_cell(t, STYLE_HEAD, or_dash(json_str(row, "total")));
	change_cell(t, row);
	cJSON_ArrayForEach (c, categories)
		whole_cell(t, STYLE_PLAIN,
		    json_str(category_of(row, json_str(c, "id")), "score"));
	if (committee == NULL)
		return;
	table_cell(t, STYLE_DIM, "");
	if (by_office)
		table_cell(t, STYLE_DIM, "");
	table_cell(t, STYLE_DIM, _("committee"));
	table_cell(t, STYLE_DIM, committee);
	table_cell(t, STYLE_DIM, "");
	cJSON_ArrayForEach (c, categories)
		whole_cell(t, STYLE_DIM,
		    json_str(category_of(row, json_str(c, "id")), "committee"));
}

/* year 0: all rows. */
static int
print_rows(struct out *o, const cJSON *result, int64_t year, int by_office,
    struct err *e)
{
	const cJSON *categories = json_get(result, "categories"), *c;
	struct table t;
	int rc;

	table_init(&t);
	if (by_office) {
		table_column(&t, _("Office"), COL_LEFT);
		table_column(&t, _("Name"), COL_CLIP);
	} else {
		table_column(&t, _("Year"), COL_LEFT);
	}
	table_column(&t, _("State"), COL_LEFT);
	table_column(&t, _("Total"), COL_RIGHT);
	table_column(&t, _("Change"), COL_RIGHT);
	cJSON_ArrayForEach (c, categories)
		table_column(&t, or_dash(json_str(c, "id")), COL_RIGHT);
	cJSON_ArrayForEach (c, json_get(result, "rows"))
		if (year == 0 || json_int(c, "year", 0) == year)
			add_rows(&t, categories, c, by_office);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

/* The figures over the columns. */
static void
print_legend(struct out *o, const cJSON *result)
{
	const cJSON *c;
	char mark[32];

	out_nl(o);
	cJSON_ArrayForEach (c, json_get(result, "categories")) {
		snprintf(
		    mark, sizeof(mark), "%.8s  ", or_dash(json_str(c, "id")));
		out_hanging(o, 2, mark, criteria_title(c));
	}
	out_nl(o);
	out_style(o, STYLE_DIM);
	out_wrapped(o, 0, "",
	    _("Self-assessments are for learning: a higher figure than another "
	      "office's says little unless both were reviewed alike."));
	out_style(o, STYLE_PLAIN);
}

static int
is_one_office(const cJSON *rows)
{
	const char *first =
	    json_str(rows != NULL ? rows->child : NULL, "office");
	const cJSON *r;

	cJSON_ArrayForEach (r, rows)
		if (strcmp(or_dash(json_str(r, "office")), or_dash(first)) != 0)
			return 0;
	return 1;
}

/* One office: a row a year. Several: a table a year, the newest first. */
static int
print_compare(struct out *o, const cJSON *result, struct err *e)
{
	const cJSON *rows = json_get(result, "rows");
	const cJSON *years = json_get(result, "years");
	int rc = 0;

	if (rows == NULL || rows->child == NULL) {
		out_puts(o, _("No assessment is open yet."));
		out_nl(o);
		return 0;
	}
	if (is_one_office(rows)) {
		out_style(o, STYLE_HEAD);
		out_printf(o, "%s %s", or_dash(json_str(rows->child, "office")),
		    or_dash(json_str(rows->child, "name")));
		out_style(o, STYLE_PLAIN);
		out_nl(o);
		rc = print_rows(o, result, 0, 0, e);
	} else {
		for (int i = cJSON_GetArraySize(years) - 1; rc == 0 && i >= 0;
		     i--) {
			int64_t year = (int64_t)cJSON_GetNumberValue(
			    cJSON_GetArrayItem(years, i));

			out_style(o, STYLE_HEAD);
			out_printf(o, _("Fiscal year %lld"), (long long)year);
			out_style(o, STYLE_PLAIN);
			out_nl(o);
			rc = print_rows(o, result, year, 1, e);
			if (i > 0)
				out_nl(o);
		}
	}
	if (rc == 0)
		print_legend(o, result);
	return rc;
}

int
cmd_compare_compare(struct cmd *c, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *result = NULL;
	int rc = params != NULL ? 0 : err_nomem(e);

	if (rc == 0)
		rc = cmd_see_list(c, params, OPT_YEARS, "years", e);
	if (rc == 0)
		rc = cmd_see_list(c, params, OPT_OFFICES, "offices", e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "compare", params, &result, e)) < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		rc = print_compare(&c->out, result, e);
	cJSON_Delete(result);
	return rc;
}
