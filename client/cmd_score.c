#include "client/cmd_score.h"

#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

static int
is_unassessed(const cJSON *result, const char *id)
{
	const cJSON *one;

	cJSON_ArrayForEach (one, json_get(result, "unassessed")) {
		if (cJSON_IsString(one) && strcmp(one->valuestring, id) == 0)
			return 1;
	}
	return 0;
}

static void
item_row(struct table *t, const cJSON *edition, const cJSON *result,
    const cJSON *item)
{
	const char *id = or_dash(json_str(item, "id"));
	const char *level = json_str(item, "level");
	int64_t points = json_int(item, "points", 0);
	char counts[48] = "";
	char name[24];

	snprintf(name, sizeof(name), "  %.8s", id);
	table_cell(t, STYLE_PLAIN, name);
	table_cell(t, STYLE_PLAIN, criteria_title(criteria_item(edition, id)));
	if (points > 0)
		snprintf(counts, sizeof(counts), "%lld/%lld",
		    (long long)json_int(item, "ticked", 0), (long long)points);
	table_cell(t, STYLE_PLAIN, counts);
	table_cell(t, STYLE_PLAIN, or_dash(json_str(item, "score")));
	if (is_unassessed(result, id))
		table_cell(t, STYLE_DIM, _("not assessed"));
	else
		table_cell(t,
		    level != NULL && strcmp(level, "none") != 0 ? STYLE_GOOD
								: STYLE_PLAIN,
		    labels_level(level));
}

static void
category_row(struct table *t, const cJSON *edition, const cJSON *category)
{
	const char *id = or_dash(json_str(category, "id"));

	table_cell(t, STYLE_HEAD, id);
	table_cell(
	    t, STYLE_HEAD, criteria_title(criteria_category(edition, id)));
	table_cell(t, STYLE_PLAIN, "");
	table_cell(t, STYLE_HEAD, or_dash(json_str(category, "score")));
	table_cell(t, STYLE_PLAIN, "");
}

static void
rows(struct table *t, const cJSON *edition, const cJSON *result)
{
	const cJSON *category, *item;

	cJSON_ArrayForEach (category, json_get(result, "categories")) {
		const char *id = or_dash(json_str(category, "id"));
		size_t len = strlen(id);

		category_row(t, edition, category);
		cJSON_ArrayForEach (item, json_get(result, "items")) {
			const char *of = or_dash(json_str(item, "id"));

			if (strncmp(of, id, len) == 0 && of[len] == '.')
				item_row(t, edition, result, item);
		}
	}
	table_cell(t, STYLE_PLAIN, "");
	table_cell(t, STYLE_HEAD, _("Total"));
	table_cell(t, STYLE_PLAIN, "");
	table_cell(t, STYLE_HEAD, or_dash(json_str(result, "total")));
	table_cell(t, STYLE_PLAIN, "");
}

static int
print_score(
    struct out *o, const cJSON *edition, const cJSON *result, struct err *e)
{
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, _("Item"), COL_LEFT);
	table_column(&t, _("Title"), COL_CLIP);
	table_column(&t, _("Points"), COL_RIGHT);
	table_column(&t, _("Score"), COL_RIGHT);
	table_column(&t, _("Level reached"), COL_LEFT);
	rows(&t, edition, result);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc < 0)
		return rc;
	out_nl(o);
	out_style(o, STYLE_DIM);
	out_wrapped(o, 0, "",
	    _("An internal self-assessment, for learning and as a contribution "
	      "to the province's form: not an official PMQA 4.0 result."));
	out_style(o, STYLE_PLAIN);
	return 0;
}

int
cmd_score_score(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *edition = NULL, *result = NULL;
	int64_t ed = 0, id;
	int rc = cmd_params(c, &params, e);

	if (rc == 0 && !c->json)
		rc = cmd_send(
		    c, "edition.get", cJSON_Duplicate(params, 1), &ed, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_send(c, "score", params, &id, e)) < 0 ||
	    (rc = cmd_wait(c, id, &result, e)) < 0)
		goto out;
	if (c->json)
		out_json(&c->out, result);
	else if ((rc = cmd_wait(c, ed, &edition, e)) == 0)
		rc = print_score(&c->out, edition, result, e);
out:
	cJSON_Delete(edition);
	cJSON_Delete(result);
	return rc;
}
