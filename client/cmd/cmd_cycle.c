#include "client/cmd/cmd_cycle.h"

#include "client/cmd/cmd_answer.h"
#include "client/cmd/cmd_see.h"
#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

#define B(o) OPT_BIT(OPT_##o)
#define YEAR_MIN 2400
#define YEAR_MAX 2999

static const struct {
	const char *due;
	const char *text;
} dues[] = {
	{ "submit", N_("Submission by the offices") },
	{ "review", N_("Review by the hall") },
	{ "correct", N_("Corrections by the offices") },
	{ "final", N_("Final decision") },
	{ "followup6", N_("Follow-up at 6 months") },
	{ "followup12", N_("Follow-up at 12 months") },
};
#define N_DUES (sizeof(dues) / sizeof(*dues))

static const char *
or_dash(const char *s)
{
	return s != NULL ? s : "-";
}

const char *
cmd_cycle_due_name(const char *due)
{
	for (size_t i = 0; due != NULL && i < N_DUES; i++)
		if (strcmp(dues[i].due, due) == 0)
			return err_tr(dues[i].text);
	return or_dash(due);
}

/* "in 5 days", "today", "3 days ago", late in red: the state of one of the
 * "due" members of several results. */
static void
due_state(const cJSON *due, char *ret, size_t size)
{
	long long days = (long long)json_int(due, "days", 0);
	int done = json_bool(due, "done", 0), late = json_bool(due, "late", 0);

	if (done)
		snprintf(ret, size, "%s", late ? _("done, late") : _("done"));
	else if (late && days < 0)
		snprintf(ret, size,
		    lang_n(-days, "late by %lld day", "late by %lld days"),
		    -days);
	else if (late)
		snprintf(ret, size, "%s", _("late"));
	else if (days == 0)
		snprintf(ret, size, "%s", _("today"));
	else if (days == 1)
		snprintf(ret, size, "%s", _("tomorrow"));
	else if (days > 0)
		snprintf(ret, size, _("in %lld days"), days);
	else
		snprintf(ret, size,
		    lang_n(-days, "%lld day ago", "%lld days ago"), -days);
}

/* --- list --- */

static void
list_row(struct table *t, const cJSON *cycle)
{
	const cJSON *due = json_get(cycle, "due");
	char year[24], day[80];

	snprintf(
	    year, sizeof(year), "%lld", (long long)json_int(cycle, "year", 0));
	table_cell(t, STYLE_HEAD, year);
	table_cell(
	    t, STYLE_PLAIN, json_bool(cycle, "opened", 0) ? _("opened") : "-");
	out_day(day, sizeof(day), json_str(due, "submit"));
	table_cell(t, STYLE_PLAIN, day);
	out_day(day, sizeof(day), json_str(due, "final"));
	table_cell(t, STYLE_PLAIN, day);
	table_cell(t, STYLE_PLAIN, or_dash(json_str(cycle, "edition")));
}

static int
print_list(struct out *o, const cJSON *cycles, struct err *e)
{
	const cJSON *c;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(cycles) == 0) {
		out_wrapped(o, 0, "",
		    _("There is no calendar yet. The hall writes it: pmqa hall "
		      "cycle YEAR due.submit=DATE"));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("Year"), COL_LEFT);
	table_column(&t, _("Assessment"), COL_LEFT);
	table_column(&t, _("Submission due"), COL_LEFT);
	table_column(&t, _("Final decision"), COL_LEFT);
	table_column(&t, _("Edition"), COL_LEFT);
	cJSON_ArrayForEach (c, cycles) {
		list_row(&t, c);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	return rc;
}

static int
cycle_list(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "cycle.list", params, &result, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0)
		rc = print_list(&c->out, json_get(result, "cycles"), e);
	cJSON_Delete(result);
	return rc;
}

/* --- show --- */

static int
print_dues(struct out *o, const cJSON *list, struct err *e)
{
	const cJSON *d;
	struct table t;
	int rc;

	table_init(&t);
	table_column(&t, _("What is due"), COL_LEFT);
	table_column(&t, _("Day"), COL_LEFT);
	table_column(&t, _("State"), COL_LEFT);
	cJSON_ArrayForEach (d, list) {
		char day[80], state[120];
		int64_t days = json_int(d, "days", 0);

		out_day(day, sizeof(day), json_str(d, "date"));
		due_state(d, state, sizeof(state));
		table_cell(
		    &t, STYLE_PLAIN, cmd_cycle_due_name(json_str(d, "name")));
		table_cell(&t, STYLE_PLAIN, day);
		table_cell(&t,
		    json_bool(d, "late", 0)   ? STYLE_BAD
		    : json_bool(d, "done", 0) ? STYLE_GOOD
		    : days >= 0 && days <= 14 ? STYLE_WARN
					      : STYLE_PLAIN,
		    state);
	}
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	return rc;
}

static int
print_offices(struct out *o, const cJSON *offices, struct err *e)
{
	const cJSON *one;
	struct table t;
	int rc;

	if (cJSON_GetArraySize(offices) == 0)
		return 0;
	out_nl(o);
	table_init(&t);
	table_column(&t, _("Code"), COL_LEFT);
	table_column(&t, _("Office"), COL_LEFT);
	table_column(&t, _("State"), COL_LEFT);
	table_column(&t, _("Submitted"), COL_LEFT);
	table_column(&t, _("Received by the hall"), COL_LEFT);
	table_column(&t, "", COL_LEFT);
	cJSON_ArrayForEach (one, offices) {
		int late = json_bool(one, "late", 0);
		char when[80];

		table_cell(&t, STYLE_HEAD, or_dash(json_str(one, "code")));
		table_cell(&t, STYLE_PLAIN, or_dash(json_str(one, "name")));
		table_cell(
		    &t, STYLE_PLAIN, labels_word(json_str(one, "state")));
		out_time(when, sizeof(when), json_str(one, "submitted"));
		table_cell(&t, STYLE_PLAIN, when);
		out_time(when, sizeof(when), json_str(one, "received"));
		table_cell(&t, STYLE_PLAIN, when);
		table_cell(&t, STYLE_BAD, late ? _("late") : "");
	}
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	return rc;
}

/* Target levels: the one for all, then exceptions. */
static void
print_targets(struct out *o, const cJSON *fields)
{
	static const char *const levels[] = { "basic", "advance",
		"significance" };
	const char *all = json_str(fields, "target");
	const cJSON *set, *c;

	if (all != NULL)
		out_printf(o, _("  Target level of all items: %s\n"),
		    labels_level(all));
	for (size_t i = 0; i < 3; i++) {
		set = json_get(json_get(fields, "targets"), levels[i]);
		if (set == NULL)
			continue;
		out_printf(
		    o, _("  Target level %s for:"), labels_level(levels[i]));
		cJSON_ArrayForEach (c, set) {
			out_printf(
			    o, " %s", cJSON_IsString(c) ? c->valuestring : "-");
		}
		out_nl(o);
	}
}

static int
print_cycle(struct out *o, const cJSON *result, struct err *e)
{
	const cJSON *fields = json_get(result, "fields");
	const char *edition = json_str(fields, "edition");
	const char *note = json_str(fields, "note");
	int rc;

	out_style(o, STYLE_HEAD);
	out_printf(o, _("Calendar of fiscal year %lld"),
	    (long long)json_int(result, "year", 0));
	out_style(o, STYLE_PLAIN);
	out_nl(o);
	if (!cJSON_IsObject(fields))
		out_printf(o, "  %s\n",
		    _("The hall has published no calendar of this year."));
	if (edition != NULL)
		out_printf(o, _("  Edition of the criteria: %s\n"), edition);
	print_targets(o, fields);
	if (note != NULL)
		out_wrapped(o, 2, "", note);
	if (cJSON_GetArraySize(json_get(result, "due")) > 0) {
		out_nl(o);
		if ((rc = print_dues(o, json_get(result, "due"), e)) < 0)
			return rc;
	}
	return print_offices(o, json_get(result, "offices"), e);
}

static int
put_year(const struct cmd *c, cJSON *params, const char *word, struct err *e)
{
	long year;
	int rc;

	(void)c;
	rc = opts_word_number(_("YEAR"), word, YEAR_MIN, YEAR_MAX, &year, e);
	return rc < 0 ? rc : json_put_int(params, "year", year, e);
}

static int
cycle_show(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL;
	int rc = cmd_params(c, &params, e);

	if (rc < 0)
		return rc;
	if (c->n_args > 0 && (rc = put_year(c, params, c->args[0], e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	if ((rc = cmd_ask(c, "cycle.show", params, &result, e)) < 0)
		return rc;
	if (c->json)
		out_json(&c->out, result);
	else
		rc = print_cycle(&c->out, result, e);
	cJSON_Delete(result);
	return rc;
}

/* --- set --- */

static int
set_params(struct cmd *c, cJSON **ret, struct err *e)
{
	cJSON *params = cJSON_CreateObject(), *fields = cJSON_CreateObject();
	int rc = fields != NULL ? 0 : err_nomem(e);

	for (size_t i = 1; rc == 0 && i < c->n_args; i++)
		rc = cmd_answer_field(fields, c->args[i], e);
	if (rc < 0) {
		cJSON_Delete(fields);
		goto out;
	}
	if ((rc = json_put(params, "fields", fields, e)) == 0 &&
	    (rc = put_year(c, params, c->args[0], e)) == 0)
		rc = cmd_param(c, params, OPT_REASON, "reason", e);
out:
	if (rc < 0)
		cJSON_Delete(params);
	else
		*ret = params;
	return rc;
}

static int
hall_cycle(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL;
	int rc = set_params(c, &params, e);

	if (rc == 0)
		rc = cmd_ask(c, "cycle.set", params, &result, e);
	if (rc < 0)
		return rc;
	if (c->json) {
		out_json(&c->out, result);
	} else {
		out_styled(&c->out, STYLE_GOOD, _("Calendar written"));
		out_printf(&c->out, ": %lld\n",
		    (long long)json_int(result, "cycle", 0));
		rc = cmd_publish_print(
		    &c->out, json_get(result, "published"), e);
	}
	cJSON_Delete(result);
	return rc;
}

const struct cmd_desc cmd_cycle_rows[] = {
	{ "cycle list", "", N_("the fiscal years that are known"), NULL,
	    "pmqa cycle list", B(OFFICE), 0, 0, cycle_list },
	{ "cycle show", N_("[YEAR]"),
	    N_("a year's calendar: days left, what is done, who is late"),
	    N_("Late is what the hall had not received by the end of the due "
	       "day, by the hall's own clock. At the hall: all offices, or one "
	       "with --office."),
	    "pmqa cycle show\npmqa --dir H cycle show 2565",
	    B(OFFICE) | B(YEAR), 0, 1, cycle_show },
	{ "hall cycle", N_("YEAR FIELD=VALUE..."),
	    N_("write a year's calendar and publish it to every office"),
	    N_("Fields: due.submit, due.review, due.correct, due.final, "
	       "due.followup6, due.followup12 (days, of either era), edition, "
	       "target (basic, advance or significance), targets.basic, "
	       "targets.advance, targets.significance (items and categories "
	       "that differ), note. FIELD= removes."),
	    "pmqa --dir H hall cycle 2569 due.submit=2569-03-31 "
	    "due.final=2569-08-31 target=advance\n"
	    "pmqa --dir H hall cycle 2569 targets.basic='7 3.1'",
	    B(REASON), 2, SIZE_MAX, hall_cycle },
};
const size_t cmd_cycle_n_rows =
    sizeof(cmd_cycle_rows) / sizeof(*cmd_cycle_rows);
