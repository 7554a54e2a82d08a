#include "client/cmd/cmd_show.h"

#include "client/changes.h"
#include "client/cmd/cmd_assess.h"
#include "client/cmd/cmd_at.h"
#include "client/cmd/show_parts.h"
#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"

#define LABEL_MAX 320

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
		out_wrapped(o, 2, "",
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
	char label[LABEL_MAX];

	changes_field(&text, describe, record, field->string, field);
	labels_full(label, sizeof(label), describe, record, field->string);
	out_nl(o);
	out_spaces(o, 2);
	out_styled(o, STYLE_HEAD, label);
	out_style(o, STYLE_DIM);
	out_printf(o, "  (%s)", field->string);
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	out_wrapped(o, 4, "", buf_str(&text));
	if (text.failed)
		o->b.failed = 1;
	buf_release(&text);
}

static int
begins(const char *s, const char *with)
{
	return strncmp(s, with, strlen(with)) == 0;
}

/* Indicators and files are shown as what they are, not field by field; the
 * indicators of an older revision have no table of their own. */
static int
is_shown_apart(const char *field, const cJSON *measured)
{
	return strcmp(field, "ticks") == 0 || begins(field, "evidence.") ||
	       (measured != NULL && (begins(field, "indicators.") ||
					begins(field, "measures.")));
}

static int
print_fields(struct out *o, const cJSON *describe, const cJSON *shown,
    const cJSON *measured, struct err *e)
{
	const cJSON *fields = json_get(shown, "fields"), *f;
	cJSON *links = NULL;
	int any = 0, rc;

	cJSON_ArrayForEach (f, fields) {
		any |= strcmp(f->string, "ticks") != 0;
		if (!is_shown_apart(f->string, measured))
			print_field(o, describe, json_str(shown, "record"), f);
	}
	if ((rc = show_parts_nested(fields, "evidence", &links, e)) < 0)
		return rc;
	show_parts_evidence(o, links);
	cJSON_Delete(links);
	if (!any) {
		out_nl(o);
		out_printf(o, "  %s\n", _("Nothing is written about it yet."));
	}
	return 0;
}

static void
print_score(struct out *o, const cJSON *shown, const cJSON *measured)
{
	const char *score = json_str(shown, "score");

	if (measured != NULL && !json_bool(measured, "assessed", 0))
		out_wrapped(o, 2, "",
		    _("Not assessed yet: a measure marked * has no result, or "
		      "none has one."));
	else if (cJSON_GetArraySize(json_get(shown, "points")) == 0)
		out_printf(o, _("  Score %s\n"), score != NULL ? score : "-");
	else if (score != NULL)
		out_printf(o, _("  Score %s, level reached: %s\n"), score,
		    labels_level(json_str(shown, "level")));
}

/* measured: of a result item, what indicator.list says of it; else NULL. */
static int
print_item(struct out *o, const char *id, const cJSON *describe,
    const cJSON *shown, const cJSON *measured, struct err *e)
{
	const char *commit = json_str(shown, "commit");
	const char *revision = json_str(shown, "revision");
	char head[64];
	int rc = 0;

	snprintf(head, sizeof(head), "%.20s  ", id);
	cmd_at_head(o, shown);
	out_style(o, STYLE_HEAD);
	out_hanging(o, 0, head, criteria_title(shown));
	out_style(o, STYLE_PLAIN);
	if (revision != NULL && commit != NULL)
		out_printf(o, _("  At %s (commit %.12s)\n"), revision, commit);
	print_score(o, shown, measured);
	out_nl(o);
	if (measured == NULL)
		print_levels(o, shown);
	else
		rc = show_parts_indicators(o, measured, e);
	return rc < 0 ? rc : print_fields(o, describe, shown, measured, e);
}

/* The indicators of a result item, as of the same moment. */
static int
ask_measured(struct cmd *c, const cJSON *shown, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc;

	if (cJSON_GetArraySize(json_get(shown, "points")) > 0)
		return 0;
	if ((rc = cmd_at_params(c, &params, e)) < 0)
		return rc;
	if ((rc = json_put_str(params, "item", c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask(c, "indicator.list", params, ret, e);
}

static int
show_item(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *shown = NULL, *describe = NULL, *list = NULL;
	int64_t id = 0, labels = 0;
	int rc = cmd_at_params(c, &params, e);

	if (rc == 0)
		rc = json_put_str(params, "item", c->args[0], e);
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
	else if (rc == 0 && (rc = cmd_wait(c, labels, &describe, e)) == 0 &&
		 (rc = ask_measured(c, shown, &list, e)) == 0)
		rc = print_item(&c->out, c->args[0], describe, shown,
		    cJSON_GetArrayItem(json_get(list, "items"), 0), e);
	cJSON_Delete(shown);
	cJSON_Delete(describe);
	cJSON_Delete(list);
	return rc;
}

int
cmd_show_show(struct cmd *c, struct err *e)
{
	if (c->n_args > 0)
		return show_item(c, e);
	return cmd_assess_show(c, e);
}
