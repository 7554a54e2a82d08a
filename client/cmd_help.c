#include "client/cmd_help.h"

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

static int
options(struct out *o, unsigned long mask, struct err *e)
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
		table_cell(&t, STYLE_PLAIN, err_tr(d->what));
	}
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	return rc;
}

int
cmd_help_all(struct out *o, struct err *e)
{
	size_t n;
	const struct cmd_desc *all = cmd_table_all(&n);
	struct table t;
	char name[128];
	int rc;

	out_wrapped(o, 0, "",
	    _("pmqa keeps an office's PMQA 4.0 self-assessment: every save is "
	      "a signed revision, also offline, and the hall confirms what it "
	      "received."));
	out_nl(o);
	out_heading(o, _("Usage"));
	out_printf(o, "  pmqa [%s] %s …\n", _("OPTIONS"), _("COMMAND"));
	out_nl(o);
	out_heading(o, _("Commands"));
	table_init(&t);
	table_column(&t, NULL, COL_LEFT);
	table_column(&t, NULL, COL_FLEX);
	for (size_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%s%s%s", all[i].name,
		    all[i].args[0] != '\0' ? " " : "",
		    all[i].args[0] != '\0' ? err_tr(all[i].args) : "");
		table_cell(&t, STYLE_PLAIN, name);
		table_cell(&t, STYLE_PLAIN, err_tr(all[i].summary));
	}
	rc = table_print(&t, o, 2, e);
	table_release(&t);
	if (rc < 0)
		return rc;
	out_nl(o);
	out_heading(o, _("Options of every command"));
	if ((rc = options(o, OPTS_ALWAYS, e)) < 0)
		return rc;
	out_nl(o);
	out_wrapped(o, 0, "", _("More on one: pmqa help COMMAND, or pmqa(1)."));
	return 0;
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
		if ((rc = options(o, d->opts, e)) < 0)
			return rc;
		out_nl(o);
	}
	out_heading(o, _("Options of every command"));
	if ((rc = options(o, OPTS_ALWAYS, e)) < 0)
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
	unsigned long mask = d->opts | OPTS_ALWAYS;
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
	size_t n;
	const struct cmd_desc *all = cmd_table_all(&n);
	cJSON *doc = cJSON_CreateObject();
	cJSON *list =
	    doc != NULL ? cJSON_AddArrayToObject(doc, "commands") : NULL;
	int rc = list == NULL ? err_nomem(e) : 0;

	for (size_t i = 0; rc == 0 && i < n; i++)
		if (d == NULL || d == &all[i])
			rc = describe(&all[i], list, e);
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

	if (c->n_args > 0 &&
	    (rc = cmd_table_find(c->args, c->n_args, &d, &used, e)) < 0)
		return rc;
	if (c->json)
		return cmd_help_json(&c->out, d, e);
	return d != NULL ? cmd_help_one(&c->out, d, e)
			 : cmd_help_all(&c->out, e);
}
