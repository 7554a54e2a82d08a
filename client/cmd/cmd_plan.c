#include "client/cmd/cmd_plan.h"

#include "client/changes.h"
#include "client/cmd/cmd_action.h"
#include "client/cmd/cmd_at.h"
#include "client/lang.h"

#define BAR 20 /* characters of a progress bar */

static const struct {
	const char *priority; /* NULL: none is given */
	const char *title;
} groups[] = {
	{ "quick", N_("Quick wins") },
	{ "system", N_("System fixes") },
	{ "sustain", N_("To sustain") },
	{ NULL, N_("Without a priority") },
};

const char *
cmd_plan_status(const char *status)
{
	if (status == NULL)
		return "-";
	if (strcmp(status, "open") == 0)
		return _("under way");
	if (strcmp(status, "done") == 0)
		return _("done");
	if (strcmp(status, "dropped") == 0)
		return _("dropped");
	return status;
}

static int
has_status(const cJSON *action, const char *status)
{
	const char *is = json_str(action, "status");

	return is != NULL && strcmp(is, status) == 0;
}

static int
is_in(const cJSON *action, const char *priority)
{
	const char *is = json_str(action, "priority");

	return is == NULL || priority == NULL ? is == priority
					      : strcmp(is, priority) == 0;
}

static void
print_summary(struct out *o, const cJSON *list)
{
	const cJSON *actions = json_get(list, "actions"), *one;
	int open = 0, overdue = 0, done = 0, dropped = 0;

	cJSON_ArrayForEach (one, actions) {
		open += has_status(one, "open");
		done += has_status(one, "done");
		dropped += has_status(one, "dropped");
		overdue += json_bool(one, "overdue", 0);
	}
	out_style(o, STYLE_HEAD);
	out_printf(o, _("Improvement plan of fiscal year %lld"),
	    (long long)json_int(list, "year", 0));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	out_printf(
	    o, _("  %d under way, %d done, %d dropped"), open, done, dropped);
	if (overdue > 0) {
		out_puts(o, ", ");
		out_style(o, STYLE_BAD);
		out_printf(o, _("%d overdue"), overdue);
		out_style(o, STYLE_PLAIN);
	}
	out_nl(o);
}

static void
print_bar(struct out *o, const cJSON *action)
{
	int64_t percent = json_int(action, "progress", 0);
	int64_t full = percent * BAR / 100;
	char bar[BAR + 1];

	for (int i = 0; i < BAR; i++)
		bar[i] = i < full ? '#' : '.';
	bar[BAR] = '\0';
	out_printf(o, "[%s] %3lld%%", bar, (long long)percent);
}

/* "pa1 [####......] 40%  31 มี.ค. 2569 (12 days left)" */
static void
print_head(struct out *o, const cJSON *action)
{
	const char *id = json_str(action, "id");
	const char *due = json_str(action, "due");
	int open = has_status(action, "open");
	int overdue = json_bool(action, "overdue", 0);
	char day[64], left[80];

	out_printf(o, "  %-6s", id != NULL ? id : "-");
	out_style(o, open ? STYLE_PLAIN : STYLE_DIM);
	print_bar(o, action);
	out_style(o, STYLE_PLAIN);
	if (!open) {
		out_puts(o, "  ");
		out_styled(
		    o, STYLE_GOOD, cmd_plan_status(json_str(action, "status")));
	}
	if (due != NULL) {
		out_day(day, sizeof(day), due);
		cmd_action_days(
		    left, sizeof(left), json_get(action, "days"), open);
		out_style(o, overdue ? STYLE_BAD : STYLE_PLAIN);
		out_printf(o, _("  due %s"), day);
		if (left[0] != '\0')
			out_printf(o, " (%s)", left);
		out_style(o, STYLE_PLAIN);
	}
	out_nl(o);
}

static void
print_line(struct out *o, const char *label, const char *text)
{
	struct buf mark = BUF_INIT;

	if (text == NULL || text[0] == '\0')
		return;
	buf_printf(&mark, "%s: ", label);
	out_hanging(o, 8, buf_str(&mark), text);
	if (mark.failed)
		o->b.failed = 1;
	buf_release(&mark);
}

static void
print_action(struct out *o, const cJSON *action)
{
	const cJSON *followup = json_get(action, "followup");
	const char *what = json_str(action, "what");
	int64_t origin = json_int(json_get(action, "origin"), "year", 0);
	struct buf items = BUF_INIT;

	print_head(o, action);
	out_wrapped(o, 8, "", what != NULL ? what : "-");
	changes_value(&items, json_get(action, "items"));
	out_style(o, STYLE_DIM);
	print_line(o, _("Items"), items.len > 0 ? buf_str(&items) : NULL);
	print_line(o, _("Gap"), json_str(action, "gap"));
	print_line(o, _("Who"), json_str(action, "who"));
	print_line(o, _("Budget"), json_str(action, "budget"));
	print_line(o, _("At 6 months"), json_str(followup, "m6"));
	print_line(o, _("At 12 months"), json_str(followup, "m12"));
	if (origin != 0) {
		out_spaces(o, 8);
		out_printf(o, _("Carried over from %lld\n"), (long long)origin);
	}
	out_style(o, STYLE_PLAIN);
	if (items.failed)
		o->b.failed = 1;
	buf_release(&items);
}

static void
print_group(struct out *o, const cJSON *actions, size_t g)
{
	const cJSON *one;
	int any = 0;

	cJSON_ArrayForEach (one, actions) {
		if (!is_in(one, groups[g].priority))
			continue;
		if (!any) {
			out_nl(o);
			out_heading(o, err_tr(groups[g].title));
		}
		any = 1;
		print_action(o, one);
	}
}

int
cmd_plan_plan(struct cmd *c, struct err *e)
{
	cJSON *list = NULL;
	int rc = cmd_action_ask(c, &list, e);

	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, list);
		cJSON_Delete(list);
		return 0;
	}
	cmd_at_head(&c->out, list);
	print_summary(&c->out, list);
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++)
		print_group(&c->out, json_get(list, "actions"), g);
	if (cJSON_GetArraySize(json_get(list, "actions")) == 0)
		out_wrapped(&c->out, 2, "",
		    _("Nothing to show. Add what is to be done: pmqa action "
		      "add what='...'"));
	cJSON_Delete(list);
	return 0;
}
