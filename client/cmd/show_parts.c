#include "client/cmd/show_parts.h"

#include "client/changes.h"
#include "client/criteria.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define SHA_SHOWN 12

int
show_parts_nested(
    const cJSON *fields, const char *group, cJSON **ret, struct err *e)
{
	cJSON *all = cJSON_CreateObject(), *one;
	size_t len = strlen(group), n;
	char key[80];
	const cJSON *f;
	int rc = all != NULL ? 0 : err_nomem(e);

	cJSON_ArrayForEach (f, fields) {
		if (rc < 0)
			break;
		if (strncmp(f->string, group, len) != 0 ||
		    f->string[len] != '.')
			continue;
		n = strcspn(f->string + len + 1, ".");
		if (n >= sizeof(key) || f->string[len + 1 + n] != '.')
			continue;
		snprintf(key, sizeof(key), "%.*s", (int)n, f->string + len + 1);
		if ((one = json_get(all, key)) == NULL) {
			one = cJSON_CreateObject();
			if ((rc = json_put(all, key, one, e)) < 0)
				break;
		}
		rc = json_put(
		    one, f->string + len + 1 + n + 1, cJSON_Duplicate(f, 1), e);
	}
	if (rc < 0)
		cJSON_Delete(all);
	else
		*ret = all;
	return rc;
}

static void
print_link(struct out *o, const cJSON *link)
{
	const char *caption = json_str(link, "caption");
	const char *class = json_str(link, "class");
	const cJSON *points = json_get(link, "points");
	struct buf list = BUF_INIT;
	char mark[40];

	snprintf(mark, sizeof(mark), "%.*s  ", SHA_SHOWN, link->string);
	out_hanging(o, 4, mark, caption != NULL ? caption : _("(no caption)"));
	changes_value(&list, points);
	out_spaces(o, 4 + SHA_SHOWN + 2);
	out_style(o, STYLE_DIM);
	out_printf(o, "%s", labels_word(class));
	if (list.len > 0)
		out_printf(o, _("; supports %s"), buf_str(&list));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	if (list.failed)
		o->b.failed = 1;
	buf_release(&list);
}

void
show_parts_evidence(struct out *o, const cJSON *links)
{
	const cJSON *link;
	int n = cJSON_GetArraySize(links);

	if (n == 0)
		return;
	out_nl(o);
	out_spaces(o, 2);
	out_style(o, STYLE_HEAD);
	out_printf(o, _("Evidence: %d"), n);
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	cJSON_ArrayForEach (link, links) {
		print_link(o, link);
	}
}

/* Why an indicator has no score, in few words. */
static const char *
why(const char *name)
{
	if (name == NULL)
		return "";
	if (strcmp(name, "no-target") == 0)
		return _("no target");
	if (strcmp(name, "no-actual") == 0)
		return _("no result");
	if (strcmp(name, "not-applicable") == 0)
		return _("does not apply");
	return name;
}

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

static void
measure_row(struct table *t, const cJSON *m)
{
	int required = json_bool(m, "required", 0);
	int empty = cJSON_GetArraySize(json_get(m, "indicators")) == 0;
	char id[32];

	snprintf(id, sizeof(id), "%.20s%s", or_dash(json_str(m, "id")),
	    required ? " *" : "");
	table_cell(t, STYLE_HEAD, id);
	table_cell(t, STYLE_HEAD, criteria_title(m));
	for (int i = 0; i < 4; i++)
		table_cell(t, STYLE_PLAIN, "");
	table_cell(t, STYLE_PLAIN, "");
	if (required && empty)
		table_cell(t, STYLE_WARN, _("missing"));
	else
		table_cell(t, STYLE_HEAD, or_dash(json_str(m, "score")));
}

static void
indicator_row(struct table *t, const cJSON *i)
{
	const char *unit = json_str(i, "unit");
	const char *score = json_str(i, "score");
	const char *direction = json_str(i, "direction");
	int smaller = direction != NULL && strcmp(direction, "smaller") == 0;
	char id[32];
	struct buf name = BUF_INIT;

	snprintf(id, sizeof(id), "  %.20s", or_dash(json_str(i, "id")));
	buf_puts(&name, or_dash(json_str(i, "name")));
	if (unit != NULL)
		buf_printf(&name, " (%s)", unit);
	if (smaller)
		buf_printf(&name, " [%s]", labels_word("smaller"));
	if (json_str(i, "not_applicable") != NULL)
		buf_printf(&name, "\n%s", json_str(i, "not_applicable"));
	if (json_str(i, "note") != NULL)
		buf_printf(&name, "\n%s", json_str(i, "note"));
	table_cell(t, STYLE_PLAIN, id);
	table_cell(t, STYLE_PLAIN, buf_str(&name));
	table_cell(t, STYLE_PLAIN, or_dash(json_str(i, "target")));
	table_cell(t, STYLE_PLAIN, or_dash(json_str(i, "actual")));
	table_cell(t, STYLE_DIM, or_dash(json_str(i, "previous")));
	table_cell(t, STYLE_DIM, or_dash(json_str(i, "before")));
	table_cell(t, STYLE_PLAIN, or_dash(json_str(i, "percent")));
	if (score != NULL)
		table_cell(t, STYLE_GOOD, score);
	else
		table_cell(t, STYLE_DIM, why(json_str(i, "why")));
	if (name.failed)
		t->failed = 1;
	buf_release(&name);
}

int
show_parts_indicators(struct out *o, const cJSON *item, struct err *e)
{
	const cJSON *m, *i;
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, _("Measure"), COL_LEFT);
	table_column(&t, _("Indicator"), COL_FLEX);
	table_column(&t, _("Target"), COL_RIGHT);
	table_column(&t, _("Result"), COL_RIGHT);
	table_column(&t, _("Last year"), COL_RIGHT);
	table_column(&t, _("2 years ago"), COL_RIGHT);
	table_column(&t, "%", COL_RIGHT);
	table_column(&t, _("Score"), COL_RIGHT);
	cJSON_ArrayForEach (m, json_get(item, "measures")) {
		measure_row(&t, m);
		cJSON_ArrayForEach (i, json_get(m, "indicators")) {
			indicator_row(&t, i);
		}
	}
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	return rc;
}
