#include "client/cmd/cmd_help.h"

#include "client/cmd_table.h"
#include "client/lang.h"
#include "client/table.h"

static void
example(struct out *o, const char *lines)
{
	while (*lines != '\0') {
		size_t len = strcspn(lines, "\n");

		out_printf(o, "  %.*s\n", (int)len, lines);
		lines += len + (lines[len] == '\n');
	}
}

/* Where an option means something else than what opts.c says of it. */
static const struct {
	const char *command;
	enum opt opt;
	const char *what;
} special[] = {
	{ "hall revoke", OPT_SINCE,
	    N_("as of this day or time, when it was lost for instance; "
	       "default: now") },
	{ "hall log", OPT_OFFICE, N_("only lines of this office") },
	{ "hall log", OPT_DEVICE, N_("only lines of this device: 9105-a") },
	{ "hall log", OPT_SINCE, N_("only lines from this day or time on") },
	{ "hall log", OPT_UNTIL, N_("only lines up to this day or time") },
	{ "hall log", OPT_FORMAT, N_("write it whole: csv or json") },
	{ "history", OPT_DEVICE,
	    N_("only what this machine wrote: b, or 9105-b") },
	{ "history", OPT_OFFICE,
	    N_("only of this office; at a hall without it: of all") },
	{ "history", OPT_SINCE,
	    N_("only revisions from this moment on: a day, a time, a revision, "
	       "submission") },
	{ "history", OPT_UNTIL, N_("only revisions up to this moment") },
	{ "history", OPT_FORMAT, N_("write all of them: csv or json") },
	{ "blame", OPT_SINCE,
	    N_("only what changed since: a day, a time, a revision, "
	       "submission") },
	{ "flags", OPT_OFFICE,
	    N_("only of this office; at a hall without it: of all") },
	{ "flags", OPT_SINCE,
	    N_("only what goes on on this day, at this time or later") },
	{ "flags", OPT_UNTIL, N_("only what began up to this day or time") },
	{ "audit", OPT_OFFICE,
	    N_("of this office; at a hall without it: of all") },
	{ "audit", OPT_APPLY, N_("write over a file that is there already") },
	{ "audit anchor", OPT_APPLY,
	    N_("write over a file that is there already") },
	{ "audit anchor", OPT_FORMAT,
	    N_("form of the file: html or txt, if its name does not say it") },
	{ "hall announce", OPT_UNTIL,
	    N_("the last day on which it matters; default: none") },
	{ "hall watch", OPT_LIMIT,
	    N_("end after so many events; default: go on") },
};

static const char *
what_of(const struct cmd_desc *d, enum opt o)
{
	for (size_t i = 0; i < sizeof(special) / sizeof(*special); i++)
		if (d != NULL && special[i].opt == o &&
		    strcmp(special[i].command, d->name) == 0)
			return special[i].what;
	return opts_desc(o)->what;
}

/* of NULL: of every command. */
static int
options(struct out *o, const struct cmd_desc *of, opt_set mask, struct err *e)
{
	struct table t;
	char name[64];
	int rc;

	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	for (int i = 0; i < N_OPTS; i++) {
		const struct opt_desc *d = opts_desc((enum opt)i);

		if ((mask & OPT_BIT(i)) == 0)
			continue;
		snprintf(name, sizeof(name), "--%s%s%s", d->name,
		    d->arg != NULL ? " " : "",
		    d->arg != NULL ? err_tr(d->arg) : "");
		table_cell(&t, STYLE_PLAIN, name);
		table_cell(&t, STYLE_PLAIN, err_tr(what_of(of, (enum opt)i)));
	}
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	return rc;
}

static void
command_row(struct table *t, const struct cmd_desc *d)
{
	char name[128];

	snprintf(name, sizeof(name), "%s%s%s", d->name,
	    d->args[0] != '\0' ? " " : "",
	    d->args[0] != '\0' ? err_tr(d->args) : "");
	table_cell(t, STYLE_PLAIN, name);
	table_cell(t, STYLE_PLAIN, err_tr(d->summary));
}

/* The commands from *i on that belong to one group, as a table. */
static int
one_group(struct out *o, size_t *i, const char *title, struct err *e)
{
	const struct cmd_desc *d;
	const char *group = NULL;
	struct table t;
	int rc;

	out_heading(o, err_tr(title));
	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	for (; (d = cmd_table_at(*i, &group)) != NULL && group == title; ++*i)
		command_row(&t, d);
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	return rc;
}

static int
all_groups(struct out *o, struct err *e)
{
	const char *title = NULL;
	size_t i = 0;
	int rc;

	while (cmd_table_at(i, &title) != NULL) {
		if (i > 0)
			out_nl(o);
		if ((rc = one_group(o, &i, title, e)) < 0)
			return rc;
	}
	return 0;
}

int
cmd_help_all(struct out *o, struct err *e)
{
	int rc;

	out_wrapped(o, 0, "",
	    _("pmqa keeps an office's PMQA 4.0 self-assessment: every save is "
	      "a signed revision, also offline, and the hall confirms what it "
	      "received."));
	out_nl(o);
	out_heading(o, _("Usage"));
	out_printf(o, "  pmqa [%s] %s …\n", _("OPTIONS"), _("COMMAND"));
	out_nl(o);
	if ((rc = all_groups(o, e)) < 0)
		return rc;
	out_nl(o);
	out_heading(o, _("Options of every command"));
	if ((rc = options(o, NULL, OPTS_ALWAYS, e)) < 0)
		return rc;
	out_nl(o);
	out_wrapped(o, 0, "", _("More on one: pmqa help COMMAND, or pmqa(1)."));
	return 0;
}

int
cmd_help_word(struct out *o, const char *first, struct err *e)
{
	const struct cmd_desc *d;
	struct table t;
	int rc;

	out_heading(o, _("Usage"));
	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	for (size_t i = 0; (d = cmd_table_at(i, NULL)) != NULL; i++)
		if (cmd_table_begins(d, first))
			command_row(&t, d);
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	out_nl(o);
	out_wrapped(o, 0, "", _("More on one: pmqa help COMMAND, or pmqa(1)."));
	return rc;
}

int
cmd_help_one(struct out *o, const struct cmd_desc *d, struct err *e)
{
	int rc;

	out_wrapped(o, 0, "", err_tr(d->summary));
	out_nl(o);
	out_heading(o, _("Usage"));
	out_printf(o, "  pmqa %s%s%s%s\n", d->name,
	    d->args[0] != '\0' ? " " : "",
	    d->args[0] != '\0' ? err_tr(d->args) : "",
	    d->opts != 0 ? _(" [OPTIONS]") : "");
	out_nl(o);
	if (d->detail != NULL) {
		out_wrapped(o, 2, "", err_tr(d->detail));
		out_nl(o);
	}
	if (d->opts != 0) {
		out_heading(o, _("Options"));
		if ((rc = options(o, d, d->opts, e)) < 0)
			return rc;
		out_nl(o);
	}
	out_heading(o, _("Options of every command"));
	if ((rc = options(o, NULL, OPTS_ALWAYS, e)) < 0)
		return rc;
	out_nl(o);
	out_heading(o, _("Example"));
	example(o, d->example);
	return 0;
}

static int
describe(const struct cmd_desc *d, cJSON *list, struct err *e)
{
	cJSON *one = cJSON_CreateObject();
	cJSON *opts = cJSON_CreateArray();
	opt_set mask = d->opts | OPTS_ALWAYS;
	int rc = one == NULL || opts == NULL ? err_nomem(e) : 0;

	if (rc == 0)
		rc = json_put_str(one, "name", d->name, e);
	if (rc == 0)
		rc = json_put_str(one, "arguments",
		    d->args[0] != '\0' ? err_tr(d->args) : "", e);
	if (rc == 0)
		rc = json_put_str(one, "summary", err_tr(d->summary), e);
	for (int i = 0; rc == 0 && i < N_OPTS; i++)
		if ((mask & OPT_BIT(i)) != 0)
			rc = json_push_str(
			    opts, opts_desc((enum opt)i)->name, e);
	if (rc < 0) {
		cJSON_Delete(opts);
		cJSON_Delete(one);
		return rc;
	}
	rc = json_put(one, "options", opts, e);
	if (rc < 0) {
		cJSON_Delete(one);
		return rc;
	}
	return json_push(list, one, e);
}

int
cmd_help_json(struct out *o, const struct cmd_desc *d, struct err *e)
{
	const struct cmd_desc *one;
	cJSON *doc = cJSON_CreateObject();
	cJSON *list =
	    doc != NULL ? cJSON_AddArrayToObject(doc, "commands") : NULL;
	int rc = list == NULL ? err_nomem(e) : 0;

	for (size_t i = 0; rc == 0; i++) {
		if ((one = cmd_table_at(i, NULL)) == NULL)
			break;
		if (d == NULL || d == one)
			rc = describe(one, list, e);
	}
	if (rc == 0)
		out_json(o, doc);
	cJSON_Delete(doc);
	return rc;
}

int
cmd_help_run(struct cmd *c, struct err *e)
{
	const struct cmd_desc *d = NULL;
	size_t used;
	int rc;

	if (c->n_args == 1 && !c->json && cmd_table_is_first(c->args[0]))
		return cmd_help_word(&c->out, c->args[0], e);
	if (c->n_args > 0 &&
	    (rc = cmd_table_find(c->args, c->n_args, &d, &used, e)) < 0)
		return rc;
	if (c->json)
		return cmd_help_json(&c->out, d, e);
	return d != NULL ? cmd_help_one(&c->out, d, e)
			 : cmd_help_all(&c->out, e);
}
