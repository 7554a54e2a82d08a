#include "client/cmd/cmd_blame.h"

#include "client/changes.h"
#include "client/cmd/cmd_history_ask.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

/* Columns that the table of points needs, with names of usual length. */
#define TABLE_WIDTH 80

static void
who_text(const cJSON *one, char *ret, size_t size)
{
	const cJSON *person = json_get(one, "person");
	const char *name = json_str(person, "name");
	const char *login = json_str(person, "login");

	if (name != NULL && login != NULL && strcmp(name, login) != 0)
		snprintf(ret, size, "%s (%s)", name, login);
	else
		snprintf(
		    ret, size, "%s", out_dash(name != NULL ? name : login));
}

/* "a5  22 พ.ย. 2569 13:14  สมชาย ใจดี (somchai)  9105-a  แก้ไข" */
static void
print_who(struct out *o, const cJSON *one)
{
	const char *merge = json_str(one, "merged_by");
	const char *revision = json_str(one, "revision");
	char when[80], who[320];

	out_spaces(o, 4);
	if (revision == NULL) {
		out_printf(o, "%s\n",
		    _("older than the revisions that were looked at: pmqa "
		      "history goes back to the first"));
		return;
	}
	out_time(when, sizeof(when), json_str(one, "time"));
	who_text(one, who, sizeof(who));
	out_styled(o, STYLE_HEAD, revision);
	out_printf(o, "  %s  %s  %s  %s\n", when, who,
	    out_dash(json_str(one, "device")),
	    labels_action(json_str(one, "action")));
	if (json_str(one, "received") != NULL) {
		out_time(when, sizeof(when), json_str(one, "received"));
		out_spaces(o, 4);
		out_printf(o, _("received by the hall: %s\n"), when);
	}
	if (merge != NULL) {
		out_spaces(o, 4);
		out_printf(
		    o, _("written apart; brought in by the merge %s\n"), merge);
	}
}

static void
print_reason(struct out *o, const cJSON *one)
{
	const char *reason = json_str(one, "reason");
	char mark[80];

	if (reason == NULL || reason[0] == '\0')
		return;
	snprintf(mark, sizeof(mark), "%s ", _("Reason:"));
	out_hanging(o, 4, mark, reason);
}

static void
print_field(
    struct out *o, const cJSON *describe, const char *record, const cJSON *one)
{
	const char *field = out_dash(json_str(one, "field"));
	const cJSON *value = json_get(one, "value");
	struct buf text = BUF_INIT;
	char label[320];

	labels_full(label, sizeof(label), describe, record, field);
	out_spaces(o, 2);
	out_styled(o, STYLE_HEAD, label);
	out_printf(o, "  (%s)\n", field);
	out_spaces(o, 4);
	if (value == NULL || cJSON_IsNull(value))
		buf_puts(&text, _("(removed)"));
	else
		changes_field(&text, describe, record, field, value);
	changes_clip(o, &text, o->width > 30 ? o->width - 6 : 24);
	out_nl(o);
	o->b.failed |= text.failed;
	buf_release(&text);
	print_who(o, one);
	print_reason(o, one);
}

static const char *
point_word(const cJSON *one)
{
	return json_bool(one, "ticked", 0) ? _("ticked") : _("unticked");
}

/* A window that has no room for the table: one below the other. */
static void
print_point(struct out *o, const cJSON *one)
{
	char when[80], who[320];

	who_text(one, who, sizeof(who));
	out_time(when, sizeof(when), json_str(one, "time"));
	out_spaces(o, 2);
	out_styled(o, STYLE_HEAD, out_dash(json_str(one, "point")));
	out_printf(o, "  %s\n", point_word(one));
	out_spaces(o, 4);
	out_printf(o, "%s  %s  %s  %s\n", out_dash(json_str(one, "revision")),
	    when, who, out_dash(json_str(one, "device")));
	print_reason(o, one);
}

static void
point_row(struct table *t, const cJSON *one)
{
	int ticked = json_bool(one, "ticked", 0);
	char when[80], who[320];

	who_text(one, who, sizeof(who));
	out_time(when, sizeof(when), json_str(one, "time"));
	table_cell(t, STYLE_HEAD, out_dash(json_str(one, "point")));
	table_cell(t, ticked ? STYLE_GOOD : STYLE_BAD, point_word(one));
	table_cell(t, STYLE_PLAIN, out_dash(json_str(one, "revision")));
	table_cell(t, STYLE_PLAIN, when);
	table_cell(t, STYLE_PLAIN, who);
	table_cell(t, STYLE_PLAIN, out_dash(json_str(one, "device")));
	table_cell(t, STYLE_PLAIN, out_dash(json_str(one, "reason")));
}

/* Those of one field, from one up to behind. */
static int
print_table(struct out *o, const cJSON *one, const cJSON *behind, struct err *e)
{
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, _("Point"), COL_LEFT);
	table_column(&t, _("State"), COL_LEFT);
	table_column(&t, _("Revision"), COL_LEFT);
	table_column(&t, _("Time"), COL_LEFT);
	table_column(&t, _("By whom"), COL_LEFT);
	table_column(&t, _("Device"), COL_LEFT);
	table_column(&t, _("Why"), COL_FLEX);
	for (; one != behind; one = one->next)
		point_row(&t, one);
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	return rc;
}

/* Those of one field, from *ret on; the one behind them into *ret. */
static int
print_group(struct out *o, const cJSON **ret, struct err *e)
{
	const char *field = out_dash(json_str(*ret, "field"));
	const cJSON *one = *ret, *behind = one;

	while (behind != NULL &&
	       strcmp(out_dash(json_str(behind, "field")), field) == 0)
		behind = behind->next;
	*ret = behind;
	if (o->width >= TABLE_WIDTH)
		return print_table(o, one, behind, e);
	for (; one != behind; one = one->next)
		print_point(o, one);
	return 0;
}

/* A file supports points, too: not to be taken for the item's ticks. */
static int
print_points(struct out *o, const cJSON *describe, const char *record,
    const cJSON *points, struct err *e)
{
	const cJSON *one = points != NULL ? points->child : NULL;
	char label[320];
	int rc = 0;

	while (rc == 0 && one != NULL) {
		out_nl(o);
		labels_full(label, sizeof(label), describe, record,
		    out_dash(json_str(one, "field")));
		out_spaces(o, 2);
		out_styled(o, STYLE_HEAD, label);
		out_nl(o);
		rc = print_group(o, &one, e);
	}
	return rc;
}

static int
print_blame(
    struct cmd *c, const cJSON *describe, const cJSON *result, struct err *e)
{
	const char *record = out_dash(json_str(result, "record"));
	const cJSON *fields = json_get(result, "fields"), *one;
	const cJSON *points = json_get(result, "points");
	long long unchanged = (long long)json_int(result, "unchanged", 0);
	struct out *o = &c->out;
	int rc;

	out_styled(o, STYLE_HEAD, labels_record(describe, record));
	out_printf(o, "  (%s)\n", record);
	if (cJSON_GetArraySize(fields) + cJSON_GetArraySize(points) == 0)
		out_printf(o, "  %s\n",
		    c->opts->value[OPT_SINCE] != NULL
			? _("Nothing has changed since then.")
			: _("Nothing is written here."));
	cJSON_ArrayForEach (one, fields) {
		print_field(o, describe, record, one);
	}
	rc = print_points(o, describe, record, points, e);
	if (rc == 0 && unchanged > 0)
		out_printf(o, _("Unchanged since then: %lld\n"), unchanged);
	return rc;
}

static int
blame_params(const struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc;

	if ((rc = cmd_params(c, &params, e)) < 0)
		return rc;
	if ((rc = cmd_param(c, params, OPT_BRANCH, "branch", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_SINCE, "since", e)) < 0 ||
	    (rc = cmd_history_record(params, c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	*ret = params;
	return 0;
}

int
cmd_blame_blame(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *describe = NULL, *result = NULL;
	int64_t id, labels = 0;
	int rc;

	if ((rc = blame_params(c, &params, e)) < 0 ||
	    (rc = cmd_send(c, "blame", params, &id, e)) < 0)
		return rc;
	if (!c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc == 0)
		rc = cmd_wait(c, id, &result, e);
	if (rc == 0 && !c->json)
		rc = cmd_wait(c, labels, &describe, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0)
		rc = print_blame(c, describe, result, e);
	cJSON_Delete(describe);
	cJSON_Delete(result);
	return rc;
}
