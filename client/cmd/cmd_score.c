#include "client/cmd/cmd_score.h"

#include "client/cmd/cmd_at.h"
#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define BAR_CELLS 10
#define BAR_ROOM 96 /* narrower terminals show no bars */

/* One score on the screen: what is asked of every row. */
struct view {
	const cJSON *edition, *result;
	int committee; /* somebody at the hall scored something */
	int bars;
	double max;
	int only_categories;
};

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

/* "████████░░" */
static void
bar_cell(struct table *t, const struct view *v, const char *score)
{
	struct buf b = BUF_INIT;
	double part = score != NULL ? strtod(score, NULL) / v->max : 0;
	int full = (int)(part * BAR_CELLS + 0.5);

	if (!v->bars)
		return;
	for (int i = 0; i < BAR_CELLS; i++)
		buf_puts(&b, i < full ? "█" : "░");
	table_cell(t, STYLE_DIM, buf_str(&b));
	buf_release(&b);
}

/* The committee's figure; another than the office's is to be seen. */
static void
committee_cell(struct table *t, const struct view *v, const cJSON *of)
{
	const char *theirs = json_str(of, "committee");
	const char *own = json_str(of, "score");
	int same = theirs != NULL && own != NULL && strcmp(theirs, own) == 0;

	if (!v->committee)
		return;
	table_cell(t,
	    theirs == NULL ? STYLE_DIM
	    : same         ? STYLE_PLAIN
			   : STYLE_WARN,
	    or_dash(theirs));
}

static void
item_row(struct table *t, const struct view *v, const cJSON *item)
{
	const char *id = or_dash(json_str(item, "id"));
	const char *level = json_str(item, "level");
	int64_t points = json_int(item, "points", 0);
	char counts[48] = "";
	char name[24];

	snprintf(name, sizeof(name), "  %.8s", id);
	table_cell(t, STYLE_PLAIN, name);
	table_cell(
	    t, STYLE_PLAIN, criteria_title(criteria_item(v->edition, id)));
	if (points > 0)
		snprintf(counts, sizeof(counts), "%lld/%lld",
		    (long long)json_int(item, "ticked", 0), (long long)points);
	table_cell(t, STYLE_PLAIN, counts);
	table_cell(t, STYLE_PLAIN, or_dash(json_str(item, "score")));
	bar_cell(t, v, json_str(item, "score"));
	committee_cell(t, v, item);
	if (is_unassessed(v->result, id))
		table_cell(t, STYLE_DIM, _("not assessed"));
	else
		table_cell(t,
		    level != NULL && strcmp(level, "none") != 0 ? STYLE_GOOD
								: STYLE_PLAIN,
		    labels_level(level));
}

static void
category_row(struct table *t, const struct view *v, const cJSON *category)
{
	const char *id = or_dash(json_str(category, "id"));
	enum style st = v->only_categories ? STYLE_PLAIN : STYLE_HEAD;

	table_cell(t, st, id);
	table_cell(t, st, criteria_title(criteria_category(v->edition, id)));
	if (!v->only_categories)
		table_cell(t, STYLE_PLAIN, "");
	table_cell(t, st, or_dash(json_str(category, "score")));
	bar_cell(t, v, json_str(category, "score"));
	committee_cell(t, v, category);
	if (!v->only_categories)
		table_cell(t, STYLE_PLAIN, "");
}

static void
total_row(struct table *t, const struct view *v)
{
	const char *total = json_str(v->result, "total");
	const char *theirs =
	    json_str(json_get(v->result, "committee"), "total");

	table_cell(t, STYLE_PLAIN, "");
	table_cell(t, STYLE_HEAD, _("Total"));
	if (!v->only_categories)
		table_cell(t, STYLE_PLAIN, "");
	table_cell(t, STYLE_HEAD, or_dash(total));
	bar_cell(t, v, total);
	if (v->committee)
		table_cell(t, STYLE_HEAD, or_dash(theirs));
	if (!v->only_categories)
		table_cell(t, STYLE_PLAIN, "");
}

static void
rows(struct table *t, const struct view *v)
{
	const cJSON *category, *item;

	cJSON_ArrayForEach (category, json_get(v->result, "categories")) {
		const char *id = or_dash(json_str(category, "id"));
		size_t len = strlen(id);

		category_row(t, v, category);
		if (v->only_categories)
			continue;
		cJSON_ArrayForEach (item, json_get(v->result, "items")) {
			const char *of = or_dash(json_str(item, "id"));

			if (strncmp(of, id, len) == 0 && of[len] == '.')
				item_row(t, v, item);
		}
	}
	total_row(t, v);
}

static void
columns(struct table *t, const struct view *v)
{
	table_column(
	    t, v->only_categories ? _("Category") : _("Item"), COL_LEFT);
	table_column(t, _("Title"), COL_CLIP);
	if (!v->only_categories)
		table_column(t, _("Points"), COL_RIGHT);
	table_column(t, _("Score"), COL_RIGHT);
	if (v->bars)
		table_column(t, "", COL_LEFT);
	if (v->committee)
		table_column(t, _("Committee"), COL_RIGHT);
	if (!v->only_categories)
		table_column(t, _("Level reached"), COL_LEFT);
}

static const cJSON *
threshold_of(const cJSON *edition, const char *id)
{
	const cJSON *c;

	cJSON_ArrayForEach (c, json_get(edition, "thresholds")) {
		const char *is = json_str(c, "id");

		if (is != NULL && id != NULL && strcmp(is, id) == 0)
			return c;
	}
	return NULL;
}

/* Marks that the edition names: no promise of anybody. */
static void
print_thresholds(struct out *o, const struct view *v)
{
	const cJSON *c;

	if (cJSON_GetArraySize(json_get(v->result, "thresholds")) == 0)
		return;
	out_nl(o);
	out_heading(o, _("Thresholds that the edition names"));
	cJSON_ArrayForEach (c, json_get(v->result, "thresholds")) {
		const cJSON *of = threshold_of(v->edition, json_str(c, "id"));
		const char *sure = json_str(of, "confidence");
		int reached = json_bool(c, "reached", 0);
		char mark[48];

		snprintf(mark, sizeof(mark), "[%s] %lld  ", reached ? "x" : " ",
		    (long long)json_int(c, "points", 0));
		if (reached)
			out_style(o, STYLE_GOOD);
		out_hanging(o, 2, mark, criteria_title(of));
		if (reached)
			out_style(o, STYLE_PLAIN);
		if (sure != NULL && strcmp(sure, "high") != 0)
			out_hanging(o, 11, "",
			    _("(not confirmed by an official source)"));
	}
}

static int
any_committee(const cJSON *result)
{
	const cJSON *item;

	cJSON_ArrayForEach (item, json_get(result, "items"))
		if (json_str(item, "committee") != NULL)
			return 1;
	return json_str(json_get(result, "committee"), "total") != NULL;
}

static int
print_score(struct out *o, const struct view *v, struct err *e)
{
	struct table t;
	int rc;

	cmd_at_head(o, v->result);
	table_init(&t);
	columns(&t, v);
	rows(&t, v);
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc < 0)
		return rc;
	print_thresholds(o, v);
	out_nl(o);
	out_style(o, STYLE_DIM);
	out_wrapped(o, 0, "",
	    _("An internal self-assessment, for learning and as a contribution "
	      "to the province's form: not an official PMQA 4.0 result."));
	out_style(o, STYLE_PLAIN);
	return 0;
}

static int
by_category(const struct cmd *c, int *ret, struct err *e)
{
	const char *by = c->opts->value[OPT_BY];

	*ret = by != NULL && strcmp(by, "category") == 0;
	if (by == NULL || *ret || strcmp(by, "item") == 0)
		return 0;
	return err_set(
	    e, ERR_USAGE, 0, "--by takes item or category, not '%s'", by);
}

static int
show(struct cmd *c, const cJSON *edition, const cJSON *result, int categories,
    struct err *e)
{
	int64_t max = json_int(json_get(edition, "policy"), "max", 500);
	struct view v = { .edition = edition,
		.result = result,
		.committee = any_committee(result),
		.bars = c->out.width >= BAR_ROOM,
		.max = max > 0 ? (double)max : 500,
		.only_categories = categories };

	return print_score(&c->out, &v, e);
}

int
cmd_score_score(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *edition = NULL, *result = NULL;
	int64_t ed = 0, id;
	int categories = 0, rc = by_category(c, &categories, e);

	if (rc < 0 || (rc = cmd_at_params(c, &params, e)) < 0)
		return rc;
	if (!c->json)
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
		rc = show(c, edition, result, categories, e);
out:
	cJSON_Delete(edition);
	cJSON_Delete(result);
	return rc;
}
