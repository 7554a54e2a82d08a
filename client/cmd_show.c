#include "client/cmd_show.h"

#include "client/changes.h"
#include "client/cmd_assess.h"
#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"

/* The points of one level: how many, and how many of them are ticked. */
static int
count(const cJSON *points, const char *level, int *ret_ticked)
{
	const cJSON *p;
	int n = 0;

	*ret_ticked = 0;
	cJSON_ArrayForEach (p, points) {
		const char *of = json_str(p, "level");

		if (of == NULL || strcmp(of, level) != 0)
			continue;
		n++;
		*ret_ticked += json_bool(p, "ticked", 0);
	}
	return n;
}

static void
print_points(struct out *o, const cJSON *points, const char *level)
{
	const cJSON *p;
	char mark[64];

	cJSON_ArrayForEach (p, points) {
		const char *id = json_str(p, "id");
		const char *of = json_str(p, "level");
		int on = json_bool(p, "ticked", 0);

		if (of == NULL || strcmp(of, level) != 0)
			continue;
		snprintf(mark, sizeof(mark), "[%s] %s  ", on ? "x" : " ",
		    id != NULL ? id : "-");
		if (on)
			out_style(o, STYLE_GOOD);
		out_hanging(o, 4, mark, criteria_title(p));
		if (on)
			out_style(o, STYLE_PLAIN);
	}
}

static void
print_levels(struct out *o, const cJSON *shown)
{
	const cJSON *points = json_get(shown, "points");
	int n, ticked;

	if (cJSON_GetArraySize(points) == 0)
		out_printf(o, "  %s\n",
		    _("A result item: its score comes from indicators, not "
		      "from points."));
	for (size_t i = 0; i < CRITERIA_LEVELS; i++) {
		const char *level = criteria_levels[i];

		if ((n = count(points, level, &ticked)) == 0)
			continue;
		out_printf(o, _("  Level %s: %d of %d points\n"),
		    labels_level(level), ticked, n);
		print_points(o, points, level);
	}
}

static void
print_field(struct out *o, const cJSON *describe, const char *record,
    const cJSON *field)
{
	struct buf text = BUF_INIT;

	changes_value(&text, field);
	out_nl(o);
	out_spaces(o, 2);
	out_styled(
	    o, STYLE_HEAD, labels_field(describe, record, field->string));
	out_style(o, STYLE_DIM);
	out_printf(o, "  (%s)", field->string);
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	out_wrapped(o, 4, "", buf_str(&text));
	if (text.failed)
		o->b.failed = 1;
	buf_release(&text);
}

static void
print_fields(struct out *o, const cJSON *describe, const cJSON *shown)
{
	const cJSON *f;
	int any = 0;

	cJSON_ArrayForEach (f, json_get(shown, "fields")) {
		if (strcmp(f->string, "ticks") == 0)
			continue;
		any = 1;
		print_field(o, describe, json_str(shown, "record"), f);
	}
	if (!any) {
		out_nl(o);
		out_printf(o, "  %s\n", _("Nothing is written about it yet."));
	}
}

static void
print_item(
    struct out *o, const char *id, const cJSON *describe, const cJSON *shown)
{
	const char *commit = json_str(shown, "commit");
	const char *revision = json_str(shown, "revision");
	const char *score = json_str(shown, "score");
	char head[64];

	snprintf(head, sizeof(head), "%.20s  ", id);
	out_style(o, STYLE_HEAD);
	out_hanging(o, 0, head, criteria_title(shown));
	out_style(o, STYLE_PLAIN);
	if (revision != NULL && commit != NULL)
		out_printf(o, _("  At %s (commit %.12s)\n"), revision, commit);
	if (score != NULL)
		out_printf(o, _("  Score %s, level reached: %s\n"), score,
		    labels_level(json_str(shown, "level")));
	out_nl(o);
	print_levels(o, shown);
	print_fields(o, describe, shown);
}

static int
show_item(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *shown = NULL, *describe = NULL;
	int64_t id = 0, labels = 0;
	int rc = cmd_params(c, &params, e);

	if (rc == 0)
		rc = json_put_str(params, "item", c->args[0], e);
	if (rc == 0)
		rc = cmd_param(c, params, OPT_AT, "at", e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	rc = cmd_send(c, "record.show", params, &id, e);
	if (rc == 0 && !c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc == 0)
		rc = cmd_wait(c, id, &shown, e);
	if (rc == 0 && c->json)
		out_json(&c->out, shown);
	else if (rc == 0 && (rc = cmd_wait(c, labels, &describe, e)) == 0)
		print_item(&c->out, c->args[0], describe, shown);
	cJSON_Delete(shown);
	cJSON_Delete(describe);
	return rc;
}

int
cmd_show_show(struct cmd *c, struct err *e)
{
	if (c->n_args > 0)
		return show_item(c, e);
	if (c->opts->value[OPT_AT] != NULL)
		return err_set(
		    e, ERR_USAGE, 0, "--at needs an item: which one?");
	return cmd_assess_show(c, e);
}
