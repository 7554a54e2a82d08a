#include "client/cmd/cmd_action.h"

#include "client/changes.h"
#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_at.h"
#include "client/cmd/cmd_plan.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define B(o) OPT_BIT(OPT_##o)
#define SAVES (B(YEAR) | B(REASON) | B(IF_REV))
#define LISTS (B(OFFICE) | B(YEAR) | B(ITEM) | B(OVERDUE) | B(AT))

void
cmd_action_days(char *ret, size_t size, const cJSON *days, int open)
{
	long n = cJSON_IsNumber(days) ? (long)days->valuedouble : 0;

	ret[0] = '\0';
	if (!cJSON_IsNumber(days) || !open)
		return;
	if (n == 1)
		snprintf(ret, size, "%s", _("due tomorrow"));
	else if (n == -1)
		snprintf(ret, size, "%s", _("1 day overdue"));
	else if (n > 0)
		snprintf(ret, size, _("%ld days left"), n);
	else if (n == 0)
		snprintf(ret, size, "%s", _("due today"));
	else
		snprintf(ret, size, _("%ld days overdue"), -n);
}

int
cmd_action_ask(struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_at_params(c, &params, e);

	if (rc == 0)
		rc = cmd_param(c, params, OPT_ITEM, "item", e);
	if (rc == 0 && c->opts->value[OPT_OVERDUE] != NULL)
		rc = json_put_bool(params, "overdue", 1, e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask(c, "action.list", params, ret, e);
}

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

static void
due_cell(struct table *t, const cJSON *action, int open)
{
	char day[64], left[80];
	struct buf text = BUF_INIT;

	out_day(day, sizeof(day), json_str(action, "due"));
	cmd_action_days(left, sizeof(left), json_get(action, "days"), open);
	buf_puts(&text, day);
	if (left[0] != '\0')
		buf_printf(&text, "\n%s", left);
	table_cell(t, json_bool(action, "overdue", 0) ? STYLE_BAD : STYLE_PLAIN,
	    buf_str(&text));
	if (text.failed)
		t->failed = 1;
	buf_release(&text);
}

static void
what_cell(struct table *t, const cJSON *action, int open)
{
	int64_t origin = json_int(json_get(action, "origin"), "year", 0);
	struct buf text = BUF_INIT;

	buf_puts(&text, or_dash(json_str(action, "what")));
	if (origin != 0) {
		buf_puts(&text, "\n");
		buf_printf(
		    &text, _("(carried over from %lld)"), (long long)origin);
	}
	table_cell(t, open ? STYLE_PLAIN : STYLE_DIM, buf_str(&text));
	if (text.failed)
		t->failed = 1;
	buf_release(&text);
}

static void
action_row(struct table *t, const cJSON *action)
{
	const char *status = json_str(action, "status");
	int open = status != NULL && strcmp(status, "open") == 0;
	struct buf items = BUF_INIT;
	char progress[32];

	changes_value(&items, json_get(action, "items"));
	snprintf(progress, sizeof(progress), "%lld%%",
	    (long long)json_int(action, "progress", 0));
	table_cell(t, STYLE_PLAIN, or_dash(json_str(action, "id")));
	what_cell(t, action, open);
	table_cell(t, STYLE_PLAIN, items.len > 0 ? buf_str(&items) : "-");
	table_cell(t, STYLE_PLAIN, or_dash(json_str(action, "who")));
	due_cell(t, action, open);
	table_cell(t, STYLE_PLAIN, progress);
	table_cell(t, open ? STYLE_PLAIN : STYLE_GOOD, cmd_plan_status(status));
	if (items.failed)
		t->failed = 1;
	buf_release(&items);
}

static int
print_list(struct out *o, const cJSON *list, struct err *e)
{
	const cJSON *actions = json_get(list, "actions"), *one;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(actions) == 0) {
		out_wrapped(
		    o, 0, "", _("There is no such action in the plan."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Action"), COL_LEFT);
	table_column(&t, _("What is to be done"), COL_FLEX);
	table_column(&t, _("Items"), COL_LEFT);
	table_column(&t, _("Who"), COL_LEFT);
	table_column(&t, _("Due"), COL_LEFT);
	table_column(&t, _("Progress"), COL_RIGHT);
	table_column(&t, _("State"), COL_LEFT);
	cJSON_ArrayForEach (one, actions) {
		action_row(&t, one);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

static int
run_list(struct cmd *c, struct err *e)
{
	cJSON *list = NULL;
	int rc = cmd_action_ask(c, &list, e);

	if (rc == 0 && c->json)
		out_json(&c->out, list);
	else if (rc == 0) {
		cmd_at_head(&c->out, list);
		rc = print_list(&c->out, list, e);
	}
	cJSON_Delete(list);
	return rc;
}

static int
save(struct cmd *c, const char *id, size_t first, struct err *e)
{
	cJSON *params = NULL, *fields = NULL;
	int rc = cmd_answer_fields(c, first, &fields, e);

	if (rc < 0)
		return rc;
	rc = cmd_answer_params(c, &params, e);
	if (rc == 0 && id != NULL)
		rc = json_put_str(params, "id", id, e);
	if (rc < 0) {
		cJSON_Delete(fields);
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save_fields(c, "action.set", params, fields, e);
}

static int
run_add(struct cmd *c, struct err *e)
{
	return save(c, NULL, 0, e);
}

static int
run_set(struct cmd *c, struct err *e)
{
	return save(c, c->args[0], 1, e);
}

static int
run_rm(struct cmd *c, struct err *e)
{
	cJSON *params = NULL;
	int rc = cmd_answer_params(c, &params, e);

	if (rc == 0)
		rc = json_put_str(params, "id", c->args[0], e);
	if (rc < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_answer_save(c, "action.remove", params, e);
}

const struct cmd_desc cmd_action_rows[] = {
	{ "plan", "",
	    N_("the improvement plan: by priority, what is due, how far it is"),
	    NULL, "pmqa plan\npmqa plan --overdue\npmqa plan --at submission",
	    LISTS, 0, 0, cmd_plan_plan },
	{ "action list", "", N_("the actions of the plan, by due day"), NULL,
	    "pmqa action list --overdue\npmqa action list --item 1.1", LISTS, 0,
	    0, run_list },
	{ "action add", N_("FIELD=VALUE..."),
	    N_("add an action to the improvement plan"),
	    N_("Fields: what (needed), gap, items (1.1, or a whole category "
	       "such as 7), who, due (2569-03-31 or 31/3/2569), priority "
	       "(quick, system or sustain), budget, status (open, done or "
	       "dropped), progress (0 to 100), followup.m6, followup.m12. It "
	       "gets a short name such as pa1."),
	    "pmqa action add what='ทบทวนช่องทางรับเรื่องร้องเรียน' items=3.4 "
	    "who='ปลัดอำเภอ' due=31/3/2569 priority=quick",
	    SAVES, 1, SIZE_MAX, run_add },
	{ "action set", N_("ID FIELD=VALUE..."),
	    N_("change an action, or write how far it is"),
	    N_("The fields of 'pmqa action add'; FIELD= removes one. What is "
	       "done is done to 100 per cent."),
	    "pmqa action set pa1 progress=60 followup.m6='ดำเนินการแล้วสองตำบล'\n"
	    "pmqa action set pa1 status=done",
	    SAVES, 2, SIZE_MAX, run_set },
	{ "action rm", N_("ID"), N_("remove an action from the plan"),
	    N_("What is only given up is better dropped: pmqa action set ID "
	       "status=dropped."),
	    "pmqa action rm pa3 --reason 'บันทึกซ้ำ'", SAVES, 1, 1, run_rm },
};
const size_t cmd_action_n_rows =
    sizeof(cmd_action_rows) / sizeof(*cmd_action_rows);
