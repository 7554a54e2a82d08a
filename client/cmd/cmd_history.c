#include "client/cmd/cmd_history.h"

#include "client/changes.h"
#include "client/cmd/cmd_conflicts.h"
#include "client/cmd/cmd_history_ask.h"
#include "client/labels.h"
#include "client/lang.h"

#define LIMIT_DEFAULT 50

const char *
cmd_history_split(const char *s, size_t *ret_record_len)
{
	static const char digits[] = "0123456789";
	size_t category, item;

	*ret_record_len = strlen(s);
	if (strchr(s, '/') != NULL)
		return NULL;
	/* profile.answers.1a1, pa1.due: no record's name has a dot */
	if (s[0] >= 'a' && s[0] <= 'z' && strchr(s, '.') != NULL) {
		*ret_record_len = strcspn(s, ".");
		return s + *ret_record_len + 1;
	}
	category = strspn(s, digits);
	if (category == 0 || s[category] != '.')
		return NULL;
	item = strspn(s + category + 1, digits);
	if (item == 0 || s[category + 1 + item] != '.')
		return NULL;
	*ret_record_len = category + 1 + item;
	return s + *ret_record_len + 1;
}

/* "a5  22 พ.ย. 2569 13:14  สมชาย ใจดี (somchai)  9105-a  tick" */
static void
print_head(struct out *o, const cJSON *rev)
{
	const cJSON *person = json_get(rev, "person");
	const char *name = json_str(person, "name");
	const char *login = json_str(person, "login");
	char when[80];

	out_time(when, sizeof(when), json_str(rev, "time"));
	if (json_str(rev, "office") != NULL)
		out_printf(o, "%s  ", json_str(rev, "office"));
	out_styled(o, STYLE_HEAD, out_dash(json_str(rev, "revision")));
	out_printf(o, "  %s  %s", when, out_dash(name != NULL ? name : login));
	if (name != NULL && login != NULL && strcmp(name, login) != 0)
		out_printf(o, " (%s)", login);
	out_printf(o, "  %s  %s", out_dash(json_str(rev, "device")),
	    labels_action(json_str(rev, "action")));
	/* what it wrote need not be what stands: the merge decided that */
	if (json_bool(rev, "side", 0))
		out_printf(o, "  %s", _("(written apart, merged later)"));
	out_nl(o);
}

static void
print_record(struct out *o, const cJSON *describe, const cJSON *one)
{
	const char *record = json_str(one, "record");

	if (cmd_conflicts_line(o, describe, one))
		return;
	if (record != NULL)
		out_printf(o, "  %s\n", labels_record(describe, record));
	changes_brief(o, 4, describe, record, json_get(one, "changes"));
}

static void
print_revision(struct out *o, const cJSON *describe, const cJSON *rev)
{
	const char *reason = json_str(rev, "reason");
	const cJSON *records = json_get(rev, "records"), *one;

	print_head(o, rev);
	if (reason != NULL && reason[0] != '\0') {
		char mark[80];

		snprintf(mark, sizeof(mark), "%s ", _("Reason:"));
		out_hanging(o, 2, mark, reason);
	}
	if (records == NULL)
		print_record(o, describe, rev);
	cJSON_ArrayForEach (one, records) {
		print_record(o, describe, one);
	}
	out_nl(o);
}

static void
print_revisions(
    struct out *o, const cJSON *describe, const cJSON *result, const char *none)
{
	const cJSON *revisions = json_get(result, "revisions"), *rev;

	if (cJSON_GetArraySize(revisions) == 0)
		out_printf(o, "%s\n", none);
	cJSON_ArrayForEach (rev, revisions) {
		print_revision(o, describe, rev);
	}
	cmd_say_more(o, json_str(result, "next"));
}

static void
print_merges(struct out *o, const cJSON *describe, const cJSON *result)
{
	print_revisions(o, describe, result,
	    _("No merges: the devices of this office have not written apart."));
}

/* Asks for labels and the document in one round trip. */
static int
ask_with_labels(struct cmd *c, const char *method, cJSON *params,
    void (*print)(struct out *o, const cJSON *describe, const cJSON *result),
    struct err *e)
{
	cJSON *describe = NULL, *result = NULL;
	int64_t labels = 0, id;
	int rc = cmd_send(c, method, params, &id, e);

	if (rc == 0 && !c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc == 0)
		rc = cmd_wait(c, id, &result, e);
	if (rc == 0 && !c->json)
		rc = cmd_wait(c, labels, &describe, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0)
		print(&c->out, describe, result);
	cJSON_Delete(describe);
	cJSON_Delete(result);
	return rc;
}

int
cmd_history_merges(struct cmd *c, cJSON *params, struct err *e)
{
	return ask_with_labels(c, "history", params, print_merges, e);
}

/* Pages are short where few of many revisions match: the rest is asked for. */
static int
list(struct cmd *c, struct err *e)
{
	cJSON *params = NULL, *result = NULL, *describe = NULL;
	int64_t labels = 0;
	long limit;
	int narrowed, rc;

	if ((rc = opts_number(c->opts, OPT_LIMIT, 1, HISTORY_PAGE_MAX,
		 LIMIT_DEFAULT, &limit, e)) < 0 ||
	    (rc = cmd_history_params(c, &params, e)) < 0)
		return rc;
	narrowed = params->child != NULL || c->opts->value[OPT_CURSOR] != NULL;
	if (!c->json)
		rc = cmd_send(c, "records.describe", NULL, &labels, e);
	if (rc == 0)
		rc = cmd_history_pages(c, params, limit, &result, e);
	if (rc == 0 && !c->json)
		rc = cmd_wait(c, labels, &describe, e);
	if (rc == 0 && c->json)
		out_json(&c->out, result);
	else if (rc == 0)
		print_revisions(&c->out, describe, result,
		    narrowed ? _("No revision matches.")
			     : _("Nothing is written yet."));
	cJSON_Delete(params);
	cJSON_Delete(describe);
	cJSON_Delete(result);
	return rc;
}

int
cmd_history_history(struct cmd *c, struct err *e)
{
	const char *format = c->opts->value[OPT_FORMAT];

	if (format == NULL && c->opts->value[OPT_OUTPUT] != NULL)
		format = "csv";
	if (format != NULL && c->opts->value[OPT_STAT] != NULL)
		return err_set(e, ERR_USAGE, 0,
		    "--stat counts, a file lists: one of them");
	if (format != NULL)
		return cmd_history_file(c, format, e);
	if (c->opts->value[OPT_STAT] != NULL &&
	    (c->opts->value[OPT_LIMIT] != NULL ||
		c->opts->value[OPT_CURSOR] != NULL))
		return err_set(e, ERR_USAGE, 0,
		    "--stat counts all that matches: --limit and --cursor are "
		    "for lists");
	return c->opts->value[OPT_STAT] != NULL ? cmd_history_count(c, e)
						: list(c, e);
}
