#include "client/cmd/cmd_access.h"

#include "client/labels.h"
#include "client/lang.h"
#include "client/table.h"

static int
ask(struct cmd *c, cJSON **ret, struct err *e)
{
	static const enum opt others[] = { OPT_OFFICE, OPT_DEVICE, OPT_RESULT,
		OPT_FORMAT };
	cJSON *params = NULL;
	long limit;
	size_t i;
	int rc;

	for (i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (c->opts->value[others[i]] != NULL)
			return err_set(e, ERR_USAGE, 0,
			    "--%s is of the log of pushes, not of --access",
			    opts_desc(others[i])->name);
	if ((rc = opts_number(c->opts, OPT_LIMIT, 1, 1000, 50, &limit, e)) <
		0 ||
	    (rc = cmd_params(c, &params, e)) < 0)
		return rc;
	if ((rc = cmd_param(c, params, OPT_PERSON, "person", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_SINCE, "since", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_UNTIL, "until", e)) < 0 ||
	    (rc = cmd_param(c, params, OPT_CURSOR, "cursor", e)) < 0 ||
	    (rc = json_put_int(params, "limit", limit, e)) < 0) {
		cJSON_Delete(params);
		return rc;
	}
	return cmd_ask(c, "access.log", params, ret, e);
}

/* "of 9105, 2565, csv: person=somchai" */
static void
what_text(const cJSON *l, struct buf *ret)
{
	const char *office = json_str(l, "office"), *year = json_str(l, "year");
	const char *format = json_str(l, "format");
	const char *detail = json_str(l, "detail");

	buf_puts(ret,
	    office != NULL && office[0] != '\0' ? office : _("all offices"));
	if (year != NULL && year[0] != '\0')
		buf_printf(ret, ", %s", year);
	if (format != NULL && format[0] != '\0')
		buf_printf(ret, ", %s", format);
	if (detail != NULL && detail[0] != '\0')
		buf_printf(ret, ": %s", detail);
}

static void
row(struct table *t, const cJSON *l)
{
	const char *person = json_str(l, "person");
	struct buf what = BUF_INIT;
	char n[32], when[80];

	snprintf(n, sizeof(n), "%lld", (long long)json_int(l, "n", 0));
	table_cell(t, STYLE_DIM, n);
	out_time(when, sizeof(when), json_str(l, "time"));
	table_cell(t, STYLE_PLAIN, when);
	table_cell(t, STYLE_HEAD,
	    person != NULL && person[0] != '\0'
		? person
		: out_dash(json_str(l, "login")));
	table_cell(
	    t, STYLE_PLAIN, labels_word(out_dash(json_str(l, "action"))));
	what_text(l, &what);
	table_cell(t, STYLE_PLAIN, buf_str(&what));
	t->failed |= what.failed;
	buf_release(&what);
}

static int
print_page(struct out *o, const cJSON *page, struct err *e)
{
	const cJSON *list = json_get(page, "entries"), *l;
	struct table t;
	int rc;

	if (!json_bool(page, "recording", 0))
		out_wrapped(o, 0, "",
		    _("Who takes the past out of here is not recorded: in "
		      "pmqad.conf, [audit] record_access = yes, then start "
		      "pmqad anew."));
	if (cJSON_GetArraySize(list) == 0) {
		out_printf(o, "%s\n", _("The log has no such line."));
		return 0;
	}
	table_init(&t);
	table_column(&t, _("No."), COL_RIGHT);
	table_column(&t, _("Time"), COL_LEFT);
	table_column(&t, _("By whom"), COL_LEFT);
	table_column(&t, _("What was done"), COL_LEFT);
	table_column(&t, _("Of what"), COL_FLEX);
	cJSON_ArrayForEach (l, list) {
		row(&t, l);
	}
	rc = table_print(&t, o, 0, e);
	table_release(&t);
	if (rc == 0)
		cmd_say_more(o, json_str(page, "cursor"));
	return rc;
}

int
cmd_access_show(struct cmd *c, struct err *e)
{
	cJSON *page = NULL;
	int rc = ask(c, &page, e);

	if (rc < 0)
		return rc;
	if (c->json)
		out_json(&c->out, page);
	else
		rc = print_page(&c->out, page, e);
	cJSON_Delete(page);
	return rc;
}
